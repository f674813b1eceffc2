"""How JavaScript and TypeScript expressions and statements are lowered.

Expressions are compared in a short notation: ``f(a)`` is a call, ``[Unknown]`` what stays silent.
"""

from __future__ import annotations

import secrets

import pytest

from mmlint.languages.javascript.adapter import Dialect, observe
from mmlint.model import syntax as s


def module(source: str, dialect: Dialect = "typescript") -> s.Module:
    script = observe(source.encode(), dialect)
    assert script.problem is None, script.problem
    return script.module


def body(source: str, dialect: Dialect = "typescript") -> tuple[s.Statement, ...]:
    return module(source, dialect).functions[0].body


def only(source: str, dialect: Dialect = "typescript") -> s.Statement:
    (statement,) = body(source, dialect)
    return statement


def value(source: str, dialect: Dialect = "typescript") -> s.Value:
    statement = only(f"_ = {source}", dialect)
    assert isinstance(statement, s.Assign)
    return statement.value


def show(one: s.Value) -> str:
    match one:
        case s.Literal():
            return repr(one.value)
        case s.Name():
            return one.name
        case s.Member():
            return f"{show(one.object)}{'?.' if one.optional else '.'}{one.name}"
        case s.Index():
            return f"{show(one.object)}[{show(one.index)}]"
        case s.Call():
            given = ", ".join(show(argument.value) for argument in one.arguments)
            mark = "?." if one.optional else ""
            return f"{'new ' if one.new else ''}{show(one.callee)}{mark}({given})"
        case s.Object():
            return "{" + ", ".join(map(entry, one.entries)) + "}"
        case s.Sequence():
            return "[" + ", ".join(map(show, one.items)) + "]"
        case s.Choice():
            options = " : ".join(map(show, one.options))
            return f"({show(one.test)} {one.operator} {options})"
        case s.Operation():
            return f"<{one.operator} {' '.join(map(show, one.operands))}>"
        case s.Template():
            return "`" + " ".join(map(show, one.parts)) + "`"
        case s.Await() | s.Spread():
            return f"{type(one).__name__}({show(one.value)})"
        case s.Element():
            inside = [*map(entry, one.attributes), *map(show, one.children)]
            return f"<{one.name}>({', '.join(inside)})"
        case s.Unknown():
            return f"[{' '.join(['Unknown', *map(show, one.parts)])}]"
    return type(one).__name__


def entry(one: s.Entry) -> str:
    marks = {"pair": ":", "shorthand": "=", "method": "()", "spread": "...", "computed": "[]"}
    return f"{one.key or ''}{marks[one.kind]} {show(one.value)}"


# --- what leaves no statement ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "",
        ";",
        "// a comment",
        "interface A { b: string }",
        "type A = 'b' | `c${string}`",
        "declare const a: string",
        "declare function a(): void",
        "declare module 'a' { export const b = 1 }",
        "declare global { interface Window { mm: unknown } }",
        "function a(): void",
        "function a() {}",
        "class A {}",
        "abstract class A { abstract b(): void; c = d() }",
        "let a",
        "let a: string, b",
        "var a",
        "import 'a'",
        "export {}",
        "export interface A {}",
    ],
)
def test_no_statement(source: str) -> None:
    assert body(source) == ()


