"""Whole reports, compared with files.

After an intended change run once with MMLINT_WRITE_GOLDENS=1 and read the difference in git.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from report_samples import RUNS

from mmlint.report import FORMATS, render

GOLDENS = Path(__file__).parent / "goldens"


def compare(name: str, rendered: str) -> None:
    golden = GOLDENS / name
    if os.environ.get("MMLINT_WRITE_GOLDENS"):
        golden.write_bytes(rendered.encode())
    assert rendered.encode() == golden.read_bytes()


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("format", FORMATS)
def test_report(format: str, run: str) -> None:
    result, view = RUNS[run]()
    compare(f"{run}.{format}", render(format, result, view))


def test_colors_and_links() -> None:
    from msgspec.structs import replace

    result, view = RUNS["fixable"]()
    view = replace(view, color=True, hyperlinks=True, root_uri="file:///home/me/shop")
    compare("fixable.color.text", render("text", result, view))
