"""What CONTRIBUTING.md says about files is true, and what it says is registered is registered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mmlint import cli, report

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
FOLDERS = ("mmlint/", "tests/", "docs/")


def places(text: str) -> list[str]:
    """Return the paths that a text names in code spans; ``<word>`` in one stands for any name."""
    spans = re.findall(r"`([^`\s]+)`", text)
    return sorted({one for one in spans if one.startswith(FOLDERS)})


@pytest.mark.parametrize("place", places(TEXT))
def test_every_file_that_is_named_exists(place: str) -> None:
    assert list(ROOT.glob(re.sub(r"<[^>]+>", "*", place)))


def test_every_kind_of_addition_has_its_list_of_files() -> None:
    rows = [line.split("|") for line in TEXT.splitlines() if line.startswith("| a")]
    listed = {row[1].partition("(")[0].strip(): places(row[2]) for row in rows}
    assert listed.keys() == {
        "a rule",
        "a platform",
        "a kind of pattern",
        "an HTTP library",
        "a carrier",
        "a report format",
    }
    assert all(listed.values())


def test_a_report_format_is_known_to_the_command_line_and_the_readme() -> None:
    assert cli.FORMATS == report.FORMATS
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = re.search(r"formats are (.+?);", readme, re.S)
    assert shown is not None
    named = {*re.findall(r"`(\w+)`", shown[1]), *re.findall(r"--format (\w+)", readme)}
    named |= set(re.findall(r"--output (\w+)=", readme))
    assert set(report.FORMATS) <= named
