"""Several projects in one run: each judged by itself, and one report of them all."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from mmlint.app.session import Session
from mmlint.model.finding import Finding, Place
from mmlint.model.report import Notice, Reported, Result, Summary


class MultiProjectRun:
    """Gathers the results of projects. What it hands out speaks of files by their paths from the
    folder ``here``. Of a project, only the bytes of files that are spoken of are kept."""

    def __init__(self, here: Path) -> None:
        self.here = here
        self.sources: dict[str, bytes] = {}
        self.notices: list[Notice] = []
        self._findings: dict[tuple[str, int, int, str, str], Reported] = {}
        self._summaries: list[Summary] = []

    def add(self, session: Session, result: Result) -> None:
        """Take the result of a project. What two projects say of one file counts once."""
        prefix = self.prefix(session)
        known = session.observed.sources if session.observed else {}
        for one in result.findings:
            for path in _paths(one) - known.keys():
                data = session.read(path)
                if data is not None:
                    self.sources[prefix + path] = data
            for path in _paths(one) & known.keys():
                self.sources[prefix + path] = known[path]
            moved = _moved(one, prefix)
            self._findings[moved.finding.sort_key] = moved
        self._summaries.append(result.summary)
        self.notices += session.missing
        self.say(session, result.notices)

    def say(self, session: Session, notices: Iterable[Notice]) -> None:
        """Take notices about a project; each says of which."""
        name = self.prefix(session).rstrip("/") or "."
        self.notices += [replace(one, message=f"{name}: {one.message}") for one in notices]

    def result(self) -> Result:
        """Return what all projects say together, in one order."""
        findings = tuple(self._findings[key] for key in sorted(self._findings))
        return Result(findings, _together(self._summaries, findings), tuple(self.notices))

    def prefix(self, session: Session) -> str:
        """Return what leads from ``here`` to the project's files."""
        relative = os.path.relpath(session.root, self.here).replace(os.sep, "/")
        return "" if relative == "." else relative + "/"


def _together(summaries: Iterable[Summary], findings: tuple[Reported, ...]) -> Summary:
    every = list(summaries)
    skipped: Counter[str] = Counter()
    limits: Counter[str] = Counter()
    for one in every:
        skipped.update(one.skipped)
        limits.update(one.limits)
    severities = Counter(one.finding.severity for one in findings)
    return Summary(
        files=sum(one.files for one in every),
        parsed=sum(one.parsed for one in every),
        skipped=dict(sorted(skipped.items())),
        errors=severities["error"],
        warnings=severities["warning"],
        ignored=sum(one.ignored for one in every),
        fixable=sum(one.fixable for one in every),
        fixed=sum(one.fixed for one in every),
        limits=dict(limits),
        baselined=sum(one.baselined for one in every),
        stale=sum(one.stale for one in every),
    )


def _paths(reported: Reported) -> set[str]:
    finding = reported.finding
    related = {one.place.path for one in finding.related}
    return {finding.place.path, *related, *(edit.path for edit in reported.edits or ())}


def _moved(reported: Reported, prefix: str) -> Reported:
    """Return the same with ``prefix`` before every path."""
    edits = reported.edits
    return replace(
        reported,
        finding=_moved_finding(reported.finding, prefix),
        edits=edits and tuple(replace(one, path=prefix + one.path) for one in edits),
        beyond=tuple(prefix + path for path in reported.beyond),
    )


def _moved_finding(finding: Finding, prefix: str) -> Finding:
    def moved(place: Place) -> Place:
        return replace(place, path=prefix + place.path)

    fix = finding.fix
    if fix is not None:
        fix = replace(fix, edits=tuple(replace(one, path=prefix + one.path) for one in fix.edits))
    return replace(
        finding,
        place=moved(finding.place),
        related=tuple(replace(one, place=moved(one.place)) for one in finding.related),
        fix=fix,
    )
