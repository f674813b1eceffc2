"""From a folder to facts: lists the project, reads each file once, parses what can matter.

Files that hold a needle are parsed; then, round by round, those that import a parsed file; then the
files that a sent name comes from. Everything else costs one read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mmlint.engine.discovery.prefilter import (
    BINARY,
    LISTENS,
    STACKED,
    WRAPS,
    Prefilter,
    needle_table,
)
from mmlint.engine.discovery.prefilter_table import CODE, Name, name_of
from mmlint.engine.discovery.unsure import imported_by, product_is_named
from mmlint.engine.facts.parser_pool import ParserPool
from mmlint.engine.renaming import Renaming, renamings
from mmlint.files.kinds import is_test, language, looks_minified
from mmlint.files.needles import CALLS, CONFIGURES, SENDS, SPREADS, matters
from mmlint.files.reading import Unreadable
from mmlint.languages.settings.tree import settings_file
from mmlint.model.facts import FileFacts, Language
from mmlint.model.limits import Limits
from mmlint.model.report import Notice, TextEdit
from mmlint.model.settings import SettingsFile
from mmlint.project.modules.aliases import MAX_EXTENDS, extended
from mmlint.project.modules.resolution import Resolution
from mmlint.project.platforms.project_config import ProjectConfig

if TYPE_CHECKING:
    from mmlint.engine.cache import Cache
    from mmlint.engine.discovery.import_index import Imports
    from mmlint.files.listing import Listing

MAX_ROUNDS = 8
"""How many imports away from the SDK a file may be."""

_SCRIPTS = CODE | {"html"}
_MAY_BE_BINARY = frozenset({"text", "shell", "markdown"})
"""Languages of names that say little about what is in a file."""


class Observed(msgspec.Struct):
    """What a project says. ``sources``: the bytes of every file with facts. ``resolution``: from
    the specifiers of ``code`` to its files. ``untracked``: as in ``Listing``. ``speaks``: whether a
    file says a word of the SDK or the API, without which there is nothing to be sent."""

    root: Path
    code: frozenset[str] = frozenset()
    resolution: Resolution = msgspec.field(default_factory=lambda: Resolution(frozenset()))
    facts: dict[str, FileFacts] = msgspec.field(default_factory=dict)
    sources: dict[str, bytes] = msgspec.field(default_factory=dict)
    tests: frozenset[str] = frozenset()
    untracked: frozenset[str] | None = None
    project_config: ProjectConfig = msgspec.field(default_factory=ProjectConfig)
    skipped: Counter[str] = msgspec.field(default_factory=Counter)
    files: int = 0
    speaks: bool = False
    notices: list[Notice] = msgspec.field(default_factory=list)
    limits: Limits = msgspec.field(default_factory=Limits)


class _Sifted(msgspec.Struct):
    """The files of a project, sorted by what their names and bytes say, before any is parsed.

    ``skipped``: reason to number, counted here. ``only_keys``: as in ``Discovery``. ``manifests``:
    what ``ProjectConfig`` reads. ``deciding``: what ``Resolution`` reads. ``to_parse``: what is
    parsed. ``spreading``: code whose importers must be parsed as well. ``sends``: whether a file
    may send whatever the others hold. ``calling``: code that may send if the project names the
    product. ``unsure``: what must be parsed if the project says more about it (``engine.unsure``).
    ``configurations``: code that configures a bundler.
    """

    skipped: Counter[str]
    only_keys: bool = False
    files: int = 0
    code: set[str] = msgspec.field(default_factory=set)
    manifests: dict[str, SettingsFile] = msgspec.field(default_factory=dict)
    deciding: dict[str, SettingsFile] = msgspec.field(default_factory=dict)
    listening: list[str] = msgspec.field(default_factory=list)
    wrapping: list[str] = msgspec.field(default_factory=list)
    to_parse: dict[str, tuple[Language, bytes]] = msgspec.field(default_factory=dict)
    spreading: set[str] = msgspec.field(default_factory=set)
    sends: bool = False
    calling: set[str] = msgspec.field(default_factory=set)
    unsure: dict[str, tuple[Name, int]] = msgspec.field(default_factory=dict)
    configurations: set[str] = msgspec.field(default_factory=set)

    def skip(self, name: Name, count: int) -> None:
        """Note that so many files of this name are not looked at."""
        if name.skipped is not None:
            self.skipped[name.skipped] += count

    def asks(self, name: Name, flags: int) -> bool:
        """Whether what is in files of this name, with these flags, is needed."""
        if name.settings or name.deciding:
            return True
        stacked = name.imports and flags & STACKED
        return bool(stacked) or _matters(name, flags, self.only_keys)

    def count(self, name: Name, flags: int, paths: Sequence[str]) -> None:
        """Sort files of this name with these flags, but for what is in them."""
        if not is_text(name, flags):
            return
        self.files += len(paths)
        self.sends = self.sends or bool(flags & SENDS)
        if name.language in CODE:
            self.code.update(paths)
            if name.configures:
                self.configurations.update(paths)
        if flags & CALLS and not flags & SENDS:
            self.calling.update(paths)
        if name.imports:
            if flags & SPREADS:
                self.spreading.update(paths)
            if flags & LISTENS:
                self.listening += paths
            if flags & WRAPS:
                self.wrapping += paths

    def take(self, path: str, name: Name, flags: int, read: Callable[[str], bytes | None]) -> None:
        """Sort what is in a file, as far as it ``asks`` for it. ``read``: path to bytes, None where
        it cannot be read."""
        if name.settings or name.deciding:
            self._settings(path, read(path), name)
        if name.imports and flags & STACKED:
            data = read(path)
            if data is not None:
                self.manifests[path] = settings_file(path, data)
        if name.language is None or not _matters(name, flags, self.only_keys):
            return
        if _matters(name, flags, self.only_keys, named=False, configures=name.configures):
            self._want(path, name.language, read(path))
        else:
            self.unsure[path] = name, flags

    def decide(
        self, named: bool, configuring: Container[str], read: Callable[[str], bytes | None]
    ) -> None:
        """Sort what is unsure. ``named``: whether the project names the product. ``configuring``:
        the files that configurations import."""
        for path, (name, flags) in self.unsure.items():
            configures = path in configuring
            if name.language is not None and _matters(
                name, flags, self.only_keys, named=named, configures=configures
            ):
                self._want(path, name.language, read(path))
        self.unsure.clear()
        if named:
            self.spreading.update(self.calling)

    def _settings(self, path: str, data: bytes | None, name: Name) -> None:
        if data is None:
            return
        file = settings_file(path, data)
        if name.settings:
            self.manifests[path] = file
        if name.deciding:
            self.deciding[path] = file

    def _want(self, path: str, kind: Language, data: bytes | None) -> None:
        if data is None:
            return
        if kind in _SCRIPTS and looks_minified(data):
            self.skipped["minified"] += 1
        else:
            self.to_parse[path] = (kind, data)


def is_bundle(name: Name, flags: int, only_keys: bool, data: bytes | None = None) -> bool:
    """Whether a file of this name is left out as a minified bundle; without ``data``, whether it
    would be if its bytes are those of one."""
    if name.language not in _SCRIPTS or not _matters(name, flags, only_keys):
        return False
    return data is None or looks_minified(data)


def is_text(name: Name, flags: int) -> bool:
    """Whether a file of this name, with these flags, is text that can be searched."""
    kind = name.language
    return kind is not None and not (flags & BINARY and kind in _MAY_BE_BINARY)


def _matters(
    name: Name, flags: int, only_keys: bool, *, named: bool = True, configures: bool = True
) -> bool:
    kind = name.language
    if kind is None or not is_text(name, flags):
        return False
    return matters(flags, kind, only_keys=only_keys, named=named, configures=configures)


class Discovery:
    """Observes one project; repeated calls parse only what changed.

    ``focus``: what was asked for (empty: everything); what cannot be read there is an error.
    ``modules``, ``prefixes``: the configured Python SDK modules and public environment prefixes.
    ``observing``: turns bytes into facts. ``cache``: keeps what was seen in files for the next run.
    ``only_keys``: nothing but keys is asked for, so that less must be parsed.
    ``counted``: is told of the number of files as they are read.
    """

    def __init__(
        self,
        root: Path,
        listing: Listing,
        *,
        focus: frozenset[str] = frozenset(),
        modules: Iterable[str] = (),
        prefixes: Iterable[str] = (),
        observing: ParserPool | None = None,
        cache: Cache | None = None,
        only_keys: bool = False,
        counted: Callable[[int], None] = lambda count: None,
    ) -> None:
        self.counted = counted
        self.only_keys = only_keys
        self.root = root
        self.listing = listing
        table = needle_table(modules, prefixes)
        self.sieve = Prefilter(root, listing.files, listing.stamps, table, cache)
        self.focus = focus
        self.renamed: dict[str, bytes] = {}
        """The files that said a name which was to be renamed, as they were then."""
        self.observing = observing or ParserPool()

    def observe(self, overlay: Mapping[str, bytes]) -> Observed:
        """Return what the project says with ``overlay`` (path to bytes) in place of its files."""
        found = Observed(self.root, untracked=self.listing.untracked)
        found.notices += [Notice(note) for note in self.listing.notes]
        if self.listing.skipped_folders:
            found.skipped["vendored or generated folder"] = len(self.listing.skipped_folders)
        if self.listing.checkouts:
            found.skipped["other checkout of the repository"] = len(self.listing.checkouts)
        sifted = self._sifted(found, overlay)
        self._extended(sifted, found, overlay)
        found.code, found.files = frozenset(sifted.code), sifted.files
        sifted.code.clear()  # it is large, and there is much to come
        found.resolution = Resolution(found.code, sifted.deciding)
        imports = self._imports(overlay)
        self._decide(sifted, found, overlay, imports)
        self.observing.begin(sifted.to_parse.values())
        try:
            spreading = sifted.spreading & sifted.to_parse.keys()
            self._importers(spreading, sifted.to_parse, found, overlay, imports)
            self.sieve.close()
            self._parse(found, sifted.to_parse)
        finally:
            self.observing.stop()
        found.project_config = ProjectConfig.read(
            sifted.manifests, listening=tuple(sifted.listening), wrapping=tuple(sifted.wrapping)
        )
        found.tests = frozenset(path for path in found.facts if is_test(path))
        return found

    def also(self, found: Observed, paths: Iterable[str], overlay: Mapping[str, bytes]) -> bool:
        """Parse ``paths`` too, which hold no needle of their own; return whether there were any."""
        to_parse: dict[str, tuple[Language, bytes]] = {}
        self._add(to_parse, (path for path in paths if path not in found.facts), found, overlay)
        self.sieve.close()
        self._parse(found, to_parse)
        found.tests = frozenset(path for path in found.facts if is_test(path))
        return bool(to_parse)

    def leave(self, found: Observed, paths: Iterable[str]) -> None:
        """Note that ``paths`` would have been parsed too, were they not so far away."""
        for path in paths:
            if path not in found.facts and language(path) is not None:
                found.limits.hit("origins", path)

    def save(self) -> None:
        """Keep what was seen and read for the next run."""
        self.sieve.save()
        self.observing.save()

    def _extended(self, sifted: _Sifted, found: Observed, overlay: Mapping[str, bytes]) -> None:
        """Read the settings that others extend and that no name gives away, one after another."""
        for _ in range(MAX_EXTENDS):
            every = extended(sifted.deciding)
            more = [one for one in every if one in overlay or self.sieve.row(one) is not None]
            if not more:
                return
            for path in sorted(more):
                data = overlay[path] if path in overlay else self._read(path, found)
                # It is JSON, whatever its name.
                sifted.deciding[path] = settings_file(f"{path}.json", data or b"")

    def renamings(
        self, wanted: Iterable[Renaming], overlay: Mapping[str, bytes]
    ) -> Mapping[Renaming, tuple[TextEdit, ...]]:
        """Return the edits of each renaming that can be done in the files as they are, with
        ``overlay`` in place of some."""

        asked = list(wanted)
        names = [one.name.encode() for one in asked]
        self.renamed = {}
        tell = self.sieve.tells(word for one in asked for word in one)

        def read(path: str) -> bytes | None:
            if path not in overlay and tell and not self.sieve.may_name_keys(path):
                return None
            data = overlay[path] if path in overlay else self.sieve.read(path)
            if isinstance(data, Unreadable):
                return None
            if any(name in data for name in names):
                self.renamed[path] = data
            return data

        files, links = self.listing.files, self.listing.links
        every = sorted({*files, *overlay}) if overlay else files
        found = renamings(asked, (path for path in every if path not in links), read)
        self.sieve.close()
        return found

    # --- reading ---------------------------------------------------------------------------------

    def _sifted(self, found: Observed, overlay: Mapping[str, bytes]) -> _Sifted:
        """Look at all files that are not known, then sort them by the pile; one by one only those
        whose bytes are needed."""
        sieve, files = self.sieve, self.listing.files
        sifted = _Sifted(found.skipped, self.only_keys)
        aside = {sieve.row(path) for path in (*self.listing.links, *overlay)}
        new = sieve.glances.unseen(but=aside)
        self.counted(len(files) - len(new))
        for row in new:
            sieve.flags(row)
            self.counted(1)
        single: list[int] = []
        for name, flags, rows in sieve.glances.piles(but=aside):
            if not name.counts:
                sifted.skip(name, len(rows))
            elif flags is None or sifted.asks(name, flags):
                single += rows
            else:
                sifted.count(name, flags, [files[row] for row in rows])
        waiting = [(files[row], row) for row in sorted(single)]
        if overlay:
            given = overlay.keys() - self.listing.links.keys()
            waiting = sorted(waiting + [(path, -1) for path in given])
        for path, row in waiting:
            self._sift(path, row, sifted, found, overlay)
        sifted.listening.sort()
        sifted.wrapping.sort()
        return sifted

    def _sift(
        self, path: str, row: int, sifted: _Sifted, found: Observed, overlay: Mapping[str, bytes]
    ) -> None:
        """Sort one file: that of a row, or one of ``overlay``."""

        def read(path: str) -> bytes | None:
            return overlay[path] if path in overlay else self._read(path, found)

        if row < 0:
            name = name_of(path)
            flags: int | Unreadable = self.sieve.flags_of(overlay[path], name.language)
        else:
            name = self.sieve.glances.name(row)
            flags = self.sieve.flags(row)
        if isinstance(flags, Unreadable):
            self._unread(path, flags, found)
        elif not name.counts:
            sifted.skip(name, 1)
        else:
            sifted.count(name, flags, [path])
            sifted.take(path, name, flags, read)

    def _read(self, path: str, found: Observed) -> bytes | None:
        data = self.sieve.read(path)
        if isinstance(data, Unreadable):
            self._unread(path, data, found)
            return None
        return data

    def _unread(self, path: str, data: Unreadable, found: Observed) -> None:
        if data.failed and (not self.focus or covers(self.focus, path)):
            found.notices.append(Notice(f"{path}: {data.reason}; it was not checked", failed=True))
        else:
            found.skipped[data.reason] += 1

    # --- imports ---------------------------------------------------------------------------------

    def _importers(
        self,
        fresh: set[str],
        to_parse: dict[str, tuple[Language, bytes]],
        found: Observed,
        overlay: Mapping[str, bytes],
        imports: Callable[[], Imports],
    ) -> None:
        """Add to ``to_parse``, round by round, the files that import one of ``fresh``. This asks
        only for their text, so that everything can be parsed at once."""
        if not fresh:
            return
        for _ in range(MAX_ROUNDS):
            fresh = imports().of(fresh, found.resolution) - to_parse.keys()
            if not fresh:
                return
            self._add(to_parse, sorted(fresh), found, overlay)
        for path in imports().of(fresh, found.resolution) - to_parse.keys():
            found.limits.hit("imports", path)

    def _imports(self, overlay: Mapping[str, bytes]) -> Callable[[], Imports]:
        """Return what tells what the project's code imports, which is looked up once, if at all."""
        links = self.listing.links
        given = {path: data for path, data in overlay.items() if path not in links}
        return cache(lambda: self.sieve.imports(given))

    def _decide(
        self,
        sifted: _Sifted,
        found: Observed,
        overlay: Mapping[str, bytes],
        imports: Callable[[], Imports],
    ) -> None:
        """Decide about the files whose needles say too little by themselves."""

        def look(path: str) -> bytes | None:
            data = overlay[path] if path in overlay else self.sieve.read(path)
            return None if isinstance(data, Unreadable) else data

        named = bool(sifted.calling) and (
            sifted.sends
            or product_is_named(
                sifted.calling,
                (data for _, data in sifted.to_parse.values()),
                imports,
                found.resolution,
                look,
            )
        )
        unsure = any(flags & CONFIGURES for _, flags in sifted.unsure.values())
        starts = sifted.configurations if unsure else ()
        configuring = imported_by(starts, found.resolution, look)
        sifted.decide(named, configuring, look)
        found.speaks = sifted.sends or named

    def _add(
        self,
        to_parse: dict[str, tuple[Language, bytes]],
        paths: Iterable[str],
        found: Observed,
        overlay: Mapping[str, bytes],
    ) -> None:
        """Add ``paths`` to ``to_parse``, as far as they can be read and parsed."""
        for path in paths:
            kind = language(path)
            data = overlay[path] if path in overlay else self._read(path, found) if kind else None
            if kind is not None and data is not None:
                to_parse[path] = (kind, data)

    # --- parsing ---------------------------------------------------------------------------------

    def _parse(self, found: Observed, to_parse: Mapping[str, tuple[Language, bytes]]) -> None:
        """Parse ``to_parse`` (path to language and bytes)."""
        outcomes = self.observing.observe(to_parse.values())
        for path, item in to_parse.items():
            outcome = outcomes[item]
            if outcome.facts is not None:
                found.facts[path] = outcome.facts
                found.sources[path] = item[1]
            else:
                self._missed(path, outcome.failure, found)

    def _missed(self, path: str, why: str, found: Observed) -> None:
        """Say that a file was not checked, where it was named."""
        notice = Notice(f"{path}: was not checked: {why}", failed=True)
        if self.focus and not covers(self.focus, path):
            found.skipped["could not be observed"] += 1
        elif notice not in found.notices:
            found.notices.append(notice)


def covers(focus: frozenset[str], path: str) -> bool:
    """Whether ``path`` is named by the focus, or lies in a folder that is."""
    return path in focus or any(path.startswith(one) for one in focus if one.endswith("/"))
