"""Which files the project has: git says, or the ignore files do; the disk confirms it.

There is one walk, whoever decides, so that both see the same tree in the same way.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from mmlint.files.choosing import Chooser, chooser, folders_of
from mmlint.files.kinds import VENDORED, language
from mmlint.files.reading import is_within
from mmlint.files.root import is_repository


class Listing(NamedTuple):
    """The files of a project: paths relative to its root with ``/``, sorted. Odd bytes in names are
    kept as surrogates (PEP 383).

    ``notes``: what the user should know of how they were found. ``skipped_folders``: folders of
    vendored or generated code that were not entered. ``links``: those files that are symbolic
    links, and the project file each leads to.
    """

    files: tuple[str, ...]
    notes: tuple[str, ...] = ()
    skipped_folders: tuple[str, ...] = ()
    links: Mapping[str, str] = MappingProxyType({})


def listing(root: Path | str, *, exclude: Sequence[str] = ()) -> Listing:
    """Return the files below ``root`` that git tracks or would track, and env files even where git
    ignores them (beside or above any other file): they carry what a build inlines.

    ``exclude``: patterns as in a ``.gitignore`` at the root, of files to leave out. Links count
    if they lead to a file of the project; linked folders are not entered. Never raises for what is
    on the disk: what cannot be read is a note.
    """
    walk = _Walk(Path(os.path.realpath(root)))
    walk.run()
    folders = folders_of(walk.files)
    beside = {path for path in walk.ignored_env if path.rpartition("/")[0] in folders}
    kept = set(_without(walk.files | beside, exclude))
    return Listing(
        files=tuple(sorted(kept)),
        notes=tuple(sorted(walk.notes)),
        skipped_folders=tuple(sorted(walk.skipped_folders)),
        links={link: target for link, target in sorted(walk.links.items()) if link in kept},
    )


def _without(files: Iterable[str], exclude: Sequence[str]) -> Iterable[str]:
    if not exclude:
        return files
    from pathspec import GitIgnoreSpec

    spec = GitIgnoreSpec.from_lines(exclude)
    return (path for path in files if not spec.match_file(path))


class _Walk:
    """One pass over the folders below ``root`` (absolute, without links)."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.real_root = os.fspath(root)
        self.files: set[str] = set()
        self.ignored_env: set[str] = set()
        self.links: dict[str, str] = {}
        self.skipped_folders: list[str] = []
        self.notes: list[str] = []

    def run(self) -> None:
        pending = [("", chooser(self.root, "", self.notes))]
        while pending:
            folder, who = pending.pop()
            entries = self._entries(folder)
            who = self._who(folder, who, frozenset(entry.name for entry in entries))
            prefix = folder + "/" if folder else ""
            for entry in entries:
                path = prefix + entry.name
                if entry.name == ".git":
                    continue
                if not _is_folder(entry):
                    self._file(path, entry, who)
                elif self._enters(path, entry.name, who):
                    pending.append((path, who))

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.root / folder) as found:
                return list(found)
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            self.notes.append(f"the folder {folder or '.'} cannot be listed: {reason}")
            return []

    def _who(self, folder: str, who: Chooser, names: frozenset[str]) -> Chooser:
        """Return who decides about the entries of ``folder``, given who decided to enter it."""
        is_other = ".git" in names and folder != "" and who.leaves(folder)
        if is_other and is_repository(self.root / folder):
            who = chooser(self.root, folder, self.notes)
        return who.inside(folder, names)

    def _enters(self, path: str, name: str, who: Chooser) -> bool:
        if not who.enters(path):
            return False
        if name in VENDORED:
            self.skipped_folders.append(path)
            return False
        return True

    def _file(self, path: str, entry: os.DirEntry[str], who: Chooser) -> None:
        taken = who.takes(path)
        if not taken and language(path) != "dotenv":
            return
        if entry.is_symlink():
            target = self._target(path)
            if target is None:
                return
            self.links[path] = target
        elif not _is_file(entry):
            return
        (self.files if taken else self.ignored_env).add(path)

    def _target(self, path: str) -> str | None:
        """Return the project file that a link leads to, or None."""
        try:
            target = os.path.realpath(self.root / path)
        except OSError:  # it vanished, or the system refuses to say where it leads
            return None
        if not is_within(target, self.real_root) or not os.path.isfile(target):
            return None
        return os.path.relpath(target, self.real_root).replace(os.sep, "/")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file(follow_symlinks=False)
    except OSError:
        return False
