"""No name that others chose steers a terminal, hides from the reader or begins a line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.proof.command import mmlint, write

ODD = "x\x1b[31m\x07\x9b\u202e\u2066\u200b\u2028\r\n::error::"
"""ESC, BEL, a C1 control, bidi controls, an invisible one, and three ends of a line."""

_STEERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069]")

SENDS = (
    'import { track } from "@millimetric/track-node";\n'
    "export async function POST() {\n"
    '  track({ event: "x\\u001b[31m\\u202e\\n::error::",'
    ' properties: { "k\\u009b\\n::error::": 1 } });\n'
    "}\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, {f"app/api/{ODD}/route.ts": SENDS, "package.json": "{}"})
    return tmp_path


def _is_inert(text: str) -> bool:
    begun = [line for line in text.splitlines() if line.lstrip().startswith("::error::")]
    return not _STEERS.search(text) and not begun


@pytest.mark.parametrize(
    "words",
    [
        "--format text",
        "--format concise",
        "--format json",
        "--format jsonl",
        "--format gitlab",
        "--format sarif",
        "--diff",
        "--show-files",
        "-v --statistics",
        "runtimes",
        "runtimes --format json",
        "events",
        "events --format json",
        "events --format csv",
        "events --format markdown",
        "config",
    ],
)
def test_names_of_files_and_events_are_shown_and_do_nothing(words: str, project: Path) -> None:
    done = mmlint(project, *words.split())
    assert _is_inert(done.text), ascii(done.text)
    assert done.text.strip()


def test_a_workflow_command_is_one_of_mmlint_alone(project: Path) -> None:
    lines = mmlint(project, "--format", "github").text.splitlines()
    assert lines
    assert all(re.match(r"::(error|warning) file=", line) for line in lines)


def test_a_line_of_such_a_file_can_be_explained(project: Path) -> None:
    done = mmlint(project, "explain", f"app/api/{ODD}/route.ts:3")
    assert b"sends" in done.out
    assert _is_inert(done.text), ascii(done.text)


@pytest.mark.parametrize("words", ["write", "show", "show --format json", "prune"])
def test_a_baseline_shows_names_that_do_nothing(words: str, project: Path) -> None:
    mmlint(project, "baseline", "write")
    done = mmlint(project, "baseline", *words.split())
    assert _is_inert(done.text), ascii(done.text)


@pytest.mark.parametrize(
    "words",
    [
        ("ODD",),
        ("--ODD",),
        ("--format", "ODD"),
        ("--output", "ODD"),
        ("--config", "ODD"),
        ("--config", "ODD=1"),
        ("--select", "ODD"),
        ("--baseline", "ODD"),
        ("explain", "ODD"),
        ("explain", "ODD:1"),
        ("events", "--diff", "ODD"),
        ("baseline", "ODD"),
        ("baseline", "show", "--baseline", "ODD"),
        ("clean", "--config", "ODD"),
    ],
)
def test_what_is_wrong_in_a_command_is_told_in_one_line(
    words: tuple[str, ...], project: Path
) -> None:
    done = mmlint(project, *(one.replace("ODD", ODD) for one in words))
    assert done.code == 2
    assert _is_inert(done.text), ascii(done.text)


def test_readers_of_json_get_the_very_name(project: Path) -> None:
    found = json.loads(mmlint(project, "--format", "json").out)["findings"]
    assert {one["path"] for one in found} == {f"app/api/{ODD}/route.ts"}
