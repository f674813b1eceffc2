"""Asks git which files a work tree has, without running anything that the repository configures."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, NamedTuple

from mmlint.files.root import work_tree

TIMEOUT: Final = 120
"""Seconds. Git is asked nothing that could take long; a FIFO in its way could block it."""

_NAMED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
_LOCAL = (
    *_NAMED,
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_PREFIX",
    "GIT_NAMESPACE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_SHALLOW_FILE",
    "GIT_CEILING_DIRECTORIES",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
)
"""Variables that speak of one repository, which need not be ours."""

_COMMAND = (
    "git",
    "--no-optional-locks",
    "--no-pager",
    # A repository may name a program here that ls-files would run.
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "safe.bareRepository=explicit",
    # A partial clone must not fetch what it lacks.
    "-c",
    "protocol.allow=never",
)
_LIST = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")


class Answer(NamedTuple):
    """Git's list of a folder. ``paths``: relative to it; a nested repository is its folder's path.
    ``warnings``: what git could not look at."""

    paths: frozenset[str]
    warnings: tuple[str, ...]


class Failure(NamedTuple):
    """Why git has no answer, in its own words."""

    reason: str


def listed(folder: Path) -> Answer | Failure:
    """Return the tracked files below ``folder`` and those that are neither tracked nor ignored."""
    import subprocess

    command = [*_COMMAND, "-C", os.fspath(folder), *_LIST]
    try:
        done = subprocess.run(
            command,
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except FileNotFoundError:
        return Failure("git is not installed")
    except (OSError, subprocess.SubprocessError) as error:
        return Failure(type(error).__name__)
    said = tuple(_printable(line) for line in done.stderr.splitlines() if line.strip())
    if done.returncode != 0:
        return Failure(said[0] if said else f"git ended with {done.returncode}")
    names = (os.fsdecode(name) for name in done.stdout.split(b"\0") if name)
    return Answer(frozenset(name.rstrip("/") for name in names), said)


def _printable(line: bytes) -> str:
    text = line.decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "?" for c in text)[:300]


def environment(folder: Path) -> dict[str, str]:
    """Return the environment for git, in which only what concerns ``folder`` is left.

    Git hooks are called with variables of the repository that is being committed to. Its index
    matters (``git commit -a`` and partial commits use one of their own); the rest git finds itself,
    unless there is nothing to find and the caller says where the repository lies.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _LOCAL}
    kept |= {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
    top = work_tree(folder)
    named = {name: os.path.realpath(os.environ[name]) for name in _NAMED if os.environ.get(name)}
    if top is not None:
        repository = git_folder(top)
        index = named.get("GIT_INDEX_FILE", "")
        if repository is not None and index.startswith(repository + os.sep):
            kept["GIT_INDEX_FILE"] = index
    elif is_named(folder):
        kept |= named
    return kept


def is_named(folder: Path) -> bool:
    """Whether the environment names a repository whose work tree holds ``folder``."""
    tree = os.environ.get("GIT_WORK_TREE")
    if not tree or not os.environ.get("GIT_DIR"):
        return False
    return folder.resolve().is_relative_to(Path(tree).resolve())


def git_folder(top: Path) -> str | None:
    """Return where the repository of a work tree keeps its data, without links."""
    entry = top / ".git"
    if entry.is_dir():
        return os.path.realpath(entry)
    try:
        with entry.open("rb") as file:
            text = file.read(8192)
    except OSError:
        return None
    target = text.removeprefix(b"gitdir:").strip()
    return os.path.realpath(top / os.fsdecode(target)) if target != text.strip() else None
