"""Reads the recipes: pages whose files make a project, one half of them with mistakes in it.

A file is a line that holds nothing but its path, as code, and the fence below it. The files of a
section make a project together with those before the first heading and those of the section
"The files around it". A command of the section is run in that project.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.docs.console import Step
from tests.docs.fences import ROOT, fences
from tests.proof.command import write

RECIPES = sorted(path for path in (ROOT / "docs" / "recipes").glob("*.md"))
AROUND = "The files around it"

_HEADING = re.compile(r"^## (.+)$", re.M)


def projects(path: Path) -> dict[str, dict[str, str]]:
    """Return the project of each section of a recipe, by its heading: contents by path."""
    text = path.read_text("utf-8")
    sections: dict[str, dict[str, str]] = {"": {}}
    for fence in fences(text):
        if fence.path:
            heading = _heading(text, fence.line)
            sections.setdefault(heading, {})[fence.path] = fence.body
    shared = {**sections.pop(""), **sections.pop(AROUND, {})}
    return {heading: {**shared, **files} for heading, files in sections.items()} or {"": shared}


def folder_of(step: Step, empty: Path) -> Path:
    """Return where a command is run: a recipe's in its project, which is written into the folder
    ``empty``; all others in this checkout."""
    page = ROOT / step.page
    if page not in RECIPES:
        return ROOT
    found = projects(page)
    heading = _heading(page.read_text("utf-8"), step.line)
    return write(empty, found[heading if heading in found else ""])


def _heading(text: str, line: int) -> str:
    """Return the heading that a line (from 1) stands under, or nothing."""
    above = "\n".join(text.split("\n")[:line])
    return (_HEADING.findall(above) or [""])[-1]
