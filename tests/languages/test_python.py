"""What the Python adapter says of a file: values, statements, functions, classes, imports."""

from __future__ import annotations

import secrets
from typing import TypeVar

import msgspec
import pytest

from mmlint.languages.python.adapter import observe
from mmlint.model import syntax as s
from mmlint.model.walk import inside, values

Kind = TypeVar("Kind", bound=s.Node)


def module(source: str) -> s.Module:
    script = observe(source.encode())
    assert script.problem is None
    return script.module


def body(source: str) -> tuple[s.Statement, ...]:
    return module(source).functions[0].body


def value(expression: str) -> s.Value:
    (statement,) = body(expression)
    assert isinstance(statement, s.ExpressionStatement)
    return statement.value


def only(kind: type[Kind], source: str) -> Kind:
    """The one statement of ``source``."""
    (statement,) = body(source)
    assert isinstance(statement, kind)
    return statement


def shown(source: str, node: s.Node) -> str:
    return source.encode()[node.start : node.end].decode()


def secret() -> str:
    return f"sk_live_{secrets.token_hex(4)}_{secrets.token_hex(12)}"


# --- nothing to see -----------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["", "\n", "# only a comment", "pass", "x: int", "\ufeff"])
def test_files_that_do_nothing_have_no_statements(source: str) -> None:
    read = module(source)
    assert [one.body for one in read.functions] == [()]
    assert (read.classes, read.imports, read.exports) == ((), (), ())
    assert (read.esm, read.side, read.language) == (False, None, "python")


def test_definitions_are_no_statements() -> None:
    assert body("def f(): pass\nclass C:\n    '''doc'''\n    x = 1\n    def g(self): pass\n") == ()


def test_bytes_are_unknown_even_when_they_look_like_a_key() -> None:
    assert isinstance(value(f"b'{secret()}'"), s.Unknown)
    assert isinstance(value("rB'a' b'c'"), s.Unknown)


@pytest.mark.parametrize("text", ["...", "1j", "1e999", "9" * 30, "9" * 5000])
def test_what_cannot_be_stored_is_unknown(text: str) -> None:
    assert isinstance(value(text), s.Unknown)


# --- literals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("None", None),
        ("True", True),
        ("0x1_0", 16),
        ("1.5", 1.5),
        ("'a'", "a"),
        ('"""a\nb"""', "a\nb"),
        ("'''a\r\nb'''", "a\nb"),
        (r"'\x41\u00e9\n\'\101\N{DIGIT ONE}'", "Aé\n'A1"),
        (r"r'\n'", r"\n"),
        (r"'\d \N{no such name} \U99999999'", r"\d \N{no such name} \U99999999"),
        (r"'\ud800'", "?"),
        ("'a' \"b\" 'c'", "abc"),
        ("f'a{{}}'", "a{}"),
        ("'a' f'b'", "ab"),
    ],
)
def test_literals(text: str, meant: str | float | None) -> None:
    read = value(f"({text})")
    assert isinstance(read, s.Literal)
    assert (read.value, type(read.value)) == (meant, type(meant))


@pytest.mark.parametrize(
    "form",
    ["'{}'", "f'{}'", "'Bearer ' '{}'", "f'{{x}} {}'", "{{'{}': 1}}", "a['{}']", "f(k='{}')"],
)
def test_a_key_is_seen_and_its_secret_is_gone(form: str) -> None:
    key = secret()
    read = module(form.format(key))
    (seen,) = [
        one.key
        for _, one in values(read.functions[0].body)
        if isinstance(one, s.Literal) and one.key
    ]
    assert (seen.kind, seen.prefix) == ("sk", key.split("_")[2])
    assert key.split("_")[3] not in msgspec.json.encode(read).decode()


def test_f_strings_are_templates_of_texts_and_holes() -> None:
    source = "f'a{x!r}b{y:>{w}}' 'c'"
    read = value(source)
    assert isinstance(read, s.Template)
    text, hole, joined, formatted, last = read.parts
    assert [getattr(one, "value", None) for one in (text, joined, last)] == ["a", "b", "c"]
    assert isinstance(hole, s.Name)
    assert isinstance(formatted, s.Unknown)
    assert [shown(source, one) for one in formatted.parts] == ["y", "w"]


# --- values -------------------------------------------------------------------------------------


