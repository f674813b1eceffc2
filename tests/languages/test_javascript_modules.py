"""What JavaScript modules take from one another."""

from __future__ import annotations

import pytest

from mmlint.languages.javascript.adapter import Dialect, observe
from mmlint.model import syntax as s


def module(source: str, dialect: Dialect = "typescript") -> s.Module:
    script = observe(source.encode(), dialect)
    assert script.problem is None, script.problem
    return script.module


# --- imports --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "",
        "require(a)",
        "require('a', b)",
        "require(`a${b}`)",
        "function f(require) { require('a') }",
        "a.require('b')",
        "import(a)",
        "type A = typeof import('a')",
        "export const a = 1",
        "export { a } from 'b'",
        "import.meta.env",
        "declare module 'a' { import b from 'c' }",
    ],
)
def test_no_imports(source: str) -> None:
    assert module(source).imports == ()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import 'm'", [("*", None)]),
        ("import {} from 'm'", [("*", None)]),
        ("import a from 'm'", [("default", "a")]),
        ("import * as a from 'm'", [("*", "a")]),
        ("import { a } from 'm'", [("a", "a")]),
        ("import { a as b } from 'm'", [("a", "b")]),
        ("import { default as a } from 'm'", [("default", "a")]),
        ("import { 'a-b' as c } from 'm'", [("a-b", "c")]),
        ("import a, { b } from 'm'", [("default", "a"), ("b", "b")]),
        ("import a, * as b from 'm'", [("default", "a"), ("*", "b")]),
        ("import a from 'm' with { type: 'json' }", [("default", "a")]),
        ("import { type } from 'm'", [("type", "type")]),
        ("import a = require('m')", [("*", "a")]),
        ("const a = require('m')", [("*", None)]),
        ("require(`m`).a()", [("*", None)]),
        ("async () => (await import('m')).a", [("*", None)]),
        ("function f() { import('m').then(a) }", [("*", None)]),
    ],
)  # fmt: skip
def test_imports(source: str, expected: list[tuple[str, str | None]]) -> None:
    made = module(source)
    assert {one.module for one in made.imports} == {"m"}
    assert not any(one.type_only for one in made.imports)
    assert [
        (one.name, made.bindings[one.binding].name if one.binding >= 0 else None)
        for one in made.imports
    ] == expected


@pytest.mark.parametrize(
    ("source", "type_only"),
    [
        ("import type { a } from 'm'", [True]),
        ("import type a from 'm'", [True]),
        ("import type * as a from 'm'", [True]),
        ("import { type a, b } from 'm'", [True, False]),
        ("import { type a as b } from 'm'", [True]),
        ("import type a = require('m')", [True]),
    ],
)
def test_type_only_imports(source: str, type_only: list[bool]) -> None:
    made = module(source)
    assert [one.type_only for one in made.imports] == type_only
    assert all(one.binding >= 0 for one in made.imports)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import 'm'", "static"),
        ("require('m')", "require"),
        ("import a = require('m')", "require"),
        ("import('m')", "dynamic"),
        ("import('m', { with: { type: 'json' } })", "dynamic"),
    ],
)
def test_kinds_of_imports(source: str, kind: str) -> None:
    assert [one.kind for one in module(source).imports] == [kind]


def test_an_import_spans_its_statement() -> None:
    source = "a; import b, { c } from 'd'; e"
    assert {source[one.start : one.end] for one in module(source).imports} == {
        "import b, { c } from 'd';"
    }


# --- exports --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "const a = 1",
        "export {}",
        "export interface A {}",
        "export type A = 1",
        "export default interface A {}",
        "export declare const a: string",
        "namespace N { export const a = 1; export default a; export { b } }",
        "exports.a = void 0",
        "function f(module, exports) { module.exports = 1; exports.a = 2 }",
        "a.exports = 1",
        "module.exports.a.b = 1",
        "module.exports += 1",
        "exports[a] = 1",
    ],
)
def test_no_exports(source: str) -> None:
    assert module(source).exports == ()


