"""What the names of a JavaScript program refer to.

A marked name ``a§1`` must be the binding that ``a§1`` declares first; ``a§0`` must be global.
"""

from __future__ import annotations

import re

import pytest

from mmlint.languages.javascript.adapter import observe
from mmlint.model import syntax as s

_MARKED = re.compile(r"([\w$]+)§(\d)")


def names(value: object) -> list[s.Name]:
    """Every ``Name`` inside a fact."""
    if isinstance(value, s.Name):
        return [value]
    if isinstance(value, s.Node):
        return [n for field in value.__struct_fields__ for n in names(getattr(value, field))]
    return [n for one in value for n in names(one)] if isinstance(value, tuple) else []


def module(source: str) -> s.Module:
    script = observe(source.encode(), "typescript")
    assert script.problem is None, script.problem
    return script.module


def unmarked(source: str) -> tuple[str, dict[int, tuple[str, int]]]:
    """Take the marks out; return what was marked: byte offset to name and mark."""
    marks: dict[int, tuple[str, int]] = {}
    removed = 0
    for match in _MARKED.finditer(source):
        marks[match.start() - removed] = (match[1], int(match[2]))
        removed += 2
    return _MARKED.sub(r"\1", source), marks


@pytest.mark.parametrize(
    "source",
    [
        # not seen from outside
        "{ let a§1 = 1 } a§0",
        "{ const a§1 = 1 } a§0",
        "{ class a§1 {} } a§0",
        "{ function a§1() {} } a§0",
        "{ enum a§1 { B } } a§0",
        "function f() { var a§1 = 1 } a§0",
        "function f(a§1) {} a§0",
        "(function a§1() {}); a§0",
        "(class a§1 {}); a§0",
        "for (const a§1 of a§0) {} a§0",
        "for (let a§1 = 1; a§1; a§1++) {} a§0",
        "try {} catch (a§1) {} a§0",
        "switch (b) { case 1: let a§1 = 1 } a§0",
        "namespace N { const a§1 = 1; a§1 } a§0",
        "class C { static { var a§1 = 1; a§1 } } a§0",
        "_ = { a: 1 }; a§0",
        "b.a; a§0",
        "type a = 1; a§0",
        "interface a {} a§0",
        "let b: typeof a; a§0",
        "declare const a: string; a§0",
        "_ = b as a; a§0",
        # seen before and after, inside and nested
        "a§1; const a§1 = 1; a§1",
        "a§1(); function a§1() { a§1 }",
        "a§1; { { var a§1 = 1 } } a§1",
        "a§1; if (b) { for (;;) { var a§1 = 1 } }",
        "a§1; for (var a§1 of b) {}",
        "a§1; for (var a§1 = 1; ;) {}",
        "a§1; try {} catch {} finally { var a§1 = 1 }",
        "a§1; switch (b) { case 1: var a§1 = 1 }",
        "a§1; x: { var a§1 = 1 }",
        "const f = () => a§1; let a§1 = 1",
        "class C { b() { return a§1 } } const a§1 = 1",
        "(function a§1() { a§1 })",
        "(class a§1 { b() { a§1 } })",
        "new a§1(); class a§1 {}",
        "a§1.B; enum a§1 { B }",
        "namespace a§1.B { a§1 }",
        "_ = { a§1 }; var a§1 = 1",
        "_ = `${a§1}`; var a§1 = 1",
        "_ = (a§1, b = a§1) => a§1",
        "function f(b = a§1, { a§1 }) { a§1 }",
        "function f(...a§1) { a§1 }",
        "_ = a§1 => a§1",
        "function f([a§1 = 1, ...b§2]) { a§1, b§2 }",
        "const { x: a§1, y: { b§2 = a§1 }, ...c§3 } = d; a§1, b§2, c§3",
        "try {} catch ({ a§1 }) { a§1 }",
        "const f = async () => { await using a§1 = b(); a§1 }",
        # the innermost wins
        "const a§1 = 1; { a§2; const a§2 = 2 } a§1",
        "const a§1 = 1; (a§2) => a§2; a§1",
        "const a§1 = 1; function f() { a§2; if (b) var a§2 = 2 } a§1",
        "const a§1 = 1; for (const a§2 of a§1) a§2",
        "const a§1 = 1; try {} catch (a§2) { a§2 } a§1",
        "import a§1 from 'b'; function f(a§2) { a§2 } a§1",
        "function f(a§1) { var a; a§1 }",
        # imports
        "import a§1, { b as c§2, d§3 } from 'e'; a§1, c§2, d§3",
        "import * as a§1 from 'b'; a§1.c",
        "import a§1 = require('b'); a§1",
        "import { default as a§1 } from 'b'; a§1",
        # assignments refer as well
        "let a§1; a§1 = 1; [a§1] = b; ({ a§1 } = b); a§1++",
        "a§0 = 1",
    ],
)
def test_what_names_refer_to(source: str) -> None:
    source, marks = unmarked(source)
    made = module(source)
    found = {one.start: one for function in made.functions for one in names(function)}
    found |= {one.start: one for class_ in made.classes for one in names(class_)}
    declared = {binding.start: index for index, binding in enumerate(made.bindings)}
    meant: dict[int, int] = {0: -1}
    for start, (_, mark) in marks.items():
        if mark and start in declared:
            meant[mark] = declared[start]
    assert {mark for _, mark in marks.values()} <= set(meant)
    for start, (name, mark) in marks.items():
        assert start in found or start in declared, f"{name} at {start} was lost"
        if start in found:
            assert found[start].name == name
            assert found[start].binding == meant[mark], f"{name} at {start}"


