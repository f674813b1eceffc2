"""What the documentation's site consists of: the pages of docs/, and some that stand elsewhere.

ProperDocs calls the functions by their names: https://properdocs.org/user-guide/configuration/#hooks
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from properdocs.structure.files import File, Files

from mmlint.app.pages import chapters

ROOT = Path(__file__).parent.parent
SOURCE = "https://github.com/mmlint/mmlint"

ELSEWHERE = {
    "index.md": "README.md",
    "demo.md": "examples/storefront/README.md",
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
}
"""Pages of the site by the files that they are."""

BEFORE = ["configuration.md", "architecture.md", "glossary.md", "decisions.md"]
"""Pages of docs/ in the order of reading; those that are not named follow."""

_LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]+)?\)")


def on_config(config: Any) -> Any:
    """Put every page into the navigation, the rules by their chapters."""
    pages = sorted(path.name for path in (ROOT / "docs").glob("*.md"))
    recipes = sorted(f"recipes/{path.name}" for path in (ROOT / "docs" / "recipes").glob("*.md"))
    rules: list[Any] = [{"All rules": "rules/README.md"}]
    for chapter, infos in chapters():
        listed = [{f"{one.code} {one.name}": f"rules/{one.name}.md"} for one in infos]
        rules.append({chapter: listed})
    config.nav = [
        {"mmlint": "index.md"},
        {"Rules": rules},
        {"Recipes": recipes},
        *sorted(pages, key=lambda name: (BEFORE.index(name) if name in BEFORE else 9, name)),
        *(page for page in ELSEWHERE if page != "index.md"),
    ]
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that stand elsewhere, and the colours of code."""
    from pygments.formatters import HtmlFormatter

    for page, origin in ELSEWHERE.items():
        content = (ROOT / origin).read_text("utf-8")
        files.append(File.generated(config, page, content=content))
    colours = HtmlFormatter(style="friendly").get_style_defs(".codehilite")
    files.append(File.generated(config, "site.css", content=f"{colours}\n{_LOOKS}"))
    return files


_LOOKS = """\
.wy-nav-content { max-width: 60rem; }
.wy-table-responsive table td, .wy-table-responsive table th { white-space: normal; }
.rst-content .codehilite { background: none; padding: 0; }
.rst-content table code { white-space: nowrap; }
.rst-content .codehilite pre { padding: .8rem; font-size: .8rem; line-height: 1.45; }
"""


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Let links lead to pages of the site, and to the repository where they lead out of it."""
    here = page.file.src_uri
    return _LINK.sub(lambda found: f"]({_target(here, found[1])}{found[2] or ''})", markdown)


def _target(here: str, link: str) -> str:
    """Return where a link of the page ``here`` leads; one that leads nowhere stays as it is, and
    ends the build."""
    origin = ELSEWHERE.get(here, f"docs/{here}")
    target = os.path.normpath(os.path.join(os.path.dirname(origin), link))
    known = {file: page for page, file in ELSEWHERE.items()}
    page = known.get(target, target.removeprefix("docs/"))
    inside = target in known or (target.startswith("docs/") and target.endswith(".md"))
    if inside:
        return os.path.relpath(page, os.path.dirname(here) or ".")
    if not (ROOT / target).exists():
        return link
    kind = "tree" if (ROOT / target).is_dir() else "blob"
    return f"{SOURCE}/{kind}/main/{target}"
