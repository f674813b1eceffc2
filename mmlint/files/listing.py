"""Which files the project has: git says, or the ignore files do; the disk confirms it.

Whoever decides, the files are the same: where git is asked, its list is taken and each entry looked
at once; elsewhere the folders are walked.
"""

from __future__ import annotations

import os
import re
import stat
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, repeat
from operator import itemgetter
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from mmlint.files.choosing import IgnoreFiles, folders_of
from mmlint.files.git import ENV_FOLDER, Asked, Failure, is_named, is_other_checkout
from mmlint.files.kinds import VENDORED, language
from mmlint.files.reading import is_within
from mmlint.files.root import is_repository, work_tree
from mmlint.files.temporary import MARK, is_temporary
from mmlint.files.tree import Tree
from mmlint.model.gitignore import listed
from mmlint.model.regex import regex

_ENV = regex(r"(?:\A|/)(?:\.env|[^/]*\.env|\.env[./][^/]*|\.envrc|\.dev\.vars[^/]*)(?:/|\Z)", re.I)
"""What git may have listed for its name alone, ignored or not; the same that it is told."""

UNSETTLED: Final = 2_000_000_000
"""Nanoseconds. A file changed less than this before it was looked at may change again without
showing it: file systems count time in steps of up to two seconds."""


LONG_WALK: Final = 50_000
"""Files and folders. A walk without git that meets more of them says so."""

STAMP: Final = "q"
"""The type of a stamp in an ``array``."""

_ODD: Final = -1
"""In place of the stamp of what is no plain file, or cannot be looked at; no hash is that."""


class Listing(msgspec.Struct, frozen=True, eq=False):
    """The files of a project: paths relative to its root with ``/``, sorted. Odd bytes in names are
    kept as surrogates (PEP 383).

    ``notes``: what the user should know of how they were found. ``skipped_folders``: folders of
    vendored or generated code that were not entered. ``checkouts``: folders that were not entered
    because they are other checkouts of a repository that is listed (``git worktree``). ``links``:
    those files that are symbolic links, and the project file each leads to. ``stamps``: for each of
    the files in turn, a number that changes with it, 0 where it may change without that.
    ``untracked``: those files that git does not track, None where git was not asked. ``temporary``:
    mmlint's own files, which are none of the project's. ``excluded``: what the configuration leaves
    out.
    """

    files: tuple[str, ...]
    notes: tuple[str, ...] = ()
    skipped_folders: tuple[str, ...] = ()
    checkouts: tuple[str, ...] = ()
    links: Mapping[str, str] = msgspec.field(default_factory=dict)
    stamps: array[int] = msgspec.field(default_factory=lambda: array(STAMP))
    untracked: frozenset[str] | None = None
    temporary: tuple[str, ...] = ()
    excluded: frozenset[str] = frozenset()

    def __eq__(self, other: object) -> bool:
        """Whether both list the same; when a file changed, and who tracks it, is no part of it."""
        return isinstance(other, Listing) and self._listed() == other._listed()

    def without(self, exclude: Sequence[str]) -> Listing:
        """Return the same without the files that ``exclude`` leaves out."""
        if not exclude:
            return self
        kept = tuple(_without(self.files, exclude))
        stamps = dict(zip(self.files, self.stamps, strict=True))
        left = self.links.keys() & set(kept)
        return replace(
            self,
            files=kept,
            links={path: target for path, target in self.links.items() if path in left},
            stamps=array(STAMP, map(stamps.__getitem__, kept)),
            excluded=frozenset(stamps).difference(kept),
        )

    def _listed(self) -> tuple[object, ...]:
        return self.files, self.notes, self.skipped_folders, self.checkouts, dict(self.links)

    __hash__ = None  # type: ignore[assignment]


def listing(root: Path | str, *, exclude: Sequence[str] = ()) -> Listing:
    """Return the files below ``root`` that git tracks or would track, and env files even where git
    ignores them (beside or above any other file): they carry what a build inlines.

    ``exclude``: patterns as in a ``.gitignore`` at the root, of files to leave out. Links count
    if they lead to a file of the project; linked folders are not entered. Never raises for what is
    on the disk: what cannot be read is a note.
    """
    return Lister(root).listing(exclude=exclude)


