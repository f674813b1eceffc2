"""What imports and exports mean: the module behind a specifier, the value behind a name."""

from __future__ import annotations

import pytest

from mmlint.project.semantic.entity import External, Global, Namespace, SdkObject
from mmlint.project.semantic.modules import ModuleGraph
from mmlint.project.semantic.program import Program
from tests.project import linking
from tests.project.test_resolve import shown

NODE = '"@millimetric/track-node"'


def graph(files: dict[str, str]) -> tuple[Program, ModuleGraph]:
    linked = linking.program(files)
    return linked, ModuleGraph(linked, linked.units, linked.resolution, linked.python_modules)


def exported(files: dict[str, str], name: str) -> str:
    """What the first file exports as ``name``."""
    linked, modules = graph(files)
    return shown(modules.exported(linked.units[0], name))


# --- modules --------------------------------------------------------------------------------------


def test_a_module_that_does_not_exist_is_unknown() -> None:
    linked, modules = graph({"a.ts": ""})
    assert modules.module(linked.units[0], "./missing") is None


def test_a_package_is_no_part_of_the_project() -> None:
    linked, modules = graph({"a.ts": "", "react.ts": ""})
    assert modules.module(linked.units[0], "react") == External("react", ())


def test_the_sdk_is_known_by_its_package() -> None:
    linked, modules = graph({"a.ts": "", "b.py": ""})
    first, second = linked.units
    assert modules.module(first, "@millimetric/track-node") == SdkObject("node")
    assert modules.module(first, "@millimetric/track") == SdkObject("browser")
    assert modules.module(first, "millimetric") == External("millimetric", ())
    assert modules.module(second, "millimetric") == SdkObject("node")


def test_a_file_of_the_project_is_its_namespace() -> None:
    linked, modules = graph({"a.ts": "", "lib/b.ts": ""})
    assert modules.module(linked.units[0], "./lib/b") == Namespace(linked.units[1])


# --- exports --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "const f = 1;",
        "export let f = one(); f = other;",
        "export type { f } from './b';",
    ],
)
def test_what_is_not_exported_or_not_one_thing_is_unknown(text: str) -> None:
    assert exported({"a.ts": text, "b.ts": "export function f() {}"}, "f") == "unknown"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export function f() {}", "function a.ts:f"),
        ("function g() {} export { g as f };", "function a.ts:g"),
        ("export { f } from './b';", "function b.ts:f"),
        ("export * from './b';", "function b.ts:f"),
        ("export * as f from './b';", "Namespace"),
        (f"export {{ track as f }} from {NODE};", "sdk node.track"),
        ("module.exports = { f() {} };", "function a.ts:f"),
        ("exports.f = function g() {};", "function a.ts:g"),
    ],
)
def test_what_a_name_is_exported_as(text: str, expected: str) -> None:
    assert exported({"a.ts": text, "b.ts": "export function f() {}"}, "f") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f = 1\nf = 2\n", "unknown"),
        ("from b import *\n", "function b.py:f"),
        ("from b import f\n", "function b.py:f"),
        ("def f(): ...\n", "function a.py:f"),
    ],
)
def test_what_a_python_module_holds(text: str, expected: str) -> None:
    assert exported({"a.py": text, "b.py": "def f(): ...\n"}, "f") == expected


def test_a_module_inside_a_python_package_is_a_name_of_it() -> None:
    linked, modules = graph({"p/__init__.py": "own = 1\n", "p/b.py": "", "p/own.py": ""})
    package, inner, _ = linked.units
    assert modules.submodule(package, "missing") is None
    assert modules.submodule(package, "own") is None
    assert modules.submodule(inner, "own") is None
    assert modules.submodule(package, "b") == Namespace(inner)


def test_the_holder_of_a_name_is_the_module_that_exports_it() -> None:
    files = {
        "a.ts": "export * from './b';",
        "b.ts": "export * from './c';",
        "c.ts": "export let f;",
    }
    linked, modules = graph(files)
    assert modules.holder(linked.units[0], "g") is None
    assert modules.holder(linked.units[0], "f") is linked.units[2]
    assert modules.stars(linked.units[0]).units == tuple(linked.units)


def test_a_whole_module_is_what_commonjs_assigns() -> None:
    linked, modules = graph({"a.ts": "module.exports = f; function f() {}", "b.ts": "f();"})
    assert shown(modules.whole(linked.units[0], 0)) == "function a.ts:f"
    assert modules.whole(linked.units[1], 0) is None


# --- window.mm ------------------------------------------------------------------------------------


def test_the_global_is_the_sdk_unless_the_package_puts_something_else_there() -> None:
    holder = Global(("window",))
    snippet = SdkObject("browser")
    linked, modules = graph({"a.ts": "window.mm.track('a');"})
    assert modules.own_global(linked.units[0], snippet, holder) == snippet
    other = 'import { Chat } from "mm-chat"; window.mm = new Chat();'
    linked, modules = graph({"a.ts": other})
    assert modules.own_global(linked.units[0], snippet, holder) != snippet
