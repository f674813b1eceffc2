"""The sentences that more than one format says."""

from __future__ import annotations

from mmlint.model.limits import sentence
from mmlint.model.report import Reported, Result


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


def remedy(reported: Reported) -> str:
    """Return how the fix of ``reported`` comes about."""
    fix = reported.finding.fix
    if fix is None or reported.edits is None or fix.safety == "shown":
        return "suggestion"
    return "--fix applies it" if fix.safety == "safe" else "needs --unsafe-fixes"


def _remedies(result: Result) -> str:
    unsafe = sum(remedy(one) == "needs --unsafe-fixes" for one in result.findings)
    parts = []
    if result.summary.fixable:
        parts.append(f"{result.summary.fixable} fixable with --fix")
    if unsafe:
        more = " more" if parts else " fixable"
        parts.append(f"{unsafe}{more} with --unsafe-fixes")
    return f" ({', '.join(parts)})" if parts else ""
