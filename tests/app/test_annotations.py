"""By which paths ``--format github`` names files: an annotation of any other path is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mmlint.app import Request, run
from tests.proof.command import write

WRONG = "import { track } from '@millimetric/track';\n// mmlint: ignore[MM999]\nexport { track };\n"
HEAD = "ref: refs/heads/main\n"

Names = Callable[..., list[str]]


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository ``code`` with a project in a folder of its own."""
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    write(tmp_path, {"code/.git/HEAD": HEAD, "code/web/package.json": "{}\n"})
    write(tmp_path, {"code/web/src/a.ts": WRONG})
    return tmp_path


@pytest.fixture
def names(capfd: pytest.CaptureFixture[str], top: Path, monkeypatch: pytest.MonkeyPatch) -> Names:
    """A function that returns the files that a run in a folder names."""

    def ask(start: str, *paths: str) -> list[str]:
        monkeypatch.chdir(top / start)
        run(Request(paths=paths, format="github"))
        return re.findall("^::error file=([^,]*),", capfd.readouterr().out, re.MULTILINE)

    return ask


def test_without_git_and_workspace_a_path_is_that_from_where_mmlint_was_started(
    names: Names, top: Path
) -> None:
    (top / "code" / ".git" / "HEAD").unlink()
    assert names("code/web") == ["src/a.ts"]
    assert names("code/web/src", "../src") == ["a.ts"]


@pytest.mark.parametrize("start", ["code", "code/web", "code/web/src"])
def test_a_path_is_that_from_the_top_of_the_repository(start: str, names: Names) -> None:
    assert names(start) == ["web/src/a.ts"]


@pytest.mark.parametrize("start", ["code", "code/web", "code/web/src"])
@pytest.mark.parametrize("linked", [False, True])
def test_the_workspace_counts_where_the_file_lies_in_it(
    start: str, linked: bool, names: Names, top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (top / "link").symlink_to(".")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(top / "link" if linked else top))
    assert names(start) == ["code/web/src/a.ts"]


def test_a_workspace_elsewhere_says_nothing(
    names: Names, top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(top / "code" / "we"))
    assert names("code/web") == ["web/src/a.ts"]


def test_each_of_several_projects_has_its_own_repository(names: Names, top: Path) -> None:
    write(top, {"other/.git/HEAD": HEAD, "other/b.ts": WRONG})
    assert names("code/web", "src/a.ts", "../../other") == ["b.ts", "web/src/a.ts"]
