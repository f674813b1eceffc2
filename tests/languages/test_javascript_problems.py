"""Broken, hostile and unusual JavaScript: nothing raises, and the healthy rest is still read."""

from __future__ import annotations

import secrets
import sys

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.languages.javascript.adapter import Dialect, Script, observe
from mmlint.model import syntax as s
from mmlint.model.walk import values

_DIALECTS: tuple[Dialect, ...] = ("javascript", "typescript", "tsx")


def called(script: Script) -> set[str]:
    """Names of the functions that are called anywhere."""
    return {
        value.callee.name
        for function in script.module.functions
        for _, value in values(function.body)
        if isinstance(value, s.Call) and isinstance(value.callee, s.Name)
    }


# --- what is no problem ---------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", _DIALECTS)
@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\n",
        b"\xef\xbb\xbf",
        b"#!/usr/bin/env node",
        b"// only a comment",
        b"\xef\xbb\xbfa()\r\n",
    ],
)
def test_no_problem(source: bytes, dialect: Dialect) -> None:
    assert observe(source, dialect).problem is None


def test_flow_types_are_read_with_the_grammar_that_knows_types() -> None:
    script = observe(b"// @flow\nfunction a(b: string): void { c(b) }", "javascript")
    assert script.problem is None
    assert called(script) == {"c"}


def test_calls_in_interfaces_need_no_semicolons() -> None:
    source = b"interface A {\n  <T>(a: T): A[T]\n\n  // more\n  <\n U>(a: U): A[U]\n}\nf()"
    script = observe(source, "typescript")
    assert script.problem is None
    assert called(script) == {"f"}
    assert len(script.comments) == 1


@pytest.mark.parametrize("dialect", ["typescript", "tsx"])
@pytest.mark.parametrize(
    "source",
    [
        "for (let i = 0; i < unique.length; i++) { a() }",
        'const a = "x\0y"; // \0',
        "const a = String.raw`A\\u00 C \\x ${b} \\8`;",
        'const a = c.env.get<object>?.("x");',
        'const a = c.env.get<Map<string, object>>?.("x");',
        "function using(a) { return a }\nusing(b);\nusing (b);\nconst c = using.d;",
        'import { using } from "a";\nusing(() => b);',
        'import defer * as a from "b";',
        'import defer from "b";',
        'import source a from "b";',
        'export import a = require("b");',
        'interface A { a: import("b").Table<T>; c: import("b").D<import("b").E> }',
        'const a: (import("b").C[] | null)[] = [];',
        "type A<R> = R extends [this: unknown, b?: string] ? 1 : 2;",
        "interface A {\n  a: string\n  in_: number\n  in2?: B\n  instanceof_: C\n}",
        "interface A {\n  a: string\n  in?: B\n  instanceof: C\n  abstract: D\n  as: E\n  in: F\n}",
        'declare module "a" {\n  global {\n    type B = C;\n  }\n}',
        'const a = await b<typeof import("c")>();',
    ],
)
def test_what_typescript_accepts_is_no_problem(source: str, dialect: Dialect) -> None:
    script = observe(f"{source}\nhealthy();\n".encode(), dialect)
    assert script.problem is None
    assert "healthy" in called(script)


def test_one_repair_leaves_alone_what_needs_another() -> None:
    link = """const a = () => (
  // note
  <a href="/p?x=1&from=y" onClick={() => b()}>x</a>
);
for (let i = 0; i < unique.length; i++) { c() }
"""
    script = observe(link.encode(), "tsx")
    assert script.problem is None
    assert called(script) == {"b", "c"}


def test_names_and_texts_are_the_sources() -> None:
    script = observe(b'using(unique);\nfor (; i < unique.a; ) { b("?a=1&b=2\0") }', "typescript")
    assert script.problem is None
    assert called(script) == {"using", "b"}
    texts = [
        value.value
        for function in script.module.functions
        for _, value in values(function.body)
        if isinstance(value, s.Literal)
    ]
    assert texts == ["?a=1&b=2\0"]


@pytest.mark.parametrize(
    "source",
    [
        "const a = `A\\u00 C`;",
        "for (let i = 0; i < unique.length; i++ { a() }",
        "using(;",
        "const a = <a href='?a=1&b=2'>x;",
        "interface A {\n  in_ number\n}",
    ],
)
def test_a_repair_hides_no_mistake(source: str) -> None:
    assert observe(source.encode(), "tsx").problem is not None


