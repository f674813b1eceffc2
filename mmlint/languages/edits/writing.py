"""Write named edits as the smallest text edits of one file, in the style of that file.

Whatever cannot be written without doubt is not written: no fix is better than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from mmlint.languages.edits.layout import Change
from mmlint.model.encoding import can_hold
from mmlint.model.facts import Language
from mmlint.model.finding import Edit, RenameKey, Replace
from mmlint.model.report import TextEdit


def write(
    edits: tuple[Edit, ...], language: Language, source: bytes
) -> tuple[TextEdit, ...] | None:
    """Turn the named ``edits`` of one file into text edits, in source order.

    ``source``: the bytes that the edits' offsets count in. Returns None when any of the edits
    cannot be done safely, when two of them collide, or when the file's encoding lacks a character;
    an empty tuple when everything asked for is there already. Never raises.
    """
    changes: list[TextEdit] = []
    for edit in dict.fromkeys(edits):
        if not 0 <= edit.start <= edit.end <= len(source):
            return None
        try:
            written = _changes(edit, language, source)
        except (RecursionError, MemoryError):
            return None
        if written is None:
            return None
        changes.extend(TextEdit(edit.path, *change) for change in written)
    changes.sort()
    if _collide(changes) or not can_hold("".join(one.text for one in changes), source):
        return None
    return tuple(changes)


def _changes(edit: Edit, language: Language, source: bytes) -> Sequence[Change] | None:
    if isinstance(edit, Replace):
        lost = _holds_comment(edit, language, source)
        return None if lost else [(edit.start, edit.end, edit.text)]
    if isinstance(edit, RenameKey):
        return _rename(edit, source)
    if language == "python":
        from mmlint.languages.edits import python as edits_python

        return edits_python.changes(edit, source)
    if language == "dotenv":
        return None
    from mmlint.languages.edits import javascript as edits_javascript

    return edits_javascript.changes(edit, language, source)


def _holds_comment(edit: Replace, language: Language, source: bytes) -> bool:
    """Whether a comment stands in the code that the edit replaces; an edit that begins with a
    comment is about that comment."""
    replaced = source[edit.start : edit.end]
    if not any(mark in replaced for mark in (b"//", b"/*", b"#")):
        return False
    first = edit.end - len(replaced.lstrip())
    if language == "python":
        from mmlint.languages.edits.python_tree import parse

        script = parse(source)
        comments = script.comments() if script is not None else []
    else:
        from mmlint.languages.edits.javascript_tree import comments as comments_of
        from mmlint.languages.edits.javascript_tree import root_of

        root = root_of(edit, language, source)
        comments = [*comments_of(root)] if root is not None else []
    return any(first < start < edit.end for start, _ in comments)


def _rename(edit: RenameKey, source: bytes) -> Sequence[Change] | None:
    """A key is a word, or a string without escapes, in every language."""
    key = edit.key.encode()
    for quote in (b"", b'"', b"'"):
        start = edit.start + len(quote)
        end = start + len(key)
        whole = quote or not re.match(rb"[\w$]", source[end : end + 1])
        if whole and source.startswith(quote + key + quote, edit.start):
            return [(start, end, edit.name)]
    return None


def _collide(changes: Sequence[TextEdit]) -> bool:
    """Whether two changes (sorted) touch the same bytes or insert at the same place."""
    return any(
        after.start < before.end or (after.start == before.start and before.end == after.end)
        for before, after in pairwise(changes)
    )