# --- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        # literals
        ("'a'", "'a'"),
        ('"a\\n\\x41\\u0042\\u{43}\\0\\q"', r"'a\nABC\x00q'"),
        ('"a\\\nb"', "'ab'"),
        ('"\\ud83d\\ude00"', "'😀'"),
        ('"\\ud83d"', "'\ufffd'"),
        ('"\\u{999999}"', "'\ufffd'"),
        ("''", "''"),
        ("``", "''"),
        ("`a\\tb`", r"'a\tb'"),
        ("`a${b}c`", "`'a' b 'c'`"),
        ("`${'a'}`", "`'a'`"),
        ("1_000", "1000"),
        ("0x1F", "31"),
        ("0o17", "15"),
        ("0b11", "3"),
        ("010", "8"),
        (".5e1", "5.0"),
        ("1e999", "[Unknown]"),
        ("10n", "[Unknown]"),
        ("/a/g", "[Unknown]"),
        ("true", "True"),
        ("false", "False"),
        ("null", "None"),
        ("undefined", "None"),
        # names and members
        ("this", "this"),
        ("a.b", "a.b"),
        ("a?.b.c", "a?.b.c"),
        ("a['b']", "a.b"),
        ("a?.['b']", "a?.b"),
        ("a[`b`]", "a.b"),
        ("a[b]", "a[b]"),
        ("a[0]", "a[0]"),
        ("import.meta.env.X", "import.meta.env.X"),
        ("new.target", "new.target"),
        # what stands around a value and does not change it
        ("(a)", "a"),
        ("((a as B))", "a"),
        ("a as const", "a"),
        ("a satisfies B", "a"),
        ("<B>a", "a"),
        ("a!", "a"),
        ("a!.b!.c", "a.b.c"),
        ("(a as any).b", "a.b"),
        ("a<B>", "a"),
        # calls
        ("a()", "a()"),
        ("a(b, ...c)", "a(b, Spread(c))"),
        ("a(/* no */ b)", "a(b)"),
        ("a.b()['c']()", "a.b().c()"),
        ("a?.()", "a?.()"),
        ("a?.b?.(c)", "a?.b?.(c)"),
        ("a<B>(c)", "a(c)"),
        ("new A", "new A()"),
        ("new A.B<C>(d)", "new A.B(d)"),
        ("super.a()", "super.a()"),
        ("a`b${c}`", "a(`'b' c`)"),
        ("a`b`", "a(`'b'`)"),
        ("import('a')", "import('a')"),
        ("require('a').b", "require('a').b"),
        # operators
        ("!a", "<! a>"),
        ("void a()", "<void a()>"),
        ("typeof a", "<typeof a>"),
        ("delete a.b", "<delete a.b>"),
        ("-1", "<- 1>"),
        ("a++", "<++ a>"),
        ("a === b", "<=== a b>"),
        ("a + b + c", "<+ a b c>"),
        ("a - b - c", "<- <- a b> c>"),
        ("a in b", "<in a b>"),
        ("(a, b(), c)", "<, a b() c>"),
        ("a = b", "<= a b>"),
        ("(a += b)", "<+= a b>"),
        ("a ? b : c", "(a ?: b : c)"),
        ("a ?? b", "(a ?? a : b)"),
        ("a || b", "(a || a : b)"),
        ("a && b", "(a && b)"),
        ("a || b || c", "(a || a : (b || b : c))"),
        ("a && b && c", "(a && (b && c))"),
        # objects and arrays
        ("{}", "{}"),
        ("{ a, b: 1, 'c-d': 2, 3: 4 }", "{a= a, b: 1, c-d: 2, 3: 4}"),
        ("{ ...a, ['b']: 1, [c]: 2 }", "{... a, b: 1, [] 2}"),
        ("{ [a()]: b }", "{[] <, a() b>}"),
        ("{ a() {}, get b() { return 1 }, async *c() {} }", "{a() Lambda, b() Lambda, c() Lambda}"),
        ("[a, ...b]", "[a, Spread(b)]"),
        ("[, a, , b]", "[[Unknown], a, [Unknown], b]"),
        # functions and classes
        ("() => a", "Lambda"),
        ("function () {}", "Lambda"),
        ("class {}", "ClassValue"),
        ("(async () => {})()", "Lambda()"),
    ],
)
def test_values(source: str, shown: str) -> None:
    assert show(value(source)) == shown


@pytest.mark.parametrize("dialect", ["javascript", "tsx"])
@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("<></>", "<>()"),
        ("<a.B/>", "<a.B>()"),
        ('<a b="c &amp; d" e />', "<a>(b: 'c & d', e: True)"),
        ('<a b="c\\n" />', r"<a>(b: 'c\\n')"),
        ('<a b={c} {...d} data-key="e"/>', "<a>(b: c, ... d, data-key: 'e')"),
        ("<a> {b} <c/> d {/* no */}</a>", "<a>(b, <c>(), ' d ')"),
        ("<a>&lt;{...b}</a>", "<a>('<', Spread(b))"),
        ("<a onClick={() => b()} />", "<a>(onClick: Lambda)"),
        ("<a b=<c/> />", "<a>(b: <c>())"),
    ],
)
def test_jsx(source: str, shown: str, dialect: Dialect) -> None:
    assert show(value(source, dialect)) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("async () => { _ = await a }", "Await(a)"),
        ("function* () { _ = yield }", "<yield >"),
        ("function* () { _ = yield a }", "<yield a>"),
        ("function* () { _ = yield* a }", "<yield* a>"),
    ],
)
def test_values_inside_functions(source: str, shown: str) -> None:
    (statement,) = module(f"_ = {source}").functions[1].body
    assert isinstance(statement, s.Assign)
    assert show(statement.value) == shown