# --- syntax errors --------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", _DIALECTS)
@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("a()\nb(\nc()\n", 2),
        ("a()\nconst = 5\nb()\n", 2),
        ("function a() {\n  b(;\n}\nc()\n", 2),
        ("a()\nif (b) {\n  c()\n", 3),
        ("a()\nb }\nc()\n", 2),
        ("a()\nconst b = {;\nc()\n", 2),
        ("import { from 'a'\nb()\n", 1),
    ],
)
def test_the_first_error_is_found_and_the_rest_is_read(
    source: str, line: int, dialect: Dialect
) -> None:
    script = observe(source.encode(), dialect)
    assert script.problem is not None
    assert source[: script.problem.start].count("\n") + 1 == line
    assert script.problem.message
    assert called(script)


def test_messages() -> None:
    def message(source: bytes) -> str | None:
        problem = observe(source, "javascript").problem
        return problem.message if problem else None

    assert message(b"a(b;") == 'expected ")" here'
    assert message(b"a(b") == '"(" is never closed'
    assert message(b"a([1], b") == '"(" is never closed'
    assert message(b"const = 1") == 'unexpected "const"'
    assert message(b"if (a) { b(); {") == '"{" is never closed'


@pytest.mark.parametrize("before", ["const = ", "a b ", "{ ", "const a b=", ""])
def test_messages_never_quote_a_secret(before: str) -> None:
    secret = "sk_" + "live_" + "ab12cd34_" + "z" + secrets.token_hex(12)
    script = observe(f"{before}{secret} {secret} {{".encode(), "javascript")
    assert script.problem is not None
    assert secret[17:] not in script.problem.message
    assert "sk_" not in script.problem.message


# --- depth ----------------------------------------------------------------------------------------

_DEEP = {
    "arrays": b"[" * 5000 + b"]" * 5000,
    "open arrays": b"[" * 50000,
    "open braces": b"{" * 50000,
    "open calls": b"f(" * 20000,
    "blocks": b"{" * 5000 + b"}" * 5000,
    "members": b"a." * 20000 + b"b",
    "calls": b"a" + b"()" * 20000,
    "callbacks": b"f(function(){" * 3000 + b"})" * 3000,
    "arrows": b"a=>" * 5000 + b"b",
    "conditions": b"a?b:" * 5000 + b"c",
    "elses": b"if(a);else " * 5000 + b";",
    "choices": b"a||" * 20000 + b"b",
    "mixed choices": b"(" * 200 + b"a" + b"||b)??c)" * 100,
    "choices in calls": b"f(" * 200 + b"a" + b"||b)" * 200,
    "sums": b"a+" * 20000 + b"b",
    "differences": b"a-" * 20000 + b"b",
    "labels": b"".join(b"a%d:" % number for number in range(5000)) + b";",
    "patterns": b"var " + b"{a:" * 2000 + b"b" + b"={}}" * 2000 + b"=b",
    "assignments": b"a=" * 20000 + b"b",
    "classes": b"class A{static{" * 3000 + b"}}" * 3000,
    "elements": b"<a>" * 5000 + b"</a>" * 5000,
    "templates": b"`${" * 5000 + b"a" + b"}`" * 5000,
    "comments": b"a/*" * 50000,
    "imports": b"import x = " + b"a." * 5000 + b"b",
}


@pytest.mark.parametrize("name", _DEEP)
def test_depth(name: str) -> None:
    for dialect in _DIALECTS:
        script = observe(b"first();" + _DEEP[name], dialect)
        encoded = msgspec.msgpack.encode(script.module)
        assert msgspec.msgpack.decode(encoded, type=s.Module) == script.module
        assert len(encoded) < 200 * len(_DEEP[name]) + 100_000


def test_what_is_too_deep_is_a_problem_and_the_rest_is_read() -> None:
    script = observe(b"before();" + b"[" * 5000 + b"]" * 5000 + b";after()", "javascript")
    assert script.problem is not None
    assert script.problem.message == "nested too deeply to follow"
    assert called(script) == {"before", "after"}


def test_parentheses_are_no_depth() -> None:
    script = observe(b"(" * 5000 + b"a()" + b")" * 5000, "javascript")
    assert script.problem is None
    assert called(script) == {"a"}


def test_a_long_chain_keeps_its_last_calls() -> None:
    script = observe(b"app" + b".get(a)" * 100 + b".listen(b())", "javascript")
    assert script.problem is None
    assert called(script) == {"b"}