def shown(made: s.Module, one: s.Export) -> str:
    if one.module is not None:
        return f"{one.name} from {one.module} {one.imported}"
    if one.value is not None:
        return f"{one.name} = {type(one.value).__name__}"
    return f"{one.name} is {made.bindings[one.binding].name}"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("export const a = 1, b = 2", ["a is a", "b is b"]),
        ("export const { a, b: [c] } = d", ["a is a", "c is c"]),
        ("export var a", ["a is a"]),
        ("export function a() {}", ["a is a"]),
        ("export async function* a() {}", ["a is a"]),
        ("export class a {}", ["a is a"]),
        ("export abstract class a {}", ["a is a"]),
        ("export enum a { B }", ["a is a"]),
        ("export namespace a { b() }", ["a is a"]),
        ("export default function a() {}", ["default is a"]),
        ("export default class a {}", ["default is a"]),
        ("export default function () {}", ["default = Lambda"]),
        ("export default class {}", ["default = ClassValue"]),
        ("export default async () => {}", ["default = Lambda"]),
        ("export default { a } satisfies B", ["default = Object"]),
        ("const a = 1; export default a", ["default = Name"]),
        ("const a = 1; export { a, a as b, a as default }", ["a is a", "b is a", "default is a"]),
        ("export { a }; const a = 1", ["a is a"]),
        ("export { a }", ["a = Name"]),
        ("import { a } from 'b'; export { a }", ["a is a"]),
        ("export { a, b as c, default } from 'm'",
         ["a from m a", "c from m b", "default from m default"]),
        ("export * from 'm'", ["* from m *"]),
        ("export * as a from 'm'", ["a from m *"]),
        ("export = a", ["= = Name"]),
        ("module.exports = a", ["= = Name"]),
        ("module.exports = { a }", ["= = Object"]),
        ("exports.a = 1", ["a = Literal"]),
        ("exports['a'] = 1", ["a = Literal"]),
        ("module.exports.a = async () => {}", ["a = Lambda"]),
        ("exports.a = exports.b = c", ["a = Name", "b = Name"]),
        ("exports = module.exports = a", ["= = Name"]),
        ("exports.default = a", ["default = Name"]),
    ],
)  # fmt: skip
def test_exports(source: str, expected: list[str]) -> None:
    made = module(source)
    assert sorted(shown(made, one) for one in made.exports) == sorted(expected)
    assert not any(one.type_only for one in made.exports)


@pytest.mark.parametrize(
    "source",
    [
        "export type { A } from 'm'",
        "export { type A } from 'm'",
        "export type * from 'm'",
        "export type * as A from 'm'",
        "import type { A } from 'm'; export type { A }",
    ],
)
def test_type_only_exports(source: str) -> None:
    assert [one.type_only for one in module(source).exports] == [True]


@pytest.mark.parametrize(
    ("source", "statement"),
    [
        ("module.exports = a()", s.Assign),
        ("exports.a = b()", s.Assign),
        ("export default a()", s.ExpressionStatement),
        ("export = a()", s.ExpressionStatement),
        ("export const a = b()", s.Assign),
    ],
)
def test_exports_are_evaluated(source: str, statement: type[s.Statement]) -> None:
    assert [type(one) for one in module(source).functions[0].body] == [statement]


# --- which kind of module -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "",
        "module.exports = require('a')",
        "import('a')",
        "import a = require('b')",
        "export = a",
        "async () => { await a }",
        "async () => { for await (const a of b) {} }",
    ],
)
def test_not_esm(source: str) -> None:
    assert not module(source).esm


@pytest.mark.parametrize(
    "source",
    [
        "import 'a'",
        "import type { A } from 'b'",
        "export {}",
        "export const a = 1",
        "export * from 'a'",
        "export default a",
        "import.meta.url",
        "await a",
        "for await (const a of b) {}",
    ],
)
def test_esm(source: str) -> None:
    assert module(source).esm


def test_the_side_is_kept() -> None:
    assert observe(b"a()", "javascript", side="client").module.side == "client"
    assert observe(b"a()", "javascript").module.side is None
