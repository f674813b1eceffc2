"""Renames an environment variable in every file of a project that says its name.

It is done by the word, not by what each language means with it: whatever spells the name, in code,
settings, commands, typings or comments, spells the new one afterwards, so that nothing is left
half done. The new name must not be taken yet.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from mmlint.files.kinds import DECLARATION_REASON, language, skipped
from mmlint.files.needles import automaton
from mmlint.model.finding import Finding, RenameVariable
from mmlint.model.regex import regex
from mmlint.model.report import TextEdit

_WORD: Final = regex(rb"(?<![A-Za-z0-9_])[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_])")
_PROSE: Final = (".txt", ".rst", ".adoc", ".asciidoc", ".org", ".tex")
_BROWSERS: Final = frozenset({"vue", "svelte", "astro", "html"})
_CLIENT: Final = regex(
    rb"^\s*[\"']use client[\"']|[\"']\$env/(?:static|dynamic)/public[\"']", re.MULTILINE
)
_BUNDLED: Final = regex(rb"\bimport\.meta\.env\s*(?:\?\.|\.|(?:\?\.)?\[\s*[\"'`])\s*\Z")
_KEPT_ELSEWHERE: Final = regex(rb"\b(?:secrets|vars)\s*(?:\.|\[\s*[\"'])\s*\Z")
_LOOK_BACK: Final = 40


class Renaming(NamedTuple):
    """What a variable is called, and what it shall be called."""

    name: str
    to: str


Renamings = Mapping[Renaming, tuple[TextEdit, ...]]
"""The edits of every renaming that can be done."""


def asked(findings: Iterable[Finding]) -> list[Renaming]:
    """Return the renamings that the fixes of ``findings`` ask for."""
    edits = (edit for one in findings if one.fix is not None for edit in one.fix.edits)
    return [asked_by(edit) for edit in edits if isinstance(edit, RenameVariable)]


def asked_by(edit: RenameVariable) -> Renaming:
    """Return what the edit asks for."""
    return Renaming(edit.name, edit.to)


def renamings(
    wanted: Iterable[Renaming], paths: Iterable[str], read: Callable[[str], bytes | None]
) -> Renamings:
    """Return the edits of each renaming that can be done, in all files that say the name.

    ``paths``: the project's files. ``read``: path to bytes, None for what cannot be read.

    Left alone are prose, which may speak of the mistake, and names in a pipeline's own store
    (``secrets.NAME``), which no file can rename. Not done at all is what the browser's code reads,
    for that would find nothing there; and what would give two variables one name.
    """
    asked = {one.name.encode(): one for one in dict.fromkeys(wanted)}
    targets: dict[bytes, list[Renaming]] = {}
    for one in asked.values():
        targets.setdefault(one.to.encode(), []).append(one)
    found: dict[Renaming, list[TextEdit]] = {one: [] for one in asked.values()}
    given = Counter(one.to for one in asked.values())
    refused = {one for one in asked.values() if given[one.to] > 1}
    sought = sorted({*asked, *targets})
    search = automaton(sought) if sought else None
    for path in paths:
        if search is None or len(refused) == len(found):
            return {}  # the rest of the files cannot change that
        data = read(path) if _is_read(path) else None
        if data is None or b"\0" in data:
            continue
        said = {sought[hit] for hit, *_ in search.find_matches_as_indexes(data, overlapping=True)}
        if not said:
            continue
        taken = {match[0] for match in _WORD.finditer(data)} & targets.keys() & said
        refused.update(one for name in taken for one in targets[name])
        if said.isdisjoint(asked):
            continue
        browsers = language(path) in _BROWSERS or _CLIENT.search(data) is not None
        for match in _WORD.finditer(data):
            named = asked.get(match[0])
            if named is None or _is_kept_elsewhere(path, data, match.start()):
                continue
            if browsers or _is_bundled(data, match.start()):
                refused.add(named)
            found[named].append(TextEdit(path, match.start(), match.end(), named.to))
    return {one: tuple(edits) for one, edits in found.items() if edits and one not in refused}


def _is_read(path: str) -> bool:
    kind = language(path)
    if kind is None or kind == "markdown" or path.lower().endswith(_PROSE):
        return False
    return skipped(path) in (None, DECLARATION_REASON)


def _is_kept_elsewhere(path: str, data: bytes, at: int) -> bool:
    if language(path) != "yaml":
        return False
    return _KEPT_ELSEWHERE.search(data, max(at - _LOOK_BACK, 0), at) is not None


def _is_bundled(data: bytes, at: int) -> bool:
    return _BUNDLED.search(data, max(at - _LOOK_BACK, 0), at) is not None
