"""Diffs of fixes: right where nothing is secret, masked where something is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from report_samples import key

from mmlint.report.diff import painted, unified
from mmlint.report.wording import forecast


def test_equal_files_have_no_diff() -> None:
    assert unified("a.py", b"x\n", b"x\n", carrier=False) == ""


def test_a_changed_line() -> None:
    assert unified("a.ts", b"a\nflush()\nb\n", b"a\nawait flush()\nb\n", carrier=False) == (
        "--- a/a.ts\n+++ b/a.ts\n@@ -1,3 +1,3 @@\n a\n-flush()\n+await flush()\n b\n"
    )


def test_missing_line_end_is_said() -> None:
    assert unified("a", b"x", b"x\n", carrier=False).splitlines()[3:] == [
        "-x",
        "\\ No newline at end of file",
        "+x",
    ]


def test_control_characters_are_made_visible() -> None:
    diff = unified("a\x1b", b"\x1b[31m\ta\n", b"\x1b[31m\rb\n", carrier=False)
    assert diff.splitlines()[3:] == ["-␛[31m\ta", "+␛[31m␍b"]
    assert "\x1b" not in diff


def test_env_values_are_masked() -> None:
    secret = key()
    before = f"NEXT_PUBLIC_MM_SK={secret}\nPASSWORD=hunter2\n".encode()
    after = f"MM_SK={secret}\nPASSWORD=hunter2\n".encode()
    diff = unified(".env", before, after, carrier=True)
    assert "-NEXT_PUBLIC_MM_SK=sk_live_a1b2c3d4_…\n" in diff
    assert "+MM_SK=sk_live_a1b2c3d4_…\n" in diff
    assert " PASSWORD=hun… (7 characters)\n" in diff


def test_a_change_inside_a_secret_is_still_a_change() -> None:
    first, second = key(), key()
    diff = unified("a.ts", first.encode(), second.encode(), carrier=False)
    assert diff.count("sk_live_a1b2c3d4_…") == 2


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git to apply the diff")
@pytest.mark.parametrize("path", ["f", "a b/c d", 'a\u00e4/"f"', "--fix"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\nb\nc\n", b"a\nB\nc\n"),
        (b"a\r\nb\r\nc", b"a\r\nB\r\nc"),
        (b"", b"a\n"),
        (b"a", b"a\n"),
        (b"".join(b"%d\n" % n for n in range(50)), b"".join(b"%d\n" % n for n in range(1, 40))),
    ],
)
def test_diff_without_secrets_can_be_applied(
    path: str, before: bytes, after: bytes, tmp_path: Path
) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_bytes(before)
    diff = unified(path, before, after, carrier=False) + forecast(1, 1, (), unsafe=False) + "\n"
    subprocess.run(
        ["git", "apply", "-"], input=diff.encode(), cwd=tmp_path, check=True, capture_output=True
    )
    assert (tmp_path / path).read_bytes() == after


def test_a_path_with_a_space_ends_in_a_tab_and_another_does_not() -> None:
    for path, end in (("a.ts", ""), ("my app/a.ts", "\t")):
        head = unified(path, b"a\n", b"b\n", carrier=False).split("\n")[:2]
        assert head == [f"--- a/{path}{end}", f"+++ b/{path}{end}"]


def test_colours_change_nothing_but_the_colour() -> None:
    diff = unified("a.sql", b"a\r\n-- b\r\nc", b"a\r\n++ b\r\nd", carrier=False)
    lines = painted(diff).split("\n")
    assert lines == [
        "\x1b[1m--- a/a.sql\x1b[0m",
        "\x1b[1m+++ b/a.sql\x1b[0m",
        "\x1b[36m@@ -1,3 +1,3 @@\x1b[0m",
        " a\r",
        "\x1b[31m--- b\x1b[0m\r",
        "\x1b[31m-c\x1b[0m",
        "\\ No newline at end of file",
        "\x1b[32m+++ b\x1b[0m\r",
        "\x1b[32m+d\x1b[0m",
        "\\ No newline at end of file",
        "",
    ]
    assert re.sub(r"\x1b\[\d*m", "", painted(diff)) == diff


def test_a_listed_value_is_masked_in_lines_that_do_not_change() -> None:
    secret = "hunter2-" + "7" * 8
    before = (
        f"env:\n  - name: DB_PASSWORD\n    value: {secret}\n  - name: VITE_AOA_SK\n    value: x\n"
    )
    after = before.replace("VITE_AOA_SK", "AOA_SK")
    diff = unified("pod.yaml", before.encode(), after.encode(), carrier=False)
    assert "+  - name: AOA_SK\n" in diff
    assert "     value: hun… (16 characters)\n" in diff
    assert secret not in diff
