"""What is measured against what, and how good it must be: the whole table, as data."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.corpus import Corpus, make
from benchmarks.measure import Command, Rounds
from benchmarks.peers import AST_GREP, DETECT_SECRETS, ESLINT, SEMGREP, Peer
from mmlint.sdk.surface import NEEDLES

LARGE, MIDDLE = 50_000, 10_000
SHARE = 0.01

COLD, WARM, BASE = "mmlint, empty cache", "mmlint, warm cache", "import click"
GREP = "git grep -lF"


class Ground:
    """Where it is measured: makes repositories and tools on demand, below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.home = self.folder / "home"
        self.home.mkdir(parents=True, exist_ok=True)
        outside = ("GIT_", "PYTHON", "MMLINT_", "XDG_")
        kept = {name: text for name, text in os.environ.items() if not name.startswith(outside)}
        self.environment = kept | {
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / "cache"),
        }
        self._made: dict[Path, Corpus] = {}

    def corpus(self, files: int, share: float = SHARE, use: str = "") -> Corpus:
        """Return the repository with that many files; it is made once, for each ``use`` anew."""
        root = self.folder / f"corpus-{files}-{share:g}{use}"
        if root not in self._made:
            self._made[root] = make(root, files=files, share=share)
        return self._made[root]

    def base(self) -> Command:
        """An interpreter that imports click and nothing else: no command line is faster."""
        return self._command([sys.executable, "-c", "import click"], self.folder)

    def mmlint(self, corpus: Corpus | None, *words: str, cold: bool = False) -> Command:
        """mmlint as it is installed beside this interpreter, with all its rules.

        ``cold``: its cache is thrown away before every run.
        """
        program = str(Path(sys.executable).with_name("mmlint"))
        cwd = corpus.root if corpus else self.folder
        return self._command([program, *words], cwd, self._forget if cold else None)

    def git_grep(self, corpus: Corpus) -> Command:
        """git's own search for the strings that mmlint looks for, in the tracked files."""
        strings = [word for needle in NEEDLES for word in ("-e", needle.decode())]
        return self._command(["git", "grep", "-lF", *strings], corpus.root)

    def peer(self, peer: Peer, corpus: Corpus, paths: Sequence[str] = ()) -> Command:
        """Another tool with its rules, over the whole repository or over ``paths``.

        Raises Missing where it cannot be installed.
        """
        argv = peer.argv(peer.install(self.folder / "peers"))
        return self._command([*argv, *paths], corpus.root)

    def _command(
        self, argv: Sequence[str], cwd: Path, prepare: Callable[[], None] | None = None
    ) -> Command:
        return Command(tuple(argv), cwd, self.environment, prepare)

    def _forget(self) -> None:
        shutil.rmtree(self.home / "cache/mmlint", ignore_errors=True)


@dataclass(frozen=True)
class Row:
    """One line of the table. ``ours``, ``theirs``: labels of commands.

    ``target``: of ``ours`` by ``theirs`` at the most; with ``faster`` of ``theirs`` by ``ours`` at
    the least; without ``theirs`` it is MiB at the most.
    """

    what: str
    ours: str
    theirs: str
    target: float
    faster: bool = False

    def value(self, rounds: Rounds) -> float:
        """Return what is to be compared with the target."""
        if self.faster:
            return rounds.ratio(self.theirs, self.ours)
        return rounds.ratio(self.ours, self.theirs)

    def excess(self, value: float, reached: float | None = None) -> float:
        """Return by what factor ``value`` is over the target: up to 1, it meets it.

        ``reached``: what was reached before. Where that misses the target, it takes its place.
        """
        aims = [self.target] if reached is None else [self.target, reached]
        return min(aims) / value if self.faster else value / max(aims)

    def holds(self, value: float) -> bool:
        """Whether ``value`` meets the target."""
        return self.excess(value) <= 1

    @property
    def aim(self) -> str:
        """The target in words."""
        if not self.theirs:
            return f"≤ {self.target:g} MiB"
        return f"≥ {self.target:g} × faster" if self.faster else f"≤ {self.target:g} ×"


@dataclass(frozen=True)
class Group:
    """Commands that run in turns, and the rows that are read off them. ``rounds``, ``budget``: at
    the most, the latter in seconds. ``peer``: whose findings are compared too. ``quick``: also
    part of the small benchmark. ``memory``: memory is measured, not time."""

    name: str
    commands: Callable[[Ground], dict[str, Command]]
    rows: tuple[Row, ...]
    rounds: int = 9
    budget: float = 60
    warm_up: bool = True
    peer: Peer | None = None
    quick: bool = False
    memory: bool = False


def _start(ground: Ground) -> dict[str, Command]:
    words = ("--version", "--help")
    return {BASE: ground.base()} | {f"mmlint {word}": ground.mmlint(None, word) for word in words}


def _hook(ground: Ground) -> dict[str, Command]:
    corpus = ground.corpus(MIDDLE)
    files = {
        "mmlint PLAIN": corpus.plain,
        "mmlint TYPESCRIPT": corpus.handler_ts,
        "mmlint PYTHON": corpus.handler_py,
    }
    named = {label: ground.mmlint(corpus, path) for label, path in files.items()}
    return {BASE: ground.base()} | named


