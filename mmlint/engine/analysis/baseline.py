"""The findings that a project began with: how they are known again, and how they are written down.

A finding is known by its rule, its file, the names around it and what it points at, all of which
stay when lines move and formatters run. Nothing here reads or writes a file.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Final

from msgspec.structs import replace

from mmlint.model.baseline import Entry, StaleEntry
from mmlint.model.digest import blake2b
from mmlint.model.facts import EnvEntry, FileFacts
from mmlint.model.finding import KEY, Finding, Place
from mmlint.model.regex import regex
from mmlint.report.masking import mask, mask_lines, mask_path
from mmlint.sdk.keys import FULL_SHOWN, cut

VERSION: Final = 1
MOST_TEXT: Final = 100
"""Characters of a text that are written down; a longer one is cut, and ends in its hash."""

_HEAD: Final = "mmlint-baseline"
_HEAD_WITHIN: Final = 500
"""Characters in which a baseline names itself, also behind the marks of an unfinished merge."""
_CONFLICTS = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")

Counts = Mapping[Entry, int]
"""Each entry of a baseline, and how many findings it stands for."""


# --- how a finding is known -----------------------------------------------------------------------

_SCRIPTS = frozenset({"javascript", "typescript", "tsx"})
_MARKUP = frozenset({"html", "vue", "svelte", "astro"})

_STRINGS = r'"(?:\\.|[^"\\\n])*"|' + r"'(?:\\.|[^'\\\n])*'"
_SCRIPT = regex(rf"({_STRINGS}|`(?:\\.|[^`\\])*`)|//[^\n]*|/\*.*?\*/", re.DOTALL)
_HASHES = regex(
    r'("""(?:\\.|[^\\])*?"""|' + rf"'''(?:\\.|[^\\])*?'''|{_STRINGS})|#[^\n]*", re.DOTALL
)
_TAGS = regex(rf"({_STRINGS})|<!--.*?-->", re.DOTALL)
"""Texts, which are kept, or comments, which are not."""

_LAST_COMMA = regex(r",\s*(?=[)\]}]|\Z)")
_CHOSEN = regex(r"[;()]|\\?[\"']")
"""Marks that a formatter may put, leave out or change for others."""
_LAYOUT = regex(r"(?<!\w)\s+|\s+(?!\w)")
_OPAQUE = regex(r"[A-Za-z0-9_-]{20,}")
"""With a digit in it, likely to be a token: the file is for everybody, whatever a name says."""


def entry_of(finding: Finding, facts: FileFacts | None, source: bytes) -> Entry:
    """Return how ``finding`` is known. ``source``: the bytes of its file."""
    place = finding.place
    variable, path = _variable(place, facts), mask_path(place.path)
    if variable is not None:
        scope = mask(max(variable.slots, key=len, default=""))
        return Entry(path, finding.code, scope, _cut(mask(variable.name)), finding.state)
    text = _text(place, facts, source)
    return Entry(path, finding.code, _scope(place, facts), text, finding.state)


def entries_of(
    findings: Iterable[Finding], files: Mapping[str, FileFacts], sources: Mapping[str, bytes]
) -> list[Entry]:
    """Return how each of the ``findings`` is known."""
    places = ((one, one.place.path) for one in findings)
    return [entry_of(one, files.get(path), sources.get(path, b"")) for one, path in places]


def _variable(place: Place, facts: FileFacts | None) -> EnvEntry | None:
    """The entry of a settings or env file that the place is the name or the value of."""
    for one in facts.entries if facts else ():
        if one.start <= place.start < max(one.end, one.value_end):
            return one
    return None


def _scope(place: Place, facts: FileFacts | None) -> str:
    around: list[tuple[int, str]] = []
    for module in facts.modules if facts else ():
        named = [(one.start, one.end, one.name) for one in module.functions[1:]]
        named += [(one.start, one.end, one.name) for one in module.classes]
        around += [(a, name) for a, b, name in named if name and a <= place.start < b]
    return mask(".".join(name for _, name in sorted(around)))


def _text(place: Place, facts: FileFacts | None, source: bytes) -> str:
    text = source[place.start : place.end].decode("utf-8", "replace")
    if facts is None:
        return _cut(without_layout(text, _HASHES))
    if facts.language == "dotenv":
        return _cut(" ".join(mask_lines(text.splitlines(), carrier=True)))
    if facts.language in _SCRIPTS or _in_script(place, facts):
        return _cut(without_layout(text, _SCRIPT))
    return _cut(without_layout(text, _TAGS if facts.language in _MARKUP else _HASHES))


def _in_script(place: Place, facts: FileFacts) -> bool:
    spans = ((one.start, one.end) for one in facts.modules)
    return facts.language in _MARKUP and any(a <= place.start < b for a, b in spans)


def without_layout(text: str, comments: re.Pattern[str] = _SCRIPT) -> str:
    """Return ``text`` without secrets, comments, white space, and marks that formatters choose.

    One blank stays between two words. ``comments``: matches comments, and texts as its group 1.
    """
    bare = comments.sub(lambda found: found[1] or " ", text)
    shown = mask(" ".join(bare.split()))
    plain = _CHOSEN.sub(_neutral, _LAST_COMMA.sub("", shown))
    return _OPAQUE.sub(_hidden, mask(_LAYOUT.sub("", " ".join(plain.split()))))


def _hidden(word: re.Match[str]) -> str:
    is_plain = FULL_SHOWN.match(word[0]) or not any(one.isdigit() for one in word[0])
    return word[0] if is_plain else cut(word[0])


def _neutral(mark: re.Match[str]) -> str:
    return " " if mark[0] in ";()" else ""


def _cut(text: str) -> str:
    if len(text) <= MOST_TEXT:
        return text
    mark = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"{text[: MOST_TEXT - len(mark) - 1]}…{mark}"


# --- what is known, and what is gone --------------------------------------------------------------


def known(entries: Sequence[Entry], baseline: Counts) -> list[bool]:
    """Return which of the findings with these ``entries``, in their order, the baseline holds.

    Of equal ones, as many as it says; the first ones. A real key is held by its own entry alone. A
    stand-in, which tells nothing, is held by any entry for its place, whatever stood there before.
    """
    return _matched(entries, baseline)[0]


def _matched(entries: Sequence[Entry], baseline: Counts) -> tuple[list[bool], Counter[Entry]]:
    """Return which ``entries`` the baseline holds, and what it holds beyond them."""
    left = Counter(baseline)
    found: list[bool] = []
    for one in entries:
        found.append(left[one] > 0)
        left[one] -= found[-1]
    states: dict[Entry, list[Entry]] = {}
    for one in sorted(left):
        states.setdefault(replace(one, state=""), []).append(one)
    for number, one in enumerate(entries):
        if found[number] or not one.state or one.state.startswith(KEY):
            continue
        other = next((e for e in states.get(replace(one, state=""), ()) if left[e] > 0), None)
        if other is not None:
            found[number] = True
            left[other] -= 1
    return found, left


def stale(
    entries: Sequence[Entry], baseline: Counts, judged: Callable[[Entry], bool]
) -> list[StaleEntry]:
    """Return what the baseline says beyond the findings with these ``entries``, in order.

    ``judged``: whether the run could have found what an entry stands for.
    """
    _, left = _matched(entries, baseline)
    return [StaleEntry(one, left[one]) for one in sorted(baseline) if left[one] > 0 and judged(one)]


def pruned(baseline: Counts, gone: Iterable[StaleEntry]) -> dict[Entry, int]:
    """Return the baseline without what is ``gone``."""
    left = Counter(baseline)
    for one in gone:
        left[one.entry] -= one.count
    return {entry: count for entry, count in left.items() if count > 0}


# --- as a file ------------------------------------------------------------------------------------


class BadBaseline(ValueError):
    """A text that is no baseline. ``line``: from 1; the message says what is wrong there, what was
    expected, and what to do."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def render(baseline: Counts) -> str:
    """Return the baseline as a file: its version, then an entry a line, sorted.

    Each line is a JSON list: path, rule, scope, text, a state where there is one, and a count where
    it is more than 1. Only ASCII is written, so that nothing hides in it.
    """
    lines = [json.dumps({_HEAD: VERSION})]
    for entry in sorted(baseline):
        row: list[str | int] = [entry.path, entry.code, entry.scope, entry.text]
        row += [entry.state] if entry.state else []
        lines.append(json.dumps([*row, baseline[entry]] if baseline[entry] > 1 else row))
    return "".join(f"{line}\n" for line in lines)


