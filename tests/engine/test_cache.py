"""The cache's folder: never in the way, never anybody else's, never larger than promised."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from mmlint.engine import cache as module
from mmlint.engine.cache import Cache, usual_folder
from mmlint.files.temporary import Temporary

KEY, OTHER = "0" * 32, "1" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "made" / "cache"


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


# --- what is not done -----------------------------------------------------------------------------


def test_reading_makes_no_folder(folder: Path) -> None:
    assert Cache(folder).read("facts", KEY) is None
    assert not folder.exists()


@pytest.mark.parametrize("name", ["notes.txt", ".gitignore", "CACHEDIR.TAG", f"facts-{KEY}"])
def test_a_folder_with_somebody_s_files_is_left_alone(folder: Path, name: str) -> None:
    folder.mkdir(parents=True)
    (folder / name).write_text("mine")
    cache = Cache(folder)
    assert not cache.write("facts", OTHER, b"x")
    cache.tidy()
    assert cache.clean() == 0
    assert names(folder) == [name]
    assert (folder / name).read_text() == "mine"


def test_cleaning_leaves_what_somebody_put_beside_the_entries(folder: Path) -> None:
    cache = Cache(folder)
    assert cache.write("facts", KEY, b"x")
    (folder / "notes.txt").write_text("mine")
    assert cache.clean() == 1
    assert names(folder) == ["notes.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_is_no_entry_and_is_never_written_through(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("theirs")
    cache = Cache(folder)
    cache.write("facts", OTHER, b"x")
    (folder / f"facts-{KEY}").symlink_to(tmp_path / "outside")
    assert cache.read("facts", KEY) is None
    assert cache.write("facts", KEY, b"mine")
    assert cache.read("facts", KEY) == b"mine"
    assert (tmp_path / "outside").read_text() == "theirs"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes there")
def test_a_pipe_is_no_entry_and_nobody_waits_for_it(folder: Path) -> None:
    cache = Cache(folder)
    cache.write("facts", OTHER, b"x")
    os.mkfifo(folder / f"facts-{KEY}")
    assert cache.read("facts", KEY) is None


def test_where_a_folder_cannot_be_made_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "cache")
    assert not cache.write("facts", KEY, b"x")
    assert cache.read("facts", KEY) is None


def test_a_full_disk_is_nobody_s_trouble(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(folder)
    cache.write("facts", KEY, b"old")

    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert not cache.write("facts", KEY, b"new")
    assert cache.read("facts", KEY) == b"old"
    assert names(folder) == [".gitignore", "CACHEDIR.TAG", f"facts-{KEY}"]


def test_an_entry_s_name_cannot_lead_out_of_the_folder(folder: Path) -> None:
    for kind, key in (("../facts", KEY), ("facts", "../" + KEY), ("facts", ""), ("", KEY)):
        with pytest.raises(ValueError, match="no entry's name"):
            Cache(folder).write(kind, key, b"x")


# --- what is done ---------------------------------------------------------------------------------


def test_the_folder_says_what_it_is_and_stays_out_of_git(folder: Path) -> None:
    assert Cache(folder).write("facts", KEY, b"x")
    tag = (folder / "CACHEDIR.TAG").read_text()
    assert tag.startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    assert "\n*\n" in (folder / ".gitignore").read_text()


def test_an_entry_comes_back_as_it_was_and_the_last_one_counts(folder: Path) -> None:
    cache = Cache(folder)
    cache.write("facts", KEY, b"first")
    cache.write("facts", KEY, b"second")
    assert cache.read("facts", KEY) == b"second"
    assert cache.read("facts", OTHER) is None
    assert cache.read("other", KEY) is None


def test_what_nobody_used_for_long_goes_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 250)
    cache = Cache(folder)
    now = time.time()
    for index in range(5):
        cache.write("facts", f"{index:016x}", b"x" * 100)
        used = now - 86400 * (10 - index)
        os.utime(folder / f"facts-{index:016x}", (used, used))
    assert cache.read("facts", f"{0:016x}") is not None  # so it is in use again
    cache.tidy()
    kept = [index for index in range(5) if cache.read("facts", f"{index:016x}") is not None]
    assert kept == [0, 4]


def test_what_is_old_goes(folder: Path) -> None:
    cache = Cache(folder)
    cache.write("facts", KEY, b"x")
    cache.write("facts", OTHER, b"x")
    os.utime(folder / f"facts-{KEY}", (0, 0))
    cache.tidy()
    assert names(folder) == [".gitignore", "CACHEDIR.TAG", f"facts-{OTHER}"]


def test_what_a_killed_run_has_left_goes_and_what_is_being_written_stays(folder: Path) -> None:
    cache = Cache(folder)
    cache.write("facts", KEY, b"x")
    (folder / f".mmlint-{'0' * 16}").write_bytes(b"half")
    writing = Temporary(os.fspath(folder), b"half")
    cache.recover()
    assert names(folder) == sorted(
        [Path(writing.path).name, ".gitignore", "CACHEDIR.TAG", f"facts-{KEY}"]
    )
    writing.close()


def test_nothing_is_removed_from_a_folder_of_others(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / f".mmlint-{'0' * 16}").write_bytes(b"")
    Cache(folder).recover()
    assert names(folder) == [f".mmlint-{'0' * 16}"]


def test_cleaning_removes_the_folder(folder: Path) -> None:
    cache = Cache(folder)
    cache.write("facts", KEY, b"x")
    cache.write("facts", OTHER, b"x")
    assert cache.clean() == 2
    assert not folder.exists()
    assert cache.clean() == 0


# --- where it is ----------------------------------------------------------------------------------


def test_the_place_is_the_platform_s(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    assert usual_folder() == tmp_path / "elsewhere" / "mmlint"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # the standard says: ignore it
    monkeypatch.setattr(sys, "platform", "linux")
    assert usual_folder() == tmp_path / ".cache" / "mmlint"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert usual_folder() == tmp_path / "Library" / "Caches" / "mmlint"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    assert usual_folder() == tmp_path / "Local" / "mmlint" / "Cache"


def test_without_a_home_there_is_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert usual_folder() is None
