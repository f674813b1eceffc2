"""Whatever is named, and wherever mmlint is started: a message, and no internal error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mmlint.cli import main
from tests.proof.command import environment, mmlint, write

SENDS = (
    'import { track } from "@millimetric/track-node";\n'
    'export async function POST() { track({ event: "joined" }); }\n'
)
LONG = "x" * 300
COMMANDS = ("check", "events", "runtimes", "config", "clean", "baseline write", "baseline show")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, {"app/api/join/route.ts": SENDS, "package.json": "{}"})
    return tmp_path


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (".:1", "is no file"),
        (":1", "is no file"),
        ("app:1", "is no file"),
        ("app/api/join/route.ts:0", "the file has 2 lines"),
        ("app/api/join/route.ts:" + "9" * 5000, "has no line 999999999…"),
        ("app/api/join/route.ts:²", "no rule is called"),
        (f"{LONG}:1", "no such file"),
    ],
)
def test_what_is_no_line_of_a_file_is_refused(subject: str, expected: str, project: Path) -> None:
    done = mmlint(project, "explain", subject)
    assert done.code == 2
    assert expected in done.text
    assert len(done.text) < 600


def test_a_line_that_holds_nothing_is_explained_all_the_same(project: Path) -> None:
    assert mmlint(project, "explain", "package.json:1").code == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_a_name_that_no_file_can_have_is_like_one_that_is_not_there(
    command: str, project: Path
) -> None:
    assert "internal error" not in mmlint(project, *command.split(), LONG).text


def test_stdin_may_stand_for_a_name_that_no_file_can_have(project: Path) -> None:
    done = mmlint(project, "--stdin-filename", f"{LONG}.ts", stdin=SENDS.encode())
    assert "MM3" in done.text
    assert done.code == 1


@pytest.mark.parametrize("words", [*COMMANDS, "explain a.ts:1", "check a.ts"])
def test_the_folder_may_be_gone(words: str, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    code = (
        "import os, sys; os.rmdir(os.getcwd()); sys.argv = ['mmlint', *sys.argv[1:]]; "
        "from mmlint.__main__ import script; script()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words.split()],
        cwd=gone,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert "the current folder is gone" in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is full")
@pytest.mark.parametrize("words", ["nope", "-v nope", "check --nope", "explain nope"])
def test_a_stderr_that_is_full_changes_no_exit_code(words: str, project: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "mmlint", *words.split()],
            cwd=project,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=full,
            check=False,
            timeout=60,
        )
    assert done.returncode == 2


def test_a_name_that_is_no_text_is_shown_as_far_as_it_is(project: Path) -> None:
    folder = os.fsencode(project / "app") + b"/\xff"
    os.mkdir(folder)
    with open(folder + b"/route.ts", "wb") as file:
        file.write(SENDS.encode())
    assert mmlint(project, "baseline", "write").code == 0
    for words in (("runtimes",), ("baseline", "show")):
        done = mmlint(project, *words, "--format", "json")
        assert done.code == 0, done.text
        json.loads(done.out)
    assert "/\N{REPLACEMENT CHARACTER}" in mmlint(project, "baseline", "show").text


@pytest.mark.parametrize("command", [*COMMANDS, "baseline prune", "explain", "rules"])
def test_every_command_tells_internal_errors_in_full_where_it_is_asked_to(
    command: str, project: Path
) -> None:
    """The message of an internal error says so."""
    assert "--verbose" in mmlint(project, *command.split(), "--help").text


@pytest.mark.parametrize("word", ["-v", "--verbose"])
def test_an_internal_error_in_full_shows_no_key_and_steers_no_terminal(
    word: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    key = "_".join(("sk", "live", "Ab3dEf6h", "s3cret" * 4))

    def broken(format_: str) -> str:
        raise ValueError(f"\x1b[31m{key}") from KeyError(f"x{key}")

    monkeypatch.setattr("mmlint.app.rules", broken)
    monkeypatch.setattr("sys.argv", ["mmlint", "rules", word])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capfd.readouterr()
    assert ended.value.code == 2
    assert not told.out
    assert "in broken" in told.err
    assert "KeyError" in told.err
    assert "mmlint: internal error (ValueError)" in told.err
    assert key[-8:] not in told.err
    assert "\x1b" not in told.err
