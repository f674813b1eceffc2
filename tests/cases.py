"""Reads the acceptance cases of the rules: Markdown files in which each section is a small project.

A case begins with a ``## title``; each fence in it is one file (info string ``<lang> <path>``), and
prose between them is for the reader. A comment that holds ``!MM101`` marks the finding expected on
its line. In ``fixed.md`` a second fence ``<lang> <path> fixed`` (or ``unsafe-fixed``) holds what
the file becomes. The word ``any-layout`` after it compares without regard to white space, for edits
whose layout nobody prescribes; ``{{any_name}}`` in it stands for one identifier of the fixer's
choice. Before the first case, a line ``rules: MM101 MM102`` narrows what the file speaks of.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

RULES = frozenset({"MM001", "MM002", "MM003", "MM101", "MM102", "MM201", "MM301", "MM401"})
"""The rules whose findings a case lists completely, unless its file says otherwise."""

Mark = tuple[str, int, str]
"""Path, line (from 1) and code of a finding."""

_OPENING = re.compile(r"(`{3,})([^`]*)")
_INFO = re.compile(r"\S+\s+(\S+)(?:\s+(fixed|unsafe-fixed)(?:\s+(any-layout))?)?")
_MARK = re.compile(r"!(MM\d{3})\b")
_IN_COMMENT = re.compile(r"(?:#|//|/\*|<!--).*!MM\d{3}")
_RULES_LINE = re.compile(r"rules:((?:\s+MM\d{3})+)\s*")
_PLACEHOLDER = re.compile(r"\{\{(pk|sk|rk|ak|stripe_sk)\}\}")
_ANY_NAME = "{{any_name}}"


class BadCase(ValueError):
    """A case file that does not follow the format; the message names the file and the line."""


@dataclass(frozen=True)
class Expected:
    """What a file must hold after fixing."""

    text: str
    any_layout: bool = False

    def accepts(self, content: bytes) -> bool:
        """Whether ``content`` is this text, byte for byte unless the layout is free."""
        text = content.decode("utf-8", errors="replace")
        wanted, found = self.text, text
        if self.any_layout:
            wanted, found = _without_space(wanted), _without_space(found)
        head, *rest = (re.escape(part) for part in wanted.split(_ANY_NAME))
        if not rest:
            return wanted == found
        pattern = head + r"(?P<name>[A-Za-z_$][\w$]*)" + r"(?P=name)".join(rest)
        return re.fullmatch(pattern, found) is not None


@dataclass
class Case:
    """One project, the findings expected in it, and what fixing makes of its files."""

    origin: str
    title: str
    line: int
    rules: frozenset[str]
    files: dict[str, str] = field(default_factory=dict)
    marks: set[Mark] = field(default_factory=set)
    fixed: dict[str, Expected] = field(default_factory=dict)
    unsafe_fixed: dict[str, Expected] = field(default_factory=dict)

    @property
    def rule(self) -> str:
        """The name of the rule whose folder the case lies in, as findings spell it."""
        return self.origin.split("/")[0].replace("_", "-")

    @property
    def id(self) -> str:
        """``rule/file/title``."""
        return f"{self.origin}/{self.title}"

    def after(self, *, unsafe: bool) -> dict[str, Expected]:
        """What every file of the project must hold after a fix run of that level."""
        untouched = {path: Expected(text) for path, text in self.files.items()}
        return untouched | self.fixed | (self.unsafe_fixed if unsafe else {})

    def levels(self) -> tuple[bool, ...]:
        """The values of ``unsafe`` that the case speaks of.

        The safe level always; the unsafe one where it says what becomes of a file then, or where no
        fix at all is expected.
        """
        return (False, True) if self.unsafe_fixed or not self.fixed else (False,)

    def write(self, root: Path) -> None:
        """Write the project into the directory ``root``."""
        for path, text in self.files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode())


def load_cases(folder: Path, names: Iterable[str]) -> list[Case]:
    """Return the cases of every ``<rule>/<name>.md`` below ``folder``, in order.

    Raises BadCase for a file that does not follow the format, or a title used twice.
    """
    found = [
        case
        for name in names
        for path in sorted(folder.glob(f"*/{name}.md"))
        for case in parse_cases(path.read_text("utf-8"), f"{path.parent.name}/{name}")
    ]
    seen: set[str] = set()
    for case in found:
        if case.id in seen:
            raise BadCase(f"{case.origin}.md:{case.line}: the title “{case.title}” is used twice")
        seen.add(case.id)
    return found


def parse_cases(text: str, origin: str) -> list[Case]:
    """Return the cases written in ``text``; ``origin`` is ``<rule_folder>/<file>``.

    Raises BadCase where a fence is not closed, has no path, stands before the first title, repeats
    a file, expects a change of a file that is not there, or holds a mark outside a comment; and
    where a case has no file at all.
    """
    cases: list[Case] = []
    rules = RULES
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        opening = _OPENING.fullmatch(line)
        if line.startswith("## "):
            cases.append(Case(origin, line[3:].strip(), number + 1, rules))
        elif declared := None if cases else _RULES_LINE.fullmatch(line):
            rules = frozenset(declared.group(1).split())
        elif opening:
            if not cases:
                raise BadCase(f"{origin}.md:{number + 1}: a fence before the first “## title”")
            end = _closing(lines, number, opening.group(1), origin)
            _add_fence(cases[-1], opening.group(2), lines[number + 1 : end], number + 1)
            number = end
        number += 1
    for case in cases:
        _check(case)
    return cases


def _closing(lines: list[str], start: int, ticks: str, origin: str) -> int:
    for number in range(start + 1, len(lines)):
        if lines[number].rstrip() == ticks:
            return number
    raise BadCase(f"{origin}.md:{start + 1}: the fence is never closed")


def _add_fence(case: Case, info: str, body: list[str], line: int) -> None:
    where = f"{case.origin}.md:{line}"
    parsed = _INFO.fullmatch(info.strip())
    if parsed is None:
        raise BadCase(f"{where}: expected “lang path [fixed|unsafe-fixed [any-layout]]”")
    path, role, layout = parsed.groups()
    text = _fill("".join(f"{part}\n" for part in body), _keys(case))
    if role is None:
        if path in case.files:
            raise BadCase(f"{where}: a second input fence for {path}")
        case.files[path] = text
        case.marks |= _marks(path, body, where)
        return
    results = case.fixed if role == "fixed" else case.unsafe_fixed
    if path in results:
        raise BadCase(f"{where}: a second {role} fence for {path}")
    results[path] = Expected(text, any_layout=layout is not None)


def _marks(path: str, body: list[str], where: str) -> set[Mark]:
    marks: set[Mark] = set()
    for number, line in enumerate(body, start=1):
        codes = _MARK.findall(line)
        if codes and not _IN_COMMENT.search(line):
            raise BadCase(f"{where}: the mark in line {number} of {path} is not in a comment")
        marks |= {(path, number, code) for code in codes}
    return marks


def _check(case: Case) -> None:
    where = f"{case.origin}.md:{case.line}"
    if not case.files:
        raise BadCase(f"{where}: “{case.title}” has no file")
    if strays := sorted(mark for mark in case.marks if mark[2] not in case.rules):
        raise BadCase(f"{where}: marks of rules that the file does not speak of: {strays}")
    if strangers := sorted((case.fixed.keys() | case.unsafe_fixed.keys()) - case.files.keys()):
        raise BadCase(f"{where}: results without an input fence: {strangers}")


def _fill(text: str, key: Callable[[str], str]) -> str:
    return _PLACEHOLDER.sub(lambda match: key(match.group(1)), text)


def _keys(case: Case) -> Callable[[str], str]:
    """Return the maker of this case's keys: the same kind gives the same key, in every fence."""

    def make(kind: str) -> str:
        chance = random.Random(f"{case.id} {kind}")
        word = "".join(chance.choices(string.ascii_lowercase + string.digits, k=24))
        if kind == "stripe_sk":
            return f"sk_live_51{word}"
        return f"{kind}_live_{chance.getrandbits(32):08x}_{word}7"

    return make


def _without_space(text: str) -> str:
    return "".join(text.split())
