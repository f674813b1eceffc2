"""The sentences that more than one format says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from mmlint.model.limits import sentence
from mmlint.model.report import Reported, Result
from mmlint.report.excerpt import clean_path

MOST_NAMED: Final = 3
"""Files that a sentence names; the others are counted."""


def count(number: int, noun: str) -> str:
    """Return ``1 file``, ``2 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def conclusion(result: Result) -> str:
    """Return the last line of a report: what was found, what can be done about it, what is left to
    the baseline, and what was not followed to its end."""
    summary = result.summary
    fixed = f"Fixed {count(summary.fixed, 'finding')}. " if summary.fixed else ""
    files = count(summary.files, "file")
    found = [
        count(number, noun)
        for number, noun in ((summary.errors, "error"), (summary.warnings, "warning"))
        if number
    ]
    stopped = sentence(summary.limits)
    more = f" {count(summary.baselined, 'finding')} in the baseline." if summary.baselined else ""
    more += f" {stopped}." if stopped else ""
    if not found:
        return f"{fixed}No findings in {files}.{more}"
    return f"{fixed}Found {' and '.join(found)} in {files}{_remedies(result)}.{more}"


def remedy(reported: Reported, shown: Callable[[str], str]) -> str:
    """Return how the fix of ``reported`` comes about. ``shown``: a path as it is printed."""
    fix = reported.finding.fix
    if fix is None or reported.edits is None or fix.safety == "shown":
        return "suggestion"
    if reported.beyond:
        command = "mmlint --fix" if fix.safety == "safe" else "mmlint --fix --unsafe-fixes"
        named = [clean_path(shown(path)) for path in reported.beyond[:MOST_NAMED]]
        more = len(reported.beyond) - len(named)
        named += [f"{more} more"] if more else []
        one = "it" if len(reported.beyond) == 1 else "them"
        listed = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
        return f"also edits {listed}; run `{command}` without paths, or name {one}"
    return "--fix applies it" if fix.safety == "safe" else "needs --unsafe-fixes"


def forecast(fixed: int, files: int, left: Sequence[Reported], *, unsafe: bool) -> str:
    """Return the last line of a diff: how many findings it would fix, in how many files, and what
    would be ``left``. ``unsafe``: the unsafe fixes are in the diff."""
    would = f"fix {count(fixed, 'finding')} in {count(files, 'file')}" if fixed else "fix nothing"
    if not left:
        return f"Would {would}."
    more = 0 if unsafe else sum(map(_is_unsafe, left))
    remedies = f" ({more} fixable with --unsafe-fixes)" if more else ""
    return f"Would {would} and leave {count(len(left), 'finding')}{remedies}."


def _remedies(result: Result) -> str:
    unsafe = sum(_is_unsafe(one) for one in result.findings)
    parts = []
    if result.summary.fixable:
        parts.append(f"{result.summary.fixable} fixable with --fix")
    if unsafe:
        more = " more" if parts else " fixable"
        parts.append(f"{unsafe}{more} with --unsafe-fixes")
    return f" ({', '.join(parts)})" if parts else ""


def _is_unsafe(reported: Reported) -> bool:
    fix = reported.finding.fix
    offered = fix is not None and fix.safety == "unsafe" and reported.edits is not None
    return offered and not reported.beyond