def replaceable(text: str) -> bool:
    """Whether ``text`` holds nothing that would be missed: empty, or once a baseline, however
    damaged it is now."""
    return not text.strip() or _HEAD in text[:_HEAD_WITHIN]


def parse(text: str) -> dict[Entry, int]:
    """Return the baseline that ``text`` is. Order means nothing; of equal entries, which a merge
    may leave, the higher count is taken. Raises BadBaseline.
    """
    found: dict[Entry, int] = {}
    lines = text.splitlines()
    if not lines or _json(lines[0]) != {_HEAD: VERSION}:
        expected = json.dumps({_HEAD: VERSION})
        raise BadBaseline(1, f"is no baseline of this mmlint; expected {expected} as first line")
    for number, line in enumerate(lines[1:], 2):
        if line.startswith(_CONFLICTS):
            raise BadBaseline(number, "a merge was not finished; expected the lines of both sides")
        if line.strip():
            entry, count = _entry(line, number)
            found[entry] = max(count, found.get(entry, 0))
    return found


def _entry(line: str, number: int) -> tuple[Entry, int]:
    row = _json(line)
    if isinstance(row, list):
        words = list(takewhile(lambda one: isinstance(one, str), row))
        rest = row[len(words) :] or [1]
        is_count = isinstance(rest[0], int) and not isinstance(rest[0], bool) and rest[0] > 0
        if len(words) in (4, 5) and len(rest) == 1 and is_count:
            return Entry(*words), rest[0]
    raise BadBaseline(
        number, "is no entry; expected [path, rule, scope, text], with or without state and count"
    )


def _json(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