def test_spans_are_bytes_of_the_file() -> None:
    source = "/* é */ track('é', { a: b['c'] })".encode()
    (statement,) = observe(source, "javascript").module.functions[0].body
    assert isinstance(statement, s.ExpressionStatement)
    call = statement.value
    assert isinstance(call, s.Call)
    text, fields = (argument.value for argument in call.arguments)
    assert isinstance(fields, s.Object)
    member = fields.entries[0].value
    assert isinstance(member, s.Member)
    assert source[call.start : call.end].startswith(b"track(")
    assert source[text.start : text.end] == "'é'".encode()
    assert source[fields.entries[0].key_start :].startswith(b"a:")
    assert source[member.name_start :].startswith(b"c'")


# --- keys -----------------------------------------------------------------------------------------


@pytest.fixture
def secret() -> str:
    return "sk_" + "live_" + "ab12cd34_" + secrets.token_hex(12)


@pytest.mark.parametrize("quoted", ["'{}'", "`{}`", "`Bearer {}`", "`{}${{a}}`", "({{ '{}': 1 }})"])
def test_a_secret_never_gets_in(secret: str, quoted: str) -> None:
    made = module("_ = " + quoted.format(secret))
    assert secret.rsplit("_", 1)[1] not in repr(made)


@pytest.mark.parametrize(
    "source",
    [
        '_ = <a data-key="{}"/>',
        "_ = <a>{}</a>",
        '"{}"; a()',
        'import "{}"',
        "_ = (a: '{}') => a",
        '_ = a["{}"]',
    ],
)
def test_a_secret_never_gets_in_through_side_doors(secret: str, source: str) -> None:
    assert secret.rsplit("_", 1)[1] not in repr(module(source.format(secret), "tsx"))


def test_a_key_is_remembered_redacted(secret: str) -> None:
    found = value(f"'{secret}'")
    assert isinstance(found, s.Literal)
    assert found.key is not None
    assert (found.key.kind, found.key.prefix, found.key.shape) == ("sk", "ab12cd34", "full")


def test_a_key_inside_a_template_is_remembered(secret: str) -> None:
    found = value(f"`Bearer {secret}${{a}}`")
    assert isinstance(found, s.Template)
    text = found.parts[0]
    assert isinstance(text, s.Literal)
    assert text.key is not None


# --- bindings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "target", "given"),
    [
        ("const a = b", "a", "b"),
        ("let a: string = b", "a", "b"),
        ("var { a } = b", "{a= a}", "b"),
        ("const { a: c } = b", "{a: c}", "b"),
        ("const { a = 1 } = b", "{a= (a ?? a : 1)}", "b"),
        ("const { a: c = 1, ...d } = b", "{a: (c ?? c : 1), ... d}", "b"),
        ("const { a: { c } } = b", "{a: {c= c}}", "b"),
        ("const { 'a-b': c, ['d']: e, [f]: g } = b", "{a-b: c, d: e, [] g}", "b"),
        ("const [a, , c = 1, ...d] = b", "[a, [Unknown], (c ?? c : 1), Spread(d)]", "b"),
        ("a = b", "a", "b"),
        ("(a = b)", "a", "b"),
        ("a.b = c", "a.b", "c"),
        ("a[b] = c", "a[b]", "c"),
        ("(a as any) = b", "a", "b"),
        ("[a, b.c] = d", "[a, b.c]", "d"),
        ("({ a, b: c.d } = e)", "{a= a, b: c.d}", "e"),
        ("a = b = c", "a", "<= b c>"),
        ("import a = b.c.d", "a", "b.c.d"),
    ],
)
def test_binds(source: str, target: str, given: str) -> None:
    statement = only(source)
    assert isinstance(statement, s.Assign)
    assert (show(statement.target), show(statement.value)) == (target, given)


@pytest.mark.parametrize("operator", ["+=", "??=", "||=", "&&="])
def test_operators_of_assignments(operator: str) -> None:
    statement = only(f"a {operator} b")
    assert isinstance(statement, s.Assign)
    assert statement.operator == operator


