"""Formatters change nothing that mmlint says, of whole repositories and of every platform's cases.

Here the real ones run, with settings that nobody would choose; other layouts stand in
``test_metamorphic``.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.cases import Case, load_cases
from tests.projects.repositories import CASES, VERSIONS, Files, Found, files, lint, write
from tests.projects.test_metamorphic import (
    byte_order_mark,
    commented,
    crlf,
    double_spaced,
    story,
    untouched,
)
from tests.proof.npm import WITHOUT_NPM, fetched

PRETTIER = "3.6.2"
OPTIONS = {
    "narrow": ("--print-width=40", "--use-tabs", "--no-semi", "--single-quote"),
    "wide": ("--print-width=200", "--tab-width=8", "--trailing-comma=none", "--arrow-parens=avoid"),
}
READ = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".html")

FIXTURES = Path(__file__).parent.parent / "fixtures"
SMALL = [
    case
    for name in ("platforms", "decided", "links")
    for case in load_cases(FIXTURES / name, ("silent", "found"))
]


def plain(findings: list[Found]) -> Counter[tuple[str, str, frozenset[tuple[str, str]]]]:
    """The story without the marks that a formatter may choose."""
    return story(findings, text=lambda text: re.sub(r"[;\"'`(),]|//( !MM\d+)+", "", text))


def contents(case: Case) -> Files:
    return {path: text.encode() for path, text in case.files.items()}


# --- the real formatters --------------------------------------------------------------------------


def prettier(root: Path, repository: Files, options: tuple[str, ...]) -> Files:
    """Return the repository as Prettier writes it."""
    write(root, repository)
    paths = [path for path in repository if path.endswith(READ)]
    program = fetched("prettier", PRETTIER) / "bin" / "prettier.cjs"
    words = ["node", program, "--no-config", "--no-editorconfig", "--ignore-path=", "--write"]
    done = subprocess.run(
        [*words, *options, *paths], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {path: (root / path).read_bytes() for path in repository}


@pytest.mark.slow
@WITHOUT_NPM
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("case", CASES)
def test_a_formatter_of_javascript_changes_nothing(
    case: str, version: str, options: str, tmp_path: Path
) -> None:
    before = files(case, version)
    if not any(path.endswith(READ) for path in before):
        pytest.skip("no JavaScript here")
    after = prettier(tmp_path, before, OPTIONS[options])
    assert after != before
    assert plain(lint(after)) == plain(untouched(case, version))


@pytest.mark.slow
@WITHOUT_NPM
@pytest.mark.parametrize("options", OPTIONS)
def test_a_formatter_of_javascript_changes_nothing_on_any_platform(
    options: str, tmp_path: Path
) -> None:
    """All cases in one run, for a process each would take minutes."""
    cases = {str(number): one for number, one in enumerate(SMALL)}
    together = {
        f"{number}/{path}": text
        for number, case in cases.items()
        for path, text in contents(case).items()
    }
    after = prettier(tmp_path, together, OPTIONS[options])
    assert after != together
    for number, case in cases.items():
        formatted = {path: after[f"{number}/{path}"] for path in case.files}
        assert plain(lint(formatted)) == plain(lint(contents(case))), case.id


@pytest.mark.skipif(importlib.util.find_spec("ruff") is None, reason="ruff is not installed")
@pytest.mark.parametrize("options", ["line-length=40", "indent-width=2"])
def test_a_formatter_of_python_changes_nothing_on_any_platform(
    options: str, tmp_path: Path
) -> None:
    cases = [one for one in SMALL if any(path.endswith(".py") for path in one.files)]
    ruff = [sys.executable, "-m", "ruff", "format", "--isolated", "--quiet", "--no-cache"]
    changed = 0
    for number, case in enumerate(cases):
        root = write(tmp_path / str(number), contents(case))
        before = contents(case)
        subprocess.run([*ruff, "--config", options, "."], cwd=root, check=True)
        after = {path: (root / path).read_bytes() for path in before}
        changed += after != before
        assert plain(lint(after)) == plain(lint(before)), case.id
    assert changed > len(cases) // 2


# --- other layouts --------------------------------------------------------------------------------

Layout = Callable[[Mapping[str, bytes]], Mapping[str, bytes]]


@pytest.mark.parametrize("layout", [crlf, byte_order_mark, double_spaced, commented])
@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.id)
def test_layout_changes_nothing_on_any_platform(case: Case, layout: Layout) -> None:
    before = contents(case)
    assert plain(lint(layout(before))) == plain(lint(before))
