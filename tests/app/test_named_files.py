"""What is reported and what is written when files are named: a finding belongs to its own file and
to those that its cause may lie in, and no file changes that was not named."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from mmlint.app import Request, run
from mmlint.app.session import Session
from mmlint.model.report import Reported
from tests.proof.command import write

Findings = Callable[..., list[tuple[str, str]]]

MANIFEST = '{"dependencies": {"next": "15.1.0"}}\n'
LOSES = """\
import { track } from "@millimetric/track-node";
export async function POST(request) {
  const { anonymous_id } = await request.json();
  track({ event: "joined", anonymous_id });
  return Response.json({});
}
"""
ROUTE = """\
import { joined } from "../../lib/events";
export async function POST(request) {
  const { anonymous_id } = await request.json();
  joined(anonymous_id);
  return Response.json({});
}
"""
HELPER = """\
import { track } from "@millimetric/track-node";
export function joined(anonymous_id) {
  track({ event: "joined", anonymous_id });
}
"""
WRAPPED = """\
import { track } from "@millimetric/track-node";
import { guarded } from "../../lib/guarded";
export const POST = guarded(async (request) => {
  const { anonymous_id } = await request.json();
  track({ event: "joined", anonymous_id });
  return Response.json({});
});
"""
GUARDED = """\
export function guarded(handler) {
  return async (request) => {
    if (!request.ok) return Response.error();
    return handler(request);
  };
}
"""
SERVER_SEND = LOSES.replace("track }", "track, flush }").replace(
    "  return", "  await flush();\n  return"
)
BUTTON = """\
"use client";
import { track } from "@millimetric/track";
export function join() {
  track("joined");
  history.back();
}
"""
ANALYTICS = """\
import { init } from "@millimetric/track-node";
init({ key: process.env.AOA_SK, host: process.env.AOA_HOST, flushAt: 20 });
"""
SERVER = """\
import express from "express";
import "./analytics.js";
express().listen(3000);
"""
PUBLIC = """\
import { init } from "@millimetric/track-node";
init({ key: process.env.NEXT_PUBLIC_AOA_KEY, host: process.env.AOA_HOST });
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    return tmp_path


@pytest.fixture
def found(capfd: pytest.CaptureFixture[str]) -> Findings:
    """A function that returns code and path of what a run on the paths reports."""

    def ask(*paths: str) -> list[tuple[str, str]]:
        assert run(Request(paths=paths, format="json")) in (0, 1)
        report = json.loads(capfd.readouterr().out)
        return [(one["code"], one["path"]) for one in report["findings"]]

    return ask


# --- what is not reported -------------------------------------------------------------------------


CONFIGURATIONS = {
    "package.json": MANIFEST,
    "tsconfig.json": "{}\n",
    "vercel.json": "{}\n",
    "wrangler.toml": 'name = "a"\n',
    "mmlint.toml": "exclude = []\n",
    "next.config.js": "export default {};\n",
}


@pytest.mark.parametrize("named", CONFIGURATIONS)
@pytest.mark.parametrize("folder", ["", "web/"])
def test_a_named_manifest_or_configuration_means_itself(
    folder: str, named: str, here: Path, found: Findings
) -> None:
    files = {"app/a/route.js": LOSES, named: CONFIGURATIONS[named], "package.json": MANIFEST}
    write(here, {folder + path: content for path, content in files.items()})
    assert found() == [("MM102", f"{folder}app/a/route.js")]
    assert found(folder + named) == []


def test_a_related_place_that_only_explains_reports_nothing(here: Path, found: Findings) -> None:
    write(
        here,
        {"package.json": MANIFEST, "app/a/route.js": WRAPPED, "lib/guarded.js": GUARDED},
    )
    assert found() == found("app/a/route.js") == [("MM102", "app/a/route.js")]
    assert found("lib/guarded.js") == []