def test_calls_with_every_kind_of_argument() -> None:
    source = "f(1, *a, k=(2), **b)"
    read = value(source)
    assert isinstance(read, s.Call)
    assert [one.name for one in read.arguments] == [None, None, "k", None]
    assert [shown(source, one) for one in read.arguments] == ["1", "*a", "k=(2)", "**b"]
    spreads = [one.value for one in read.arguments if isinstance(one.value, s.Spread)]
    assert [one.double for one in spreads] == [False, True]


def test_dicts_keep_keys_spreads_and_computed_keys() -> None:
    source = "{ 'a': 1, **b, K: 2, f(): 3 }"
    read = value(source)
    assert isinstance(read, s.Object)
    assert [(one.kind, one.key, shown(source, one)) for one in read.entries] == [
        ("pair", "a", "'a': 1"),
        ("spread", None, "**b"),
        ("computed", None, "K: 2"),
        ("computed", None, "f(): 3"),
    ]
    assert source[read.entries[0].key_start] == "'"
    assert isinstance(read.entries[2].value, s.Literal)
    assert any(isinstance(one, s.Call) for one in inside(read))


def test_members_by_dot_and_by_string() -> None:
    source = "os.environ['K']"
    read = value(source)
    assert isinstance(read, s.Member)
    assert (read.name, source[read.name_start :]) == ("K", "'K']")
    assert isinstance(read.object, s.Member)
    assert source[read.object.name_start :] == "environ['K']"


@pytest.mark.parametrize("source", ["a[k]", "a[0]", "a[1:f()]", "a[1, 2]", "a[*b]"])
def test_other_subscripts_are_indexes(source: str) -> None:
    assert isinstance(value(source), s.Index)


def test_choices_name_what_may_come_out() -> None:
    either, both, third = value("a or b"), value("a and b"), value("x if t else y")
    assert isinstance(either, s.Choice)
    assert isinstance(both, s.Choice)
    assert isinstance(third, s.Choice)
    assert (either.operator, either.options[0]) == ("||", either.test)
    assert (both.operator, len(both.options)) == ("&&", 1)
    assert [shown("x if t else y", one) for one in (third.test, *third.options)] == ["t", "x", "y"]


@pytest.mark.parametrize(
    ("source", "operator", "count"),
    [
        ("not a", "not", 1),
        ("-1", "-", 1),
        ("a % b", "%", 2),
        ("a // b", "//", 2),
        ("a not  in b", "not in", 2),
        ("a < b <= c", "< <=", 3),
        ("(n := f())", ":=", 2),
    ],
)
def test_operations(source: str, operator: str, count: int) -> None:
    read = value(source)
    assert isinstance(read, s.Operation)
    assert (read.operator, len(read.operands)) == (operator, count)


def test_parentheses_belong_to_tuples_and_generators_only() -> None:
    assert [shown(one, value(one)) for one in ("(a)", "(a, b)", "(a for a in b)", "((a))[0]")] == [
        "a",
        "(a, b)",
        "(a for a in b)",
        "((a))[0]",
    ]


def test_a_comprehension_has_sources_targets_and_an_element() -> None:
    source = "{k: f(v) for k, v in a() if t for _ in b}"
    read = value(source)
    assert isinstance(read, s.Comprehension)
    assert [shown(source, one) for one in read.sources] == ["a()", "t", "b"]
    assert [shown(source, one) for one in read.targets] == ["k, v", "_"]
    assert shown(source, read.element) == "k: f(v)"


def test_a_lambda_returns_its_expression() -> None:
    source = "lambda x, *y: send(x)"
    read = module(source)
    call, function = value(source), read.functions[1]
    assert isinstance(call, s.Lambda)
    assert (call.function, function.expression, function.name) == (1, True, None)
    assert shown(source, function.body[0]) == "send(x)"
    assert (function.body_start, function.body_end) == (14, 21)


def test_calls_inside_what_is_unknown_are_kept() -> None:
    for source in ("a[f():]", "raise_(*[x async for x in f()])", "f'{1:{f()}}'"):
        assert any(isinstance(one, s.Call) for one in inside(value(source)))


# --- statements ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "x = (1)",
        "x: int = 1",
        "x += 1",
        "f( )",
        "del x",
        "assert x, 'y'",
        "raise X from Y",
        "for a in b:\n    c\nelse:\n    d",
        "while a: b",
        "with a as b, c:\n    d",
        "try:\n    a\nexcept B as c:\n    d\nfinally:\n    e",
        "match a:\n    case 1:\n        b",
        "if a:\n    b\nelif c:\n    d",
    ],
)
def test_a_statement_spans_its_first_to_its_last_token(statement: str) -> None:
    for before, after in (("", ""), ("\n# before\n", "  # after\n\n"), ("é\n", "\nz\n")):
        source = before + statement + after
        assert statement in [shown(source, one) for one in body(source)]


