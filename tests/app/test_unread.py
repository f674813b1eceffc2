"""A named path that is not checked is told: one line for each reason; the exit code stays."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mmlint.app import Request, run
from mmlint.engine.discovery.unread import EMPTY_REASON, IGNORED_REASON
from mmlint.engine.discovery.unread import told as lines_of
from mmlint.files import listing
from mmlint.files.root import project_root
from tests.proof.command import write

Told = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one file of each kind that is not checked, and one that is."""
    write(
        tmp_path,
        {
            ".gitignore": "made/\n",
            "a.ts": "export const a = 1;\n",
            "made/a.ts": "export const a = 1;\n",
            "types.d.ts": "export const a: number;\n",
            "large.env": "A=" + "a" * 1_200_000 + "\n",
            "notes.txt": "a\0b",
            "logo.png": "a",
            "pages.min.js": "a()\n",
            "bundle.js": 'import"@millimetric/track";' + "a();" * 5_000,
            **{f"vendor/{name}.js": "a()\n" for name in "abcde"},
        },
    )
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def told(capfd: pytest.CaptureFixture[str]) -> Told:
    """A function that returns the lines on stderr of a run over the paths, which finds nothing."""

    def ask(*paths: str, **more: tuple[str, ...]) -> list[str]:
        assert run(Request(paths=paths, **more)) == 0  # type: ignore[arg-type]
        return capfd.readouterr().err.splitlines()

    return ask


@pytest.mark.parametrize("paths", [(), (".",), ("a.ts",)])
def test_what_was_not_named_is_not_told(paths: tuple[str, ...], told: Told) -> None:
    assert not told(*paths)


@pytest.mark.parametrize("path", ["types.d.ts", "made/a.ts", "vendor/a.js", "a.ts", "vendor"])
def test_what_the_users_own_exclude_names_is_not_told(path: str, told: Told) -> None:
    assert not told(path, config=('exclude=["*.ts", "vendor"]',))


def test_a_folder_whose_files_are_all_excluded_is_not_told(here: Path, told: Told) -> None:
    write(here, {"old/a.ts": "export const a = 1;\n"})
    assert not told("old", config=('exclude=["old/*.ts"]',))


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("made/a.ts", "ignored by git"),
        ("types.d.ts", "declaration file"),
        ("large.env", "too large"),
        ("notes.txt", "binary file"),
        ("logo.png", "binary file, or written by a tool"),
        ("pages.min.js", "minified bundle"),
        ("bundle.js", "minified bundle"),
        ("vendor/a.js", "vendored or generated folder"),
    ],
)
def test_a_named_file_that_is_not_checked_is_told(path: str, why: str, told: Told) -> None:
    assert told(path) == [f"mmlint: 1 named path was not checked ({why}): {path}"]


@pytest.mark.parametrize(
    ("folder", "why"),
    [("vendor", "vendored or generated folder"), ("made", "folder without a file that is checked")],
)
def test_a_named_folder_that_is_not_entered_is_told(folder: str, why: str, told: Told) -> None:
    assert told(folder) == [f"mmlint: 1 named path was not checked ({why}): {folder}/"]


def test_a_named_folder_that_cannot_be_listed_is_told(
    here: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "shut").mkdir()
    scandir = os.scandir

    def refuses(folder: Path) -> object:
        if os.fspath(folder).rstrip("/").endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuses)
    assert told("a.ts", "shut") == [
        "mmlint: 1 named path was not checked (folder that cannot be listed): shut/"
    ]


def test_a_reason_is_one_line_with_three_names(told: Told) -> None:
    assert told("a.ts", *(f"vendor/{name}.js" for name in "edcba"), "types.d.ts") == [
        "mmlint: 1 named path was not checked (declaration file): types.d.ts",
        "mmlint: 5 named paths were not checked (vendored or generated folder): "
        "vendor/a.js, vendor/b.js, vendor/c.js and 2 more",
    ]


def test_a_file_that_was_not_checked_is_not_counted(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(Request(paths=("a.ts", "types.d.ts"))) == 0
    assert capfd.readouterr().out == "No findings in 1 file.\n"


# --- what is read ---------------------------------------------------------------------------------


@pytest.fixture
def shown(capfd: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
    """A function that returns the lines of ``--show-files``; nothing is on stderr."""

    def ask(*paths: str, **more: tuple[str, ...]) -> list[str]:
        assert run(Request(paths=paths, show_files=True, **more)) == 0  # type: ignore[arg-type]
        told = capfd.readouterr()
        assert not told.err
        return told.out.splitlines()

    return ask


def test_what_is_read_is_listed_and_of_the_rest_the_reason(
    here: Path, shown: Callable[..., list[str]]
) -> None:
    (here / "link.ts").symlink_to("a.ts")
    assert shown(config=('exclude=["notes.txt"]',)) == [
        ".gitignore",
        "a.ts",
        "bundle.js (not read: minified bundle)",
        "large.env (not read: too large)",
        "link.ts (not read: link to a.ts)",
        "logo.png (not read: binary file, or written by a tool)",
        "notes.txt (not read: excluded by the configuration)",
        "pages.min.js (not read: minified bundle)",
        "types.d.ts (not read: declaration file)",
        "vendor/ (not read: vendored or generated folder)",
    ]
    assert "notes.txt (not read: binary file)" in shown()


def test_of_named_paths_alone_it_is_listed(shown: Callable[..., list[str]]) -> None:
    assert shown("a.ts") == ["a.ts"]
    assert shown("a.ts", "made/a.ts", "vendor") == [
        "a.ts",
        "made/a.ts (not read: ignored by git)",
        "vendor/ (not read: vendored or generated folder)",
    ]


def test_a_path_that_is_not_there_is_told_beside_the_list(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run(Request(paths=("a.ts", "gone.ts"), show_files=True)) == 2
    told = capfd.readouterr()
    assert told.out == "a.ts\n"
    assert "gone.ts: no such file" in told.err


# --- how far a file's project reaches -------------------------------------------------------------


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a repository or a manifest, in which mmlint is started."""
    folder = tmp_path_factory.mktemp("outside")
    write(folder, {"one/a.ts": "export {};\n", "two/b.ts": "export {};\n"})
    monkeypatch.chdir(folder)
    return folder


def test_a_named_file_does_not_make_a_project_of_the_start_folder(
    outside: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert project_root(outside / "one/a.ts") == outside / "one"
    assert run(Request(paths=("one/a.ts",), verbose=True)) == 0
    assert "files read: 1," in capfd.readouterr().err


@pytest.mark.parametrize(("most", "is_told"), [(4, False), (3, True)])
def test_a_long_walk_says_what_it_did(
    most: int, is_told: bool, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "LONG_WALK", most)
    seen: list[int] = []
    notes = listing.Lister(outside, seen.append).listing().notes
    assert sum(seen) == 4
    assert [f"{outside} is no git repository; 4 files" in note for note in notes] == [
        True
    ] * is_told


# --- the lines themselves -------------------------------------------------------------------------


def test_where_all_was_checked_nothing_is_told() -> None:
    assert lines_of({}) == []


def test_a_line_for_each_reason_lists_three_paths() -> None:
    unread = {f"{n}.ts": IGNORED_REASON for n in range(5)} | {"a/": EMPTY_REASON}
    assert [one.message for one in lines_of(unread)] == [
        f"1 named path was not checked ({EMPTY_REASON}): a/",
        f"5 named paths were not checked ({IGNORED_REASON}): 0.ts, 1.ts, 2.ts and 2 more",
    ]
