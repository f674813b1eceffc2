"""The glossary against the code: every name that it gives, and every block of its example."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from tests.docs.fences import fences
from tests.docs.glossary_example import Example

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "glossary.md").read_text("utf-8")
TERMS, _, EXAMPLE = PAGE.partition("\n## A worked example\n")

ROWS = re.findall(r"^\| ([^|]+) \| [^|]+ \| `([\w.]+)` \|$", TERMS, re.M)
HANDLER = "app/api/order/route.ts"

SHOWN: dict[str, Callable[[Example], list[str]]] = {
    "Facts": lambda example: [example.facts()],
    "Resolved names": lambda example: [example.resolved()],
    "States": lambda example: [example.states(), example.exits()],
    "Summary": lambda example: [example.summary()],
    "Evidence": lambda example: [example.evidence()],
    "Finding": lambda example: [example.findings()],
}
"""Section of the example to the blocks that it must show."""


@pytest.mark.parametrize(("term", "name"), ROWS)
def test_a_term_names_code_that_is_there(term: str, name: str) -> None:
    parts = ["mmlint", *name.split(".")]
    for split in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:split]))
        except ModuleNotFoundError:
            continue
        for part in parts[split:]:
            found = getattr(found, part)
        return
    pytest.fail(f"{term}: there is no mmlint.{name}")


def test_every_row_of_the_tables_is_read() -> None:
    lines = [line for line in TERMS.splitlines() if line.startswith("| ")]
    assert len(ROWS) == len([line for line in lines if not line.startswith("| term ")])


def test_a_term_is_defined_once() -> None:
    terms = [term for term, _ in ROWS]
    assert sorted(set(terms)) == sorted(terms)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    root = tmp_path_factory.mktemp("glossary")
    for fence in fences(EXAMPLE):
        if fence.path:
            target = root / fence.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(fence.body, "utf-8", newline="\n")
    return Example(root, HANDLER, "POST")


@pytest.mark.parametrize("section", SHOWN)
def test_the_example_shows_what_the_code_computes(section: str, example: Example) -> None:
    text = EXAMPLE.partition(f"\n### {section}\n")[2].partition("\n### ")[0]
    assert [fence.body for fence in fences(text)] == SHOWN[section](example)


def test_every_section_with_output_is_compared() -> None:
    parts = re.split(r"^### (.+)$", EXAMPLE, flags=re.M)[1:]
    with_output = {
        title for title, text in zip(parts[::2], parts[1::2], strict=True) if "```" in text
    }
    assert with_output == SHOWN.keys()
