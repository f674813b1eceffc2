"""The documentation's site: built without a warning, whole, and of nothing that is elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mmlint.app.pages import CHAPTERS, chapters
from mmlint.rules import registry
from tests.docs.fences import DOCUMENTS, ROOT, name

pytest.importorskip("properdocs", reason="comes with the extra `dev`")

ELSEWHERE = {
    "README.md": "index.html",
    "CONTRIBUTING.md": "contributing.html",
    "CHANGELOG.md": "changelog.html",
    "examples/storefront/README.md": "demo.html",
}
UNPUBLISHED = "benchmarks/"


class Page(HTMLParser):
    """What a page loads, and its text outside of code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.prose = ""
        self._code = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        address = found.get("href" if tag == "link" else "src")
        if address and found.get("rel") != "canonical":
            self.loaded.append(address)
        self._code += tag in ("code", "pre", "script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in ("code", "pre", "script", "style")

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.prose += data


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "properdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
    assert "WARNING" not in done.stdout
    return folder


def test_every_document_is_a_page(site: Path) -> None:
    for path in DOCUMENTS:
        if not name(path).startswith(UNPUBLISHED):
            page = ELSEWHERE.get(name(path), name(path).removeprefix("docs/"))
            page = page.replace("README.md", "index.md").replace(".md", ".html")
            assert (site / page).is_file(), page


def test_every_page_is_in_the_navigation(site: Path) -> None:
    menu = (site / "index.html").read_text("utf-8")
    for page in site.rglob("*.html"):
        if page.name not in ("404.html", "search.html"):
            assert (
                f'href="{page.relative_to(site).as_posix()}"' in menu or page.name == "index.html"
            )


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    loaded = {one for path in site.rglob("*.html") for one in Page(path.read_text("utf-8")).loaded}
    assert loaded
    assert {one for one in loaded if "//" in one} == set()
    for path in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", path.read_text("utf-8"))


def test_no_markdown_is_left_in_a_page(site: Path) -> None:
    for path in site.rglob("*.html"):
        prose = Page(path.read_text("utf-8")).prose
        assert not re.search(r"```|\*\*\w|^ *[-*] \w|\]\(", prose, re.M), path


def test_every_rule_has_a_chapter() -> None:
    listed = [one.code for _, infos in chapters() for one in infos]
    assert listed == [rule.code for rule in registry()]
    assert [title for title, _ in chapters()] == [*CHAPTERS.values()]
