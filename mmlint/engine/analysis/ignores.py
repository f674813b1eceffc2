"""Suppression comments: which findings they hide, which hide nothing, which name no rule."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from mmlint.engine.lines import Lines
from mmlint.model.facts import FileFacts, IgnoreComment
from mmlint.model.finding import Finding, Fix, Place, Replace
from mmlint.model.regex import regex

_SPACE = regex(rb"\s*")
_CODE = regex(r"MM[0-9]*", re.IGNORECASE)
_LISTED = 3
"""Rules that a suggestion names."""


class _Mark(msgspec.Struct):
    """One comment with what it has hidden so far."""

    path: str
    comment: IgnoreComment
    first: int
    last: int
    used: set[str] = msgspec.field(default_factory=set)


class _Row:
    """The comments of a file that name one rule, in the order of their lines.

    A comment is used once, however many findings it hides: from each, the next that was not used
    yet is known, so that all findings together look at each comment about once.
    """

    def __init__(self) -> None:
        self._lines: list[int] = []
        self._marks: list[tuple[_Mark, str]] = []
        self._next: list[int] = [0]

    def add(self, mark: _Mark, written: str) -> None:
        """Add a comment that stands behind all others; ``written``: how it names the rule."""
        self._lines.append(mark.first)
        self._marks.append((mark, written))
        self._next.append(len(self._marks))

    def use(self, first: int, last: int) -> bool:
        """Count every comment that begins on these lines as used; return whether there is one."""
        at, end = bisect_left(self._lines, first), bisect_right(self._lines, last)
        found = at < end
        at = self._unused(at)
        while at < end:
            mark, written = self._marks[at]
            mark.used.add(written)
            self._next[at] = at + 1
            at = self._unused(at)
        return found

    def _unused(self, at: int) -> int:
        """The number of the first comment from ``at`` on that was not used; the path to it is made
        shorter for the next who asks."""
        while self._next[at] != at:
            self._next[at] = self._next[self._next[at]]
            at = self._next[at]
        return at


class _Sheet(msgspec.Struct):
    """The comments of one file by the rules that they name: those that speak of the whole file,
    those on a line, and those that are alone on theirs, by the line below.

    ``blocks``: the first and last lines of blocks of text with a comment above them, in order.
    """

    whole: dict[str, _Row] = msgspec.field(default_factory=dict)
    rows: dict[str, _Row] = msgspec.field(default_factory=dict)
    above: dict[tuple[str, int], list[tuple[_Mark, str]]] = msgspec.field(default_factory=dict)
    blocks: list[tuple[int, int]] = msgspec.field(default_factory=list)

    def block(self, line: int) -> int:
        """Return the first line of the block that ``line`` lies in, or ``line`` itself."""
        at = bisect_right(self.blocks, line, key=lambda one: one[0]) - 1
        return self.blocks[at][0] if at >= 0 and line <= self.blocks[at][1] else line


class Ignores:
    """All suppression comments of a project.

    ``names``: code to name of every rule there is. ``source``: path to bytes.
    """

    def __init__(
        self,
        files: Mapping[str, FileFacts],
        names: Mapping[str, str],
        source: Callable[[str], bytes | None],
    ) -> None:
        self.codes = {name: code for code, name in names.items()} | {code: code for code in names}
        self.source = source
        self._lines: dict[str, Lines] = {}
        self._sheets: dict[str, _Sheet] = {}
        self.marks: dict[str, list[_Mark]] = {}
        for path, facts in sorted(files.items()):
            for comment in facts.ignores:
                lines = self.lines(path)
                first = lines.line(comment.start)
                last = lines.line(max(comment.start, comment.end - 1))
                self.marks.setdefault(path, []).append(_Mark(path, comment, first, last))

    def lines(self, path: str) -> Lines:
        if path not in self._lines:
            self._lines[path] = Lines(self.source(path) or b"")
        return self._lines[path]

    def hides(self, finding: Finding) -> bool:
        """Whether a comment hides ``finding``; every comment that does counts as used.

        It does on any line of the construct, alone on the line above it, or for the whole file.
        """
        path, code = finding.place.path, finding.code
        if path not in self.marks:
            return False
        sheet = self._sheet(path)
        lines = self.lines(path)
        start, end = finding.extent or (finding.place.start, finding.place.end)
        start, end = min(start, finding.place.start), max(end, finding.place.start + 1)
        first, last = lines.line(start), lines.line(end - 1)
        hidden = False
        for rows, reach in ((sheet.whole, (0, len(lines.starts))), (sheet.rows, (first, last))):
            row = rows.get(code)
            hidden = (row is not None and row.use(*reach)) or hidden
        at = lines.line(finding.place.start)
        for line in {first, at, sheet.block(at)}:
            for mark, written in sheet.above.get((code, line), ()):
                mark.used.add(written)
                hidden = True
        return hidden

    def _sheet(self, path: str) -> _Sheet:
        found = self._sheets.get(path)
        if found is not None:
            return found
        found = self._sheets[path] = _Sheet()
        lines = self.lines(path)
        for mark in sorted(self.marks[path], key=lambda one: one.first):
            comment = mark.comment
            if comment.style == "missed":
                continue
            for written in comment.codes:
                code = self._code(written)
                if code is None or (comment.scope == "file" and not comment.leading):
                    continue
                rows = found.whole if comment.scope == "file" else found.rows
                rows.setdefault(code, _Row()).add(mark, written)
                if comment.scope != "file" and comment.alone:
                    below = found.above.setdefault((code, mark.last + 1), [])
                    below.append((mark, written))
                    if comment.reach:
                        found.blocks.append((mark.last + 1, lines.line(comment.reach - 1)))
        return found

    def _code(self, written: str) -> str | None:
        return self.codes.get(written) or self.codes.get(written.upper())

    def unknown(self, suggest: Callable[[str, Iterable[str]], str | None]) -> Iterator[Finding]:
        """Yield an MM003 for each written name that is no rule, and for lists that are missing."""
        for path, marks in sorted(self.marks.items()):
            for mark in marks:
                comment = mark.comment
                if comment.style == "missed":
                    yield from self._missed(path, comment)
                    continue
                if not comment.codes:
                    yield _unknown(
                        path, comment.start, comment.end,
                        "ignore comment without a list of rules; write, for example, ignore[MM101]",
                    )  # fmt: skip
                for written, start in zip(comment.codes, comment.code_starts, strict=True):
                    if self._code(written) is None:
                        hint = self._hint(written, suggest)
                        yield _unknown(
                            path, start, start + len(written.encode()),
                            f'unknown rule "{written}"; {hint}',
                        )  # fmt: skip

    def _hint(self, written: str, suggest: Callable[[str, Iterable[str]], str | None]) -> str:
        if _CODE.fullmatch(written):
            # One digit more or less is another rule: only one too many shows which was meant.
            code = written.upper()
            below = sorted({one for one in self.codes.values() if one.startswith(code)})
            if below:
                more = " …" if len(below) > _LISTED else ""
                return f"name each rule that is meant: {', '.join(below[:_LISTED])}{more}"
            guess = self._code(code[:-1])
        else:
            guess = suggest(written, self.codes)
        return f'did you mean "{guess}"?' if guess else "see: mmlint rules"

    def _missed(self, path: str, comment: IgnoreComment) -> Iterator[Finding]:
        """Yield an MM003 if the comment names a rule; prose about mmlint does not."""
        start, end = comment.written
        known = [self._code(word) for word in comment.codes]
        count = len(known) if end else next((i for i, c in enumerate(known) if not c), len(known))
        if not any(known[:count]):
            return
        if not end:
            end = comment.code_starts[count - 1] + len(comment.codes[count - 1].encode())
        kind = "ignore-file" if comment.scope == "file" else "ignore"
        listed = [
            word if word in self.codes else code
            for word, code in zip(comment.codes, known[:count], strict=False)
            if code is not None
        ]
        right = f"mmlint: {kind}[{', '.join(listed)}]"
        where = ""
        if not comment.fits:
            is_file = comment.scope == "file"
            where = " in the first comment of the file" if is_file else " on a line of its own"
        fix = None
        if comment.fits and len(listed) == count:
            edit = Replace(path, start, end, right)
            fix = Fix(f"write {right}", "safe", (edit,), reveals=True)  # it may hide nothing: MM002
        yield Finding(
            "MM003",
            "unknown-rule",
            "error",
            f"this comment is no valid ignore comment and hides nothing; write {right}{where}",
            Place(path, start, end),
            fix=fix,
        )

    def unreasoned(self) -> Iterator[Finding]:
        """Yield an MM004 for each comment that gives no reason."""
        for path, marks in sorted(self.marks.items()):
            for comment in (mark.comment for mark in marks):
                if comment.style == "mmlint" and comment.codes and not comment.reason:
                    place = Place(path, comment.start, comment.end)
                    message = "ignore comment without a reason; add one after the closing bracket"
                    yield Finding("MM004", "missing-reason", "warning", message, place)

    def unused(self, ran: Callable[[str, str], bool]) -> Iterator[Finding]:
        """Yield an MM002 for each comment that hides nothing.

        ``ran(path, code)``: whether the rule was run on the file; others are left alone.
        """
        for path, marks in sorted(self.marks.items()):
            for mark in marks:
                judged = [
                    one
                    for one in mark.comment.codes
                    if mark.comment.style != "missed"
                    and (code := self._code(one)) is not None
                    and ran(path, code)
                ]
                idle = [one for one in judged if one not in mark.used]
                if idle:
                    yield self._unused(mark, idle)

    def _unused(self, mark: _Mark, idle: Sequence[str]) -> Finding:
        comment = mark.comment
        listed = ", ".join(idle)
        return Finding(
            "MM002",
            "unused-ignore",
            "warning",
            f"unused ignore comment: {listed} is not reported here"
            if len(idle) == 1
            else f"unused ignore comment: {listed} are not reported here",
            Place(mark.path, comment.start, comment.end),
            fix=self._removal(mark, idle),
        )

    def _removal(self, mark: _Mark, idle: Sequence[str]) -> Fix | None:
        """Remove the comment, or the idle names of its list."""
        comment, path = mark.comment, mark.path
        data = self.source(path) or b""
        if len(idle) < len(comment.codes):
            return self._shortened(mark, idle)
        text = data[comment.start : comment.end].lstrip(b"#/*<!-{ \t")
        starts = (b"mmlint:", b"mmlint :") if comment.style == "mmlint" else (b"noqa",)
        if not text.lower().startswith(starts):
            return None
        lines = self.lines(path)
        start, end = comment.start, comment.end
        line_start, line_end = lines.start(mark.first), lines.end(mark.last)
        if _is_blank(data, end, line_end):
            if _is_blank(data, line_start, start):
                start, end = line_start, line_end
            else:
                start = line_start + len(data[line_start:start].rstrip(b" \t"))
        if data[:start].endswith(b"\r") and data[end:].startswith(b"\n"):
            return None  # two line breaks would become one
        return Fix("remove the comment", "safe", (Replace(path, start, end, ""),))

    def _shortened(self, mark: _Mark, idle: Sequence[str]) -> Fix:
        comment = mark.comment
        kept = [one for one in comment.codes if one not in idle]
        start = comment.code_starts[0]
        end = comment.code_starts[-1] + len(comment.codes[-1].encode())
        edit = Replace(mark.path, start, end, ", ".join(kept))
        return Fix(f"remove {', '.join(idle)} from the list", "safe", (edit,))


def _unknown(path: str, start: int, end: int, message: str) -> Finding:
    return Finding("MM003", "unknown-rule", "error", message, Place(path, start, end))


def _is_blank(data: bytes, start: int, end: int) -> bool:
    """Whether there is nothing but white space; what follows the first other byte is not read."""
    match = _SPACE.match(data, start, end)
    return match is None or match.end() == end
