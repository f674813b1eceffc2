"""`make new-rule` leaves a repository in which only what its author must fill in fails."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mmlint.rules import names
from tests.new_rule import Refused, new_rule

ROOT = Path(__file__).parents[2]
NAME, CODE = "odd-event", "MM690"


def checkout(root: Path) -> Path:
    """Copy of what the rules' tests read."""
    leave_out = shutil.ignore_patterns("__pycache__", ".*", "proof", "goldens", "corpus")
    for folder in ("mmlint", "tests", "docs"):
        shutil.copytree(ROOT / folder, root / folder, ignore=leave_out)
    for file in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "pyproject.toml"):
        shutil.copy(ROOT / file, root / file)
    return root


def run(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("name", "code", "why"),
    [
        ("", CODE, "expected words with hyphens"),
        ("Odd_Event", CODE, "expected words with hyphens"),
        ("missing-flush", CODE, 'there is a rule "missing-flush" already'),
        (NAME, "", "choose one of MM005, "),
        (NAME, "MM901", "choose one of MM005, "),
        (NAME, "MM102", "MM102 is missing-flush already"),
    ],
)
def test_nothing_is_written_for_words_that_make_no_rule(
    name: str, code: str, why: str, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=re.escape(why)):
        new_rule(tmp_path, name, code, names())
    assert list(tmp_path.iterdir()) == []


def test_only_what_the_author_must_fill_in_fails(tmp_path: Path) -> None:
    root = checkout(tmp_path / "copy")
    made = run(root, "tests.new_rule", NAME, CODE)
    assert made.returncode == 0, made.stderr
    places = ("docs/test_rules_pages.py", "docs/test_written_pages.py", "rules/test_cases.py")
    tests = (*(f"tests/{place}" for place in places), "tests/test_architecture.py")
    wanted = "odd or readme or written or changelog or unique or left or file"
    done = run(root, "pytest", "-q", "-p", "no:cacheprovider", "-k", wanted, *tests)
    failed = {line.split(" - ")[0] for line in done.stdout.splitlines() if line[:7] == "FAILED "}
    assert failed == {
        "FAILED tests/docs/test_rules_pages.py::test_bad_code_has_exactly_the_marked_findings"
        "[odd-event]",
        f"FAILED tests/docs/test_rules_pages.py::test_nothing_is_left_to_fill_in[{NAME}]",
        "FAILED tests/rules/test_cases.py::test_findings_are_exactly_the_marked_ones"
        "[odd_event/found/TODO: the plainest form of the mistake]",
    }


def test_the_scaffold_is_formatted_and_linted(tmp_path: Path) -> None:
    pytest.importorskip("ruff")
    for file in ("README.md", "CHANGELOG.md", "pyproject.toml"):
        shutil.copy(ROOT / file, tmp_path / file)
    for package in ("mmlint", "mmlint/project", "mmlint/rules"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    new_rule(tmp_path, NAME, CODE, names())
    for words in (("format", "--check"), ("check", "--no-cache")):
        done = run(tmp_path, "ruff", *words, "mmlint")
        assert done.returncode == 0, done.stdout
