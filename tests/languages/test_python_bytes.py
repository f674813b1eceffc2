"""Any bytes are fine: exact places whatever the layout, and a problem where nothing can be read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmlint.languages.python.adapter import TOO_DEEP, observe
from mmlint.languages.python.scan import LINKS, NESTING
from mmlint.model import syntax as s


def nodes(root: object) -> Iterator[s.Node]:
    stack = [root]
    while stack:
        current = stack.pop()
        if isinstance(current, tuple):
            stack.extend(current)
        elif isinstance(current, s.Node):
            yield current
            stack.extend(getattr(current, name) for name in current.__struct_fields__)


# --- layouts ------------------------------------------------------------------------------------

LAYOUTS = {
    "plain": "if a:\n    f(x, 'é')  # c\n",
    "carriage returns": "if a:\r\n    f(x, 'é')  # c\r\n",
    "old line ends": "if a:\r    f(x, 'é')  # c\r",
    "mixed line ends": "a\r\nif a:\n    f(x, 'é')  # c\r\n",
    "mark": "\ufeffif a:\n    f(x, 'é')  # c\n",
    "mark and page break": "\ufeff\f\nif a:\n    f(x, 'é')  # c\n",
    "tabs": "if a:\n\tf(x, 'é')\t# c\n",
    "page break in a block": "if a:\n    a\n\f    f(x, 'é')  # c\n",
    "page break and blanks": "if a:\n    a\n  \f    f(x, 'é')  # c\n",
    "page breaks at the top": "a\n\f\ff(x, 'é')  # c\n",
    "continuation before a statement": "a\n\\\n   f(x, 'é')  # c\n",
    "continuation inside": "é = \\\n  f(x, 'é')  # c\n",
    "no last line break": "é; f(x, 'é')  # c",
    "wide characters": "'😀'; f(x, 'é')  # c\n",
    "declared encoding": "# -*- coding: latin-1 -*-\nf(x, 'é')  # c\n",
    "line separators": "'\u2028'; f(x, 'é')  # c\n",
}


@pytest.mark.parametrize("source", LAYOUTS.values(), ids=LAYOUTS)
def test_places_are_exact_in_every_layout(source: str) -> None:
    data = source.encode()
    script = observe(data)
    assert script.problem is None
    found = {type(one).__name__: one for one in nodes(script.module) if one.start}
    (call,) = [one for one in nodes(script.module) if isinstance(one, s.Call)]
    assert data[call.start : call.end].decode() == "f(x, 'é')"
    text = found["Literal"]
    assert data[text.start : text.end].decode() in {"'é'", "'😀'", "'\u2028'"}
    assert data[slice(*script.comments[-1])] == b"# c"


def test_comments_are_all_found_and_nothing_else() -> None:
    source = b"#!x\n'# no'\nf(  # one\n  '''\n# no''')\nif a:  # two\n    b\n    # three\n# four"
    assert [source[start:end] for start, end in observe(source).comments] == [
        b"#!x",
        b"# one",
        b"# two",
        b"# three",
        b"# four",
    ]


# --- what cannot be read ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "offset", "words"),
    [
        (b"x = '\xe9'\n", 5, "0xe9 is not UTF-8"),
        (b"# \xc3\xa9\n\xff", 5, "0xff is not UTF-8"),
        (b"\xff\xfea\0", 0, "not UTF-8"),
        (b"x = 1\0", 5, "NUL"),
        ("é = 1\né b\n".encode(), 10, "not valid Python"),
        ("\ufeffé = 1\r\né b\r\n".encode(), 14, "not valid Python"),
        (b"a\nb = '\n", 6, "not valid Python"),
        (b"print 'a'\n", 0, "not valid Python"),
        (b"if a:\nb\n", 6, "not valid Python"),
    ],
)
def test_a_problem_has_a_place_and_a_sentence(data: bytes, offset: int, words: str) -> None:
    script = observe(data)
    assert script.problem is not None
    assert words in script.problem.message
    assert script.problem.start == offset
    assert [one.kind for one in script.module.functions] == ["module"]
    assert (script.module.bindings, script.module.functions[0].body) == ((), ())


def test_what_only_the_parser_itself_stumbles_on_is_a_problem() -> None:
    problem = observe(b"'x' t'{a}'").problem
    assert problem is not None
    assert problem.message.startswith("not ")


def test_comments_are_found_beside_a_syntax_error() -> None:
    data = b"x = '#' # one\n''' # no\n'''\ndef (:\n    # two\n"
    assert [data[start:end] for start, end in observe(data).comments] == [b"# one", b"# two"]


# --- depth --------------------------------------------------------------------------------------

HUGE = 100_000
DEEP = {
    "parentheses": "(" * HUGE,
    "lists": "x = " + "[" * 1000 + "]" * 1000,
    "calls": "f(" * HUGE,
    "inside an f-string": "f'{" + "(" * HUGE + ")" * HUGE + "}'",
    "f-strings": "f'{" * HUGE,
    "attributes": "x" + ".a" * HUGE,
    "attributes of an f-string": "f'{x" + ".a" * HUGE + "}'",
    "call results": "x" + "()" * HUGE,
    "sums": "x" + " + 1" * HUGE,
    "signs": "-" * HUGE + "x",
    "negations": "not " * HUGE + "x",
    "conditions": "x if x else " * HUGE + "x",
    "lambdas": "lambda a,: " * HUGE + "0",
    "joined strings": "x = " + "'a' " * HUGE,
    "comprehension clauses": "[0 " + "for a, in b " * HUGE + "]",
    "branches": "if x: pass\n" + "elif x: pass\n" * HUGE,
    "module path": "import a" + ".a" * HUGE,
    "patterns": "match x:\n case " + "{1: " * 20 + "_" + "}" * 20 + ": pass\n",
    "what only the parser's own depth ends": "x" + " + 1" * (LINKS // 2 - 1),
}


@pytest.mark.parametrize("source", DEEP.values(), ids=DEEP)
def test_deep_nesting_is_a_problem_and_no_crash(source: str) -> None:
    script = observe(source.encode())
    assert script.problem is not None
    assert script.problem.message == TOO_DEEP


def test_nested_blocks_beyond_what_python_allows() -> None:
    source = "".join(" " * depth + "if x:\n" for depth in range(500)) + " " * 500 + "pass\n"
    assert observe(source.encode()).problem is not None


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "[" * (NESTING - 1) + "]" * (NESTING - 1),
        "x = [" + "a.b + 'c', " * LINKS + "]",
        "a.b()\n" * (LINKS + 1),
        "x = '" + "(" * 2 * NESTING + "'\n",
        "x = f'" + "(" * 2 * NESTING + "{y}'\n",
        "# " + "(" * 2 * NESTING + "\n",
        "if x: pass\nelif y: pass\n" * (LINKS + 1),
        "x = '''" + "+ " * 2 * LINKS + "'''\n",
    ],
)
def test_much_is_not_deep(source: str) -> None:
    assert observe(source.encode()).problem is None


# --- properties ---------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "bé", "名", "_x1"])
ATOMS = st.one_of(
    NAMES,
    st.integers(0, 2**40).map(str),
    st.text(max_size=5).map(ascii),
    st.text("aé😀\u2028\t\f", max_size=5).map(lambda text: f"'{text}'"),
    NAMES.map(lambda name: f"f'é{{{name}}}ü'"),
)


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    gap = st.sampled_from(["", " ", "\t", "\n", " # é\n", "\r\n", "\\\n"])
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.builds("({}{}{})".format, gap, inner, gap),
        st.builds("{}({}{})".format, NAMES, gap.filter(lambda one: "\\" not in one), inner),
        st.builds("({}).{}({},{}k={})".format, inner, NAMES, inner, gap, inner),
        several.map(lambda items: f"[{', '.join(items)}]"),
        several.map(lambda items: f"{{{', '.join(f'k: {one}' for one in items)}}}"),
        st.builds("({}{} if {} else {})".format, gap, inner, inner, inner),
        st.builds("({} or{} {})".format, inner, gap, inner),
        st.builds("(lambda é: {})".format, inner),
    )


EXPRESSIONS = st.recursive(ATOMS, _compound, max_leaves=8)
STATEMENTS = st.one_of(
    EXPRESSIONS,
    st.builds("{} = {}".format, NAMES, EXPRESSIONS),
    st.builds("if {}:\n\tx({})\n\f\ty".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("def {}(é={}):\n  return {}".format, NAMES, EXPRESSIONS, EXPRESSIONS),
)
PROGRAMS = st.builds(
    lambda mark, statements, end: mark + end.join(statements) + end,
    st.sampled_from(["", "\ufeff"]),
    st.lists(STATEMENTS, min_size=1, max_size=4),
    st.sampled_from(["\n", "\r\n", "\n\f", " # é\n"]),
)


UNHURRIED = settings(deadline=None)  # the first file pays for importing the parser


@UNHURRIED
@given(PROGRAMS)
def test_names_literals_and_calls_stand_where_python_says(source: str) -> None:
    data = source.encode()
    script = observe(data)
    assert script.problem is None
    for one in nodes(script.module):
        assert 0 <= one.start <= one.end <= len(data)
        text = data[one.start : one.end].decode()
        if isinstance(one, s.Name):
            assert text == one.name
        elif isinstance(one, s.Call):
            assert isinstance(ast.parse(text, mode="eval").body, ast.Call)
        elif isinstance(one, s.Literal) and text[:1] in {"'", '"'}:
            assert one.value == ast.literal_eval(text)
        elif isinstance(one, s.Literal) and text.isdigit():
            assert one.value == int(text)


@UNHURRIED
@given(PROGRAMS)
def test_no_call_is_lost(source: str) -> None:
    tree = ast.parse(source.lstrip("\ufeff"))
    expected = sum(isinstance(one, ast.Call) for one in ast.walk(tree))
    found = nodes(observe(source.encode()).module)
    calls = {(one.start, one.end) for one in found if isinstance(one, s.Call)}
    assert len(calls) == expected


WORDS = """
    a b ( ) [ ] { } : , = == if else for in def class lambda await async yield from import . * **
    'x' f'{a}' f'{ b'x' " ' \'\'\' \\ #c @ with as try except match case _ -> := global nonlocal del
    1 1e999 1j ... é t'{a}' not - ~ ; '\\ud800' type \ufeff \x00
"""
BLANKS = ["\n", "\n  ", "\n\t", "\r\n", "\r", "\f", " ", "\u2028", "\\\n"]
PIECES = st.sampled_from([*WORDS.split(), *BLANKS])


@UNHURRIED
@given(st.lists(PIECES, max_size=30).map(" ".join) | st.lists(PIECES, max_size=30).map("".join))
def test_any_text_is_read_or_refused(source: str) -> None:
    data = source.encode(errors="surrogatepass")
    script = observe(data)
    stored = msgspec.json.encode(script.module)
    assert msgspec.json.decode(stored, type=s.Module) == script.module
    for one in (*nodes(script.module), *([script.problem] if script.problem else [])):
        assert 0 <= one.start <= one.end <= len(data)


@UNHURRIED
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert observe(data).module.end == len(data)
