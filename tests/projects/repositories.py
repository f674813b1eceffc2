"""Reads the whole-program fixtures: small repositories, once with mistakes and once repaired.

Each folder ``tests/fixtures/projects/<case>`` holds ``bad``, what is expected of it
(``expected.txt``), and ``clean``. A file name that begins with ``dot-`` stands for one with a dot:
an env file under its own name would be one of this checkout as well.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from mmlint.app import check
from mmlint.model.finding import Place

FOLDER = Path(__file__).parent.parent / "fixtures" / "projects"
CASES = sorted(entry.name for entry in FOLDER.iterdir() if entry.is_dir())
VERSIONS = ("clean", "bad")
EVERY = [(case, version) for case in CASES for version in VERSIONS]

Files = Mapping[str, bytes]
"""A repository: path, relative to its root and with ``/``, to content."""


class Site(NamedTuple):
    """A place as people count it, from 1, and the text that stands there."""

    path: str
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Found(NamedTuple):
    """A finding and its related places, all in the order of the files."""

    site: Site
    code: str
    related: tuple[Site, ...]


@lru_cache
def files(case: str, version: str) -> Files:
    """Return the files of one version (``bad`` or ``clean``) of ``case``."""
    root = FOLDER / case / version
    paths = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {_real_name(path.relative_to(root)): path.read_bytes() for path in paths}


def _real_name(path: Path) -> str:
    name = path.name
    return path.with_name("." + name[4:] if name.startswith("dot-") else name).as_posix()


def expected(case: str) -> str:
    """Return the findings of the version with mistakes, as ``listed`` writes them."""
    return (FOLDER / case / "expected.txt").read_text("utf-8")


def write(root: Path, repository: Files) -> Path:
    """Write the files below ``root``, and return it."""
    for path, content in repository.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return root


def lint(repository: Files) -> list[Found]:
    """Return the findings in a repository."""
    with tempfile.TemporaryDirectory() as folder:
        return lint_folder(write(Path(folder), repository))


def lint_folder(root: Path, names: Iterable[str] = ()) -> list[Found]:
    """Return what is found below ``root`` and touches ``names`` (paths below it; none: all)."""
    result = check(root, tuple(names))
    site = _locator(lambda path: (root / path).read_bytes())
    return [
        Found(
            site(one.finding.place),
            one.finding.code,
            tuple(sorted(site(other.place) for other in one.finding.related)),
        )
        for one in result.findings
    ]


def _locator(source: Callable[[str], bytes]) -> Callable[[Place], Site]:
    def locate(place: Place) -> Site:
        data = source(place.path)
        before = data[: place.start].decode("utf-8-sig")
        line = before.rpartition("\n")[2]
        text = data[place.start : place.end].decode()
        return Site(place.path, before.count("\n") + 1, len(line) + 1, text)

    return locate


def listed(findings: Iterable[Found]) -> str:
    """Return a line ``path:line:column CODE`` for each finding and, indented below it, one for
    each related place."""
    lines: list[str] = []
    for one in findings:
        lines += [f"{one.site} {one.code}", *(f"  {other}" for other in one.related)]
    return "".join(f"{line}\n" for line in lines)
