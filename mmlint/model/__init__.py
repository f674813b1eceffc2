"""The words every part of mmlint speaks: facts, findings, fixes. Imports nothing of ours."""
