"""Suppression comments: which findings they hide, which hide nothing, which name no rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from mmlint.engine.lines import Lines
from mmlint.model.facts import FileFacts, IgnoreComment
from mmlint.model.finding import Finding, Fix, Place, Replace


class _Mark(msgspec.Struct):
    """One comment with what it has hidden so far."""

    path: str
    comment: IgnoreComment
    first: int
    last: int
    used: set[str] = msgspec.field(default_factory=set)


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
        """Whether a comment hides ``finding``; every comment that does counts as used."""
        hidden = False
        for mark in self.marks.get(finding.place.path, ()):
            codes = [one for one in mark.comment.codes if self._code(one) == finding.code]
            if codes and self._reaches(mark, finding):
                mark.used.update(codes)
                hidden = True
        return hidden

    def _code(self, written: str) -> str | None:
        return self.codes.get(written) or self.codes.get(written.upper())

    def _reaches(self, mark: _Mark, finding: Finding) -> bool:
        """On any line of the construct, or alone on the line above it."""
        if mark.comment.scope == "file":
            return mark.comment.leading
        lines = self.lines(finding.place.path)
        start, end = finding.extent or (finding.place.start, finding.place.end)
        start, end = min(start, finding.place.start), max(end, finding.place.start + 1)
        first, last = lines.line(start), lines.line(end - 1)
        if first <= mark.first <= last:
            return True
        above = mark.last + 1
        return mark.comment.alone and above in (first, lines.line(finding.place.start))

    def unknown(self, suggest: Callable[[str, Iterable[str]], str | None]) -> Iterator[Finding]:
        """Yield an MM003 for each written name that is no rule, and for lists that are missing."""
        for path, marks in sorted(self.marks.items()):
            for mark in marks:
                comment = mark.comment
                if not comment.codes:
                    yield _unknown(
                        path, comment.start, comment.end,
                        "an ignore comment needs a list of rules, such as ignore[MM101]",
                    )  # fmt: skip
                for written, start in zip(comment.codes, comment.code_starts, strict=True):
                    if self._code(written) is None:
                        guess = suggest(written, self.codes)
                        hint = f'; did you mean "{guess}"?' if guess else "; see: mmlint rules"
                        yield _unknown(
                            path, start, start + len(written.encode()),
                            f'"{written}" names no rule{hint}',
                        )  # fmt: skip

    def unreasoned(self) -> Iterator[Finding]:
        """Yield an MM004 for each comment that gives no reason."""
        for path, marks in sorted(self.marks.items()):
            for comment in (mark.comment for mark in marks):
                if comment.style == "mmlint" and comment.codes and not comment.reason:
                    place = Place(path, comment.start, comment.end)
                    message = "this ignore comment gives no reason; write one behind the list"
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
                    if (code := self._code(one)) is not None and ran(path, code)
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
            f"this ignore comment hides nothing ({listed})",
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
        rest = data[end:line_end].strip()
        if data[line_start:start].strip() == b"" and rest == b"":
            start, end = line_start, line_end
        elif rest == b"":
            start = line_start + len(data[line_start:start].rstrip(b" \t"))
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
