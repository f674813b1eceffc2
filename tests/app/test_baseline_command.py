"""`mmlint baseline`: what was there before is counted and not reported, and nothing else is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mmlint.cli import FORMATS, cli

ROUTE = """\
import { track, flush } from "@millimetric/track-node";

export async function POST(request: Request) {
  const { anonymous_id } = await request.json();
  track({ event: "joined", anonymous_id });
  return Response.json({});
}
"""
PUT = """
export async function PUT(request: Request) {
  const { anonymous_id } = await request.json();
  track({ event: "left", anonymous_id });
  return Response.json({});
}
"""
FILE = ".mmlint-baseline"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "shop"
    (root / "app/api").mkdir(parents=True)
    (root / "package.json").write_text('{"dependencies": {"next": "15.0.0"}}')
    (root / "app/api/route.ts").write_text(ROUTE)
    monkeypatch.chdir(root)
    return root


def mmlint(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words), catch_exceptions=True)


def checked(*words: str) -> tuple[int, Any]:
    done = mmlint("--format", "json", *words)
    return done.exit_code, json.loads(done.stdout)


def codes(report: Any) -> list[str]:
    return [one["code"] for one in report["findings"]]


@pytest.fixture
def written(project: Path) -> Path:
    done = mmlint("baseline", "write")
    assert done.output == f"Wrote 1 finding to {FILE}\n", done.output
    return project


# --- a run ----------------------------------------------------------------------------------------


def test_without_a_baseline_everything_is_reported() -> None:
    code, report = checked()
    assert (code, codes(report), report["summary"]["baselined"]) == (1, ["MM102"], 0)


def test_what_the_baseline_holds_is_counted_and_not_reported(written: Path) -> None:
    code, report = checked()
    assert (code, codes(report)) == (0, [])
    assert (report["summary"]["baselined"], report["summary"]["stale"]) == (1, 0)
    assert "No findings in 3 files. 1 finding in the baseline.\n" in mmlint().output


@pytest.mark.parametrize("format_", FORMATS)
def test_no_format_reports_it(written: Path, format_: str) -> None:
    assert "the event is queued" not in mmlint("--format", format_).stdout


def test_it_can_be_left_out(written: Path) -> None:
    assert codes(checked("--no-baseline")[1]) == ["MM102"]


def test_what_moved_or_was_formatted_stays_hidden(written: Path) -> None:
    path = written / "app/api/route.ts"
    text = ROUTE.replace(
        '{ event: "joined", anonymous_id }', "{\n event: 'joined',\n anonymous_id,\n}"
    )
    path.write_text("// a new line\n\n" + text)
    assert checked()[0] == 0


def test_what_was_edited_is_reported_again(written: Path) -> None:
    (written / "app/api/route.ts").write_text(ROUTE.replace("joined", "entered"))
    code, report = checked()
    assert (code, codes(report), report["summary"]["stale"]) == (1, ["MM102"], 1)


def test_one_more_of_the_same_is_reported(project: Path) -> None:
    path, line = project / "app/api/route.ts", '  track({ event: "joined" });\n'
    once = ROUTE.replace("  return", "  await flush();\n  return").replace(", anonymous_id }", " }")
    path.write_text(once)
    assert mmlint("baseline", "write").exit_code == 0
    path.write_text(once.replace(line, line + line))
    code, report = checked()
    assert (code, codes(report), report["summary"]["baselined"]) == (1, ["MM301"], 1)
    assert report["findings"][0]["line"] == 6


def test_it_is_not_fixed_and_what_is_new_is(written: Path) -> None:
    path = written / "app/api/route.ts"
    path.write_text(ROUTE + PUT)
    assert mmlint("--fix").exit_code == 0
    assert path.read_text() == ROUTE + PUT.replace("  return", "  await flush();\n  return")


def test_a_file_of_the_focus_alone_is_asked_about_what_is_stale(written: Path) -> None:
    (written / "app/api/route.ts").write_text("export {};\n")
    (written / "app/other.ts").write_text("export {};\n")
    assert checked("app/other.ts")[1]["summary"]["stale"] == 0
    assert checked("app/api/route.ts")[1]["summary"]["stale"] == 1
    assert checked("app")[1]["summary"]["stale"] == 1


def test_a_hook_that_has_nothing_to_read_still_tells_what_is_stale(written: Path) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    (written / "package.json").unlink()
    (written / "app/api/route.ts").write_text("export const a = 1;\n")
    (written / "app/other.ts").write_text("export const a = 1;\n")
    assert "mmlint baseline prune" in mmlint("app/api/route.ts").output
    assert mmlint("app/other.ts").output == "No findings in 1 file.\n"


@pytest.mark.parametrize("words", [("--select", "MM2"), ("--ignore", "MM102")])
def test_a_rule_that_does_not_run_makes_nothing_stale(
    written: Path, words: tuple[str, ...]
) -> None:
    (written / "app/api/route.ts").write_text("export {};\n")
    assert checked(*words)[1]["summary"]["stale"] == 0


def test_a_file_that_does_not_parse_makes_nothing_stale(written: Path) -> None:
    (written / "app/api/route.ts").write_text(ROUTE.replace("POST(", "POST(("))
    _, report = checked()
    assert codes(report) == ["MM001"]
    assert report["summary"]["stale"] == 0


def test_what_is_stale_is_a_note_and_with_strict_an_error(written: Path) -> None:
    (written / "app/api/route.ts").unlink()
    done = mmlint()
    assert done.exit_code == 0
    assert done.stderr == ("mmlint: 1 stale baseline entry; run: mmlint baseline prune\n")
    assert mmlint("--strict").exit_code == 1
    assert mmlint("--strict", "--exit-zero").exit_code == 0


def test_strict_without_anything_stale_changes_nothing(written: Path) -> None:
    assert mmlint("--strict").exit_code == 0


# --- where it is ----------------------------------------------------------------------------------


def test_the_configuration_names_another_file(project: Path) -> None:
    (project / "mmlint.toml").write_text('baseline = "lint/known.jsonl"\n')
    (project / "lint").mkdir()
    assert "lint/known.jsonl: no longer there; expected a baseline" in mmlint().output
    assert mmlint().exit_code == 2
    assert mmlint("baseline", "write").exit_code == 0
    assert (project / "lint/known.jsonl").is_file()
    assert checked()[0] == 0
    assert "lint/known.jsonl" in mmlint("config").output


def test_a_project_names_no_file_elsewhere(project: Path) -> None:
    (project / "mmlint.toml").write_text('baseline = "../known"\n')
    done = mmlint("baseline", "write")
    assert isinstance(done.exception, Exception)
    assert "is no file inside the project" in str(done.exception)
    assert not (project.parent / "known").exists()


def test_the_command_line_names_any_file(project: Path) -> None:
    assert mmlint("baseline", "write", "--baseline", "../known").exit_code == 0
    assert checked()[0] == 1
    assert checked("--baseline", "../known")[0] == 0


def test_a_link_that_leads_out_is_neither_followed_nor_replaced(project: Path) -> None:
    (project.parent / "known").write_text("mine")
    os.symlink("../known", project / FILE)
    assert "outside the project" in mmlint().output
    assert "leads out" in str(mmlint("baseline", "write", "--force").exception)
    assert (project.parent / "known").read_text() == "mine"


def test_a_broken_baseline_ends_the_run_and_says_where(written: Path) -> None:
    with (written / FILE).open("a") as file:
        file.write("<<<<<<< main\n")
    done = mmlint()
    assert done.exit_code == 2
    assert f"{FILE}:3: a merge was not finished; expected the lines of both sides;" in done.output


def test_options_that_contradict_each_other_are_refused() -> None:
    assert mmlint("--baseline", "x", "--no-baseline").exit_code == 2


def test_one_baseline_is_not_for_several_projects(project: Path) -> None:
    other = project.parent / "other"
    other.mkdir()
    (other / "package.json").write_text("{}")
    done = mmlint("--baseline", "x", ".", "../other")
    assert (done.exit_code, "is about one project" in done.output) == (2, True)


def test_several_projects_each_have_their_own(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = written.parent / "other"
    (other / "app/api").mkdir(parents=True)
    (other / "package.json").write_text('{"dependencies": {"next": "15.0.0"}}')
    (other / "app/api/route.ts").write_text(ROUTE)
    monkeypatch.chdir(written.parent)
    _, report = checked("shop", "other")
    assert [one["path"] for one in report["findings"]] == ["other/app/api/route.ts"]
    assert report["summary"]["baselined"] == 1


# --- verbs ----------------------------------------------------------------------------------------


def test_what_is_no_baseline_is_never_replaced(written: Path) -> None:
    (written / "notes.txt").write_text("remember the milk\n")
    told = mmlint("baseline", "write", "--force", "--baseline", "notes.txt").exception
    assert "is no baseline, and is not overwritten" in str(told)
    assert (written / "notes.txt").read_text() == "remember the milk\n"


def test_writing_replaces_nothing_unless_it_is_forced(written: Path) -> None:
    before = (written / FILE).read_text()
    (written / "app/api/route.ts").write_text(ROUTE + PUT)
    assert "there is a baseline already" in str(mmlint("baseline", "write").exception)
    assert (written / FILE).read_text() == before
    assert mmlint("baseline", "write", "--force").output == f"Wrote 2 findings to {FILE}\n"
    assert checked()[0] == 0


def test_a_new_file_has_usual_permissions_and_an_old_one_keeps_its_own(written: Path) -> None:
    (written / "usual").touch()
    assert (written / FILE).stat().st_mode == (written / "usual").stat().st_mode
    (written / FILE).chmod(0o640)
    mmlint("baseline", "write", "--force")
    assert (written / FILE).stat().st_mode & 0o777 == 0o640
    assert [one.name for one in written.glob(".mmlint-*")] == [FILE]


def test_pruning_drops_what_is_gone_and_adds_nothing(written: Path) -> None:
    (written / "app/api/route.ts").write_text(ROUTE + PUT)
    mmlint("baseline", "write", "--force")
    (written / "app/api/route.ts").write_text(ROUTE + PUT.replace("left", "exited"))
    assert mmlint("baseline", "prune").output == f"Dropped 1 of 2 findings from {FILE}\n"
    assert codes(checked()[1]) == ["MM102"]
    assert mmlint("baseline", "prune").output == f"Nothing is stale in {FILE}\n"


def test_pruning_asks_about_the_whole_project_whatever_the_path(written: Path) -> None:
    (written / "app/api/route.ts").unlink()
    (written / "app/other.ts").write_text("export {};\n")
    assert mmlint("baseline", "prune", "app/other.ts").output.startswith("Dropped 1 of 1")


def test_pruning_and_showing_need_a_baseline() -> None:
    for verb in ("prune", "show"):
        assert "there is no baseline; expected one" in str(mmlint("baseline", verb).exception)


def test_it_is_shown_by_file_and_as_json(written: Path) -> None:
    assert mmlint("baseline", "show").output == (
        "app/api/route.ts\n"
        "  MM102 in POST: track{event:joined,anonymous_id}\n"
        f"1 finding in {FILE}\n"
    )
    assert json.loads(mmlint("baseline", "show", "--format", "json").output) == {
        "version": 1,
        "entries": [
            {
                "path": "app/api/route.ts",
                "code": "MM102",
                "scope": "POST",
                "text": "track{event:joined,anonymous_id}",
                "count": 1,
            }
        ],
    }


def test_a_template_that_becomes_a_key_is_new(project: Path) -> None:
    env = project / ".env.example"
    env.write_text("NEXT_PUBLIC_AOA_SK=sk_live_...\n")
    mmlint("baseline", "write")
    assert checked()[0] == 0
    assert "MM201: NEXT_PUBLIC_AOA_SK (placeholder)\n" in mmlint("baseline", "show").output
    env.write_text("NEXT_PUBLIC_AOA_SK=" + "_".join(("sk", "live", "0a1b2c3d", "7f" * 12)) + "\n")
    code, report = checked()
    assert (code, codes(report)) == (1, ["MM201"])
    mmlint("baseline", "write", "--force")
    assert checked()[0] == 0
    shown = json.loads(mmlint("baseline", "show", "--format", "json").output)["entries"]
    assert [one.get("state") for one in shown] == ["key sk_live_0a1b2c3d_…", None]


def test_two_branches_that_add_and_drop_merge_without_a_conflict(project: Path) -> None:
    def line(path: str) -> str:
        return f'["{path}", "MM102", "POST", "track{{event:joined}}"]\n'

    def git(*words: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", *identity, *words], check=True, capture_output=True)

    head = '{"mmlint-baseline": 1}\n'
    paths = [f"app/{name}/route.ts" for name in "abcdefghij"]
    (project / FILE).write_text(head + "".join(map(line, paths)))
    git("init", "-q", "-b", "main")
    git("add", FILE)
    git("commit", "-qm", "before")
    git("checkout", "-qb", "branch")
    (project / FILE).write_text(head + "".join(map(line, paths[:-1])))
    git("commit", "-qam", "one is gone")
    git("checkout", "-q", "main")
    (project / FILE).write_text(head + "".join(map(line, [paths[0], "app/aa.ts", *paths[1:]])))
    git("commit", "-qam", "one more")
    git("merge", "-q", "branch")
    assert len(json.loads(mmlint("baseline", "show", "--format", "json").output)["entries"]) == 10


def test_the_program_tells_errors_in_one_line(written: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mmlint", "baseline", "write"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"mmlint: {FILE}: there is a baseline already")
    assert "Traceback" not in done.stderr