def test_statements_of_one_line_are_several() -> None:
    source = "a; b() ;"
    assert [shown(source, one) for one in body(source)] == ["a", "b()"]


def test_a_chained_assignment_evaluates_its_value_once() -> None:
    source = "self.c = c = d.e = Client()"
    binds = body(source)
    assert all(isinstance(one, s.Assign) for one in binds)
    assert [
        (shown(source, one.target), shown(source, one.value))
        for one in binds
        if isinstance(one, s.Assign)
    ] == [("c", "Client()"), ("self.c", "c"), ("d.e", "c")]


def test_a_chained_assignment_without_a_name_calls_nothing_twice() -> None:
    calls = [one for _, one in values(body("a().b = c().d = e()")) if isinstance(one, s.Call)]
    assert len(calls) == len(set(calls)) == 3


def test_patterns_and_operators_of_assignments() -> None:
    pattern = only(s.Assign, "a, (b, *c) = v")
    assert isinstance(pattern.target, s.Sequence)
    assert isinstance(pattern.target.items[1], s.Sequence)
    assert isinstance(pattern.target.items[1].items[1], s.Spread)
    assert [only(s.Assign, f"a {one} b").operator for one in ("+=", "//=", "|=", "@=")] == [
        "+=",
        "//=",
        "|=",
        "@=",
    ]


def test_branches_nest() -> None:
    branch = only(s.If, "if a: b\nelif c: d\nelse: e\n")
    (nested,) = branch.orelse
    assert isinstance(nested, s.If)
    assert (len(branch.body), len(nested.body), len(nested.orelse)) == (1, 1, 1)


@pytest.mark.parametrize(("test", "endless"), [("True", True), ("1", True), ("x", False), ("0", 0)])
def test_only_a_true_literal_makes_a_loop_endless(test: str, endless: bool) -> None:
    loop = only(s.Loop, f"while {test}:\n    break\nelse:\n    x\n")
    assert (loop.kind, loop.endless, len(loop.orelse)) == ("while", endless, 1)
    assert isinstance(loop.body[0], s.Jump)


def test_async_statements() -> None:
    read = module(
        "async def f():\n async for a in b: c\n async with d: await e\n async with g(): 0"
    )
    loop, first, second = read.functions[1].body
    assert isinstance(loop, s.Loop)
    assert isinstance(first, s.With)
    assert isinstance(second, s.With)
    assert (loop.kind, loop.is_async, first.is_async) == ("each", True, True)
    assert isinstance(first.body[0], s.ExpressionStatement)
    assert isinstance(first.body[0].value, s.Await)


@pytest.mark.parametrize("star", ["", "*"])
def test_try(star: str) -> None:
    read = only(s.Try, f"try: a\nexcept{star} B as e: c\nexcept{star} D: pass\nelse: f\nfinally: g")
    assert [len(part) for part in (read.body, read.handlers, read.orelse, read.final or ())] == [
        1,
        2,
        1,
        1,
    ]
    assert only(s.Try, "try: a\nexcept: b").final is None
    assert only(s.Try, "try: a\nexcept: b").handlers[0].test is None


def test_with_binds_or_evaluates() -> None:
    named, plain = only(s.With, "with (a() as b, c()): d").items
    assert isinstance(named, s.Assign)
    assert isinstance(plain, s.ExpressionStatement)


def test_match_has_no_tests_where_it_always_matches() -> None:
    source = (
        "match m:\n case {'a': [1, *r], **k} if g(): 1\n case C(x, y=2) | None: 2\n"
        " case 'a' as b: 3\n case n if h(): 4\n case _: 5"
    )
    switch = only(s.Switch, source)
    assert not switch.falls_through
    assert [[shown(source, test) for test in case.tests] for case in switch.cases] == [
        ["{'a': [1, *r], **k}", "g()"],
        ["C(x, y=2)", "None"],
        ["'a' as b"],
        ["h()"],
        [],
    ]
    assert [one.name for one in module(source).bindings] == ["r", "k", "x", "b", "n"]


# --- functions and classes ----------------------------------------------------------------------