def without_disk(files: Iterable[str], *, exclude: Sequence[str] = ()) -> Listing:
    """Return a listing of exactly ``files``, less what ``exclude`` leaves out, for a tree that
    lies nowhere, such as an earlier revision."""
    kept = tuple(sorted(_without(files, exclude)))
    return Listing(kept, stamps=array(STAMP, bytes(8 * len(kept))))


class Lister:
    """Lists one project: git begins at once, and is waited for when the list is asked for.

    ``seen``: is told of the number of files and folders as a walk without git meets them.
    """

    def __init__(self, root: Path | str, seen: Callable[[int], None] = lambda count: None) -> None:
        self._root = Path(os.path.realpath(root))
        self._seen = seen
        self._asked = _ask(self._root)

    def listing(self, *, exclude: Sequence[str] = ()) -> Listing:
        """Return what the function ``listing`` does. To be called once."""
        try:
            return self._found().without(exclude)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End git, whose answer is not needed."""
        if self._asked is not None:
            self._asked.stop()

    def _found(self) -> Listing:
        found = _Found(self._root, self._seen)
        with found.tree:
            found.repository("", self._asked)
            while found.repositories:
                folder = found.repositories.pop()
                found.repository(folder, found.stuck or _ask(self._root / folder))
        stamps = found.stamps
        if found.ignored_env:
            folders = folders_of(stamps)
            beside = (path for path in found.ignored_env if path.rpartition("/")[0] in folders)
            stamps |= {path: found.ignored_env[path] for path in beside}
        temporary = tuple(path for path in stamps if MARK in path and is_temporary(path))
        for path in temporary:
            del stamps[path]
        files = tuple(sorted(stamps))
        if found.checkouts and found.untracked is None:  # it may be all that there is
            names = ", ".join(sorted(found.checkouts)[:3])
            found.notes.append(
                f"other checkouts of the repository were not looked at ({names}); "
                "run mmlint in them"
            )
        return Listing(
            files=files,
            notes=tuple(sorted(found.notes)),
            skipped_folders=tuple(sorted(found.skipped_folders)),
            checkouts=tuple(sorted(found.checkouts)),
            links={path: found.links[path] for path in sorted(found.links.keys() & stamps.keys())},
            stamps=array(STAMP, map(stamps.__getitem__, files)),
            untracked=None if found.untracked is None else frozenset(found.untracked),
            temporary=temporary,
        )


def _ask(folder: Path) -> Asked | None:
    """Ask git about ``folder``, unless it lies in no repository."""
    return Asked(folder) if work_tree(folder) is not None or is_named(folder) else None


def _without(files: Iterable[str], exclude: Sequence[str]) -> Iterable[str]:
    if not exclude:
        return files
    excluded = listed(exclude)
    return (path for path in files if not excluded.covers(path))


class _Found:
    """What was found so far below ``root`` (absolute, without links).

    ``stamps``: the files. ``ignored_env``: env files that are ignored, with their stamps.
    ``repositories``: folders whose own repositories decide about what is in them. ``checkouts``:
    folders that hold another checkout of one of these, or of the project's. ``stuck``: git
    was waited for in vain, and is not asked again.
    """

    def __init__(self, root: Path, seen: Callable[[int], None]) -> None:
        self.root = root
        self._seen = seen
        self._walked = 0
        self.real_root = os.fspath(root)
        self.tree = Tree(self.real_root)
        self.stamps: dict[str, int] = {}
        self.ignored_env: dict[str, int] = {}
        self.links: dict[str, str] = {}
        self.skipped_folders: set[str] = set()
        self.checkouts: set[str] = set()
        self.repositories: list[str] = []
        self.notes: list[str] = []
        self.untracked: set[str] | None = None
        self.stuck: Failure | None = None
        self._settled = time.time_ns() - UNSETTLED

    def repository(self, folder: str, asked: Asked | Failure | None) -> None:
        """Add the files of the project, or of a repository in it, that lies in ``folder``."""
        if asked is None:
            self._walk(folder, IgnoreFiles(self.root, notes=self.notes))
            if self._walked > LONG_WALK:
                self.notes.append(
                    f"{self.root} is no git repository; {self._walked:,} files and folders below "
                    "it were looked at; run mmlint in the project's own folder, or name that"
                )
            return
        failed = self._listed(folder, asked) if isinstance(asked, Asked) else asked
        if failed is None:
            return
        if isinstance(asked, Asked):
            asked.stop()
        if failed.stuck:
            self.stuck = failed
        where = f" of {folder}" if folder else ""
        self.notes.append(
            f"git could not list the files{where} ({failed.reason}); the folders were searched "
            "instead, as their .gitignore files say"
        )
        self._walk(folder, IgnoreFiles.above(self.root, folder, self.notes))

    # --- as git says -----------------------------------------------------------------------------

    def _listed(self, folder: str, asked: Asked) -> Failure | None:
        """Add what git lists; return why it does not."""
        prefix = folder + "/" if folder else ""
        tracked = asked.tracked()
        if isinstance(tracked, Failure):
            return tracked
        before = len(self.stamps)
        self._confirm(prefix, tracked, self.stamps)
        others = asked.others()
        if isinstance(others, Failure):
            for path in list(self.stamps)[before:]:
                del self.stamps[path]
            return others
        self.untracked = set() if self.untracked is None else self.untracked
        self.untracked.update(prefix + path for path in others)
        self._confirm_others(prefix, others, asked)
        self.notes.extend(f"git: {warning}" for warning in asked.warnings)
        return None

    def _confirm_others(self, prefix: str, others: list[str], asked: Asked) -> None:
        """Add what is not tracked, unless git listed it for its name although it is ignored."""
        doubtful = {path for path in others if _ENV.search(path)}
        self._confirm(prefix, set(others) - doubtful, self.stamps)
        if not doubtful:
            return
        # Beside other files an env file counts either way; only about the rest git must be asked.
        folders = folders_of(self.stamps)
        env = {path for path in doubtful if language(path) == "dotenv"}
        certain = {path for path in env if (prefix + path).rpartition("/")[0] in folders}
        ignored = asked.ignored(doubtful - certain)
        self._confirm(prefix, doubtful - ignored, self.stamps)
        self._confirm(prefix, env & ignored, self.ignored_env)

    def _confirm(self, prefix: str, paths: Iterable[str], into: dict[str, int]) -> None:
        """Put those of git's ``paths`` that the disk has ``into`` the files."""
        paths = sorted(prefix + path for path in paths) if prefix else sorted(paths)
        stamps = self._stamps(paths)
        into.update(zip(paths, stamps, strict=True))
        odd = dict.fromkeys(  # git lists a path that is in conflict several times
            path for path, stamp in zip(paths, stamps, strict=True) if stamp == _ODD
        )
        for path in odd:
            del into[path]
        # That ignored folders hold vendored code is not reported.
        noted = into is not self.ignored_env
        for folder, names, there in _by_folder([*odd]):
            if not self._stays_out(folder, noted):
                self._look(folder, names, there, into)

    def _stamps(self, paths: list[str]) -> array[int]:
        """Return the stamp of each of ``paths`` (sorted) that is a plain file, ``_ODD`` for all
        else."""
        found = array(STAMP)
        for folder, names, _ in _by_folder(paths):
            try:
                if self._stays_out(folder, noted=False):
                    raise NotADirectoryError
                found.extend(map(self._stamp, self.tree.look_at_once(folder, names)))
            except OSError:  # one by one, they say what is wrong with them
                found.extend(repeat(_ODD, len(names)))
        return found

    def _look(self, folder: str, names: list[str], paths: list[str], into: dict[str, int]) -> None:
        """Put those of ``paths`` that the disk has ``into`` the files: ``names`` in ``folder``."""
        for name, path, seen in zip(names, paths, self.tree.look(folder, names), strict=True):
            if isinstance(seen, os.stat_result):
                self._put(path, seen, into)
            elif name:
                self._missed(folder, seen)
            else:  # so ends a repository that lies beside
                status = self._status(folder)
                if status is not None:
                    self._put(folder, status, into)

    def _stays_out(self, folder: str, noted: bool) -> bool:
        """Whether a folder, or one above it, is a virtual environment or holds vendored code;
        ``noted``: which is put down if it is there."""
        if f"/{ENV_FOLDER}/" in f"/{folder}/".lower():
            return True
        names = folder.split("/")
        if VENDORED.isdisjoint(names):
            return False
        depth = next(number for number, name in enumerate(names, 1) if name in VENDORED)
        if noted:
            self._skip("/".join(names[:depth]))
        return True

    def _skip(self, folder: str) -> None:
        if folder not in self.skipped_folders:
            status = self._status(folder)
            if status is not None and stat.S_ISDIR(status.st_mode):
                self.skipped_folders.add(folder)

    def _put(self, path: str, status: os.stat_result, into: dict[str, int]) -> None:
        """Add a file, or what lies below or behind an entry that is none itself."""
        if stat.S_ISREG(status.st_mode):
            into[path] = self._stamp(status)
        elif stat.S_ISLNK(status.st_mode):
            self._link(path, into)
        elif stat.S_ISDIR(status.st_mode) and is_repository(self.root / path):
            # Git lists a submodule, or a repository that lies beside, as if it were a file.
            if path.rpartition("/")[2] in VENDORED:
                self.skipped_folders.add(path)
            else:
                self._nested(path)

    def _nested(self, path: str) -> None:
        """Have the repository in a folder decide about it, unless it is the project's own."""
        if is_other_checkout(self.root / path, self.root):
            self.checkouts.add(path)
        else:
            self.repositories.append(path)

    def _status(self, path: str) -> os.stat_result | None:
        try:
            return self.tree.status(path)
        except OSError as error:
            self._missed(path.rpartition("/")[0], error)
            return None

    def _missed(self, folder: str, error: OSError) -> None:
        if isinstance(error, PermissionError):
            self._note(folder, error)

    def _note(self, folder: str, error: OSError) -> None:
        reason = (error.strerror or type(error).__name__).lower()
        note = f"the folder {folder or '.'} cannot be listed: {reason}"
        if note not in self.notes:
            self.notes.append(note)

    def _stamp(self, status: os.stat_result) -> int:
        """Return a number that changes with the file's bytes, 0 if it may not, ``_ODD`` for what is
        no plain file."""
        if not stat.S_ISREG(status.st_mode):
            return _ODD
        modified, changed = status.st_mtime_ns, status.st_ctime_ns
        if modified > self._settled or changed > self._settled:
            return 0
        return hash((modified, changed, status.st_size, status.st_ino))

    def _link(self, path: str, into: dict[str, int]) -> None:
        """Add a link if it leads to a file of the project."""
        try:
            target = os.path.realpath(self.root / path)
        except OSError:  # it vanished, or the system refuses to say where it leads
            return
        if is_within(target, self.real_root) and os.path.isfile(target):
            self.links[path] = os.path.relpath(target, self.real_root).replace(os.sep, "/")
            into[path] = 0

    # --- as the ignore files say -----------------------------------------------------------------

    def _walk(self, folder: str, said: IgnoreFiles) -> None:
        pending = [(folder, said)]
        while pending:
            folder, said = pending.pop()
            entries = self._entries(folder)
            said = said.inside(folder, frozenset(entry.name for entry in entries))
            self._walked += len(entries)
            self._seen(len(entries))
            prefix = folder + "/" if folder else ""
            for entry in entries:
                path = prefix + entry.name
                if entry.name == ".git":
                    continue
                if not _is_folder(entry):
                    self._file(path, entry, said)
                elif self._enters(path, entry.name, said):
                    if is_repository(self.root / path):
                        self._nested(path)
                    else:
                        pending.append((path, said))

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.root / folder) as found:
                return list(found)
        except OSError as error:
            self._note(folder, error)
            return []

    def _enters(self, path: str, name: str, said: IgnoreFiles) -> bool:
        if name.lower() == ENV_FOLDER or not said.enters(path):
            return False
        if name in VENDORED:
            self.skipped_folders.add(path)
            return False
        return True

    def _file(self, path: str, entry: os.DirEntry[str], said: IgnoreFiles) -> None:
        taken = said.takes(path)
        if not taken and language(path) != "dotenv":
            return
        into = self.stamps if taken else self.ignored_env
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:
            return
        if stat.S_ISLNK(status.st_mode):
            self._link(path, into)
        elif stat.S_ISREG(status.st_mode):
            into[path] = self._stamp(status)


def _by_folder(paths: list[str]) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield each folder of ``paths`` (sorted) with the names in it, and with its paths; a folder
    may come more than once."""
    end = 0
    for folder, parts in groupby(map(str.rpartition, paths, repeat("/")), itemgetter(0)):
        names = [name for *_, name in parts]
        start, end = end, end + len(names)
        yield folder, names, paths[start:end]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
