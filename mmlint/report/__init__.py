"""Turns the outcome of a run into text, one module per format."""

from __future__ import annotations

from mmlint.model.report import Result
from mmlint.report.view import View

FOR_PEOPLE = ("text", "full", "concise")
"""Formats that end in a sentence."""

FORMATS = (*FOR_PEOPLE, "json", "jsonl", "github", "gitlab", "sarif")
"""What ``--format`` accepts."""

__all__ = ["FORMATS", "FOR_PEOPLE", "View", "render"]


def render(format: str, result: Result, view: View) -> str:
    """Return ``result`` in ``format``: empty, or text that ends in a line break.

    Raises ValueError for a format that is not in ``FORMATS``. Only the format's own module is
    imported, so that a run pays for no other; and none of those that quote files where there is
    nothing to quote, as in most hooks.
    """
    if format in FOR_PEOPLE and not result.findings:
        from mmlint.report.wording import conclusion

        return conclusion(result) + "\n"
    if format in ("text", "full"):
        from mmlint.report import text

        return text.render(result, view, full=format == "full")
    if format == "concise":
        from mmlint.report import concise

        return concise.render(result, view)
    if format == "json":
        from mmlint.report import json_format

        return json_format.render(result, view)
    if format == "jsonl":
        from mmlint.report import jsonl

        return jsonl.render(result, view)
    if format == "github":
        from mmlint.report import github

        return github.render(result, view)
    if format == "gitlab":
        from mmlint.report import gitlab

        return gitlab.render(result, view)
    if format == "sarif":
        from mmlint.report import sarif

        return sarif.render(result, view)
    raise ValueError(f"no report format {format!r}; choose one of {', '.join(FORMATS)}")
