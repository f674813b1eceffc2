"""``python -m benchmarks.secrets``: makes the corpus, asks every scanner, writes the table."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from benchmarks.secrets.corpus import make
from benchmarks.secrets.score import TOOLS, Score, installed, measure

PAGE = Path(__file__).parent / "README.md"
_TABLE = re.compile(r"(?<=<!-- measured: begin -->\n).*?(?=<!-- measured: end -->)", re.DOTALL)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "shop"
        planted = make(root)
        rows = [_row(measure(one, root, planted)) for one in TOOLS if installed(one)]
    for one in TOOLS:
        if not installed(one):
            rows.append(f"| {one} | not installed here | | | | |")
    head = (
        "| | recall | precision | seconds | not found | decoys taken |\n|---|---|---|---|---|---|\n"
    )
    page = PAGE.read_text("utf-8")
    table = head + "\n".join(rows) + "\n"
    PAGE.write_text(_TABLE.sub(lambda _: table, page), "utf-8")
    print(table)


def _row(one: Score) -> str:
    missed, decoys = ", ".join(one.missed) or "–", ", ".join(one.decoys) or "–"
    shares = f"{one.recall:.2f} | {one.precision:.2f} | {one.seconds:.1f}"
    return f"| {one.tool} | {shares} | {missed} | {decoys} |"


if __name__ == "__main__":
    main()
