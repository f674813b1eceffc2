"""One run over one project: its settings, its focus, and its findings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mmlint.model.encoding import decoded
from mmlint.model.finding import Finding
from mmlint.model.report import Notice, Reported, Result, Summary, TextEdit

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from mmlint.config import Settings
    from mmlint.engine.analysis.judge import Policy
    from mmlint.engine.cache import Cache
    from mmlint.engine.discovery.observe import Discovery, Observed
    from mmlint.engine.discovery.unread import Unread
    from mmlint.engine.facts.parser_pool import ParserPool
    from mmlint.engine.renaming import Renamings
    from mmlint.engine.timings import Timings
    from mmlint.files.listing import Lister, Listing
    from mmlint.model.baseline import Entry, StaleEntry
    from mmlint.project.project import Project
    from mmlint.rules import Registered

MAX_NAME_ROUNDS = 4
"""How often files are parsed because names come from there, which may send to further files."""


class Session:
    """One project, its settings, and the findings of its files as they are or as they might be.

    ``root``: the project's folder. ``focus``: project-relative paths that were named (empty: all);
    a folder's path ends in ``/``. ``executor``: reads the files in place of this process.
    ``only``: the project's files, where these are not those that lie in its folder now;
    ``lister``: lists those, where that has begun already.
    ``baseline``: what is known and not reported, by how often. ``is_lost``: nothing that was
    named is there. ``notes``: what the user should know of how the project was found.
    ``overlay``: bytes in place of those on disk, by path. ``given``: what was read from stdin, by
    the path that it stands for, in its own encoding; it is in ``overlay`` too, unless the
    configuration excludes that path.
    ``read``, ``parsed``: are told of the number of files as they are.
    """

    def __init__(
        self,
        root: Path,
        settings: Settings,
        *,
        focus: frozenset[str] = frozenset(),
        jobs: int = 1,
        overlay: Mapping[str, bytes] | None = None,
        cache: bool = False,
        executor: Executor | None = None,
        clock: Timings | None = None,
        read: Callable[[int], None] = lambda count: None,
        parsed: Callable[[int], None] = lambda count: None,
        only: frozenset[str] | None = None,
        lister: Lister | None = None,
        baseline: Mapping[Entry, int] | None = None,
    ) -> None:
        from mmlint.engine.timings import Timings

        self.root = root
        self.settings = settings
        self.shows_fixes = True
        self.focus = focus
        self.jobs = jobs
        self.cache = cache
        self.executor = executor
        self.only = only
        self._lister = lister
        self.clock = clock or Timings()
        self._count_read = read
        self._count_parsed = parsed
        self.overlay = {path: decoded(data) for path, data in (overlay or {}).items()}
        self.given: Mapping[str, bytes] = {}
        self._observer: Discovery | None = None
        self.observed: Observed | None = None
        self.project: Project | None = None
        self._linted: dict[str, bytes] = {}
        self.baseline = baseline or {}
        self.entries: list[Entry] = []
        self.ignored = 0
        self.limits: dict[str, int] = {}
        self.notices: list[Notice] = []
        self.missing: list[Notice] = []
        self.notes: tuple[str, ...] = ()
        self.is_lost = False
        self.unread: dict[str, str] = {}

    @cached_property
    def rules(self) -> tuple[Registered, ...]:
        """Every rule there is, selected or not."""
        from mmlint.rules import registry

        return registry()

    def lint(self, overlay: Mapping[str, bytes]) -> list[Reported]:
        """Return the findings in the focus, with ``overlay`` (path to bytes) in place of files."""
        from mmlint.engine.gc_switch import gc_disabled

        with gc_disabled():
            return self._lint({**self.overlay, **overlay})

    def _lint(self, merged: Mapping[str, bytes]) -> list[Reported]:
        project = self._project(merged)
        # Not sooner: this loads all rules, which is done while others work.
        from mmlint.engine.analysis.judge import judge
        from mmlint.model.suggest import did_you_mean
        from mmlint.project.limits import relevant_limits

        observed = self.observed
        assert observed is not None
        verdicts = judge(
            project,
            self.rules,
            self.policy(),
            source=observed.sources.get,
            suggest=did_you_mean,
            clock=self.clock,
        )
        found = verdicts.findings
        self.ignored = verdicts.ignored
        self.notices = [*map(Notice, self.notes), *observed.notices, *verdicts.notices]
        self.notices += self._unread_named(observed)
        self.limits = {**observed.limits.counts(), **relevant_limits(project)}
        asked = observed.facts.keys() if not self.focus else filter(self.is_named, observed.facts)
        speaks = observed.speaks or found or any(one.keys for one in observed.facts.values())
        if not speaks or not any(asked):
            self.limits = {}  # nothing that could be reported depends on what was not followed
        if self._observer is not None:
            self.notices += [Notice(note) for note in self._observer.observing.notes]
        renamed = self._renamings(found, merged)
        for path, data in observed.sources.items():
            if path not in merged:
                self._linted.setdefault(path, data)
        return [
            self._reported(finding, renamed, is_known)
            for finding, is_known in zip(found, self._known(found, observed), strict=True)
            if self._in_focus(finding)
        ]

    def _unread_named(self, observed: Observed) -> list[Notice]:
        """Note why each named path is not checked, if so; return what the user is told."""
        if not self.focus or self._observer is None:
            return []
        from mmlint.engine.discovery.unread import told

        self.unread = self._unread(self._observer, observed).of(self.focus - self.given.keys())
        self._observer.sieve.close()
        return told(self.unread)

    def _unread(self, observer: Discovery, observed: Observed) -> Unread:
        from mmlint.engine.discovery.unread import Unread

        return Unread(
            self.root,
            observer.listing,
            observer.sieve,
            self.settings.excludes,
            observed.facts,
            observer.only_keys,
        )

    def looked_at(self) -> dict[str, str]:
        """Return the paths of the focus that the last lint met, sorted, with the reason why each
        was not read; an empty one for what was. A folder that was not entered ends in ``/``."""
        assert self._observer is not None
        assert self.observed is not None
        every = self._unread(self._observer, self.observed).every()
        self._observer.sieve.close()
        every |= dict.fromkeys(self.overlay, "")
        found = {path: why for path, why in every.items() if not self.focus or self.is_named(path)}
        return dict(sorted((found | self.unread).items()))

    def _known(self, findings: list[Finding], observed: Observed) -> list[bool]:
        """Return which of all the project's ``findings`` the baseline holds."""
        if not self.baseline:
            return [False] * len(findings)
        from mmlint.engine.analysis.baseline import entries_of, known

        self.entries = entries_of(findings, observed.facts, observed.sources)
        return known(self.entries, self.baseline)

    def linked(self) -> Project:
        """Return the project, without judging it."""
        return self._project(self.overlay)

    def read(self, path: str) -> bytes | None:
        """Return the text, in UTF-8, of a project file on disk (or on stdin), or None."""
        from mmlint.files.reading import Unreadable, read

        if path in self.overlay:
            return self.overlay[path]
        data = read(self.root, path)
        return None if isinstance(data, Unreadable) else data

    def linted(self, path: str) -> bytes | None:
        """Return the bytes of a project file as they were when it was first looked at, which fixes
        are written for; None where there are none."""
        known = self._linted.get(path)
        return known if known is not None else self.read(path)

    def stale(self) -> list[StaleEntry]:
        """Return the entries whose findings the last lint should have met, and did not.

        There are none where something went wrong, for that may be why; and none of files out of the
        focus, of files that do not parse, and of rules that did not run.
        """
        from mmlint.engine.analysis.baseline import stale as gone

        observed = self.observed
        if observed is None or any(one.failed for one in self.notices):
            return []
        policy, rules = self.policy(), {one.code: one for one in self.rules}
        broken = {path for path, facts in observed.facts.items() if facts.problem is not None}

        def judged(entry: Entry) -> bool:
            rule, path = rules.get(entry.code), entry.path
            if self.focus and not self.is_named(path):
                return False
            if rule is None:  # there is no such rule any more
                return True
            return policy.selected(rule) and policy.allowed(rule, path) and path not in broken

        return gone(self.entries, self.baseline, judged)

    def result(self, reported: Iterable[Reported], fixed: int = 0) -> Result:
        """Return the run's outcome, with its counts."""
        every = list(reported)
        findings = tuple(one for one in every if not one.baselined)
        observed = self.observed
        assert observed is not None
        gone, notices = 0, self.notices
        if self.baseline:
            gone = len(self.stale())
            notices = notices + _about_stale(gone)
        severities = [one.finding.severity for one in findings]
        summary = Summary(
            files=self._count(observed.files),
            parsed=len(observed.facts),
            skipped=dict(sorted(observed.skipped.items())),
            errors=severities.count("error"),
            warnings=severities.count("warning"),
            ignored=self.ignored,
            fixable=sum(_is_safe(one) for one in findings),
            fixed=fixed,
            limits=self.limits,
            baselined=len(every) - len(findings),
            stale=gone,
        )
        return Result(findings, summary, tuple(notices))

    # --- parts -----------------------------------------------------------------------------------

    def _count(self, files: int) -> int:
        """Return the number of files that were asked for: those that are named, or all of the
        project's, which a named folder is as well."""
        named = self.focus and not any(one.endswith("/") for one in self.focus)
        if not named:
            return files
        return sum(not self.settings.excludes(one) for one in self.focus - self.unread.keys())

    def _project(self, overlay: Mapping[str, bytes]) -> Project:
        from mmlint.engine.discovery.observe import Discovery
        from mmlint.engine.facts.parser_pool import OBSERVING

        if self._observer is None:
            cache = self._cache()
            observing = self._observing(cache)
            only_keys = self._asks_for_keys_alone()  # which loads all rules, while git lists
            with self.clock.measure("listing"):
                found = self._listing()
            self._observer = Discovery(
                self.root,
                found,
                focus=self.focus,
                modules=self.settings.python_sdk_modules,
                prefixes=self.settings.public_env_prefixes,
                observing=observing,
                cache=cache,
                counted=self._count_read,
                only_keys=only_keys,
            )
        assert self._observer is not None
        with self.clock.measure("needles", but=OBSERVING):
            observed = self._observer.observe(overlay)
        project, more = self._linked(observed)
        for _ in range(MAX_NAME_ROUNDS):
            if not self._observer.also(observed, more, overlay):
                break
            project, more = self._linked(observed)
        else:
            self._observer.leave(observed, more)
        self.observed, self.project = observed, project
        return project

    def _listing(self) -> Listing:
        from mmlint.files.listing import Lister, without_disk

        if self.only is not None:
            return without_disk(self.only, exclude=self.settings.exclude)
        from mmlint.files.temporary import remove_abandoned

        lister = self._lister or Lister(self.root)
        found = lister.listing(exclude=self.settings.exclude)
        remove_abandoned(os.fspath(self.root), found.temporary)
        return self._but_cache(found)

    def _but_cache(self, found: Listing) -> Listing:
        """Return the listing without the folder that mmlint itself fills: the first run, which
        makes it, and all later ones count the same."""
        if self.settings.cache_dir is None:
            return found
        cache = os.path.join(self.settings.cache_dir, "")
        others = (
            one
            for one in found.skipped_folders
            if not cache.startswith(f"{self.root / one}{os.sep}")
        )
        return replace(found, skipped_folders=tuple(others))

    def _linked(self, observed: Observed) -> tuple[Project, list[str]]:
        """Return the project, and the files that it would like to see too."""
        from mmlint.project.demand import demanded

        with self.clock.measure("links"):
            project = self._link(observed)
            return project, sorted(demanded(project, keys_alone=self._asks_for_keys_alone()))

    def _cache(self) -> Cache | None:
        from mmlint.engine.cache import Cache

        folder = cache_folder(self.settings) if self.cache else None
        return None if folder is None else Cache(folder)

    def _observing(self, cache: Cache | None) -> ParserPool:
        from mmlint.engine.facts.facts_cache import FactsCache
        from mmlint.engine.facts.parser_pool import ParserPool

        observing = ParserPool(
            jobs=self.jobs,
            executor=self.executor,
            pack=None if cache is None else FactsCache(cache, self.root),
            clock=self.clock,
            done=self._count_parsed,
        )
        if cache is not None and self.settings.cache_dir and not cache.usable():
            place = self.settings.provenance.get("cache-dir", "configuration")
            observing.note(
                f"{place}: nothing is kept in {cache.folder}; expected an empty folder or one that "
                "mmlint made; name another, or drop the key"
            )
        return observing

    def close(self) -> None:
        """Keep what was read for the next run."""
        if self._observer is not None:
            self._observer.save()
        cache = self._cache()
        if cache is not None:
            cache.recover()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        """Let git go, where the files were never asked for: stuck, it would stay for good."""
        if self._lister is not None:
            self._lister.stop()

    def _link(self, observed: Observed) -> Project:
        from mmlint.project.project import Choices, Project

        settings = self.settings
        choices = Choices(
            python_modules=tuple(settings.python_sdk_modules),
            public_prefixes=tuple(settings.public_env_prefixes),
            anonymous_id_source=settings.anonymous_id_source,
            flush_fix=settings.flush_fix,
            runtime_for=settings.runtime_for,
            options=settings.rules,
        )
        return Project(
            observed.facts,
            tests=observed.tests,
            untracked=observed.untracked,
            asked=self._asked(observed),
            project_config=observed.project_config,
            choices=choices,
            resolution=observed.resolution,
        )

    def _asked(self, observed: Observed) -> frozenset[str] | None:
        """Return the files in which findings are looked for, or None for all: those of the focus,
        and those with ignore comments, for what these hide is counted. A baseline is about all."""
        if not self.focus or self.baseline:
            return None
        facts = observed.facts.items()
        return frozenset(path for path, one in facts if one.ignores or self.is_named(path))

    def policy(self) -> Policy:
        """Return which verdicts count, by the configuration."""
        from mmlint.engine.analysis.judge import Policy

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
            named=self.is_named,
        )

    def _asks_for_keys_alone(self) -> bool:
        """Whether every rule that runs is one about keys, as in a hook that cares for these."""
        selected = self.policy().selected
        return all(one.code.startswith("MM2") for one in self.rules if selected(one))

    def is_named(self, path: str) -> bool:
        """Whether the focus is about the file."""
        from mmlint.engine.discovery.observe import covers

        return covers(self.focus, path)

    def _in_focus(self, finding: Finding) -> bool:
        if not self.focus:
            return True
        causes = (one.place.path for one in finding.related if one.cause)
        return any(map(self.is_named, (finding.place.path, *causes)))

    def _renamings(self, findings: Iterable[Finding], overlay: Mapping[str, bytes]) -> Renamings:
        """Return the text edits of all variables that fixes rename, in all files at once."""
        from mmlint.engine.renaming import asked

        every = list(findings)
        seen = asked(one for one in every if self._in_focus(one))
        if not seen or self._observer is None or not self.shows_fixes:
            return {}  # to look for a name in all files takes time
        # What is asked for elsewhere counts as well: no two variables may get one name.
        renamed = self._observer.renamings(asked(every), overlay)
        for path, data in self._observer.renamed.items():
            if path not in overlay:
                self._linted.setdefault(path, data)
        return renamed

    def _reported(self, finding: Finding, renamed: Renamings, is_known: bool) -> Reported:
        """Return the finding with the text of its fix; without one that renames what cannot be."""
        from msgspec.structs import replace as changed

        from mmlint.engine.renaming import asked_by
        from mmlint.model.finding import RenameVariable

        for edit in finding.fix.edits if finding.fix is not None else ():
            if isinstance(edit, RenameVariable):
                edits = renamed.get(asked_by(edit))
                kept = finding if edits else changed(finding, fix=None)
                return Reported(kept, edits, is_known, self._beyond(edits))
        edits = self._edits(finding)
        return Reported(finding, edits, is_known, self._beyond(edits))

    def _beyond(self, edits: Iterable[TextEdit] | None) -> tuple[str, ...]:
        """Return the files of the edits that the focus is not about, sorted."""
        paths = {edit.path for edit in edits or ()}
        return tuple(sorted(path for path in paths if self.focus and not self.is_named(path)))

    def _edits(self, finding: Finding) -> tuple[TextEdit, ...] | None:
        """Write the fix's named edits out as text; None where they cannot be written safely."""
        from mmlint.languages.edits.writing import write

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
    safe = one.finding.fix is not None and one.finding.fix.safety == "safe" and bool(one.edits)
    return safe and not one.beyond


def cache_folder(settings: Settings) -> Path | None:
    """Return where what was read is kept: as configured, or where the platform keeps such things;
    None where it has no such place."""
    from mmlint.engine.cache import usual_folder

    return Path(settings.cache_dir) if settings.cache_dir else usual_folder()


def _about_stale(count: int) -> list[Notice]:
    """Return the note about so many stale entries; none for none."""
    if not count:
        return []
    stand = "1 stale baseline entry" if count == 1 else f"{count} stale baseline entries"
    said = f"{stand}; run: mmlint baseline prune"
    return [Notice(said)]
