"""The verbs: check, fix, explain, list rules, show the configuration. What the CLI and tests call."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mmlint import __version__
from mmlint.model.finding import Finding, Safety
from mmlint.model.report import Notice, Reported, Result, RuleInfo, Summary, TextEdit

if TYPE_CHECKING:
    from mmlint.config import Settings
    from mmlint.engine.fixer import Fixed
    from mmlint.engine.observe import Observed, Observer
    from mmlint.project.view import Project
    from mmlint.rules import Registered

URL = "https://github.com/mmlint/mmlint/blob/main/docs/rules/{name}.md"

DECIDING = frozenset({"package.json", "tsconfig.json", "jsconfig.json", "vercel.json"})
"""Files that decide about others: where one is named, its whole folder is meant."""


@dataclass(frozen=True)
class Request:
    """Everything a run of ``check`` can be asked for; the CLI's options, by their names."""

    paths: tuple[str, ...] = ()
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    format: str = "text"
    outputs: tuple[tuple[str, str], ...] = ()
    stdin_filename: str | None = None
    exit_zero: bool = False
    statistics: bool = False
    show_files: bool = False
    color: bool = False
    jobs: int = 1
    verbose: bool = False
    config: tuple[str, ...] = ()
    isolated: bool = False


class UsageError(Exception):
    """The request cannot be met; the message says what is wrong, expected, and to do."""


class Session:
    """One project, its settings, and the findings of its files as they are or as they might be.

    ``root``: the project's folder. ``focus``: project-relative paths that were named (empty: all);
    a folder's path ends in ``/``.
    """

    def __init__(
        self,
        root: Path,
        settings: Settings,
        *,
        focus: frozenset[str] = frozenset(),
        jobs: int = 1,
        overlay: Mapping[str, bytes] | None = None,
    ) -> None:
        from mmlint.rules import registry

        self.root = root
        self.settings = settings
        self.focus = focus
        self.jobs = jobs
        self.overlay = dict(overlay or {})
        self.rules = registry()
        self._observer: Observer | None = None
        self.observed: Observed | None = None
        self.ignored = 0
        self.notices: list[Notice] = []

    def lint(self, overlay: Mapping[str, bytes]) -> list[Reported]:
        """Return the findings in the focus, with ``overlay`` (path to bytes) in place of files."""
        from mmlint.config.suggest import did_you_mean
        from mmlint.engine.judge import judge

        merged = {**self.overlay, **overlay}
        project = self._project(merged)
        observed = self.observed
        assert observed is not None
        verdicts = judge(
            project,
            self.rules,
            self._policy(),
            source=observed.sources.get,
            suggest=did_you_mean,
        )
        self.ignored = verdicts.ignored
        self.notices = observed.notices + verdicts.notices
        return [
            Reported(finding, self._edits(finding))
            for finding in verdicts.findings
            if self._in_focus(finding)
        ]

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a project file as they are on disk (or on stdin), or None."""
        from mmlint.files.reading import Unreadable, read

        if path in self.overlay:
            return self.overlay[path]
        data = read(self.root, path)
        return None if isinstance(data, Unreadable) else data

    def result(self, reported: Iterable[Reported], fixed: int = 0) -> Result:
        """Return the run's outcome, with its counts."""
        findings = tuple(reported)
        observed = self.observed
        assert observed is not None
        severities = [one.finding.severity for one in findings]
        summary = Summary(
            files=observed.files,
            parsed=len(observed.facts),
            skipped=dict(sorted(observed.skipped.items())),
            errors=severities.count("error"),
            warnings=severities.count("warning"),
            ignored=self.ignored,
            fixable=sum(_is_safe(one) for one in findings),
            fixed=fixed,
        )
        return Result(findings, summary, tuple(self.notices))

    # --- parts -----------------------------------------------------------------------------------

    def listing(self) -> object:
        from mmlint.files.listing import listing

        return listing(self.root, exclude=self.settings.exclude)

    def _project(self, overlay: Mapping[str, bytes]) -> Project:
        from mmlint.engine.observe import Observer
        from mmlint.files.listing import listing
        from mmlint.project.wanted import wanted

        if self._observer is None:
            found = listing(self.root, exclude=self.settings.exclude)
            named = frozenset(path for path in self.focus if not path.endswith("/"))
            self._observer = Observer(self.root, found, focus=named, jobs=self.jobs)
        observed = self._observer.observe(overlay)
        project = self._link(observed)
        for _ in range(4):
            if not self._observer.also(observed, sorted(wanted(project)), overlay):
                break
            project = self._link(observed)
        self.observed = observed
        return project

    def _link(self, observed: Observed) -> Project:
        from mmlint.project.resolution import Resolution
        from mmlint.project.view import Choices, Project

        settings = self.settings
        choices = Choices(
            python_modules=tuple(settings.python_sdk_modules),
            public_prefixes=tuple(settings.public_env_prefixes),
            anonymous_id_source=settings.anonymous_id_source,
            runtime_for=settings.runtime_for,
            options=settings.rules,
        )
        return Project(
            observed.facts,
            tests=observed.tests,
            surroundings=observed.surroundings,
            choices=choices,
            resolution=Resolution(observed.code),
        )

    def _policy(self) -> object:
        from mmlint.engine.judge import Policy

        settings = self.settings

        def selected(rule: Registered) -> bool:
            enabled = rule.rule.enabled
            off = settings.severity_of(rule.code, rule.name, rule.rule.severity) == "off"
            return settings.is_selected(rule.code, rule.name, enabled) and not off

        return Policy(
            selected=selected,
            severity=lambda rule: settings.severity_of(rule.code, rule.name, "") or None,
            allowed=lambda rule, path: not settings.is_ignored_in(path, rule.code, rule.name),
        )

    def _in_focus(self, finding: Finding) -> bool:
        if not self.focus:
            return True
        places = [finding.place.path, *(one.place.path for one in finding.related)]
        return any(covers(self.focus, path) for path in places)

    def _edits(self, finding: Finding) -> tuple[TextEdit, ...] | None:
        """Write the fix's named edits out as text; None where they cannot be written safely."""
        from mmlint.languages.edits import write

        observed = self.observed
        assert observed is not None
        if finding.fix is None:
            return None
        found: list[TextEdit] = []
        for path in sorted({edit.path for edit in finding.fix.edits}):
            facts, source = observed.facts.get(path), observed.sources.get(path)
            if facts is None or source is None:
                return None
            mine = tuple(edit for edit in finding.fix.edits if edit.path == path)
            written = write(mine, facts.language, source)
            if written is None:
                return None
            found.extend(written)
        return tuple(found)


def covers(focus: frozenset[str], path: str) -> bool:
    """Whether ``path`` is named by the focus, or lies in a folder that is."""
    return path in focus or any(path.startswith(one) for one in focus if one.endswith("/"))


def _is_safe(one: Reported) -> bool:
    return one.finding.fix is not None and one.finding.fix.safety == "safe" and bool(one.edits)
