"""A run that is ended at any moment leaves no process, no open pipe of its caller, no file.

The real command is started, and ended by a real signal: after delays that cover all of a run, and
at the moments that are the hardest (a worker at work, git at work, a file half written).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.projects.repositories import CASES, files
from tests.proof.command import environment, mmlint, write

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="processes are told by /proc"
)

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGKILL)
PATIENCE = 60
"""Seconds, for a machine that is busy with other things: it is about ends that never come."""

COMMAND = """
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # the caller of the tests may ignore it
{before}
sys.argv[0] = "mmlint"
from mmlint.__main__ import script
os.write(2, b"here\\n")
script()
"""
PLAIN = COMMAND.format(before="")
POOLED = COMMAND.format(
    before="from mmlint.engine.facts import parser_pool as pool; pool.FORK_PAYS = 0"
)
BUSY = COMMAND.format(
    before="""
from mmlint import languages
from mmlint.engine.facts import parser_pool as pool
pool.FORK_PAYS = 0
def never(*words):
    with open(os.environ["BEGUN"], "a") as begun:
        begun.write("+")
    time.sleep(600)
languages.observe = never
"""
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for number in range(4):
        write(root / str(number), files(CASES[0], "bad"))
    subprocess.run(["git", "init", "-q", root], check=True, env=environment())
    return root


RUNS: list[Run] = []


@pytest.fixture(autouse=True)
def end() -> Iterator[None]:
    """A test that fails leaves no process either."""
    yield
    while RUNS:
        RUNS.pop().kill()


class Run:
    """A run of mmlint whose processes are known by a word in their environment."""

    def __init__(self, root: Path, script: str, *words: str, **variables: str) -> None:
        self.mark = f"MMLINT_TEST_RUN={random.getrandbits(64):x}"
        name, _, value = self.mark.partition("=")
        cache = str(root.parent / "cache")
        self.process = subprocess.Popen(
            [sys.executable, "-c", script, *words],
            cwd=root,
            env=environment(XDG_CACHE_HOME=cache, **variables, **{name: value}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        RUNS.append(self)
        assert self.process.stderr is not None
        assert self.process.stderr.readline() == b"here\n"  # Python itself has been loaded

    def end(self, how: signal.Signals) -> tuple[int, bytes, bytes]:
        """Send the signal; return the exit code and both streams, read to their end."""
        self.process.send_signal(how)
        try:
            out, err = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        return self.process.returncode, out, err

    def processes(self) -> set[int]:
        """Return those of its processes that run."""
        return set(_marked(self.mark.encode()))

    def is_over(self) -> bool:
        """Whether all of its processes end, for which they have a while."""
        end = time.monotonic() + PATIENCE
        while self.processes() and time.monotonic() < end:
            time.sleep(0.02)
        return not self.processes()

    def kill(self) -> None:
        for one in self.processes():
            os.kill(one, signal.SIGKILL)


def _marked(mark: bytes) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            marked = mark in (folder / "environ").read_bytes().split(b"\0")
            dead = b"\nState:\tZ" in (folder / "status").read_bytes()
        except OSError:  # it has ended meanwhile, or belongs to another user
            continue
        if marked and not dead:
            yield int(folder.name)


def check(code: int, err: bytes, how: signal.Signals) -> None:
    """What a run says that was ended, if it had not come to its end before."""
    assert code in {130 if how == signal.SIGINT else -how, 1}
    assert err == (b"mmlint: interrupted\n" if code == 130 else b"")


@pytest.mark.parametrize("how", SIGNALS)
@pytest.mark.parametrize("script", [PLAIN, POOLED], ids=["plain", "pooled"])
def test_after_any_delay_nothing_is_left(script: str, how: signal.Signals, project: Path) -> None:
    start = time.monotonic()
    whole = Run(project, script, "-j", "2", "--no-cache")
    whole.process.communicate(timeout=PATIENCE)
    took = time.monotonic() - start
    chosen = random.Random(f"{script} {how}")
    expected = mmlint(project, "--no-cache", "--format", "json")
    for _ in range(12):
        delay = chosen.uniform(0.002, took) * chosen.random()
        run = Run(project, script, "-j", "2", "--format", "json")
        time.sleep(delay)
        code, out, err = run.end(how)
        assert run.is_over(), f"{delay} of {took}"
        check(code, err, how)
        assert code != 1 or out == expected.out
    done = mmlint(project, "--format", "json", XDG_CACHE_HOME=str(project.parent / "cache"))
    assert (done.out, done.err) == (expected.out, b"")
    assert not list((project.parent / "cache").rglob(".mmlint-*"))


@pytest.mark.parametrize("how", SIGNALS)
def test_workers_end_with_the_run_although_they_are_at_work(
    how: signal.Signals, project: Path, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    run = Run(project, BUSY, "-j", "2", BEGUN=str(begun))
    wait(lambda: begun.exists() and len(begun.read_bytes()) == 2)
    assert len(run.processes()) == 3
    code, out, err = run.end(how)
    check(code, err, how)
    assert (code, out) == (130 if how == signal.SIGINT else -how, b"")
    assert run.is_over()


def test_a_worker_holds_no_stream_of_the_caller(project: Path, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    run = Run(project, BUSY, "-j", "2", BEGUN=str(begun))
    wait(lambda: begun.exists() and len(begun.read_bytes()) == 2)
    streams = {os.readlink(f"/proc/{run.process.pid}/fd/{number}") for number in (1, 2)}
    for worker in run.processes() - {run.process.pid}:
        held = {os.readlink(one) for one in Path(f"/proc/{worker}/fd").iterdir()}
        assert not streams & held
        os.kill(worker, signal.SIGSTOP)  # it can do nothing about its own end
    _, out, _ = run.end(signal.SIGKILL)
    assert out == b""
    run.kill()


@pytest.mark.parametrize("how", SIGNALS)
def test_git_ends_with_the_run_although_it_hangs(
    how: signal.Signals, project: Path, tmp_path: Path
) -> None:
    programs, begun = tmp_path / "programs", tmp_path / "begun"
    script = f"#!/bin/sh\ntrap '' INT\necho >> {begun}\nexec sleep 600\n"
    write(programs, {"git": script})
    (programs / "git").chmod(0o755)
    run = Run(project, PLAIN, PATH=f"{programs}:{os.environ['PATH']}")
    wait(lambda: begun.exists() and len(begun.read_bytes()) == 2)
    time.sleep(0.2)
    assert len(run.processes()) == 3
    code, _, err = run.end(how)
    check(code, err, how)
    assert run.is_over()


HALF = COMMAND.format(
    before="""
