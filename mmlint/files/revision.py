"""A project's files as git knows them at another revision; nothing is checked out or filtered."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from mmlint.files.git import Failure, answer
from mmlint.files.kinds import MAX_BYTES, skipped
from mmlint.files.reading import Unreadable, read

_GITLINK = "160000"
_LINK = "120000"
_SHA1_DIGITS = 40


class Revision(msgspec.Struct, frozen=True):
    """``files``: every path at the revision, relative to the folder asked about. ``changed``: the
    bytes of those that the work tree has otherwise, or not at all."""

    files: frozenset[str]
    changed: dict[str, bytes] = msgspec.field(default_factory=dict)


def at(folder: Path, name: str) -> Revision | Failure:
    """Return the files that ``folder`` (the top of a work tree) had at the revision ``name``.

    What differs is found by hashing the files, for git would run the repository's own filters to
    compare them. Vendored files and those over 1 MiB are left out of ``changed``.
    """
    named = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    commit = answer(folder, *named)
    if isinstance(commit, Failure):
        return commit if commit.stuck else Failure("there is no such revision")
    tree = answer(folder, "ls-tree", "-r", "-z", "--full-tree", os.fsdecode(commit).strip())
    if isinstance(tree, Failure):
        return tree
    blobs = dict(_blobs(os.fsdecode(tree)))
    differing = [
        (path, blob)
        for path, blob in blobs.items()
        if skipped(path) is None and not _is(folder, path, blob)
    ]
    changed = _contents(folder, differing)
    if isinstance(changed, Failure):
        return changed
    return Revision(frozenset(blobs), changed)


def _blobs(listed: str) -> Iterable[tuple[str, str]]:
    """Path and blob of each ordinary file: neither links nor other repositories."""
    for entry in listed.split("\0"):
        about, tab, path = entry.partition("\t")
        if tab and about.split()[0] not in (_GITLINK, _LINK):
            yield path, about.split()[2]


def _is(folder: Path, path: str, blob: str) -> bool:
    """Whether the file at ``path`` has the content ``blob`` now (git-scm.com, Git objects)."""
    data = read(folder, path)
    if isinstance(data, Unreadable):
        return False
    algorithm = "sha1" if len(blob) == _SHA1_DIGITS else "sha256"
    return hashlib.new(algorithm, b"blob %d\0" % len(data) + data).hexdigest() == blob


def _contents(folder: Path, wanted: list[tuple[str, str]]) -> dict[str, bytes] | Failure:
    """The bytes of blobs, as they are stored."""
    asked = "".join(f"{blob}\n" for _, blob in wanted).encode()
    said = answer(folder, "cat-file", "--batch", said=asked) if wanted else b""
    if isinstance(said, Failure):
        return said
    found: dict[str, bytes] = {}
    position = 0
    for path, _ in wanted:
        end = said.index(b"\n", position)
        words = said[position:end].split()
        if words[1:2] != [b"blob"]:  # missing: a partial clone
            position = end + 1
            continue
        size = int(words[2])
        if size <= MAX_BYTES:
            found[path] = said[end + 1 : end + 1 + size]
        position = end + 1 + size + 1
    return found
