"""The words every part of mmlint speaks: facts about files, findings, fixes. Imports nothing of ours."""