@pytest.mark.parametrize("dialect", ["javascript", "typescript"])
@pytest.mark.parametrize("keyword", ["using", "await using"])
def test_using(keyword: str, dialect: Dialect) -> None:
    made = module(f"async () => {{ {keyword} a = b(); a }}", dialect)
    bind, use = made.functions[1].body
    assert isinstance(bind, s.Assign)
    assert isinstance(use, s.ExpressionStatement)
    assert (bind.using, show(bind.value)) == (keyword, "b()")
    assert isinstance(use.value, s.Name)
    assert made.bindings[use.value.binding].owner == 1


def spans(source: str) -> list[str]:
    return [source[one.start : one.end] for one in body(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a();", ["a();"]),
        ("a()", ["a()"]),
        ("const a = 1;", ["const a = 1;"]),
        ("const a = 1, b = 2;", ["a = 1", "b = 2"]),
        ("export const a = 1;", ["const a = 1;"]),
        ("export default a;", ["export default a;"]),
        ("a: for (;;) {}", ["a: for (;;) {}"]),
        ("if (a) b(); else c();", ["if (a) b(); else c();"]),
    ],
)
def test_spans_of_statements(source: str, expected: list[str]) -> None:
    assert spans(source) == expected


def test_enums() -> None:
    statement = only("const enum E { A, B = 5, C, 'D-E' = 'x', F, G = 1 << 2 }")
    assert isinstance(statement, s.Assign)
    assert show(statement.target) == "E"
    assert show(statement.value) == "{A: 0, B: 5, C: 6, D-E: 'x', F: [Unknown], G: <<< 1 2>}"


# --- control flow ---------------------------------------------------------------------------------


def outline(statements: tuple[s.Statement, ...]) -> str:
    """The statements as indented-free text: ``if a {b} else {c}``."""
    return "; ".join(map(one_line, statements))


def one_line(one: s.Statement) -> str:
    match one:
        case s.ExpressionStatement():
            return show(one.value)
        case s.Assign():
            return f"{show(one.target)} {one.operator} {show(one.value)}"
        case s.Return() | s.Throw():
            given = "" if one.value is None else f" {show(one.value)}"
            return type(one).__name__.lower() + given
        case s.Jump():
            return " ".join(filter(None, (one.kind, one.label)))
        case s.If():
            orelse = f" else {{{outline(one.orelse)}}}" if one.orelse else ""
            return f"if {show(one.test)} {{{outline(one.body)}}}{orelse}"
        case s.Loop():
            marks = [one.label or "", one.kind, "async" * one.is_async, "endless" * one.endless]
            head = [
                outline(one.head),
                *(show(v) for v in (one.target, one.iterable, one.test) if v),
            ]
            inside = f"{{{outline(one.body)}}}"
            return " ".join(filter(None, [*marks, *head, inside, outline(one.update)]))
        case s.Switch():
            cases = [f"{' '.join(map(show, c.tests))}: {outline(c.body)}" for c in one.cases]
            return f"switch {show(one.subject)} [{' | '.join(cases)}]"
        case s.Try():
            handlers = "".join(f" catch {{{outline(h.body)}}}" for h in one.handlers)
            final = "" if one.final is None else f" finally {{{outline(one.final)}}}"
            return f"try {{{outline(one.body)}}}{handlers}{final}"
        case s.Block():
            return f"{one.label or ''}{{{outline(one.body)}}}"
    return type(one).__name__


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if (a) b()", "if a {b()}"),
        ("if (a) { b(); c() } else d()", "if a {b(); c()} else {d()}"),
        ("if (a) b(); else if (c) d(); else { e() }", "if a {b()} else {if c {d()} else {e()}}"),
        ("for (let i = 0; i < 1; i++) a()", "for i = 0 << i 1> {a()} <++ i>"),
        ("for (i = 0; a; i += 1) {}", "for i = 0 a {} i += 1"),
        ("for (;;) {}", "for endless {}"),
        ("while (a) b()", "while a {b()}"),
        ("while (true) { break }", "while endless True {break}"),
        ("while (1) {}", "while endless 1 {}"),
        ("while (0) {}", "while 0 {}"),
        ("do a(); while (b)", "do b {a()}"),
        ("for (const a of b) c(a)", "each a b {c(a)}"),
        ("for (const [a, { b }] of c) {}", "each [a, {b= b}] c {}"),
        ("for (const a in b) {}", "each a b {}"),
        ("for (a.b of c) {}", "each a.b c {}"),
        ("for await (const a of b) {}", "each async a b {}"),
        ("x: for (;;) { continue x }", "x for endless {continue x}"),
        ("x: { break x }", "x{break x}"),
        ("x: if (a) break x", "x{if a {break x}}"),
        ("switch (a) { case 1: case b: c(); break; default: d() }",
         "switch a [1:  | b: c(); break | : d()]"),
        ("try { a() } catch (e) { b(e) } finally { c() }", "try {a()} catch {b(e)} finally {c()}"),
        ("try { a() } catch {}", "try {a()} catch {}"),
        ("try { a() } finally {}", "try {a()} finally {}"),
        ("throw a", "throw a"),
        ("{ a() }", "{a()}"),
        ("namespace A.B { export const c = 1; d() }", "{c = 1; d()}"),
    ],
)  # fmt: skip
def test_control_flow(source: str, expected: str) -> None:
    assert outline(body(source)) == expected


