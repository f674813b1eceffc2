"""The house rules that a reader of ``docs/architecture.md`` may rely on, read out of the imports.

The layers are a table here and nowhere else; every other fact is taken from the source itself.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "mmlint"

LEAVES = {"model", "sdk"}
LINKS = {"model", "sdk", "frameworks"}
BELOW_ENGINE = {"files", "languages", "config", "report", "frameworks", "project", "rules"} | LEAVES

MAY_IMPORT: dict[str, set[str]] = {
    "model": set(),
    "sdk": {"model"},
    "files": LEAVES,
    "languages": LEAVES,
    "config": LEAVES,
    "report": LEAVES,
    "frameworks": LEAVES,
    "project": LINKS,
    "rules": {"model", "sdk", "project"},
    "engine": BELOW_ENGINE,
    "app": BELOW_ENGINE | {"engine"},
    "focus": {"files"} | LEAVES,
    "cli": {"app", "focus"},
    "__main__": {"cli"},
}
"""Layer to the layers it may name, from the ground up. The package itself holds only a version,
and everybody may ask for that."""

LINKER: list[set[str]] = [
    {"modules"},
    {"semantic"},
    {"dataflow"},
    {"platforms", "http"},
    {"events", "delivery"},
    {"project"},
    {"secrets", "lifecycle"},
    {"fixes", "demand", "limits"},
]
"""The packages of ``mmlint.project``, from the ground up: each names only what lies below it."""

PARSERS = {"libcst", "tree_sitter"}
TESTED = ("mmlint.project.", "mmlint.engine.")
"""What lies between reading and reporting: a wrong answer there must be seen where it arises."""

SHAPELESS = {"utils", "core", "common", "base", "helpers", "manager"}

RULE_LINES = 150
RULE_CODE_LINES = 80
FILE_LINES = 600


class Import(NamedTuple):
    """One module that a file names."""

    module: str
    line: int


FILES = sorted(PACKAGE.rglob("*.py"))
RULES = [path for path in FILES if path.parent.name == "rules" and path.name != "__init__.py"]


def _id(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_module(path): path for path in FILES}


def _layer(module: str) -> str:
    """``mmlint.project.delivery.analysis`` lies in ``project``; the package itself in no layer."""
    return module.partition(".")[2].partition(".")[0]


def imports(path: Path) -> list[Import]:
    """Return what the file imports, wherever in it, as absolute module names."""
    return list(_imports(ast.parse(path.read_text("utf-8")), _module(path), path.stem))


def _imports(tree: ast.AST, module: str, stem: str) -> Iterator[Import]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield Import(name.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(node, module, stem)
            for name in node.names:
                inner = f"{source}.{name.name}"
                yield Import(inner if inner in MODULES else source, node.lineno)


def _absolute(node: ast.ImportFrom, module: str, stem: str) -> str:
    if not node.level:
        return node.module or ""
    steps = node.level - (stem == "__init__")
    parts = module.split(".")
    folder = parts[: len(parts) - steps]
    return ".".join([*folder, *([node.module] if node.module else [])])


# --- who may import whom --------------------------------------------------------------------------


def test_every_part_of_the_package_has_its_place_in_the_table() -> None:
    found = {_layer(module) for module in MODULES} - {""}
    assert found <= MAY_IMPORT.keys()


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_a_file_names_only_what_lies_below_it(path: Path) -> None:
    here = _layer(_module(path))
    allowed = MAY_IMPORT.get(here, set()) | {here, ""}
    strangers = [
        f"{_id(path)}:{one.line} {here or 'mmlint'} -> {_layer(one.module)}"
        for one in imports(path)
        if one.module.split(".")[0] == "mmlint" and _layer(one.module) not in allowed
    ]
    assert strangers == []


def test_every_part_of_the_linker_has_its_place_in_the_list() -> None:
    found = {_part(module) for module in MODULES if _layer(module) == "project"} - {""}
    assert found == set().union(*LINKER)


@pytest.mark.parametrize("path", sorted((PACKAGE / "project").rglob("*.py")), ids=_id)
def test_a_part_of_the_linker_names_only_what_lies_below_it(path: Path) -> None:
    here = _part(_module(path))
    height = {part: number for number, parts in enumerate(LINKER) for part in parts}
    strangers = [
        f"{_id(path)}:{one.line} {here} -> {_part(one.module)}"
        for one in imports(path)
        if _layer(one.module) == "project" and _part(one.module) not in ("", here)
        if height[_part(one.module)] >= height[here]
    ]
    assert strangers == []


def _part(module: str) -> str:
    """``mmlint.project.delivery.state`` lies in ``delivery``."""
    return [*module.split("."), "", ""][2]


def test_the_package_itself_imports_nothing() -> None:
    assert imports(PACKAGE / "__init__.py") == []


def test_no_modules_name_each_other_in_a_circle() -> None:
    """Also not inside functions, and not for their types alone."""
    needs = {
        module: sorted({one.module for one in imports(path)} & MODULES.keys() - {module})
        for module, path in MODULES.items()
    }
    assert _circle(needs) is None


def _circle(needs: dict[str, list[str]]) -> list[str] | None:
    """Return the first circle as the modules on it, or None."""
    done: set[str] = set()
    for start in sorted(needs):
        trail: list[str] = []
        stack = [(start, False)]
        while stack:
            module, leaving = stack.pop()
            if leaving:
                done.add(trail.pop())
            elif module in trail:
                return [*trail[trail.index(module) :], module]
            elif module not in done:
                trail.append(module)
                stack.append((module, True))
                stack += [(other, False) for other in needs.get(module, [])]
    return None


def test_parsers_are_known_to_the_adapters_alone() -> None:
    users = {_layer(module) for module, path in MODULES.items() if any(map(_parses, imports(path)))}
    assert users == {"languages"}


def _parses(one: Import) -> bool:
    package = one.module.split(".")[0]
    return package in PARSERS or package.startswith("tree_sitter_")


# --- tests ----------------------------------------------------------------------------------------


def test_every_module_of_the_middle_has_a_test_that_imports_it() -> None:
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path.name.startswith("test_")]
    tested = {one.module for path in tests for one in imports(path)}
    middle = {
        module
        for module, path in MODULES.items()
        if module.startswith(TESTED) and path.name != "__init__.py"
    }
    assert sorted(middle - tested) == []


# --- sizes and names ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_a_file_is_no_longer_than_one_can_keep_in_mind(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= FILE_LINES


@pytest.mark.parametrize("path", RULES, ids=_id)
def test_a_rule_is_one_small_file(path: Path) -> None:
    text = path.read_text("utf-8")
    page = ast.parse(text).body[0]
    lines = len(text.splitlines())
    assert lines <= RULE_LINES
    assert lines - (page.end_lineno or 0) <= RULE_CODE_LINES


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_a_file_says_in_its_first_line_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


def test_no_file_is_a_drawer_for_odds_and_ends() -> None:
    named = [path for path in FILES if SHAPELESS & {path.stem, path.parent.name}]
    assert list(map(_id, named)) == []


# --- the reader of imports itself -----------------------------------------------------------------


def test_imports_are_read_wherever_they_stand() -> None:
    source = (
        "import a.b\n"
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import c\n"
        "try:\n    import d\nexcept ImportError:\n    pass\n"
        "def f():\n    import e\n"
    )
    found = {one.module for one in _imports(ast.parse(source), "mmlint.x", "x")}
    assert found == {"a.b", "typing", "c", "d", "e"}


def test_a_submodule_taken_from_a_package_is_the_submodule() -> None:
    tree = ast.parse("from mmlint.model import syntax as s\nfrom . import syntax")
    found = [one.module for one in _imports(tree, "mmlint.model.walk", "walk")]
    assert found == ["mmlint.model.syntax", "mmlint.model.syntax"]


def test_a_circle_is_found_and_a_diamond_is_none() -> None:
    assert _circle({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}) is None
    assert _circle({"a": ["b"], "b": ["c"], "c": ["b"]}) == ["b", "c", "b"]
