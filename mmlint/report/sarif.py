"""SARIF 2.1.0, for code scanning services and their viewers.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

from __future__ import annotations

from itertools import groupby

from mmlint.model.finding import Place
from mmlint.model.limits import sentence
from mmlint.model.report import Notice, Reported, Result, RuleInfo, TextEdit
from mmlint.report.excerpt import clean
from mmlint.report.fingerprints import Fingerprints
from mmlint.report.json_format import writable_edits
from mmlint.report.json_text import json_text
from mmlint.report.places import Located, Sources, encodable
from mmlint.report.uri import relative_uri
from mmlint.report.view import View

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "PROJECTROOT"

Json = dict[str, object]


def render(result: Result, view: View) -> str:
    """Return one SARIF log with one run. Paths are relative to the project root."""
    run = _Run(result, view).log()
    log: Json = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_text(log)


class _Run:
    """Writes one run; keeps what results share: rules by index, and the fingerprints."""

    def __init__(self, result: Result, view: View) -> None:
        self._result = result
        self._view = view
        self._sources = Sources(view)
        self._rules = _rules(result, view)
        self._index = {rule.code: index for index, rule in enumerate(self._rules)}
        self._fingerprints = Fingerprints(self._sources)

    def log(self) -> Json:
        run: Json = {
            "tool": {
                "driver": {
                    "name": "mmlint",
                    "version": self._view.version,
                    "rules": [_descriptor(rule) for rule in self._rules],
                }
            },
            "columnKind": "unicodeCodePoints",
            "invocations": [_invocation(self._result)],
            "results": [self._finding(reported) for reported in self._result.findings],
        }
        if self._view.root_uri is not None:
            run["originalUriBaseIds"] = {_ROOT: {"uri": self._view.root_uri.rstrip("/") + "/"}}
        return run

    def _finding(self, reported: Reported) -> Json:
        finding = reported.finding
        result: Json = {
            "ruleId": finding.code,
            "ruleIndex": self._index[finding.code],
            "level": finding.severity,
            "message": {"text": clean(finding.message)},
            "locations": [{"physicalLocation": self._physical(finding.place)}],
            "partialFingerprints": {"mmlint/v1": self._fingerprints.of(finding)},
        }
        if finding.related:
            result["relatedLocations"] = [
                {
                    "id": number,
                    "message": {"text": clean(related.message)},
                    "physicalLocation": self._physical(related.place),
                }
                for number, related in enumerate(finding.related, start=1)
            ]
        if finding.evidence:
            result["properties"] = {"evidence": [clean(sentence) for sentence in finding.evidence]}
        fix = self._fix(reported)
        if fix is not None:
            result["fixes"] = [fix]
        return result

    def _physical(self, place: Place) -> Json:
        return {
            "artifactLocation": _artifact(place.path),
            "region": _region(self._sources.locate(place)),
        }

    def _fix(self, reported: Reported) -> Json | None:
        """Return the fix, if it may be applied."""
        fix = reported.finding.fix
        edits = writable_edits(reported)
        if fix is None or fix.safety == "shown" or not edits:
            return None
        changes = [
            {
                "artifactLocation": _artifact(path),
                "replacements": [self._replacement(edit) for edit in group],
            }
            for path, group in groupby(sorted(edits), key=lambda edit: edit.path)
        ]
        return {
            "description": {"text": clean(fix.title)},
            "artifactChanges": changes,
            "properties": {"safety": fix.safety},
        }

    def _replacement(self, edit: TextEdit) -> Json:
        located = self._sources.locate(Place(edit.path, edit.start, edit.end))
        return {
            "deletedRegion": _region(located),
            "insertedContent": {"text": encodable(edit.text)},
        }


def _rules(result: Result, view: View) -> list[RuleInfo]:
    """Return every rule by code, those included that only a finding knows."""
    rules = dict(view.rules())
    for reported in result.findings:
        finding = reported.finding
        rules.setdefault(
            finding.code,
            RuleInfo(finding.code, finding.name, finding.severity, finding.name, "", ""),
        )
    return [rules[code] for code in sorted(rules)]


def _descriptor(rule: RuleInfo) -> Json:
    page = rule.doc or rule.summary
    descriptor: Json = {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": _first_paragraph(page)},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": rule.severity, "enabled": rule.enabled},
    }
    if rule.url:
        descriptor["helpUri"] = rule.url
    return descriptor


def _first_paragraph(page: str) -> str:
    return " ".join(page.strip().split("\n\n", 1)[0].split())


def _artifact(path: str) -> Json:
    return {"uri": relative_uri(path), "uriBaseId": _ROOT}


def _region(located: Located) -> Json:
    return {
        "startLine": located.start.line,
        "startColumn": located.start.column,
        "endLine": located.end.line,
        "endColumn": located.end.column,
    }


def _invocation(result: Result) -> Json:
    stopped = sentence(result.summary.limits)
    limits = [Notice(stopped)] if stopped else []
    sorted_notices = sorted([*result.notices, *limits])
    return {
        "executionSuccessful": not any(notice.failed for notice in sorted_notices),
        "toolExecutionNotifications": [
            {
                "level": "error" if notice.failed else "note",
                "message": {"text": clean(notice.message)},
            }
            for notice in sorted_notices
        ],
    }
