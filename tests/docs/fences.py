"""Finds the documents, and the fenced blocks in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
RULE_PAGES = ROOT / "docs" / "rules"
"""Written from docstrings, whose examples are run by test_rules_pages.py."""

DOCUMENTS = sorted(
    path
    for folder in ("", "docs/", "examples/", "benchmarks/")
    for path in ROOT.glob(f"{folder}**/*.md" if folder else "*.md")
)

_FENCE = re.compile(
    r"^(?P<indent> *)(?P<ticks>`{3,})(?P<info>[^`\n]*)\n(?P<body>.*?)"
    r"^ *(?P=ticks)[ \t]*$",
    re.M | re.S,
)
_PATH = re.compile(r"`([^`]+)`")


class Fence(NamedTuple):
    """A fenced block. ``line``: of its opening, from 1; ``path``: the file that it is, where a line
    of nothing else stands before it, or empty."""

    line: int
    info: str
    body: str
    path: str


def fences(text: str) -> Iterator[Fence]:
    """Yield the blocks of a Markdown text; those inside others are text of theirs."""
    for found in _FENCE.finditer(text):
        above = text[: found.start()].rstrip("\n").rpartition("\n")[2]
        named = _PATH.fullmatch(above)
        body = re.sub(rf"^{found['indent']}", "", found["body"], flags=re.M)
        line = text.count("\n", 0, found.start()) + 1
        yield Fence(line, found["info"].strip(), body, named[1] if named else "")


def name(path: Path) -> str:
    """Return a document's path in the repository."""
    return path.relative_to(ROOT).as_posix()
