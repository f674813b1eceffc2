"""The report for people: what is wrong, the lines that show it, and what to do next."""

from __future__ import annotations

from mmlint.model.finding import Finding, Place, Related
from mmlint.model.report import Reported, Result
from mmlint.report.excerpt import Excerpt, clean, excerpt, visible
from mmlint.report.places import Sources
from mmlint.report.view import View
from mmlint.report.wording import conclusion, remedy

MOST_EXCERPTS = 3
"""Related places that are shown with their source; the others are listed."""

MOST_LISTED = 8
"""Related places that are listed beyond those; the others are counted."""

_BOLD, _DIM, _RED, _GREEN, _YELLOW, _BLUE, _CYAN = "1", "2", "31", "32", "33", "34", "36"
_SEVERITY_COLOR = {"error": _RED, "warning": _YELLOW}


def render(result: Result, view: View) -> str:
    """Return a paragraph per finding and a last line that counts."""
    writer = _Writer(view)
    paragraphs = [writer.finding(reported) for reported in result.findings]
    return "\n".join([*paragraphs, conclusion(result) + "\n"])


def paragraph(reported: Reported, view: View) -> str:
    """Return what the report says of one finding."""
    return _Writer(view).finding(reported)


class _Writer:
    """Writes findings in the looks that the view asks for."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._sources = Sources(view)

    def finding(self, reported: Reported) -> str:
        """Return the paragraph of one finding."""
        finding = reported.finding
        shown = finding.related[:MOST_EXCERPTS]
        excerpts = [self._excerpt(place) for place in (finding.place, *(r.place for r in shown))]
        gutter = max((len(str(one.number)) for one in excerpts if one), default=1)
        color = _SEVERITY_COLOR[finding.severity]

        lines = [self._headline(finding), f"  {self._place(finding.place)}"]
        lines += self._source(excerpts[0], gutter, "^", color)
        for related, found in zip(shown, excerpts[1:], strict=True):
            lines.append(f"  {self._place(related.place)}: {clean(related.message)}")
            lines += self._source(found, gutter, "~", _BLUE)
        lines += self._listed(finding.related[MOST_EXCERPTS:])
        lines += [f"  {self._label('note')} {clean(sentence)}" for sentence in finding.evidence]
        if finding.fix:
            title = clean(finding.fix.title)
            lines.append(f"  {self._label('fix')} {title} ({remedy(reported, self._view.shown)})")
        lines.append(f"  {self._label('help')} mmlint explain {finding.code}")
        return "\n".join(lines) + "\n"

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

    def _excerpt(self, place: Place) -> Excerpt | None:
        text = self._sources.text(place.path)
        return excerpt(text, self._sources.locate(place)) if text else None

    def _source(self, found: Excerpt | None, gutter: int, mark: str, color: str) -> list[str]:
        if found is None:
            return []
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
