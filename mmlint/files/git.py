"""Asks git which files a work tree has, without running anything that the repository configures."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import msgspec

from mmlint.files.kinds import MAX_BYTES
from mmlint.files.root import is_repository, work_tree
from mmlint.files.tie import Tie
from mmlint.model.regular import read_regular

if TYPE_CHECKING:
    import subprocess

PATIENCE: Final = 5.0
"""Seconds for which git may do nothing at all: a FIFO in its way blocks it for good."""

TIMEOUT: Final = 120.0
"""Seconds for which it may be at work."""

BLIND_TIMEOUT: Final = 30.0
"""The same, where the system does not tell whether it is at work."""

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
"""By this name a folder is a virtual environment; it is not entered."""


class Failure(msgspec.Struct, frozen=True):
    """Why git has no answer, in its own words. ``stuck``: it did not come to an end."""

    reason: str
    stuck: bool = False


class _StuckError(Exception):
    """Git does not come to an end; the message says for how long it was waited for."""


class _Running(msgspec.Struct, frozen=True):
    """Git at work. ``paper``: the file that it writes on, which unlike a pipe has no end that it
    would have to wait for. ``tie``: git does not outlive this process."""

    process: subprocess.Popen[bytes]
    paper: IO[bytes]
    tie: Tie

    def answer(self, said: bytes | None) -> tuple[bytes, bytes]:
        """Hand it what is ``said``; return what it prints, and its warnings. Raises _StuckError."""
        errors = self._warnings(said)
        self.paper.seek(0)
        return self.paper.read(), errors

    def _warnings(self, said: bytes | None) -> bytes:
        from subprocess import TimeoutExpired

        waited = idle = 0.0
        before = _work_done(self.process.pid)
        while True:
            try:
                return self.process.communicate(said, timeout=PATIENCE / 5)[1]
            except TimeoutExpired as expired:
                if self.process.poll() is not None:  # a process of its own holds the pipe
                    return expired.stderr or b""
            said = None  # it is kept, and handed over further
            waited += PATIENCE / 5
            done = _work_done(self.process.pid)
            idle = idle + PATIENCE / 5 if done is not None and done == before else 0.0
            before = done
            if idle >= PATIENCE:
                raise _StuckError(f"it did nothing for {PATIENCE:g} seconds")
            if waited >= (BLIND_TIMEOUT if done is None else TIMEOUT):
                raise _StuckError(f"it did not end within {waited:g} seconds")

    def end(self) -> None:
        """End it, if it still runs. What it has begun itself is not waited for."""
        from subprocess import TimeoutExpired

        if self.process.poll() is None:
            self.process.kill()
            with suppress(TimeoutExpired):
                self.process.wait(timeout=1)
        for stream in (self.process.stdin, self.process.stderr, self.paper):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        self.tie.close()


def _work_done(process: int) -> object:
    """Return what changes whenever the process does something, None where the system does not say.

    One that is not asleep is at work: then it is unlike anything that was returned before.
    """
    found: list[str] = []
    try:
        for thread in os.scandir(f"/proc/{process}/task"):
            with open(os.path.join(thread.path, "status"), "rb") as file:
                lines = file.read().decode("ascii", "replace").splitlines()
            found += (line for line in lines if line.startswith(("State:", "voluntary_", "nonvol")))
    except OSError:
        return None
    asleep = all(line.split()[1] in "ST" for line in found if line.startswith("State:"))
    return sorted(found) if asleep and found else object()


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
        return _started(self._folder, self._environment, words, told=words == _IGNORED)

    def _list(
        self,
        running: _Running | Failure,
        said: bytes | None = None,
        fine: tuple[int, ...] = (0,),
    ) -> list[str] | Failure:
        done = _finished(running, said, fine)
        if isinstance(done, Failure):
            return done
        out, warnings = done
        self.warnings += warnings
        return os.fsdecode(out).split("\0")[:-1]


def answer(folder: Path, *words: str, said: bytes = b"") -> bytes | Failure:
    """Return what git prints when it is asked ``words`` about ``folder`` and handed ``said``."""
    done = _finished(_started(folder, environment(folder), words, told=True), said)
    return done if isinstance(done, Failure) else done[0]


def _started(
    folder: Path, variables: Mapping[str, str], words: Sequence[str], *, told: bool
) -> _Running | Failure:
    """Ask git. ``told``: it will be handed something."""
    import subprocess

    with ExitStack() as failed:
        try:
            paper = failed.enter_context(_paper())
            tie = Tie()
            failed.callback(tie.close)
            process = subprocess.Popen(
                [*_COMMAND, "-C", os.fspath(folder), *words],
                env=variables,
                stdin=subprocess.PIPE if told else subprocess.DEVNULL,
                stdout=paper,
                stderr=subprocess.PIPE,
                pass_fds=tie.inherited,
            )
        except FileNotFoundError:
            return Failure("git is not installed")
        except OSError as error:
            return Failure(type(error).__name__)
        tie.hold(process.pid)
        failed.pop_all()
    return _Running(process, paper, tie)


def _finished(
    running: _Running | Failure, said: bytes | None, fine: tuple[int, ...] = (0,)
) -> tuple[bytes, list[str]] | Failure:
    """Return what git printed, and its warnings; it has ended then. ``fine``: its exit codes."""
    if isinstance(running, Failure):
        return running
    try:
        out, errors = running.answer(said)
    except _StuckError as stuck:
        return Failure(str(stuck), stuck=True)
    except Exception as error:  # a broken pipe
        return Failure(type(error).__name__)
    finally:
        running.end()
    lines = [_printable(line) for line in errors.splitlines() if line.strip()]
    code = running.process.returncode
    if code not in fine:
        return Failure(lines[0] if lines else f"git ended with {code}")
    return out, lines


def _paper() -> IO[bytes]:
    """Return a file without a name that a process may write to, in memory where possible."""
    if hasattr(os, "memfd_create"):
        with suppress(OSError):  # no descriptor is left, or a sandbox forbids it
            return open(os.memfd_create("git"), "w+b", buffering=0)
    from tempfile import TemporaryFile

    return TemporaryFile(buffering=0)


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
        text = read_regular(entry, MAX_BYTES)
    except OSError:
        return None
    target = text.removeprefix(b"gitdir:").strip()
    return os.path.realpath(top / os.fsdecode(target)) if target != text.strip() else None


def is_other_checkout(folder: Path, root: Path) -> bool:
    """Return whether ``folder``, the top of a work tree below ``root``, is a checkout of a
    repository that a folder between them, or ``root``'s own work tree, is a checkout of as well."""
    own = git_folder(folder)
    if own is None:
        return False
    around = [one for one in folder.parents if one.is_relative_to(root) and is_repository(one)]
    top = work_tree(root)
    for one in {*around, *([top] if top is not None else [])}:
        outer = git_folder(one)
        if outer is not None and _common(own) == _common(outer):
            return True
    return False


def _common(repository: str) -> str:
    """Return the folder that all work trees of a repository share, of what one has for itself."""
    try:
        text = read_regular(os.path.join(repository, "commondir"), MAX_BYTES)
    except OSError:
        return repository
    return os.path.realpath(os.path.join(repository, os.fsdecode(text.strip())))