# --- what is reported -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "code", "at", "cause"),
    [
        (
            {"package.json": MANIFEST, "app/a/route.js": ROUTE, "lib/events.js": HELPER},
            "MM102",
            "app/a/route.js",
            "lib/events.js",
        ),
        (
            {
                "scripts/run.js": 'import { joined } from "../lib/events.js";\njoined("a");\n',
                "lib/events.js": HELPER,
            },
            "MM104",
            "scripts/run.js",
            "lib/events.js",
        ),
        ({"src/analytics.js": ANALYTICS, "src/server.js": SERVER}, "MM105",
         "src/analytics.js", "src/server.js"),
        ({"lib/a.js": PUBLIC, ".env": "NEXT_PUBLIC_AOA_KEY=pk_live_1\n"}, "MM205",
         "lib/a.js", ".env"),
        ({"package.json": MANIFEST, "app/a/route.js": SERVER_SEND, "app/join.js": BUTTON},
         "MM401", "app/join.js", "app/a/route.js"),
    ],
)  # fmt: skip
def test_a_finding_is_reported_where_its_cause_may_lie(
    files: dict[str, str], code: str, at: str, cause: str, here: Path, found: Findings
) -> None:
    write(here, {**files, "other.js": "export const other = 1;\n"})
    for named in ((), (at,), (cause,)):
        assert (code, at) in found(*named), named
    assert found("other.js") == []


def test_a_path_through_a_link_means_what_it_leads_to(here: Path, found: Findings) -> None:
    write(here, {"package.json": MANIFEST, "app/a/route.js": LOSES})
    (here / "link").symlink_to("app")
    assert found("link/a/route.js") == found("link") == [("MM102", "app/a/route.js")]