def test_a_caller_deep_in_its_own_stack() -> None:
    source = b"first();" + b"f(()=>{" * 50 + b"})" * 50 + b";last()"

    def sink(levels: int) -> Script:
        return sink(levels - 1) if levels else observe(source, "javascript")

    used = 0
    frame = sys._getframe()
    while frame.f_back is not None:
        frame, used = frame.f_back, used + 1
    script = sink(sys.getrecursionlimit() - used - 120)
    assert script.problem is not None
    assert {"first", "last"} <= called(script)


# --- comments -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    ["a('// b')", "a(`/* ${b} */`)", "a(/[/]/*b/)", "a ('http://b')", "#!/a//b"],
)
def test_no_comments(source: str) -> None:
    assert observe(source.encode(), "javascript").comments == ()


@pytest.mark.parametrize("dialect", _DIALECTS)
def test_comments(dialect: Dialect) -> None:
    source = "// é\na(/* b */ c, `${d /* e */}`) // f\r\n/** g\n */\nclass H { /* i */ }\n// 'j'"
    data = source.encode()
    found = [data[start:end].decode() for start, end in observe(data, dialect).comments]
    assert [one.rstrip("\r") for one in found] == [
        "// é",
        "/* b */",
        "/* e */",
        "// f",
        "/** g\n */",
        "/* i */",
        "// 'j'",
    ]


def test_comments_in_jsx_and_types() -> None:
    data = b"type A = { /* a */ b: /* c */ D }; <e f={/* g */ h}>// no{/* i */}</e>"
    found = [data[start:end] for start, end in observe(data, "tsx").comments]
    assert found == [b"/* a */", b"/* c */", b"/* g */", b"/* i */"]


# --- anything at all ------------------------------------------------------------------------------

_TOKENS = """
    a b => ( ) { } [ ] , ; : . ?. ... = == + ++ ! ? ?? || && ` ${ ' " / // /* */ < > </ 1 0x 1n é
    async await function class extends static get set new delete void typeof import export default
    from as const let var using if else for of in while do switch case try catch finally throw
    return break continue yield enum namespace interface type declare @ # \\ \\u with private
"""


def check(data: bytes) -> None:
    for dialect in _DIALECTS:
        script = observe(data, dialect)
        made = script.module
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(made), type=s.Module) == made
        assert list(script.comments) == sorted(script.comments)
        for one in (*made.bindings, *made.functions, *made.classes, *made.imports, *made.exports):
            assert 0 <= one.start <= one.end <= len(data)
        for function in made.functions:
            assert function.start <= function.body_start <= function.body_end <= function.end
            assert -1 <= function.parent < len(made.functions)
            for _, value in values(function.body):
                assert 0 <= value.start <= value.end <= len(data)
                if isinstance(value, s.Name):
                    assert -1 <= value.binding < len(made.bindings)
        if script.problem is not None:
            assert 0 <= script.problem.start <= script.problem.end <= len(data)


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    check(data)


@given(st.lists(st.sampled_from(_TOKENS.split()), max_size=40), st.sampled_from([" ", "", "\n"]))
def test_any_tokens(tokens: list[str], join: str) -> None:
    check(join.join(tokens).encode())


def test_an_input_that_a_grammar_never_finishes_is_given_up() -> None:
    hostile = b"\\te><a k=/k=(}}%<a()}"
    assert observe(hostile, "tsx").problem is not None
    assert observe(hostile, "javascript").problem is not None


VALID = [
    ("tsx", b'const a = <a href="https://x.test/?utm_source=a&utm_medium=b">Drag & drop</a>;\n'),
    ("javascript", b'const a = <a href="/?a=1&b=2&sect=3">A & B</a>;\n'),
    ("typescript", b'const real = await load<typeof import("@/lib/x")>();\nconst b = 1 & 2;\n'),
]


@pytest.mark.parametrize(("dialect", "source"), VALID)
def test_valid_code_that_a_grammar_rejects_is_no_problem(dialect: Dialect, source: bytes) -> None:
    script = observe(source, dialect)
    assert script.problem is None
    texts = [value.value for _, value in values(script.module.functions[0].body) if _text(value)]
    assert all("|" not in str(text) for text in texts)


def _text(value: s.Value) -> bool:
    return isinstance(value, s.Literal)