def test_with_evaluates_its_object() -> None:
    assert outline(body("with (a()) { b() }", "javascript")) == "{a(); b()}"


# --- functions ------------------------------------------------------------------------------------


def function(source: str, dialect: Dialect = "typescript") -> s.Function:
    return module(source, dialect).functions[1]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("(() => {})", None),
        ("a(function () {})", None),
        ("export default () => {}", None),
        ("module.exports = () => {}", None),
        ("function a() {}", "a"),
        ("(function a() {})", "a"),
        ("const a = () => {}", "a"),
        ("const a = (() => {}) as B", "a"),
        ("a = function () {}", "a"),
        ("exports.a = () => {}", "a"),
        ("const b = { a: () => {} }", "a"),
        ("const b = { 'a'() {} }", "a"),
        ("class B { a = () => {} }", "a"),
        ("class B { a() {} }", "a"),
        ("class B { #a() {} }", "#a"),
        ("export default async function a() {}", "a"),
    ],
)
def test_names_of_functions(source: str, name: str | None) -> None:
    assert function(source).name == name


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("function a() {}", "function"),
        ("a = { b() {} }", "method"),
        ("a = { get b() { return 1 } }", "getter"),
        ("a = { set b(c) {} }", "setter"),
        ("a = { get() {} }", "method"),
        ("class A { constructor() {} }", "constructor"),
        ("class A { static constructor() {} }", "method"),
        ("class A { static get b() { return 1 } }", "getter"),
        ("class A { b = () => {} }", "function"),
    ],
)
def test_kinds_of_functions(source: str, kind: str) -> None:
    assert function(source).kind == kind


@pytest.mark.parametrize(
    ("source", "is_async", "is_generator"),
    [
        ("function a() {}", False, False),
        ("async function a() {}", True, False),
        ("function* a() {}", False, True),
        ("_ = async a => {}", True, False),
        ("_ = async <T>(a: T) => {}", True, False),
        ("_ = { async a() {} }", True, False),
        ("_ = { *a() {} }", False, True),
        ("class A { static async *a() {} }", True, True),
        ("class A { async() {} }", False, False),
    ],
)
def test_async_and_generators(source: str, is_async: bool, is_generator: bool) -> None:
    found = function(source)
    assert (found.is_async, found.is_generator) == (is_async, is_generator)


@pytest.mark.parametrize(
    ("source", "whole", "inside"),
    [
        ("export async function a() { b }", "async function a() { b }", " b "),
        ("x = async () => { b };", "async () => { b }", " b "),
        ("x = (a) => (b);", "(a) => (b)", "(b)"),
        ("x = { async a() {} }", "async a() {}", ""),
        ("class A { @B() async a() { c } }", "async a() { c }", " c "),
    ],
)
@pytest.mark.parametrize("dialect", ["javascript", "typescript"])
def test_spans_of_functions(source: str, whole: str, inside: str, dialect: Dialect) -> None:
    found = function(source, dialect)
    assert source[found.start : found.end] == whole
    assert source[found.body_start : found.body_end] == inside


