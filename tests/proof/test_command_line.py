"""What a shell, a script and a tired person do to the command line."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path

import pytest

from tests.proof.command import mmlint, program, write

JS = """\
import { track, flush } from "@millimetric/track-node";
export async function POST(request) {
  const { anonymous_id } = await request.json();
  track({ event: "signup", anonymous_id });
  flush();
  return Response.json({});
}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(
        tmp_path / "shop",
        {
            "package.json": '{"dependencies": {"next": "15.1.0"}}\n',
            "app/a/route.js": JS,
            "app/b/route.js": JS,
        },
    )


# --- which paths are meant ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [(".", "app/a"), ("app/a", "."), (".", "app/a/route.js", "package.json"), (".", "app")],
)
def test_the_whole_project_and_a_part_of_it_are_the_whole_project(
    words: tuple[str, ...], project: Path
) -> None:
    whole = mmlint(project, "--format", "json")
    assert len(json.loads(whole.out)["findings"]) == 2
    assert mmlint(project, "--format", "json", *words) == whole


@pytest.mark.parametrize("words", [(".", "gone.ts"), ("gone.ts", ".")])
def test_a_path_that_is_not_there_keeps_nothing_of_the_project_back(
    words: tuple[str, ...], project: Path
) -> None:
    done = mmlint(project, "--format", "json", *words)
    assert (done.code, len(json.loads(done.out)["findings"])) == (2, 2)
    assert b"gone.ts: no such file or folder" in done.err


def test_a_path_that_is_not_there_does_not_stand_for_the_folder_around_it(project: Path) -> None:
    write(project.parent, {"b.js": "", "shop/.git/HEAD": "ref: refs/heads/main\n"})
    done = mmlint(project.parent, "--format", "json", "gone.js", "shop/app/a")
    assert done.code == 2
    assert [one["path"] for one in json.loads(done.out)["findings"]] == ["shop/app/a/route.js"]


# --- what others read -----------------------------------------------------------------------------


@pytest.mark.parametrize("format_", ["json", "gitlab", "sarif"])
def test_statistics_do_not_spoil_a_report_that_a_program_reads(format_: str, project: Path) -> None:
    done = mmlint(project, "--statistics", "--format", format_)
    assert json.loads(done.out)
    assert b"2  MM101 unawaited-flush" in done.err


def test_statistics_stand_below_a_report_that_people_read(project: Path) -> None:
    done = mmlint(project, "--statistics")
    assert b"2  MM101 unawaited-flush" in done.out


EVERY = ("--format json", "", "events", "rules", "explain MM101", "runtimes", "--help")


def shell(folder: Path, line: str) -> tuple[int, str]:
    """Run ``line``, in which ``mmlint`` stands for this checkout's; return its code and stderr."""
    start = f'mmlint() {{ "{sys.executable}" -m mmlint "$@"; }}; {line}'
    done = program(folder, "bash", "-c", start)
    return done.code, done.err.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="speaks to a POSIX shell")
@pytest.mark.parametrize("words", EVERY)
def test_a_closed_stdout_changes_no_exit_code(words: str, project: Path) -> None:
    code, said = shell(project, f"mmlint {words} >&-")
    assert (code, said) == (mmlint(project, *words.split()).code, "")


@pytest.mark.skipif(sys.platform == "win32", reason="speaks to a POSIX shell")
@pytest.mark.parametrize("words", EVERY)
def test_nobody_who_reads_to_the_end_is_no_error_to_tell(words: str, project: Path) -> None:
    _, said = shell(project, f"mmlint {words} | true")
    assert said == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
@pytest.mark.parametrize("words", EVERY)
def test_a_full_disk_behind_stdout_is_named(words: str, project: Path) -> None:
    code, said = shell(project, f"mmlint {words} >/dev/full")
    assert code == 2
    assert said == (
        "mmlint: stdout cannot be written (No space left on device); expected room for the "
        "report; free some, or send it elsewhere\n"
    )


def test_where_there_is_no_git_no_revision_is_asked_for(project: Path) -> None:
    done = mmlint(project, "events", "--diff", "HEAD")
    assert (done.code, done.out) == (2, b"")
    assert b"lies in no work tree of git; expected one" in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("--format", "KEY"),
        ("--KEY",),
        ("--output", "KEY"),
        ("--jobs", "KEY"),
        ("baseline", "KEY"),
        ("KEY",),
        ("explain", "KEY"),
        ("--executor", "KEY"),
        ("--config", "KEY=1"),
        ("events", "--diff", "KEY"),
        ("config", "--config", "cache-dir='KEY'"),
        ("clean", "--config", "cache-dir='KEY'"),
    ],
)
def test_a_key_that_was_pasted_into_the_command_is_not_repeated(
    words: tuple[str, ...], project: Path
) -> None:
    secret = secrets.token_hex(16)
    key = f"sk_live_{secrets.token_hex(4)}_{secret}"
    done = mmlint(project, *(one.replace("KEY", key) for one in words))
    assert "sk_live_" in done.text
    assert secret not in done.text