def test_a_function_from_def_to_its_last_token() -> None:
    source = "@deco(1)\nasync def f(a):\n    '''doc'''\n    await a\n\n    # tail\nx\n"
    function = module(source).functions[1]
    assert shown(source, function) == "async def f(a):\n    '''doc'''\n    await a"
    assert source[function.body_start : function.body_end] == "'''doc'''\n    await a"
    assert (function.name, function.kind, function.is_async, function.is_generator) == (
        "f",
        "function",
        True,
        False,
    )
    assert isinstance(function.decorators[0], s.Call)


def test_the_module_is_the_first_function() -> None:
    source = "# head\nx\ny()\n# tail\n"
    top = module(source).functions[0]
    assert (top.kind, top.parent, shown(source, top)) == ("module", -1, source)
    assert source[top.body_start : top.body_end] == "x\ny()"


def test_parameters() -> None:
    source = "def f(a, /, b: 'int' = g(), *c, d, **e): pass"
    parameters = module(source).functions[1].parameters
    assert [(one.name, one.kind) for one in parameters] == [
        ("a", "positional"),
        ("b", "positional"),
        ("c", "rest"),
        ("d", "keyword"),
        ("e", "keywords"),
    ]
    assert [shown(source, one) for one in parameters][1:3] == ["b: 'int' = g()", "*c"]
    assert [one.annotation for one in parameters] == [None, "'int'", None, None, None]
    assert isinstance(parameters[1].default, s.Call)
    assert len(module("def f(*, a): pass").functions[1].parameters) == 1


def test_only_the_function_that_yields_is_a_generator() -> None:
    read = module("def f():\n    def g(): yield 1\n    h = lambda: (yield)\n    return g")
    assert [(one.name, one.is_generator, one.parent) for one in read.functions] == [
        (None, False, -1),
        ("f", False, 0),
        ("g", True, 1),
        (None, True, 1),
    ]


def test_a_class_has_methods_and_fields() -> None:
    source = (
        "@d\nclass C(B, metaclass=M):\n    a = f()\n    b: int\n    def __init__(self): pass\n"
        "    @staticmethod\n    async def s():\n        def inner(): pass\n"
    )
    read = module(source)
    (declared,) = read.classes
    assert (declared.name, len(declared.bases), len(declared.decorators)) == ("C", 2, 1)
    assert [(one.name, one.function, one.static) for one in declared.members] == [
        ("a", -1, False),
        ("b", -1, False),
        ("__init__", 1, False),
        ("s", 2, True),
    ]
    assert isinstance(declared.members[0].value, s.Call)
    assert [(one.kind, one.owner) for one in read.functions] == [
        ("module", -1),
        ("constructor", 0),
        ("method", 0),
        ("function", -1),
    ]


def test_what_else_a_class_body_runs_stays_where_the_class_stands() -> None:
    source = "class C:\n    '''doc'''\n    register(1)\n    if x:\n        def m(self): pass\n"
    block = only(s.Block, source)
    assert [type(one).__name__ for one in block.body] == ["ExpressionStatement", "If"]
    assert [one.name for one in module(source).classes[0].members] == ["m"]


# --- imports ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import a", [("a", "*", "a")]),
        ("import a.b as c", [("a.b", "*", "c")]),
        ("import a.b", [("a", "*", "a"), ("a.b", "*", None)]),
        ("import a, b", [("a", "*", "a"), ("b", "*", "b")]),
        ("from .x import y as z, w", [(".x", "y", "z"), (".x", "w", "w")]),
        ("from . import y", [(".", "y", "y")]),
        ("from ..p.q import (y,)", [("..p.q", "y", "y")]),
        ("from x import *", [("x", "*", None)]),
    ],
)
def test_imports(source: str, expected: list[tuple[str, str, str | None]]) -> None:
    read = module(source + "  # why\n")
    assert [
        (one.module, one.name, read.bindings[one.binding].name if one.binding >= 0 else None)
        for one in read.imports
    ] == expected
    assert {shown(source, one) for one in read.imports} == {source}
    assert {one.kind for one in read.bindings} <= {"import"}


def test_only_imports_under_type_checking_are_types() -> None:
    read = module(
        "import typing\nif typing.TYPE_CHECKING:\n    import a\nelse:\n    import b\n"
        "if TYPE_CHECKING:\n    from c import d\nimport e\n"
    )
    assert [one.module for one in read.imports if one.type_only] == ["a", "c"]
