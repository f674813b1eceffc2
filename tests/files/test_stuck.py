"""A git that does not come to an end, and files that never would: told, and not waited for."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mmlint.files import git as module
from mmlint.files.git import Failure, answer
from mmlint.files.listing import listing
from mmlint.files.root import odd_files
from mmlint.model.regular import Refused, read_regular
from tests.files.test_listing import git, make

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
needs_states = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="the system does not say what processes do"
)

NOTE = "git could not list the files"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setattr(module, "PATIENCE", 0.5)
    monkeypatch.setattr(module, "BLIND_TIMEOUT", 0.5)
    folder = tmp_path / "project"
    make(folder, {"a.ts": "", "b.ts": ""})
    git(folder, "init", "-q")
    return folder


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Path]]:
    """Put a shell script in the place of git. ``$REAL`` is git; what is written to the file that is
    returned are processes, which are ended after the test."""
    begun, programs = tmp_path / "begun", tmp_path / "programs"
    begun.touch()
    monkeypatch.setenv("REAL", shutil.which("git") or "")
    monkeypatch.setenv("BEGUN", str(begun))

    def put(script: str) -> Path:
        make(programs, {"git": f"#!/bin/sh\n{script}\n"})
        (programs / "git").chmod(0o755)
        monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
        return begun

    yield put
    for process in begun.read_text().split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(process), signal.SIGKILL)


def is_alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    return True


# --- a git that works ----------------------------------------------------------------------------


@needs_states
def test_a_git_that_is_at_work_is_waited_for(
    root: Path, fake: Callable[[str], Path], tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    later = f"(sleep 1.5; : > {gate}) > /dev/null 2>&1 &"
    fake(f'{later}\nwhile [ ! -e {gate} ]; do :; done\nexec "$REAL" "$@"')
    assert listing(root).notes == ()
    assert listing(root).files == ("a.ts", "b.ts")


def test_what_git_leaves_running_is_not_waited_for(root: Path, fake: Callable[[str], Path]) -> None:
    fake('sleep 600 &\necho $! >> "$BEGUN"\nexec "$REAL" "$@"')
    assert listing(root).notes == ()
    assert listing(root).files == ("a.ts", "b.ts")


# --- one that does not ---------------------------------------------------------------------------


def test_a_git_that_hangs_is_given_up_with_a_note(root: Path, fake: Callable[[str], Path]) -> None:
    begun = fake('echo $$ >> "$BEGUN"\nexec sleep 600')
    found = listing(root)
    assert found.files == ("a.ts", "b.ts")
    (note,) = found.notes
    assert note.startswith(NOTE)
    assert ".gitignore" in note
    assert not any(map(is_alive, begun.read_text().split()))


def test_it_is_not_asked_again_about_repositories_inside(
    root: Path, fake: Callable[[str], Path]
) -> None:
    for name in ("lib", "other"):
        make(root, {f"{name}/c.ts": ""})
        git(root / name, "init", "-q")
    begun = fake('echo $$ >> "$BEGUN"\nexec sleep 600')
    found = listing(root)
    assert found.files == ("a.ts", "b.ts", "lib/c.ts", "other/c.ts")
    assert len(begun.read_text().split()) == 2
    assert len(found.notes) == 3


def test_no_revision_is_waited_for_either(root: Path, fake: Callable[[str], Path]) -> None:
    begun = fake('echo $$ >> "$BEGUN"\nexec sleep 600')
    found = answer(root, "rev-parse", "HEAD")
    assert isinstance(found, Failure)
    assert found.stuck
    assert not any(map(is_alive, begun.read_text().split()))


@pytest.mark.parametrize("path", [".gitignore", "web/.gitignore", ".git/info/exclude"])
def test_an_ignore_file_that_is_a_fifo_is_told_and_does_not_count(root: Path, path: str) -> None:
    make(root, {"web/.gitignore": "b.ts\n", "web/b.ts": ""})
    (root / path).unlink(missing_ok=True)
    os.mkfifo(root / path)
    found = listing(root)
    assert {"a.ts", "b.ts"} < set(found.files)
    assert ("web/b.ts" in found.files) == (path == "web/.gitignore")
    assert f"{path}: not a regular file; its patterns do not count" in found.notes
    assert any(note.startswith(NOTE) for note in found.notes)


# --- files that say something about the project ---------------------------------------------------


@pytest.mark.parametrize(
    "make_odd", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")]
)
@pytest.mark.parametrize("name", ["mmlint.toml", "package.json", "tsconfig.json"])
def test_what_should_be_a_file_and_is_none_is_told(
    root: Path, name: str, make_odd: Callable[[Path], None]
) -> None:
    (root / "web" / "src").mkdir(parents=True)
    make_odd(root / "web" / name)
    note = f"web/{name}: not a regular file; it is not read"
    assert list(odd_files(root / "web" / "src", root)) == [note]
    assert list(odd_files(root, root)) == []


def test_files_links_to_files_and_folders_of_git_are_as_they_should_be(root: Path) -> None:
    make(root, {"package.json": "{}", "lib/.git": "gitdir: ../.git\n"})
    (root / "tsconfig.json").symlink_to("package.json")
    (root / "mmlint.toml").symlink_to("gone.toml")
    assert list(odd_files(root / "lib", root)) == []


def test_a_file_is_read_through_a_link_and_up_to_a_limit(root: Path) -> None:
    make(root, {"a.toml": "four"})
    (root / "b.toml").symlink_to("a.toml")
    assert read_regular(root / "b.toml", 4) == b"four"
    with pytest.raises(Refused, match="too large"):
        read_regular(root / "a.toml", 3)
    for odd in (root, "/dev/zero"):
        with pytest.raises(Refused, match="not a regular file"):
            read_regular(odd, 4)
