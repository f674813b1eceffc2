"""Several projects in one call: each by its own configuration, one report, the worst exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mmlint.app import Request, run
from mmlint.app.opening import by_project
from mmlint.files.root import work_tree
from tests.proof.command import write

LOSES = """\
import { track } from "@millimetric/track-node";
export async function POST(request) {
  const { anonymous_id } = await request.json();
  track({ event: "joined", anonymous_id });
  return Response.json({});
}
"""
FLUSHES = LOSES.replace("{ track }", "{ flush, track }").replace(
    "  return", "  await flush();\n  return"
)
MANIFEST = '{"dependencies": {"next": "15.1.0"}}\n'


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three projects side by side, the second one with a configuration of its own."""
    for name, code in (("a", LOSES), ("b", LOSES), ("c", FLUSHES)):
        write(tmp_path, {f"{name}/package.json": MANIFEST, f"{name}/app/x/route.js": code})
        (tmp_path / name / ".git").mkdir()
        (tmp_path / name / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (tmp_path / "b" / "mmlint.toml").write_text('[severity]\nMM102 = "warning"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def report(capfd: pytest.CaptureFixture[str], *paths: str, code: int = 1, **more: object) -> dict:  # type: ignore[type-arg]
    assert run(Request(paths=paths, format="json", **more)) == code  # type: ignore[arg-type]
    found: dict[str, object] = json.loads(capfd.readouterr().out)
    return found


def places(found: dict) -> list[tuple[str, str, str]]:  # type: ignore[type-arg]
    return [(one["path"], one["code"], one["severity"]) for one in found["findings"]]


# --- what stays as it was -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "paths", [(), (".",), ("a",), ("a/app", "a/package.json"), ("a", "a/gone"), ("a/app", "-")]
)
def test_paths_of_one_project_are_one_run(paths: tuple[str, ...]) -> None:
    request = Request(paths=paths)
    assert by_project(request) == [request]


def test_paths_are_sorted_by_project_each_once() -> None:
    request = Request(paths=("b/app", "a", "b/package.json", "gone"))
    assert [one.paths for one in by_project(request)] == [
        ("b/app", "b/package.json", "gone"),
        ("a",),
    ]


def test_a_project_without_findings_adds_none(capfd: pytest.CaptureFixture[str]) -> None:
    assert places(report(capfd, "c", "c/app", code=0)) == []


# --- folders that nothing but their names makes projects ----------------------------------------

BROWSER = """\
import { track } from "@millimetric/track";
track("joined");
"""
SERVER = """\
import { track } from "@millimetric/track-node";
export const joined = (anonymous_id) => track({ event: "joined", anonymous_id });
"""


@pytest.fixture
def exports(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two trees without git, manifest and configuration that send the same event from two sides."""
    if work_tree(here) is not None:
        pytest.skip("the temporary folder lies in a git repository")
    folder = write(here / "exports", {"one/web.js": BROWSER, "two/lib/server.js": SERVER})
    write(folder, {"beside.js": SERVER})
    monkeypatch.chdir(folder)
    return folder


def codes(found: dict) -> set[str]:  # type: ignore[type-arg]
    return {one["code"] for one in found["findings"]}


@pytest.mark.parametrize("paths", [("one", "two"), ("two", "one"), ("one",), ("two/lib", "one")])
def test_folders_that_are_named_are_not_compared(
    paths: tuple[str, ...], exports: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    found = report(capfd, *paths, code=0)
    assert found["findings"] == []
    assert found["summary"]["files"] == len(paths)  # and nothing beside them is read


def test_what_lies_in_one_folder_is_compared(
    exports: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write(exports, {"one/server.js": SERVER})
    assert codes(report(capfd, "one", "two")) == {"MM401"}


@pytest.mark.parametrize("paths", [(), (".",), (".", "two"), ("two", ".")])
def test_the_folder_of_the_run_is_the_project_of_all_that_it_holds(
    paths: tuple[str, ...], exports: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert codes(report(capfd, *paths)) == {"MM401"}


def test_a_file_alone_is_not_compared_with_what_lies_beside_its_folder(
    exports: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    found = report(capfd, "one/web.js", code=0)
    assert found["findings"] == []


@pytest.mark.parametrize("name", ["mmlint.toml", "package.json", ".git/HEAD"])
def test_a_mark_above_makes_one_project_of_them(
    name: str, exports: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write(exports, {name: MANIFEST if name == "package.json" else ""})
    request = Request(paths=("one", "two"))
    assert by_project(request) == [request]
    assert codes(report(capfd, "one", "two")) == {"MM401"}


@pytest.mark.parametrize("paths", [("one", "two"), ("two", "one"), (".", "two"), ("two", ".")])
def test_a_broken_configuration_is_told_wherever_it_is_named(
    paths: tuple[str, ...], exports: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write(exports, {"two/mmlint.toml": "select = 1\n"})
    assert run(Request(paths=paths)) == 2
    assert "two/mmlint.toml:1: `select` must be a list" in capfd.readouterr().err


@pytest.mark.parametrize("paths", [("two", "two/lib"), ("two/lib", "two", "two/lib/server.js")])
def test_a_folder_in_a_folder_is_a_part_of_it(paths: tuple[str, ...], exports: Path) -> None:
    request = Request(paths=paths)
    assert by_project(request) == [request]


def test_stdin_goes_where_its_file_lies(exports: Path) -> None:
    request = Request(paths=("one", "two", "-"), stdin_filename="two/lib/new.js")
    assert [one.paths for one in by_project(request)] == [("one",), ("two", "-")]


# --- one report -----------------------------------------------------------------------------------


def test_each_project_is_judged_by_its_own_configuration(
    capfd: pytest.CaptureFixture[str],
) -> None:
    found = report(capfd, "b", "c", "a")
    assert places(found) == [
        ("a/app/x/route.js", "MM102", "error"),
        ("b/app/x/route.js", "MM102", "warning"),
    ]
    assert {one["line"] for one in found["findings"]} == {4}
    assert found["findings"][0]["fix"]["edits"][0]["path"] == "a/app/x/route.js"
    summary = found["summary"]
    assert (summary["errors"], summary["warnings"], summary["fixable"]) == (1, 1, 2)
    alone = [report(capfd, name, code=int(name != "c"))["summary"] for name in ("a", "b", "c")]
    assert summary["files"] == sum(one["files"] for one in alone)


@pytest.mark.parametrize("format_", ["text", "full", "concise", "json", "jsonl", "gitlab", "sarif"])
def test_every_format_names_the_files_from_where_it_was_started(
    format_: str, capfd: pytest.CaptureFixture[str], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(here / "a")
    assert run(Request(paths=(".", "../b"), format=format_)) == 1
    out = capfd.readouterr().out
    assert "../b/app/x/route.js" in out
    assert "../a/app" not in out


def test_the_order_of_the_paths_changes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    assert report(capfd, "a", "b", "c") == report(capfd, "c", "b", "a")


def test_what_two_projects_say_of_one_file_counts_once(
    capfd: pytest.CaptureFixture[str], here: Path
) -> None:
    write(here, {"package.json": MANIFEST})
    found = places(report(capfd, "a", "."))
    assert len(found) == len(set(found)) == 2


# --- the exit code is the worst -------------------------------------------------------------------


def test_a_broken_configuration_costs_its_project_only(
    capfd: pytest.CaptureFixture[str], here: Path
) -> None:
    (here / "b" / "mmlint.toml").write_text("select = 1\n")
    assert run(Request(paths=("a", "b"), format="concise")) == 2
    said = capfd.readouterr()
    assert "a/app/x/route.js:4:3" in said.out
    assert "b/mmlint.toml:1" in said.err


def test_what_does_not_exist_is_said_and_the_rest_is_checked(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run(Request(paths=("a", "b", "gone"), format="concise")) == 2
    said = capfd.readouterr()
    assert said.out.count("MM102") == 2
    assert "gone: no such file or folder" in said.err


def test_findings_in_one_of_them_are_enough(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(Request(paths=("c", "a"))) == 1
    assert run(Request(paths=("c", "a"), exit_zero=True)) == 0
    capfd.readouterr()


# --- fixes ----------------------------------------------------------------------------------------


def test_a_diff_shows_all_and_writes_nothing(capfd: pytest.CaptureFixture[str], here: Path) -> None:
    assert run(Request(paths=("b", "a", "c"), diff=True)) == 1
    out = capfd.readouterr().out
    assert [line for line in out.splitlines() if line.startswith("+++")] == [
        "+++ b/a/app/x/route.js",
        "+++ b/b/app/x/route.js",
    ]
    assert (here / "a/app/x/route.js").read_text() == LOSES


def test_a_fix_repairs_all(capfd: pytest.CaptureFixture[str], here: Path) -> None:
    found = report(capfd, "b", "a", "c", code=0, fix=True)
    assert found["findings"] == []
    for name in ("a", "b", "c"):
        assert (here / name / "app/x/route.js").read_text() == FLUSHES


def test_the_files_of_all_are_listed(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(Request(paths=("b", "a"), show_files=True)) == 0
    assert capfd.readouterr().out.splitlines() == [
        "a/app/x/route.js",
        "a/package.json",
        "b/app/x/route.js",
        "b/mmlint.toml",
        "b/package.json",
    ]


def test_stdin_stands_for_a_file_of_its_project(capfd: pytest.CaptureFixture[str]) -> None:
    request = Request(paths=("a", "-", "c"), stdin_filename="a/app/x/route.js", format="concise")
    assert run(request, lambda: FLUSHES.encode()) == 0
    assert "a/app/x/route.js" not in capfd.readouterr().out
