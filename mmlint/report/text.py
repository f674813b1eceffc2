"""The report for people: what is wrong, the lines that show it, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mmlint.model.finding import Finding, Place, Related
from mmlint.model.report import Reported, Result
from mmlint.report.excerpt import clean, excerpt, fitting, visible
from mmlint.report.places import Sources
from mmlint.report.view import View
from mmlint.report.wording import conclusion, remedy

MOST_EXCERPTS = 3
"""Related places that are shown with their source; the others are listed."""

MOST_LISTED = 8
"""Related places that are listed beyond those; the others are counted."""

MOST_PLACES = 5
"""Places that findings with one headline list; the others are counted."""

_FRAME = len("  ") + len(" | ")
"""Columns before a line of source, beside those of its number."""

_BOLD, _DIM, _RED, _GREEN, _YELLOW, _BLUE, _CYAN = "1", "2", "31", "32", "33", "34", "36"
_SEVERITY_COLOR = {"error": _RED, "warning": _YELLOW}


def render(result: Result, view: View, full: bool = False) -> str:
    """Return a paragraph for all findings of a rule that say the same and have the same remedy,
    where the first of them stands, and a last line that counts. ``full``: a paragraph each."""
    writer = _Writer(view)
    groups = [[one] for one in result.findings] if full else grouped(result.findings, view)
    paragraphs = [writer.group(one) if len(one) > 1 else writer.finding(one[0]) for one in groups]
    return "\n".join([*paragraphs, conclusion(result) + "\n"])


def paragraph(reported: Reported, view: View) -> str:
    """Return what the report says of one finding."""
    return _Writer(view).finding(reported)


def grouped(findings: Iterable[Reported], view: View) -> list[list[Reported]]:
    """Return the findings in groups that share rule, severity, message and remedy, in the order of
    the first of each."""
    groups: dict[tuple[str, str, str, str], list[Reported]] = {}
    for one in findings:
        found = one.finding
        key = (found.code, found.severity, found.message, _fix(one, view))
        groups.setdefault(key, []).append(one)
    return list(groups.values())


def _fix(reported: Reported, view: View) -> str:
    """Return what repairs the finding and how that comes about; empty where nothing does."""
    fix = reported.finding.fix
    return f"{clean(fix.title)} ({remedy(reported, view.shown)})" if fix else ""


class _Writer:
    """Writes findings in the looks that the view asks for."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._sources = Sources(view)

    def finding(self, reported: Reported) -> str:
        """Return the paragraph of one finding."""
        finding = reported.finding
        shown = finding.related[:MOST_EXCERPTS]
        gutter = self._gutter([finding.place, *(one.place for one in shown)])
        lines = [self._headline(finding), *self._start(finding, gutter)]
        for related in shown:
            lines.append(f"  {self._related(related)}")
            lines += self._source(related.place, gutter, "~", _BLUE)
        lines += self._listed(finding.related[MOST_EXCERPTS:])
        lines += [f"  {self._note(sentence)}" for sentence in finding.evidence]
        return self._ended(lines, reported)

    def group(self, group: Sequence[Reported]) -> str:
        """Return the paragraph of findings that share their headline and their remedy. What else
        is known of one stands below its place, without source, unless all of them have it."""
        first, shown = group[0].finding, [one.finding for one in group[:MOST_PLACES]]
        shared = [
            sentence
            for sentence in first.evidence
            if all(sentence in one.finding.evidence for one in group)
        ]
        gutter = self._gutter([one.place for one in shown])
        lines = [self._headline(first)]
        for finding in shown:
            lines += self._start(finding, gutter)
            lines += [f"    {self._related(one)}" for one in finding.related[:MOST_EXCERPTS]]
            lines += [f"  {line}" for line in self._listed(finding.related[MOST_EXCERPTS:])]
            own = (one for one in finding.evidence if one not in shared)
            lines += [f"    {self._note(sentence)}" for sentence in own]
        if len(group) > len(shown):
            lines.append(f"  and {len(group) - len(shown)} more; --format full")
        lines += [f"  {self._note(sentence)}" for sentence in shared]
        return self._ended(lines, group[0])

    def _ended(self, lines: list[str], reported: Reported) -> str:
        """Return the ``lines`` of a paragraph with what to do at its end."""
        fix = _fix(reported, self._view)
        if fix:
            lines.append(f"  {self._label('fix')} {fix}")
        lines.append(f"  {self._label('help')} mmlint explain {reported.finding.code}")
        return "\n".join(lines) + "\n"

    def _start(self, finding: Finding, gutter: int) -> list[str]:
        color = _SEVERITY_COLOR[finding.severity]
        source = self._source(finding.place, gutter, "^", color)
        return [f"  {self._place(finding.place)}", *source]

    def _related(self, related: Related) -> str:
        return f"{self._place(related.place)}: {clean(related.message)}"

    def _note(self, sentence: str) -> str:
        return f"{self._label('note')} {clean(sentence)}"

    def _gutter(self, places: Iterable[Place]) -> int:
        """Return the columns that the line numbers of ``places`` take."""
        return max(len(str(self._sources.locate(place).start.line)) for place in places)

    def _headline(self, finding: Finding) -> str:
        rule = self._view.rules().get(finding.code)
        severity = self._paint(finding.severity, _BOLD, _SEVERITY_COLOR[finding.severity])
        code = self._linked(self._paint(finding.code, _BOLD), rule.url if rule else "")
        return f"{severity} {code} {finding.name}: {self._paint(clean(finding.message), _BOLD)}"

    def _place(self, place: Place) -> str:
        path, start, _ = self._sources.locate(place)
        shown = self._paint(f"{visible(path)}:{start.line}:{start.column}", _CYAN)
        return self._linked(shown, self._file_uri(place.path))

    def _file_uri(self, path: str) -> str:
        if not self._view.hyperlinks or self._view.root_uri is None:
            return ""
        from mmlint.report.uri import relative_uri

        return f"{self._view.root_uri.rstrip('/')}/{relative_uri(path)}"

    def _source(self, place: Place, gutter: int, mark: str, color: str) -> list[str]:
        """Return the line of source at ``place``, and the one that points at it."""
        text = self._sources.text(place.path)
        if text is None:
            return []
        columns = self._view.columns
        room = fitting(None if columns is None else columns - gutter - _FRAME)
        found = excerpt(text, self._sources.locate(place), room)
        number = self._paint(f"{found.number:>{gutter}} |", _DIM)
        blank = self._paint(f"{'':>{gutter}} |", _DIM)
        pointer = " " * found.indent + self._paint(mark * found.width, _BOLD, color)
        return [f"  {number} {found.line}".rstrip(), f"  {blank} {pointer}"]

    def _listed(self, related: tuple[Related, ...]) -> list[str]:
        if not related:
            return []
        places = []
        for one in related[:MOST_LISTED]:
            path, start, _ = self._sources.locate(one.place)
            places.append(f"{visible(path)}:{start.line}")
        if len(related) > MOST_LISTED:
            places.append("…")
        return [f"  and {len(related)} more: {', '.join(places)}"]

    def _label(self, word: str) -> str:
        return self._paint(f"{word}:", _GREEN if word == "fix" else _CYAN)

    def _paint(self, text: str, *codes: str) -> str:
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if self._view.color else text

    def _linked(self, text: str, uri: str) -> str:
        if not self._view.hyperlinks or not uri:
            return text
        return f"\x1b]8;;{uri}\x1b\\{text}\x1b]8;;\x1b\\"
