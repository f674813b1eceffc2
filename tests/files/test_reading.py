"""Reading a file once: only files of the project, never waiting for one, never raising."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmlint.files.kinds import MAX_BYTES
from mmlint.files.reading import Unreadable, read


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def reason(root: Path, path: str) -> str:
    found = read(root, path)
    assert isinstance(found, Unreadable)
    return found.reason


@pytest.mark.parametrize("path", ["../secret.ts", "out/secret.ts", "link.ts", "a/../../secret.ts"])
def test_nothing_outside_the_project_is_read(root: Path, path: str) -> None:
    (root.parent / "secret.ts").write_text("x")
    (root / "a").mkdir()
    (root / "out").symlink_to(root.parent)
    (root / "link.ts").symlink_to("../secret.ts")
    assert read(root, path) == Unreadable("outside the project")


def test_an_absolute_path_outside_is_not_read(root: Path) -> None:
    (root.parent / "secret.ts").write_text("x")
    assert reason(root, str(root.parent / "secret.ts")) == "outside the project"


def test_a_neighbour_with_a_longer_name_is_outside(root: Path) -> None:
    (root.parent / "project2").mkdir()
    (root.parent / "project2" / "a.ts").write_text("x")
    assert reason(root, "../project2/a.ts") == "outside the project"


def test_what_is_no_file_is_not_read(root: Path) -> None:
    (root / "folder.ts").mkdir()
    (root / "loop.ts").symlink_to("loop.ts")
    (root / "file.ts").write_text("x")
    assert reason(root, "folder.ts") == "not a regular file"
    assert reason(root, "loop.ts") == "not a regular file"
    assert reason(root, "file.ts/below") == "not a regular file"
    assert reason(root, "") == "not a regular file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_fifo_or_a_socket_is_not_waited_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(root / "pipe.ts")
    monkeypatch.chdir(root)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.ts")
        assert reason(root, "pipe.ts") == "not a regular file"
        assert reason(root, "socket.ts") == "not a regular file"


def test_a_file_that_vanished_is_only_skipped(root: Path) -> None:
    assert read(root, "gone.ts") == Unreadable("no longer there", failed=False)


def test_a_file_that_may_not_be_read_is_a_failure(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    (root / "a.ts").write_text("x")
    monkeypatch.setattr(os, "open", refuse)
    assert read(root, "a.ts") == Unreadable("permission denied", failed=True)


def test_a_file_over_the_limit_is_skipped(root: Path) -> None:
    (root / "a.ts").write_bytes(b"x" * (MAX_BYTES + 1))
    assert read(root, "a.ts") == Unreadable("too large", failed=False)


def test_a_file_that_grows_over_the_limit_is_skipped(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "a.ts").write_bytes(b"x" * 9)
    before = os.stat(root / "a.ts")
    (root / "a.ts").write_bytes(b"x" * 20_000)
    monkeypatch.setattr(os, "fstat", lambda _: before)
    assert read(root, "a.ts", limit=10) == Unreadable("too large")


@pytest.mark.parametrize("size", [0, 1, MAX_BYTES])
def test_files_come_back_whole(root: Path, size: int) -> None:
    data = os.urandom(size)
    (root / "a.ts").write_bytes(data)
    assert read(root, "a.ts") == data
    assert read(str(root), "./a.ts") == data


def test_links_inside_the_project_are_followed(root: Path) -> None:
    (root / "deep").mkdir()
    (root / "real.ts").write_bytes(b"x")
    (root / "deep" / "link.ts").symlink_to("../real.ts")
    assert read(root, "deep/link.ts") == b"x"


def test_names_of_odd_bytes_are_read(root: Path) -> None:
    name = b"caf\xe9.ts"
    try:
        (Path(os.fsdecode(os.fsencode(root) + b"/" + name))).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system wants UTF-8")
    assert read(root, os.fsdecode(name)) == b"x"


@given(st.text())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_path_raises(root: Path, path: str) -> None:
    assert isinstance(read(root, path), Unreadable)
