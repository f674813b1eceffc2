"""Where a project begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmlint.files.root import project_root, work_tree


@pytest.fixture
def top(tmp_path: Path) -> Path:
    if work_tree(tmp_path) is not None:
        pytest.skip("the temporary folder lies in a git repository")
    return tmp_path.resolve()


def make(top: Path, *paths: str) -> None:
    for path in paths:
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text("")


def test_without_any_mark_it_is_where_one_starts(top: Path) -> None:
    make(top, "a/b/c.ts")
    assert project_root(top / "a" / "b") == top / "a" / "b"
    assert project_root(top / "a" / "b" / "c.ts") == top / "a" / "b"


def test_an_empty_git_folder_is_no_repository(top: Path) -> None:
    (top / ".git").mkdir()
    (top / "a").mkdir()
    assert project_root(top / "a") == top / "a"


@pytest.mark.parametrize("name", ["mmlint.toml", ".mmlint.toml", "pyproject.toml", "package.json"])
def test_the_nearest_manifest_counts(top: Path, name: str) -> None:
    make(top, "package.json", f"web/{name}", "web/src/a.ts")
    assert project_root(top / "web" / "src") == top / "web"


def test_the_work_tree_counts_before_any_manifest(top: Path) -> None:
    make(top, "repo/.git/HEAD", "repo/web/package.json", "package.json")
    assert project_root(top / "repo" / "web") == top / "repo"


def test_a_submodule_is_a_project_of_its_own(top: Path) -> None:
    make(top, ".git/HEAD", "libs/a/.git", "libs/a/src/b.ts")
    assert project_root(top / "libs" / "a" / "src") == top / "libs" / "a"


def test_a_link_into_a_project_belongs_to_it(top: Path) -> None:
    make(top, "repo/.git/HEAD", "repo/src/a.ts")
    (top / "shortcut").symlink_to(top / "repo" / "src")
    assert project_root(top / "shortcut") == top / "repo"


def test_without_any_mark_the_folder_of_the_run_is_the_project(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    assert project_root(tmp_path / "api", within=tmp_path) == tmp_path.resolve()
    assert project_root(tmp_path, within=tmp_path / "api") == tmp_path.resolve()
