"""The pages in docs/rules are the rules' docstrings, as they are today."""

from __future__ import annotations

from pathlib import Path

from mmlint.app.pages import write_pages

PAGES = Path(__file__).parents[2] / "docs" / "rules"


def test_the_written_pages_are_current(tmp_path: Path) -> None:
    write_pages(tmp_path)
    fresh = {one.name: one.read_text("utf-8") for one in tmp_path.iterdir()}
    written = {one.name: one.read_text("utf-8") for one in PAGES.iterdir()}
    assert written == fresh, "run: python -m mmlint.app.pages"