@pytest.mark.parametrize(
    ("link", "target", "start", "named"),
    [
        ("project", "real/shop", ".", "project"),
        ("project", "real/shop", ".", "{here}/project/app"),
        ("project", "real/shop", "project", ""),
        ("project", "real/shop", "project", "app"),
        ("project", "real/shop", "project/app", "{here}/project/app/a/route.js"),
        ("all", "real", "all", "{here}/all/shop/app"),
        ("pages", "real/shop/app", ".", "pages"),
        ("pages", "real/shop/app", "pages", "{here}/pages/a"),
        ("route.js", "real/shop/app/a/route.js", ".", "route.js"),
        ("pages", "real/shop/app", ".", "pages/../app"),
    ],
)
def test_a_project_is_reached_through_links(
    link: str, target: str, start: str, named: str, here: Path, found: Findings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The whole project is found, with its settings, from wherever it is named."""
    write(here, {"real/shop/package.json": MANIFEST, "real/shop/app/a/route.js": LOSES})
    write(here, {"real/shop/mmlint.toml": 'select = ["MM102"]\n'})
    shutil.rmtree(here / ".git")
    (here / link).symlink_to(target)
    monkeypatch.chdir(start)
    monkeypatch.setenv("PWD", str(here / start))
    names = [named.format(here=here)] if named else []
    ((code, path),) = found(*names)
    assert (code, os.path.realpath(path)) == ("MM102", f"{here}/real/shop/app/a/route.js")
    if named.endswith(".js"):
        given = run(Request(paths=("-",), stdin_filename=names[0]), lambda: LOSES.encode())
        assert given == 1


def test_links_into_one_project_are_one_run(here: Path, found: Findings) -> None:
    write(here, {"real/package.json": MANIFEST, "real/app/a/route.js": LOSES, "other/x": ""})
    shutil.rmtree(here / ".git")
    (here / "pages").symlink_to("real/app")
    (here / "other" / "route.js").symlink_to("../real/app/a/route.js")
    assert found("pages", "other/route.js") == [("MM102", "real/app/a/route.js")]


def test_other_checkouts_of_the_repository_are_neither_compared_nor_changed(
    here: Path, found: Findings
) -> None:
    write(here, {"package.json": MANIFEST, "app/a/route.js": SERVER_SEND})
    write(here, {".git/HEAD": "ref: refs/heads/main\n", ".git/worktrees/one/commondir": "../.."})
    write(here, {"one/package.json": MANIFEST, "one/.git": f"gitdir: {here}/.git/worktrees/one"})
    write(here, {"one/app/join.js": BUTTON, "one/app/a/route.js": LOSES})
    assert found() == []
    assert ("MM102", "one/app/a/route.js") in found("one")
    run(Request(fix=True, unsafe_fixes=True), None)
    assert (here / "one/app/a/route.js").read_text() == LOSES


# --- what is written ------------------------------------------------------------------------------


def contents(here: Path) -> dict[str, str]:
    paths = (one for one in here.rglob("*") if one.is_file() and ".git" not in one.parts)
    return {one.relative_to(here).as_posix(): one.read_text() for one in paths}


@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize(
    "named", ["package.json", "app/a/route.js", "lib/events.js", "tsconfig.json"]
)
def test_a_fix_changes_no_file_that_was_not_named(named: str, unsafe: bool, here: Path) -> None:
    files = {
        "package.json": MANIFEST,
        "tsconfig.json": "{}",
        "app/a/route.js": ROUTE,
        "app/b/route.js": LOSES,
        "app/join.js": BUTTON,
        "lib/events.js": HELPER,
        "lib/a.js": PUBLIC,
    }
    write(here, files)
    run(Request(paths=(named,), fix=True, unsafe_fixes=unsafe))
    assert {path for path, text in contents(here).items() if text != files[path]} <= {named}


def test_a_fix_beyond_the_named_files_is_offered_and_says_what_it_edits(
    here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    files = {"package.json": MANIFEST, "app/a/route.js": SERVER_SEND, "app/join.js": BUTTON}
    write(here, files)
    assert run(Request(paths=("app/a/route.js",), fix=True, unsafe_fixes=True)) == 1
    assert contents(here) == files
    said = capfd.readouterr().out
    assert (
        "fix: remove the browser's call (also edits app/join.js; run `mmlint --fix "
        "--unsafe-fixes` without paths, or name it)\n"
    ) in said
    assert said.endswith("Found 1 error in 1 file.\n")
    assert run(Request(paths=("app/a/route.js", "app/join.js"), fix=True, unsafe_fixes=True)) == 0
    assert "track(" not in (here / "app/join.js").read_text()


RENAMED = {
    "lib/a.js": "use(process.env.NEXT_PUBLIC_AOA_SK);\n",
    "b.yaml": "b: NEXT_PUBLIC_AOA_SK\n",
}


def test_a_variable_is_renamed_in_all_named_files_or_in_none(
    here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = "sk_live_" + "a1B2c3D4" + "_" + "9" * 16 + "z" * 16
    files = {**RENAMED, "c.py": "x = 'NEXT_PUBLIC_AOA_SK'\n", "d.sh": "NEXT_PUBLIC_AOA_SK=1\n"}
    files["e.mjs"] = "// NEXT_PUBLIC_AOA_SK\n"
    files[".env"] = f"NEXT_PUBLIC_AOA_SK={secret}\n"
    write(here, files)
    assert run(Request(paths=(".env",), fix=True, unsafe_fixes=True)) == 1
    assert contents(here) == files
    assert (
        "(also edits b.yaml, c.py, d.sh and 2 more; run `mmlint --fix --unsafe-fixes` without "
        "paths, or name them)"
    ) in capfd.readouterr().out
    run(Request(paths=tuple(files), fix=True, unsafe_fixes=True))
    assert not any("NEXT_PUBLIC" in text for text in contents(here).values())


def test_a_diff_and_a_count_leave_out_what_would_not_be_written(
    here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write(here, {"package.json": MANIFEST, "app/a/route.js": SERVER_SEND, "app/join.js": BUTTON})
    assert run(Request(paths=("app/a/route.js",), diff=True, unsafe_fixes=True)) == 0
    assert capfd.readouterr().out == "Would fix nothing and leave 1 finding.\n"


@pytest.mark.parametrize("at", [1, 2])
def test_what_changes_after_it_was_linted_is_left_alone_and_not_counted(
    at: int, here: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    routes = {f"app/{name}/route.js": SERVER_SEND.replace("await f", "f") for name in "ab"}
    write(here, {"package.json": MANIFEST, **routes})
    saved = "// saved by an editor\n" + routes["app/b/route.js"]
    calls: list[int] = []
    lint = Session.lint

    def slow(self: Session, overlay: Mapping[str, bytes]) -> list[Reported]:
        found = lint(self, overlay)
        calls.append(1)
        if len(calls) == at:
            write(here, {"app/b/route.js": saved})
        return found

    monkeypatch.setattr(Session, "lint", slow)
    assert run(Request(fix=True)) == 2
    done = capfd.readouterr()
    assert "app/b/route.js: changed while mmlint ran" in done.err
    assert done.out.endswith("Fixed 1 finding. Found 1 error in 3 files (1 fixable with --fix).\n")
    assert contents(here)["app/a/route.js"] == SERVER_SEND
    assert contents(here)["app/b/route.js"] == saved