def binding(source: str, name: str = "a") -> s.Binding:
    (found,) = (one for one in module(source).bindings if one.name == name)
    return found


@pytest.mark.parametrize(
    "source",
    [
        "let a = 1; a = 2",
        "let a = 1; a += 2",
        "let a = 1; a++",
        "let a = 1; [a] = b",
        "let a = 1; [{ c: a = 1 }] = b",
        "let a = 1; ({ ...a } = b)",
        "let a = 1; for (a of b) {}",
        "let a = 1; () => { a = 2 }",
        "let a = 1; b(a = 2)",
        "for (let a = 0; a < 1; a++) {}",
        "var a = 1; var a = 2",
        "function a() {} a = b",
        "function a() {} function a() {}",
        "function f(a) { a = 1 }",
        "import a from 'b'; a = 1",
        "class a {} a = 1",
        "try {} catch (a) { a = 1 }",
    ],
)
def test_not_stable(source: str) -> None:
    assert not binding(source).stable


@pytest.mark.parametrize(
    "source",
    [
        "const a = 1",
        "let a = 1",
        "let a; a = 1",
        "var a; if (b) { a = 1 }",
        "let a = 1; { let b = 2; b = 3 }",
        "let a = 1; (b) => { let b = 1; b++ }",
        "let a = 1; b.a = 2; b[a] = 3",
        "for (const a of b) {}",
        "function a() {}",
        "function a(b: string): void; function a(b: number): void; function a(b: any) {}",
        "function f(a) { b = a }",
        "import a from 'b'",
        "class a {}",
        "enum a { B }",
        "try {} catch (a) {}",
    ],
)
def test_stable(source: str) -> None:
    assert binding(source).stable


@pytest.mark.parametrize(
    ("source", "kind", "seen"),
    [
        ("b; { c; const a = 1 }", "variable", "{ c; const a = 1 }"),
        ("function f() { if (b) { var a = 1 } }", "variable", "{ if (b) { var a = 1 } }"),
        ("b; (a) => a; c", "parameter", "(a) => a"),
        ("b; function f(a) { a }", "parameter", "function f(a) { a }"),
        ("try {} catch (a) { b }", "catch", "catch (a) { b }"),
        ("b; for (const a of b) {}", "variable", "for (const a of b) {}"),
        ("(function a() {})", "function", "function a() {}"),
        ("import a from 'b'; c", "import", "import a from 'b'; c"),
        ("b; class a {}", "class", "b; class a {}"),
    ],
)
def test_where_names_are_seen(source: str, kind: str, seen: str) -> None:
    found = binding(source)
    assert found.kind == kind
    assert source[found.start : found.end] == "a"
    assert source[found.scope_start : found.scope_end] == seen


def test_owners_and_targets() -> None:
    made = module("function f(a) { class C {} const b = () => 1 } (function g() {})")
    functions = {one.name: index for index, one in enumerate(made.functions)}
    found = {one.name: (one.owner, one.target) for one in made.bindings}
    assert found == {
        "f": (0, functions["f"]),
        "a": (functions["f"], -1),
        "C": (functions["f"], 0),
        "b": (functions["f"], -1),
        "g": (functions["g"], functions["g"]),
    }


def test_the_last_of_two_functions_counts() -> None:
    made = module("function a() { 1 } function a() { 2 }")
    assert [one.target for one in made.bindings] == [2]
