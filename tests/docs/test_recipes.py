"""Recipes work when they are copied: half of a page is found, the other half is silent, and what CI
is told to run writes what CI is told to read. (The commands they show are run with all others.)"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from mmlint.app import check
from tests.docs.console import steps
from tests.docs.fences import name
from tests.docs.recipes import RECIPES, projects
from tests.proof.command import ROOT, environment, mmlint, write

yaml = pytest.importorskip("yaml", reason="comes with pre-commit")

WRONG, RIGHT = "What goes wrong", "What works"
CODE = [path for path in RECIPES if len(projects(path)) > 1]
FOLDER = ROOT / "docs" / "recipes"


def test_there_are_recipes_for_platforms_and_for_tools() -> None:
    assert {path.stem for path in CODE} >= {"nextjs", "vite-fastapi", "workers", "aws-lambda"}
    assert {path.stem for path in RECIPES} >= {"pre-commit", "github-actions", "gitlab"}


# --- code -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CODE, ids=name)
def test_what_works_is_silent_and_needs_no_ignores(path: Path, tmp_path: Path) -> None:
    project = write(tmp_path, projects(path)[RIGHT])
    result = check(project)
    assert [one.finding.message for one in result.findings] == []
    assert (result.summary.ignored, result.notices) == (0, ())


@pytest.mark.parametrize("path", CODE, ids=name)
def test_something_is_found_in_each_file_that_goes_wrong(path: Path, tmp_path: Path) -> None:
    found = projects(path)
    wrong, right = found[WRONG], found[RIGHT]
    result = check(write(tmp_path, wrong))
    changed = {file for file in wrong if wrong[file] != right.get(file)}
    assert changed
    assert {one.finding.place.path for one in result.findings} == changed


@pytest.mark.parametrize("path", CODE, ids=name)
def test_the_page_shows_every_finding_and_the_silence(path: Path) -> None:
    wrong, right = steps(path)
    assert (wrong.command, wrong.code) == ("mmlint --format concise", 1)
    assert (right.command, right.code) == ("mmlint", 0)
    assert all(re.match(r"\S+:\d+:\d+: MM\d{3}|Found \d", line) for line in wrong.shown)


# --- tools ----------------------------------------------------------------------------------------


def _project(page: str) -> dict[str, str]:
    return next(iter(projects(FOLDER / page).values()))


def _run(command: str, project: Path) -> None:
    program, *words = shlex.split(command)
    assert program == "mmlint"
    assert mmlint(project, *words).code == 1


def test_github_uploads_the_file_that_was_written(tmp_path: Path) -> None:
    files = _project("github-actions.md")
    job = yaml.safe_load(files[".github/workflows/mmlint.yml"])["jobs"]["mmlint"]
    (command,) = [one["run"] for one in job["steps"] if one.get("run", "").startswith("mmlint")]
    (upload,) = [one for one in job["steps"] if "upload-sarif" in one.get("uses", "")]
    _run(command, write(tmp_path, files))
    log = json.loads((tmp_path / upload["with"]["sarif_file"]).read_text("utf-8"))
    assert [one["ruleId"] for one in log["runs"][0]["results"]] == ["MM401"]
    assert upload["if"] == "always()"


def test_the_readme_shows_the_recipe_s_workflow() -> None:
    workflow = _project("github-actions.md")[".github/workflows/mmlint.yml"]
    assert workflow in (ROOT / "README.md").read_text("utf-8")


def test_gitlab_reads_the_file_that_was_written(tmp_path: Path) -> None:
    files = _project("gitlab.md")
    job = yaml.safe_load(files[".gitlab-ci.yml"])["mmlint"]
    (command,) = job["script"]
    _run(command, write(tmp_path, files))
    report = json.loads((tmp_path / job["artifacts"]["reports"]["codequality"]).read_text("utf-8"))
    assert [one["check_name"] for one in report] == ["MM401"]
    assert job["artifacts"]["when"] == "always"


def test_an_editor_s_task_understands_what_it_prints(tmp_path: Path) -> None:
    files = _project("editors.md")
    (task,) = json.loads(files[".vscode/tasks.json"])["tasks"]
    program, *words = shlex.split(task["command"])
    done = mmlint(write(tmp_path, files), *words)
    assert program == "mmlint"
    pattern = task["problemMatcher"]["pattern"]
    found = [re.match(pattern["regexp"], line) for line in done.out.decode().splitlines()]
    (problem,) = [one for one in found if one]
    assert problem[pattern["file"]] == "src/signup.ts"
    assert (problem[pattern["line"]], problem[pattern["code"]]) == ("6", "MM401")


@pytest.mark.slow
def test_pre_commit_accepts_the_lines_and_the_hooks_are_offered(tmp_path: Path) -> None:
    files = _project("pre-commit.md")
    write(tmp_path, files)
    (config,) = files
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-config", config],
        cwd=tmp_path,
        env=environment(PRE_COMMIT_HOME=str(tmp_path / "home")),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    offered = {one["id"] for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    (repo,) = yaml.safe_load(files[config])["repos"]
    assert {hook["id"] for hook in repo["hooks"]} <= offered
    shown = re.findall(
        r"^```yaml\n( *- repo:.+?)^```", (ROOT / "README.md").read_text(), re.M | re.S
    )
    assert [yaml.safe_load(one) for one in shown] == [[repo]]
