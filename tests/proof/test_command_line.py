"""What a shell, a script and a tired person do to the command line."""

from __future__ import annotations

import json
import re
import secrets
import shutil
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


# --- what is a path, whatever it looks like -------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "changed"),
    [
        (("--", "--fix"), False),
        (("--diff", "--", "--fix"), False),
        (("check", "--", "--fix"), False),
        (("--", "--fix", "events"), False),
        (("--fix", "--", "--unsafe-fixes"), True),
    ],
)
def test_behind_two_hyphens_everything_is_a_path(
    words: tuple[str, ...], changed: bool, project: Path
) -> None:
    for name in ("--fix", "--unsafe-fixes", "events"):
        write(project, {f"{name}/app/c/route.js": JS, f"{name}/package.json": "{}"})
    mmlint(project, *words)
    written = [one for one in project.rglob("route.js") if one.read_text() != JS]
    assert written == ([project / "--unsafe-fixes/app/c/route.js"] if changed else [])


@pytest.mark.parametrize("words", [("--version",), ("-h",), ("rules",), ("--help",)])
def test_options_and_commands_of_the_program_are_no_paths(
    words: tuple[str, ...], project: Path
) -> None:
    assert mmlint(project, *words).code == 0


# --- a file that an editor hands over -------------------------------------------------------------

FIXED = JS.replace("  flush();", "  await flush();")
AT = ("--stdin-filename", "app/a/route.js")


def test_stdin_is_fixed_on_stdout_and_nothing_is_written(project: Path) -> None:
    for words in ((*AT, "-"), AT):
        done = mmlint(project, "--fix", *words, stdin=JS.encode())
        assert (done.code, done.out) == (0, FIXED.encode())
        assert done.err == b"Fixed 1 finding. No findings in 1 file.\n"
    assert {one.read_text() for one in project.rglob("route.js")} == {JS}


def test_what_is_left_is_reported_on_stderr_with_the_code_of_a_fix(project: Path) -> None:
    lost = FIXED.replace("  await flush();\n", "").replace("async ", "")
    done = mmlint(project, "--fix", *AT, "-", stdin=lost.encode())
    on_disk = write(project, {"app/a/route.js": lost})
    again = mmlint(on_disk, "--fix", "app/a/route.js")
    assert (done.code, done.out) == (1, lost.encode())
    assert (again.code, again.out) == (1, done.err)
    machine = mmlint(project, "--fix", "--format", "json", *AT, "-", stdin=lost.encode())
    assert (machine.out, len(json.loads(machine.err)["findings"])) == (lost.encode(), 1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        JS.encode()[:-5],
        b"import 'millimetric';\r\n\r\n\n",
    ],
)
def test_what_cannot_be_fixed_comes_out_as_it_was(data: bytes, project: Path) -> None:
    done = mmlint(project, "--fix", "--unsafe-fixes", *AT, "-", stdin=data)
    assert done.code in (0, 1)
    assert done.out == data


@pytest.mark.parametrize("path", ["app/a/route.js", "node_modules/a/route.js", "notes.bin", "LINK"])
def test_what_is_not_checked_comes_out_as_it_was(path: str, project: Path) -> None:
    (project / "LINK").symlink_to("app/b/route.js")
    excluded = ("--config", 'exclude = ["app/"]')
    done = mmlint(project, "--fix", *excluded, "--stdin-filename", path, "-", stdin=JS.encode())
    assert (done.code, done.out) == (0, JS.encode())


def test_a_fix_of_stdin_leaves_the_other_files_of_the_fix_alone(project: Path) -> None:
    form = '"use client";\nimport { track } from "@millimetric/track";\ntrack("signup");\n'
    write(project, {"app/form.js": form})
    words = ("--fix", "--unsafe-fixes", *AT, "-")
    done = mmlint(project, *words, stdin=FIXED.encode())
    assert (done.code, done.out) == (1, FIXED.encode())
    assert b"also edits app/form.js; run `mmlint --fix --unsafe-fixes` without paths" in done.err
    assert (project / "app/form.js").read_text() == form


def test_stdin_alone_is_read_and_reported_on_stdout(project: Path) -> None:
    write(project, {"app/a/route.js": FIXED})
    for words in (AT, (*AT, "-")):
        done = mmlint(project, "--format", "concise", *words, stdin=JS.encode())
        assert (done.code, done.err) == (1, b"")
        assert done.out.startswith(b"app/a/route.js:5:3: MM101 ")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((*AT, "app"), b"goes with the path - or without any"),
        (("--fix", *AT, "-", "app"), b"expected the path - alone"),
        (("--fix", "-i", *AT), b"--interactive reads answers from stdin"),
        (("--fix", "-"), b"the path - needs --stdin-filename PATH"),
    ],
)
def test_what_does_not_go_with_stdin_is_refused(
    words: tuple[str, ...], told: bytes, project: Path
) -> None:
    done = mmlint(project, *words, stdin=JS.encode())
    assert (done.code, done.out) == (2, b"")
    assert told in done.err


# --- a diff ---------------------------------------------------------------------------------------


def test_a_diff_ends_with_what_it_would_fix(project: Path) -> None:
    done = mmlint(project, "--diff")
    assert done.code == 1
    assert done.out.endswith(b"\n }\nWould fix 2 findings in 2 files.\n")
    last = mmlint(project, "--diff", "--ignore", "MM1").out
    assert last == b"Would fix nothing.\n"


def test_what_only_unsafe_fixes_would_end_is_counted_apart(project: Path) -> None:
    sync = JS.replace("async ", "").replace("await ", "")
    write(project, {"app/b/route.js": sync})
    assert mmlint(project, "--diff").out.endswith(
        b"\nWould fix 1 finding in 1 file and leave 1 finding (1 fixable with --unsafe-fixes).\n"
    )


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git to apply the diff")
def test_a_diff_can_be_applied_with_its_last_line(project: Path) -> None:
    write(project, {"my app/package.json": '{"dependencies": {"next": "15.1.0"}}\n'})
    write(project, {"my app/app/c d/route.js": JS})
    done = mmlint(project, "--diff")
    assert b"--- a/my app/app/c d/route.js\t\n" in done.out
    assert program(project, "git", "apply", "-", stdin=done.out).code == 0
    assert {one.read_text() for one in project.rglob("route.js")} == {FIXED}


def test_the_other_reports_of_a_diff_are_those_of_a_check(project: Path) -> None:
    reports = ("--output", "sarif=F", "--output", "json=G")
    mmlint(project, *reports)
    kept = [(project / name).read_bytes() for name in "FG"]
    for name in "FG":
        (project / name).unlink()
    done = mmlint(project, "--diff", *reports)
    assert (done.code, done.err) == (1, b"")
    assert [(project / name).read_bytes() for name in "FG"] == kept
    assert len(json.loads(kept[1])["findings"]) == 2
    assert mmlint(project, "--diff", "--output", "json=gone/F").code == 2


def test_a_diff_has_colours_where_they_are_asked_for(project: Path) -> None:
    plain = mmlint(project, "--diff").out
    colored = mmlint(project, "--diff", "--color", "always").out
    assert b"\x1b" not in plain
    assert b"\x1b[31m-  flush();\x1b[0m\n\x1b[32m+  await flush();\x1b[0m\n" in colored
    assert re.sub(rb"\x1b\[\d*m", b"", colored) == plain
