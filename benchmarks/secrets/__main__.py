"""``python -m benchmarks.secrets``: makes the corpus, asks every scanner, writes the table."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers import Missing
from benchmarks.secrets.corpus import Planted, make
from benchmarks.secrets.score import TOOLS, Score, measure

PAGES = (Path(__file__).parent / "README.md", Path(__file__).parents[2] / "docs/secrets.md")
"""The pages that show the table."""
TABLE = re.compile(r"(?<=<!-- measured: begin -->\n).*?(?=<!-- measured: end -->)", re.DOTALL)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "shop"
        planted = make(root)
        rows = [_measured(one, root, planted) for one in TOOLS]
    head = (
        "| | recall | precision | seconds | not found | decoys taken |\n|---|---|---|---|---|---|\n"
    )
    table = head + "\n".join(rows) + "\n"
    for page in PAGES:
        page.write_text(TABLE.sub(lambda _: table, page.read_text("utf-8")), "utf-8")
    print(table)


def _measured(tool: str, root: Path, planted: Sequence[Planted]) -> str:
    try:
        return _row(measure(tool, root, planted))
    except Missing as missing:
        return f"| {tool} | {missing} | | | | |"


def _row(one: Score) -> str:
    missed, decoys = ", ".join(one.missed) or "–", ", ".join(one.decoys) or "–"
    shares = f"{one.recall:.2f} | {one.precision:.2f} | {one.seconds:.1f}"
    return f"| {one.tool} | {shares} | {missed} | {decoys} |"


if __name__ == "__main__":
    main()
