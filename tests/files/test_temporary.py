"""Temporary files: moved in one step, or removed, by the next run where their own was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mmlint.files.listing import listing
from mmlint.files.temporary import MARK, Temporary, is_temporary, remove_abandoned, undisturbed
from tests.proof.command import environment

LEFT = MARK + "0123456789abcdef"
SLEEPS = """
import sys, time
from mmlint.files.temporary import Temporary
kept = Temporary(sys.argv[1], b"half")
print(kept.path, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize(
    "name", [".mmlint-baseline", ".mmlint-", ".mmlint-0123456789abcdef.ts", "a.mmlint-" + "0" * 16]
)
def test_other_names_are_left_alone(name: str, tmp_path: Path) -> None:
    assert not is_temporary(name)
    (tmp_path / name).write_text("")
    remove_abandoned(str(tmp_path))
    assert os.listdir(tmp_path) == [name]


def test_what_is_no_plain_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / LEFT).mkdir()
    (tmp_path / (MARK + "f" * 16)).symlink_to(tmp_path / "target")
    os.mkfifo(tmp_path / (MARK + "a" * 16))
    (tmp_path / "target").write_text("")
    remove_abandoned(str(tmp_path))
    assert len(os.listdir(tmp_path)) == 4


def test_a_folder_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    remove_abandoned(str(tmp_path / "none"))
    remove_abandoned(str(tmp_path), [f"none/{LEFT}"])


def test_it_is_moved_in_one_step(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"old")
    temporary = Temporary(str(tmp_path), b"new")
    assert target.read_bytes() == b"old"
    assert is_temporary(temporary.path)
    temporary.move(str(target))
    temporary.close()
    assert os.listdir(tmp_path) == ["target"]
    assert target.read_bytes() == b"new"


def test_what_is_not_moved_is_removed(tmp_path: Path) -> None:
    Temporary(str(tmp_path), b"new").close()
    assert os.listdir(tmp_path) == []


def test_a_run_that_writes_keeps_its_file_and_one_that_was_killed_does_not(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SLEEPS, str(tmp_path)], env=environment(), stdout=subprocess.PIPE
    ) as writing:
        assert writing.stdout is not None
        path = Path(os.fsdecode(writing.stdout.readline().strip()))
        remove_abandoned(str(tmp_path))
        assert path.read_bytes() == b"half"
        writing.kill()
    remove_abandoned(str(tmp_path))
    assert not path.exists()


@pytest.mark.parametrize("git", [True, False])
def test_it_is_no_file_of_the_project(git: bool, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / LEFT).write_text("")
    (tmp_path / "a" / "b.ts").write_text("")
    if git:
        subprocess.run(["git", "init", "-q", tmp_path], check=True)
    found = listing(tmp_path)
    assert (found.files, found.temporary) == (("a/b.ts",), (f"a/{LEFT}",))
    remove_abandoned(str(tmp_path), found.temporary)
    assert os.listdir(tmp_path / "a") == ["b.ts"]


def test_a_signal_is_put_off_and_not_lost() -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: seen.append(number))
    try:
        with undisturbed():
            os.kill(os.getpid(), signal.SIGTERM)
            assert seen == []
        assert seen == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)