replace = os.replace
def half(one, other):
    if "mmlint/" not in str(other).partition("cache")[2]:
        os.write(1, b"now\\n")
        time.sleep(600)
    replace(one, other)
os.replace = half
"""
)


@pytest.mark.parametrize("next_run", [(), ("--fix",)], ids=["check", "fix"])
def test_the_next_run_removes_what_a_killed_fix_has_left(
    next_run: tuple[str, ...], project: Path
) -> None:
    before = snapshot(project)
    run = Run(project, HALF, "--fix", "--unsafe-fixes")
    assert run.process.stdout is not None
    assert run.process.stdout.readline() == b"now\n"
    run.end(signal.SIGKILL)
    assert snapshot(project) > before  # a temporary file, and no other change
    done = mmlint(project, *next_run, "--format", "json")
    assert b".mmlint-" not in done.out + done.err
    assert not list(project.rglob(".mmlint-*"))
    assert next_run or snapshot(project) == before


def snapshot(root: Path) -> set[tuple[str, bytes]]:
    every = (one for one in root.rglob("*") if one.is_file() and ".git" not in one.parts)
    return {(str(one), one.read_bytes()) for one in every}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_files_that_share_a_fix_are_written_all_or_none(how: signal.Signals, project: Path) -> None:
    slow = HALF.replace("time.sleep(600)", "time.sleep(0.5)")
    run = Run(project, slow, "--fix", "--unsafe-fixes")
    assert run.process.stdout is not None
    assert run.process.stdout.readline() == b"now\n"
    code, _, _ = run.end(how)
    assert code in (130, -how)
    assert not list(project.rglob(".mmlint-*"))


def wait(until: object) -> None:
    end = time.monotonic() + PATIENCE
    while not until():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.01)
