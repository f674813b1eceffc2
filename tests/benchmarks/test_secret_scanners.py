"""The corpus of the comparison with other scanners: mmlint finds all of it, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.secrets.__main__ import PAGES, TABLE
from benchmarks.secrets.corpus import Planted, make
from benchmarks.secrets.score import TOOLS, mmlint, score


@pytest.mark.parametrize("seed", [1, 2])
def test_mmlint_finds_what_is_planted_and_takes_no_decoy(seed: int, tmp_path: Path) -> None:
    planted = make(tmp_path / "shop", seed)
    found = score("mmlint", mmlint(tmp_path / "shop"), planted, 0.0)
    assert (found.missed, found.decoys) == ((), ())
    assert (found.recall, found.precision) == (1.0, 1.0)


def test_recall_and_precision_are_shares_of_lines() -> None:
    planted = [
        Planted("a", 1, "one", secret=True),
        Planted("b", 2, "two", secret=True),
        Planted("c", 3, "lure", secret=False),
    ]
    found = score("some tool", {("a", 1), ("c", 3), ("d", 4), ("e", 5)}, planted, 1.0)
    assert (found.recall, found.precision) == (0.5, 0.25)
    assert (found.missed, found.decoys) == (("two",), ("lure",))


def test_all_pages_show_the_same_table() -> None:
    shown = {found for page in PAGES for found in TABLE.findall(page.read_text("utf-8"))}
    (table,) = shown
    assert [line.split(" | ")[0].strip("| ") for line in table.splitlines()[2:]] == list(TOOLS)
