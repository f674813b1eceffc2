"""The findings as one JSON object: the stable contract for other programs."""

from __future__ import annotations

import msgspec

from mmlint.model.finding import Place
from mmlint.model.report import Reported, Result, Summary, TextEdit
from mmlint.report.excerpt import clean
from mmlint.report.json_text import json_text
from mmlint.report.masking import mask, mask_path
from mmlint.report.places import Sources, encodable
from mmlint.report.view import View


class RelatedRecord(msgspec.Struct, frozen=True):
    """A related place: line and column from 1, the column in characters."""

    path: str
    line: int
    column: int
    message: str


class EditRecord(msgspec.Struct, frozen=True):
    """Replace the bytes ``start`` to ``end`` (from 0, end exclusive) by ``text``."""

    path: str
    start: int
    end: int
    text: str


class FixRecord(msgspec.Struct, frozen=True):
    """A repair: all its edits or none."""

    safety: str
    title: str
    edits: list[EditRecord]


class FindingRecord(msgspec.Struct, frozen=True):
    """A finding: lines and columns from 1, columns in characters, the end exclusive."""

    code: str
    name: str
    severity: str
    message: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    related: list[RelatedRecord]
    evidence: list[str]
    fix: FixRecord | None
    url: str | None


class SummaryRecord(msgspec.Struct, frozen=True):
    """Counts of a run."""

    files: int
    parsed: int
    skipped: dict[str, int]
    errors: int
    warnings: int
    ignored: int
    fixable: int
    limits: dict[str, int]
    baselined: int
    stale: int


class Report(msgspec.Struct, frozen=True):
    """The whole object. ``version`` changes when a reader of the old one would misread the new."""

    version: int
    findings: list[FindingRecord]
    summary: SummaryRecord


def render(result: Result, view: View) -> str:
    """Return one indented JSON object."""
    sources = Sources(view)
    report = Report(
        version=1,
        findings=[finding_record(reported, sources, view) for reported in result.findings],
        summary=summary_record(result.summary),
    )
    return json_text(report)


def finding_record(reported: Reported, sources: Sources, view: View) -> FindingRecord:
    """Return ``reported`` as other programs read it."""
    finding = reported.finding
    located = sources.locate(finding.place)
    rule = view.rules().get(finding.code)
    return FindingRecord(
        code=finding.code,
        name=finding.name,
        severity=finding.severity,
        message=clean(finding.message),
        path=located.path,
        line=located.start.line,
        column=located.start.column,
        end_line=located.end.line,
        end_column=located.end.column,
        related=[_related(one.place, one.message, sources) for one in finding.related],
        evidence=[clean(sentence) for sentence in finding.evidence],
        fix=_fix(reported, view),
        url=rule.url if rule else None,
    )


def summary_record(summary: Summary) -> SummaryRecord:
    """Return the counts, the reasons for skipping in alphabetical order."""
    return SummaryRecord(
        files=summary.files,
        parsed=summary.parsed,
        skipped=dict(sorted(summary.skipped.items())),
        errors=summary.errors,
        warnings=summary.warnings,
        ignored=summary.ignored,
        fixable=summary.fixable,
        limits=summary.limits,
        baselined=summary.baselined,
        stale=summary.stale,
    )


def writable_edits(reported: Reported) -> tuple[TextEdit, ...]:
    """Return the edits that a report may show: none of a fix that would spell out a secret, for
    a masked one would damage the file it is applied to."""
    edits = reported.edits or ()
    hides = any(mask(one.text) != one.text or mask_path(one.path) != one.path for one in edits)
    return () if hides else edits


def _related(place: Place, message: str, sources: Sources) -> RelatedRecord:
    path, start, _ = sources.locate(place)
    return RelatedRecord(path, start.line, start.column, clean(message))


def _fix(reported: Reported, view: View) -> FixRecord | None:
    fix = reported.finding.fix
    edits = writable_edits(reported)
    if fix is None or not edits:
        return None
    records = [
        EditRecord(encodable(view.shown(edit.path)), edit.start, edit.end, encodable(edit.text))
        for edit in edits
    ]
    return FixRecord(fix.safety, clean(fix.title), records)