def test_an_arrow_returns_its_expression() -> None:
    found = function("_ = () => a()")
    assert found.expression
    assert outline(found.body) == "return a()"


@pytest.mark.parametrize(
    ("source", "directives", "rest"),
    [
        ("function a() { b(); 'use server' }", (), "b(); 'use server'"),
        ("function a() { ('use server'.length) }", (), "'use server'.length"),
        ("_ = () => 'use server'", (), "return 'use server'"),
        ("async function a() { 'use server'; b() }", ("use server",), "b()"),
        ("_ = () => { /* c */ 'use strict'; \"use server\" }", ("use strict", "use server"), ""),
    ],
)  # fmt: skip
def test_directives(source: str, directives: tuple[str, ...], rest: str) -> None:
    found = function(source)
    assert found.directives == directives
    assert outline(found.body) == rest


@pytest.mark.parametrize(
    ("source", "directives"),
    [
        ("import 'a'; 'use client'", ()),
        ("'use client'; a()", ("use client",)),
        ("#!/usr/bin/env node\n// c\n'use client'\na()", ("use client",)),
    ],
)
def test_directives_of_the_module(source: str, directives: tuple[str, ...]) -> None:
    made = module(source)
    assert made.directives == made.functions[0].directives == directives


def test_parameters() -> None:
    source = "function f(this: W, a, b: Array<string> = c, { d, e: f = 1 }: P = {}, g?: G, ...h) {}"
    found = [
        (one.name, show(one.target), one.default and show(one.default), one.kind, one.annotation)
        for one in function(source).parameters
    ]
    assert found == [
        ("a", "a", None, "positional", None),
        ("b", "b", "c", "positional", "Array<string>"),
        (None, "{d= d, e: (f ?? f : 1)}", "{}", "positional", "P"),
        ("g", "g", None, "positional", "G"),
        ("h", "h", None, "rest", None),
    ]


def test_parameters_without_types() -> None:
    found = function("_ = (a, b = 1, [c], ...d) => {}", "javascript").parameters
    assert [one.name for one in found] == ["a", "b", None, "d"]
    assert [one.name for one in function("_ = a => {}", "javascript").parameters] == ["a"]


def test_functions_know_what_they_stand_in() -> None:
    made = module("function a() { const b = () => { class C { d() {} } } }")
    assert [(one.name, one.parent) for one in made.functions] == [
        (None, -1),
        ("a", 0),
        ("b", 1),
        ("d", 2),
    ]
    assert made.classes[0].parent == 2
    assert made.functions[3].owner == 0


# --- classes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["javascript", "typescript"])
def test_classes(dialect: Dialect) -> None:
    source = """
    @Injectable() class A extends B.C {
      #a = 1; b = () => {}; static c = d();
      constructor() { super() }
      @Get("x") static async e() {}
      ["f"]() {}
      [g]() {}
    }"""
    made = module(source, dialect)
    (found,) = made.classes
    assert found.name == "A"
    assert [show(base) for base in found.bases] == ["B.C"]
    assert [show(one) for one in found.decorators] == ["Injectable()"]
    assert [(one.name, one.static) for one in found.members] == [
        ("#a", False),
        ("b", False),
        ("c", True),
        ("constructor", False),
        ("e", True),
        ("f", False),
        ("", False),
    ]
    assert [one.value and show(one.value) for one in found.members[:3]] == ["1", "Lambda", "d()"]
    method = made.functions[found.members[4].function]
    assert [show(one) for one in method.decorators] == ["Get('x')"]
    assert {one.owner for one in made.functions[1:]} == {0}


def test_decorators_before_an_export() -> None:
    (found,) = module("@A() export class B {}").classes
    assert [show(one) for one in found.decorators] == ["A()"]


def test_static_parts_run_where_the_class_stands() -> None:
    source = "class A { static a = b(); static c; d = e(); static { f() } }"
    assert outline(body(source)) == "A.a = b(); {f()}"


def test_overloads_are_one_method() -> None:
    source = "class A { a(b: string): void; a(b: any) {} abstract c(): void; [k: string]: any }"
    assert [one.name for one in module(source).classes[0].members] == ["a"]


def test_parameter_properties_are_fields() -> None:
    source = "class A { constructor(private a: B, readonly c = 1, d: E) { super() } }"
    assert outline(module(source).functions[1].body) == "this.a = a; this.c = c; super()"
