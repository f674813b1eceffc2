"""One run over one project: its settings, its focus, and its findings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mmlint.model.finding import Finding
from mmlint.model.report import Notice, Reported, Result, Summary, TextEdit

if TYPE_CHECKING:
    from mmlint.config import Settings
    from mmlint.engine.judge import Policy
    from mmlint.engine.observe import Observed, Observer
    from mmlint.project.view import Project
    from mmlint.rules import Registered

COMMANDS = ("check", "explain", "rules", "runtimes", "config")

MAX_NAME_ROUNDS = 4
"""How often files are parsed because names come from there, which may send to further files."""

DECIDING = frozenset({"package.json", "pyproject.toml", "vercel.json"})
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
        self.project: Project | None = None
        self.ignored = 0
        self.limits: dict[str, int] = {}
        self.notices: list[Notice] = []
        self.missing: list[Notice] = []

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
        self.limits = {**observed.limits.counts(), **project.program.limits.counts()}
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
            limits=self.limits,
        )
        return Result(findings, summary, tuple(self.notices))

    # --- parts -----------------------------------------------------------------------------------

    def _project(self, overlay: Mapping[str, bytes]) -> Project:
        from mmlint.engine.observe import Observer
        from mmlint.files.listing import listing
        from mmlint.project.wanted import wanted

        if self._observer is None:
            found = listing(self.root, exclude=self.settings.exclude)
            self._observer = Observer(
                self.root,
                found,
                focus=self.focus,
                modules=self.settings.python_sdk_modules,
                prefixes=self.settings.public_env_prefixes,
                jobs=self.jobs,
            )
        observed = self._observer.observe(overlay)
        project = self._link(observed)
        for _ in range(MAX_NAME_ROUNDS):
            if not self._observer.also(observed, sorted(wanted(project)), overlay):
                break
            project = self._link(observed)
        else:
            self._observer.leave(observed, wanted(project))
        self.observed, self.project = observed, project
        return project

    def _link(self, observed: Observed) -> Project:
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
            resolution=observed.resolution,
        )

    def _policy(self) -> Policy:
        from mmlint.engine.judge import Policy

        settings = self.settings

        def selected(rule: Registered) -> bool:
            asked = rule.name == "missing-reason" and settings.require_reason
            enabled = rule.rule.enabled or asked
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
        from mmlint.engine.observe import covers

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


def _is_safe(one: Reported) -> bool:
    return one.finding.fix is not None and one.finding.fix.safety == "safe" and bool(one.edits)


# --- opening ------------------------------------------------------------------------------------


def open_session(
    request: Request, stdin: Callable[[], bytes] | None, start: Path | None = None
) -> Session:
    """Find the project, its settings and the focus. Raises UsageError."""
    from mmlint.files.root import project_root

    here = Path(os.path.realpath(start or Path.cwd()))
    named = [] if request.paths in ((), (".",)) else [one for one in request.paths if one != "-"]
    first = here / (named[0] if named else request.stdin_filename or ".")
    folder = Path(os.path.normpath(first if first.is_dir() else first.parent))
    root = project_root(folder, within=here)
    if start is not None:
        root = folder = here
    settings = load_settings(request, folder, root)
    missing: list[Notice] = []
    focus: set[str] = set()
    for name in named:
        focus |= _focus(root, here / name, name, missing)
    overlay: dict[str, bytes] = {}
    if stdin is not None and request.stdin_filename:
        path = _relative(root, here / request.stdin_filename, request.stdin_filename)
        overlay[path] = stdin()
        focus.add(path)
    if request.paths == (".",) and here != root:
        focus = {_relative(root, here, ".") + "/"}
    session = Session(root, settings, focus=frozenset(focus), jobs=request.jobs, overlay=overlay)
    session.missing = missing
    return session


def load_settings(request: Request, here: Path, root: Path) -> Settings:
    from mmlint.config import ConfigError, load

    try:
        settings = load(
            here,
            root,
            overrides=request.config,
            isolated=request.isolated,
            select=request.select,
            ignore=request.ignore,
            rules=rule_names(),
        )
    except ConfigError as error:
        raise UsageError(str(error)) from error
    _check_options(settings)
    return settings


def _check_options(settings: Settings) -> None:
    """A misspelt option would be silently ignored. Raises UsageError."""
    from mmlint.config import did_you_mean
    from mmlint.rules import registry

    known = {rule.name: rule.rule.options for rule in registry()}
    for name, options in settings.rules.items():
        allowed = known.get(name, ())
        for option in options:
            if option not in allowed:
                guess = did_you_mean(option, allowed)
                hint = f' Did you mean "{guess}"?' if guess else ""
                listed = ", ".join(allowed) or "none"
                place = settings.provenance.get(f"rules.{name}", "configuration")
                raise UsageError(
                    f'{place}: unknown option "{option}" of the rule {name}; '
                    f"allowed: {listed}.{hint}"
                )


def rule_names() -> dict[str, str]:
    """Return every rule's name by its code."""
    from mmlint.rules import registry

    return {rule.code: rule.name for rule in registry()}


def _focus(root: Path, path: Path, name: str, missing: list[Notice]) -> set[str]:
    """The project-relative paths that a named path means; a folder ends in ``/``.

    A file that decides about others (a manifest, a settings file) means its whole folder.
    """
    if not os.path.lexists(path):
        text = f"{name}: no such file or folder; expected a path to check.{_command(name)}"
        missing.append(Notice(text, failed=True))
        return set()
    from mmlint.project.manifests import decides

    relative = _relative(root, path, name)
    if path.is_dir():
        return {relative.rstrip("/") + "/"} if relative != "." else set()
    base = path.name
    named = base in DECIDING or base.startswith("wrangler.") or base.endswith("mmlint.toml")
    if named or decides(base):
        folder = relative.rpartition("/")[0]
        return {relative, folder + "/"} if folder else set()
    return {relative}


def _command(word: str) -> str:
    """A misspelt command is taken for a path: say what may have been meant."""
    from mmlint.config import did_you_mean

    guess = did_you_mean(word, COMMANDS)
    return f' Did you mean "mmlint {guess}"?' if guess else " See: mmlint --help"


def _relative(root: Path, path: Path, name: str) -> str:
    try:
        normal = Path(os.path.normpath(path))
        return normal.relative_to(root).as_posix()
    except ValueError:
        raise UsageError(
            f"{name}: lies outside the project {root}; expected paths of one project. "
            "Run mmlint once in each project"
        ) from None
