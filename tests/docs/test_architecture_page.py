"""The architecture's page against the code: the parts it names, and the limits it promises."""

from __future__ import annotations

import re
from pathlib import Path

from mmlint.app import session
from mmlint.config import layers
from mmlint.engine import cache, fixer
from mmlint.engine.analysis import judge
from mmlint.engine.discovery import observe
from mmlint.files import kinds
from mmlint.project.dataflow import backward
from mmlint.project.delivery import calls, expressions, fixpoint, state, statements
from mmlint.project.events import payload, sends, values
from mmlint.project.http import requests
from mmlint.project.semantic import program, shape
from tests.test_architecture import MAY_IMPORT

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "mmlint"
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")

LIMITS = {
    "size of a file": f"{kinds.MAX_BYTES // 1024**2} MiB",
    "size of a configuration file": f"{layers.MOST_BYTES // 1024**2} MiB",
    "imports between a file and the SDK": f"{observe.MAX_ROUNDS} rounds",
    "rounds of parsing what names and ids come from": str(session.MAX_NAME_ROUNDS),
    "names, imports and returns followed for one expression": str(program.MAX_DEPTH),
    "expressions looked at to know what one means": str(program.MAX_STEPS),
    "expressions that one value may come from": str(backward.MAX_STEPS),
    "parts of one address": str(requests.MAX_PARTS),
    "values of one object that are measured": f"{values.MAX_VALUES:,}",
    "values looked at for the fields of one object": f"{shape.MAX_STEPS:,}",
    "wrappers around each other": str(sends.MAX_WRAPPERS),
    "sends of one project, calls of wrappers included": f"{sends.MAX_SENDS:,}",
    "values evaluated for a function, in each of its states": f"{expressions.MAX_STEPS:,}",
    "states of a function": str(state.MAX_STATES),
    "turns of a loop": str(statements.MAX_ROUNDS),
    "turns for functions that call each other": str(fixpoint.MAX_TURNS),
    "callbacks inside each other": str(calls.MAX_INLINE),
    "keys of one event's properties": f"{payload.MAX_KEYS:,}",
    "objects and lists inside each other, in properties": str(payload.MAX_DEPTH),
    "related places of a finding": f"{judge.MOST_RELATED}, those in named files first",
    "what is kept between runs": f"{cache.MAX_BYTES // 1024**2} MiB",
    "rounds of fixing": str(fixer.ROUNDS),
}


def _part(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_limits_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \| [^|]+ \| [^|]*\|$", _part("Limits"), re.M)
    assert dict(row for row in rows if row[0] not in ("limit", "---")) == LIMITS


def test_the_picture_shows_every_layer() -> None:
    (picture,) = re.findall(r"^```text\n(.+?)^```$", _part("The layers"), re.M | re.S)
    for layer in MAY_IMPORT.keys() - {"__main__"}:
        assert re.search(rf"\b{layer}\b", picture), layer


def test_every_module_of_the_linker_is_listed_in_its_package() -> None:
    table = _part("The layers").partition("### Inside `project`")[2]
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]*)\|$", table, re.M)
    listed = {(package, name) for package, names in rows for name in re.findall(r"`(\w+)`", names)}
    listed |= {("", package) for package, names in rows if not names.strip()}
    folder = PACKAGE / "project"
    there = {
        ("" if path.parent == folder else path.parent.name, path.stem)
        for path in folder.rglob("*.py")
        if path.name != "__init__.py"
    }
    assert listed == there