def _commit(ground: Ground) -> dict[str, Command]:
    corpus = ground.corpus(MIDDLE, use="-edited")
    edited = {
        "mmlint TYPESCRIPT": (corpus.handler_ts, "// again\n"),
        "mmlint PYTHON": (corpus.handler_py, "# again\n"),
    }
    commands = {BASE: ground.base()}
    for label, (path, comment) in edited.items():
        commands[label] = replace(
            ground.mmlint(corpus, path), prepare=partial(_append, corpus.root / path, comment)
        )
    return commands


def _append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as opened:
        opened.write(text)


def _whole(ground: Ground, corpus: Corpus) -> dict[str, Command]:
    return {
        COLD: ground.mmlint(corpus, "--format", "json", cold=True),
        WARM: ground.mmlint(corpus, "--format", "json"),
    }


def _bare(ground: Ground) -> dict[str, Command]:
    corpus = ground.corpus(LARGE, 0)
    return {GREP: ground.git_grep(corpus)} | _whole(ground, corpus)


def _senders(ground: Ground) -> dict[str, Command]:
    corpus = ground.corpus(LARGE)
    return {GREP: ground.git_grep(corpus)} | _whole(ground, corpus)


def _growth(ground: Ground) -> dict[str, Command]:
    small, large = ground.corpus(MIDDLE), ground.corpus(LARGE)
    return {
        f"{label}, {corpus.files} files": command
        for corpus in (small, large)
        for label, command in _whole(ground, corpus).items()
    }


def _memory(ground: Ground) -> dict[str, Command]:
    return _whole(ground, ground.corpus(LARGE))


def _versus(peer: Peer, times: float) -> Group:
    def commands(ground: Ground) -> dict[str, Command]:
        corpus = ground.corpus(LARGE)
        return {peer.name: ground.peer(peer, corpus)} | _whole(ground, corpus)

    rows = tuple(
        Row(
            f"the same, {state}, against {peer.name} with equal rules",
            label,
            peer.name,
            times,
            True,
        )
        for state, label in (("empty cache", COLD), ("warm cache", WARM))
    )
    return Group(peer.name, commands, rows, rounds=3, budget=75, warm_up=False, peer=peer)


_HANDED = "ast-grep FILES"


def _handed(ground: Ground) -> dict[str, Command]:
    corpus = ground.corpus(LARGE)
    return {_HANDED: ground.peer(AST_GREP, corpus, corpus.senders)} | _whole(ground, corpus)


GROUPS = (
    Group(
        "start",
        _start,
        tuple(
            Row(f"`mmlint {word}`", f"mmlint {word}", BASE, 1.3) for word in ("--version", "--help")
        ),
        rounds=25,
        budget=15,
        quick=True,
    ),
    Group(
        "hook",
        _hook,
        (
            Row("hook on a file without a needle, 10,000 files", "mmlint PLAIN", BASE, 1.6),
            Row(
                "hook on a TypeScript handler, 10,000 files, warm cache",
                "mmlint TYPESCRIPT",
                BASE,
                6,
            ),
            Row("hook on a Python handler, 10,000 files, warm cache", "mmlint PYTHON", BASE, 9),
        ),
        rounds=15,
        budget=25,
        quick=True,
    ),
    Group(
        "commit",
        _commit,
        (
            Row("hook on a TypeScript handler that was just edited", "mmlint TYPESCRIPT", BASE, 6),
            Row("hook on a Python handler that was just edited", "mmlint PYTHON", BASE, 9),
        ),
        rounds=15,
        budget=25,
    ),
    Group(
        "bare",
        _bare,
        (
            Row("50,000 files, none with a needle, empty cache", COLD, GREP, 2),
            Row("50,000 files, none with a needle, warm cache", WARM, GREP, 2),
        ),
        budget=20,
        quick=True,
    ),
    Group(
        "senders",
        _senders,
        (
            Row("50,000 files, 1 % use the SDK, empty cache", COLD, GREP, 4),
            Row("50,000 files, 1 % use the SDK, warm cache", WARM, GREP, 2),
        ),
        budget=20,
        quick=True,
    ),
    _versus(SEMGREP, 25),
    _versus(ESLINT, 10),
    _versus(AST_GREP, 5),
    _versus(DETECT_SECRETS, 50),
    Group(
        "handed",
        _handed,
        (
            Row("… ast-grep handed only the files with a needle, empty cache", COLD, _HANDED, 2.5),
            Row("… ast-grep handed only the files with a needle, warm cache", WARM, _HANDED, 2.5),
        ),
        rounds=5,
        peer=None,
    ),
    Group(
        "growth",
        _growth,
        tuple(
            Row(
                f"from 10,000 to 50,000 files, {state}",
                f"{label}, {LARGE} files",
                f"{label}, {MIDDLE} files",
                5,
            )
            for state, label in (("empty cache", COLD), ("warm cache", WARM))
        ),
        rounds=5,
        budget=15,
        quick=True,
    ),
    Group(
        "memory",
        _memory,
        (
            Row("memory of the main process, 50,000 files, empty cache", COLD, "", 80),
            Row("memory of the main process, 50,000 files, warm cache", WARM, "", 80),
        ),
        quick=True,
        memory=True,
    ),
)
