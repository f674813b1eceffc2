"""Asks git which files a work tree has, without running anything that the repository configures."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

from mmlint.files.root import work_tree

if TYPE_CHECKING:
    import subprocess

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
_TRACKED = ("ls-files", "-z", "--cached")
_OTHERS = ("ls-files", "-z", "--others", "--exclude-standard")
_IGNORED = ("check-ignore", "-z", "--stdin")

_ENV_NAMES = (".env", ".env.*", "*.env", ".envrc", ".dev.vars", ".dev.vars.*")
"""Env files, as patterns; which of them are some by their whole name, ``kinds`` knows."""

ENV_FOLDER: Final = ".env"
"""By this name a folder is a virtual environment; nobody looks into it."""


class Failure(msgspec.Struct, frozen=True):
    """Why git has no answer, in its own words."""

    reason: str


class _Running(msgspec.Struct, frozen=True):
    """Git at work. ``paper``: what it writes on, where that is in memory and no pipe, for which it
    would have to wait until somebody reads."""

    process: subprocess.Popen[bytes]
    paper: BinaryIO | None

    def answer(self, said: bytes | None) -> tuple[bytes, bytes]:
        """Hand it what is ``said``; return what it prints, and its warnings."""
        out, errors = self.process.communicate(said, timeout=TIMEOUT)
        if self.paper is None:
            return out, errors
        self.paper.seek(0)
        return self.paper.read(), errors

    def end(self) -> None:
        """End it, if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        if self.paper is not None:
            self.paper.close()


class Asked:
    """Git, while it lists a folder: it is asked twice at once, for what is not tracked takes long.

    ``warnings``: what git could not look at; complete after both lists were taken.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = environment(folder)
        self.warnings: list[str] = []
        self._running = [self._start(*_TRACKED), self._start(*_OTHERS, *_again())]

    def tracked(self) -> list[str] | Failure:
        """Return the paths that are in the index, relative to the folder; a submodule is one."""
        return self._list(self._running[0])

    def others(self) -> list[str] | Failure:
        """Return what is neither tracked nor ignored, and in the folders that are not ignored
        everything that may be an env file, ignored or not; a nested repository is its folder."""
        return self._list(self._running[1])

    def ignored(self, paths: Iterable[str]) -> frozenset[str]:
        """Return those of ``paths`` (none of them tracked) that git ignores."""
        asked = b"".join(os.fsencode(path) + b"\0" for path in paths)
        if not asked:
            return frozenset()
        found = self._list(self._start(*_IGNORED), asked, fine=(0, 1))
        return frozenset() if isinstance(found, Failure) else frozenset(found)

    def stop(self) -> None:
        """End what still runs; its answer is not needed."""
        for one in self._running:
            if not isinstance(one, Failure):
                one.end()

    def _start(self, *words: str) -> _Running | Failure:
        import subprocess

        with ExitStack() as failed:
            paper = _paper()
            if paper is not None:
                failed.enter_context(paper)
            try:
                process = subprocess.Popen(
                    [*_COMMAND, "-C", os.fspath(self._folder), *words],
                    env=self._environment,
                    stdin=subprocess.PIPE if words == _IGNORED else subprocess.DEVNULL,
                    stdout=paper or subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )
            except FileNotFoundError:
                return Failure("git is not installed")
            except OSError as error:
                return Failure(type(error).__name__)
            failed.pop_all()
        return _Running(process, paper)

    def _list(
        self,
        running: _Running | Failure,
        said: bytes | None = None,
        fine: tuple[int, ...] = (0,),
    ) -> list[str] | Failure:
        if isinstance(running, Failure):
            return running
        try:
            out, errors = running.answer(said)
        except Exception as error:  # a timeout, a broken pipe
            return Failure(type(error).__name__)
        finally:
            running.end()
        lines = [_printable(line) for line in errors.splitlines() if line.strip()]
        code = running.process.returncode
        if code not in fine:
            return Failure(lines[0] if lines else f"git ended with {code}")
        self.warnings += lines
        return os.fsdecode(out).split("\0")[:-1]


def _paper() -> BinaryIO | None:
    """Return a file in memory that a process may write to, where the system has such files."""
    if not hasattr(os, "memfd_create"):
        return None
    try:
        return open(os.memfd_create("git"), "w+b", buffering=0)
    except OSError:  # no descriptor is left, or a sandbox forbids it
        return None


def answer(folder: Path, *words: str, said: bytes = b"") -> bytes | Failure:
    """Return what git prints when it is asked ``words`` about ``folder`` and handed ``said``."""
    import subprocess

    try:
        done = subprocess.run(
            [*_COMMAND, "-C", os.fspath(folder), *words],
            env=environment(folder),
            input=said,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except FileNotFoundError:
        return Failure("git is not installed")
    except (OSError, subprocess.SubprocessError) as error:
        return Failure(type(error).__name__)
    if done.returncode != 0:
        lines = [_printable(line) for line in done.stderr.splitlines() if line.strip()]
        return Failure(lines[0] if lines else f"git ended with {done.returncode}")
    return done.stdout


def _again() -> Iterator[str]:
    """Options that list env files which are ignored: the command line's patterns come first."""
    for name in _ENV_NAMES:
        yield from ("-x", "!" + _in_any_case(name))
    yield from ("-x", _in_any_case(ENV_FOLDER) + "/")


def _in_any_case(pattern: str) -> str:
    return "".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in pattern)


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
