"""Named edits in Python: first what is left alone, then what is written.

``«`` and ``»`` mark the span of an edit; one ``¦`` marks an empty span.
"""

from __future__ import annotations

import pytest

from mmlint.languages.edits.writing import write
from mmlint.model import finding as f

FLUSH = "await client.flush()"


def span_of(marked: str) -> tuple[bytes, int, int]:
    """Return the source without its marks, and the span they mark, in bytes."""
    if "¦" in marked:
        before, after = marked.split("¦")
        return (before + after).encode(), len(before.encode()), len(before.encode())
    before, rest = marked.split("«")
    inside, after = rest.split("»")
    start = len(before.encode())
    return (before + inside + after).encode(), start, start + len(inside.encode())


def rewritten(edit: f.Edit, source: bytes) -> str | None:
    changes = write((edit,), "python", source)
    if changes is None:
        return None
    for change in reversed(changes):
        source = source[: change.start] + change.text.encode() + source[change.end :]
    return source.decode()


def add(marked: str) -> str | None:
    source, start, end = span_of(marked)
    return rewritten(f.AddStatement("a.py", start, end, FLUSH), source)


def hoist(marked: str) -> str | None:
    source, start, end = span_of(marked)
    return rewritten(f.HoistReturn("a.py", start, end, start, end, FLUSH), source)


def remove(marked: str) -> str | None:
    source, start, end = span_of(marked)
    return rewritten(f.RemoveStatement("a.py", start, end), source)


def entry(marked: str) -> str | None:
    source, start, end = span_of(marked)
    return rewritten(f.AddEntry("a.py", start, end, "anonymous_id", "aid"), source)


def argument(marked: str) -> str | None:
    source, start, end = span_of(marked)
    return rewritten(f.AddArgument("a.py", start, end, "anonymous_id=aid"), source)


def imported(marked: str) -> str | None:
    source, start, end = span_of(marked)
    return rewritten(f.ImportName("a.py", start, end, "flush"), source)


def asynced(marked: str) -> str | None:
    source, start, end = span_of(marked)
    return rewritten(f.MakeAsync("a.py", start, end), source)


# --- statements ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("def f():\n    if x: «return y»\n", None),
        ("def f():\n    a(); «return b»\n", None),
        ("def f():\n    if x: \\\n        «return y»\n", None),
        ('def f():\n    «"""Doc."""»\n', None),
        ("«from __future__ import annotations»\n", None),
        ("def f(:\n    «return y»\n", None),
        ("x = lambda: «track()»\n", None),
        (
            "def f():\n    # the answer\n    «return y»  # why\n",
            "def f():\n    await client.flush()\n    # the answer\n    return y  # why\n",
        ),
        (
            "def f():\n    x()  # c\n    «return y»\n",
            "def f():\n    x()  # c\n    await client.flush()\n    return y\n",
        ),
        (
            "def f():\n    x()\n# left\n    «return y»\n",
            "def f():\n    x()\n# left\n    await client.flush()\n    return y\n",
        ),
        (
            "def f():\r\n\t«return y»\r\n",
            "def f():\r\n\tawait client.flush()\r\n\treturn y\r\n",
        ),
        ("\ufeff«track('é')»", "\ufeffawait client.flush()\ntrack('é')"),
        (
            "match x:\n    case 1:\n        y = «g(1)»\n",
            "match x:\n    case 1:\n        await client.flush()\n        y = g(1)\n",
        ),
        (
            "@a\n@b(1)\n«def f():\n    pass»\n".replace("@a", "«@a").replace("«def", "def"),
            "await client.flush()\n@a\n@b(1)\ndef f():\n    pass\n",
        ),
    ],
    ids=[
        "one-line suite",
        "semicolons",
        "continued line",
        "docstring",
        "future import",
        "broken code",
        "lambda",
        "comment stays with its statement",
        "a comment of the statement before",
        "a comment that is indented otherwise",
        "CRLF and tabs",
        "byte order mark",
        "inside a simple statement",
        "decorated",
    ],
)
def test_a_statement_is_added_before_another(marked: str, expected: str | None) -> None:
    assert add(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("def f(): track()¦\n", None),
        ("def f():\n    a(); track()¦\n", None),
        ("def f():\n    def g():\n        track()¦\n", None),
        ("if x:\n    track()¦\n", None),
        ("def f():\n    track()¦", "def f():\n    track()\n    await client.flush()"),
        (
            "def f():\r\n    track()¦  # c\r\n    # d\r\n\r\nx = 1\r\n",
            "def f():\r\n    track()  # c\r\n    await client.flush()\r\n    # d\r\n\r\nx = 1\r\n",
        ),
        (
            "def f():\n    if x:\n        track()¦\n",
            "def f():\n    if x:\n        track()\n    await client.flush()\n",
        ),
        ("a()\ntrack(\n    x,\n)\n\n¦", "a()\ntrack(\n    x,\n)\nawait client.flush()\n\n"),
    ],
    ids=[
        "one-line suite",
        "semicolons",
        "whose suite is unclear",
        "module or branch is unclear",
        "no final newline",
        "trailing comment and CRLF",
        "function's own suite",
        "module",
    ],
)
def test_a_statement_is_added_at_the_end_of_a_suite(marked: str, expected: str | None) -> None:
    assert add(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("def f():\n    if x: «return y»\n", None),
        ("def f():\n    «return»\n", None),
        (
            "def f(result):\n    «return g(\n        x,  # c\n    )»  # d\n",
            "def f(result):\n    result2 = g(\n        x,  # c\n    )\n"
            "    await client.flush()\n    return result2  # d\n",
        ),
        (
            "def f():\n    «return(1, 2)»",
            "def f():\n    result = (1, 2)\n    await client.flush()\n    return result",
        ),
    ],
)
def test_a_return_is_hoisted(marked: str, expected: str | None) -> None:
    assert hoist(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("x = «track()»\n", None),
        ("a(); «track()»\n", None),
        ("«track(\n    x,  # c\n)»\n", None),
        ("«if x:\n    track()»\n", None),
        ("if x:\n    «track()»\n", None),
        ("if x: «track()»\n", None),
        ("a()\r\n«track(\r\n    x,\r\n)»\r\nb()", "a()\r\nb()"),
        ("a()\n«track()»", "a()\n"),
        ("a()\n«track()»  # c\n", None),
        ("a()\n# c\n«track()»\n", None),
        ("\ufeff«track()»\na()\n", "\ufeffa()\n"),
    ],
)
def test_a_statement_is_removed(marked: str, expected: str | None) -> None:
    assert remove(marked) == expected


# --- dicts, calls, imports ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("f(«x»)", None),
        ("f(«{x: y for x, y in z}»)", None),
        ('f(«{"anonymous_id": None}»)', None),
        ("f(«{}»)", 'f({"anonymous_id": aid})'),
        ("f(«{'event': 'x'}»)", "f({'event': 'x', 'anonymous_id': aid})"),
        (
            "f(«{'event': ('x'), 'b': (1, 2)}»)",
            "f({'event': ('x'), 'anonymous_id': aid, 'b': (1, 2)})",
        ),
        ('f(«{**a, "event": "x"}»)', 'f({"anonymous_id": aid, **a, "event": "x"})'),
        (
            'f(«{\r\n\t"event": "x",  # c\r\n\t# about b\r\n\t"b": 1,\r\n}»)\r\n',
            'f({\r\n\t"event": "x",  # c\r\n\t"anonymous_id": aid,\r\n'
            '\t# about b\r\n\t"b": 1,\r\n})\r\n',
        ),
        (
            'f(«{\n    "event": g(  # d\n        1\n    )  # c\n}»)',
            'f({\n    "event": g(  # d\n        1\n    ),  # c\n    "anonymous_id": aid\n})',
        ),
        ("f(«{  # c\n}»)", 'f({  # c\n  "anonymous_id": aid,\n})'),
        ('f(«dict(event="x")»)', 'f(dict(event="x", anonymous_id=aid))'),
    ],
)
def test_an_entry_is_added(marked: str, expected: str | None) -> None:
    assert entry(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("«track»", None),
        ("«track(anonymous_id=None)»", None),
        ("«track(x for x in y)»", None),
        ("«track()»", "track(anonymous_id=aid)"),
        ('«track(event="x")»', 'track(event="x", anonymous_id=aid)'),
        ('«track(event="x",)»', 'track(event="x", anonymous_id=aid,)'),
        ('«track(f"{a},(", (b))»', 'track(f"{a},(", (b), anonymous_id=aid)'),
        ("«track(*a, **k)»", "track(*a, anonymous_id=aid, **k)"),
        ("«a.b(c)(d)»", "a.b(c)(d, anonymous_id=aid)"),
        (
            '«track(\n    event="x",  # c\n)»',
            'track(\n    event="x",  # c\n    anonymous_id=aid,\n)',
        ),
        (
            '«track(\n    event="x"  # c\n)»',
            'track(\n    event="x",  # c\n    anonymous_id=aid\n)',
        ),
        (
            '«track("é",\n      event="x")»',
            'track("é",\n      event="x",\n      anonymous_id=aid)',
        ),
        (
            "«track(\n    a,\n    **k,\n)»",
            "track(\n    a,\n    anonymous_id=aid,\n    **k,\n)",
        ),
    ],
)
def test_an_argument_is_added(marked: str, expected: str | None) -> None:
    assert argument(marked) == expected


LONG = "a" * 40


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (
            f"if x:\n    post(uu, json=«{{'event': {LONG[:30]}, 'b': 1}}»)\n",
            "if x:\n    post(\n"
            f"        uu, json={{'event': {LONG[:30]}, 'anonymous_id': aid, 'b': 1}}\n    )\n",
        ),
        (
            f"if x:\r\n  y = post({LONG}, «{{'event': {LONG}, 'b': 1}}», t=(1, 2))\r\n",
            f"if x:\r\n  y = post(\r\n    {LONG},\r\n"
            f"    {{'event': {LONG}, 'anonymous_id': aid, 'b': 1}},\r\n    t=(1, 2),\r\n  )\r\n",
        ),
        (
            f"y = «{{'event': {LONG}, 'b': {LONG}}}»\n",
            f"y = {{\n  'event': {LONG},\n  'anonymous_id': aid,\n  'b': {LONG},\n}}\n",
        ),
        (
            f"y = «{{'event': {LONG}, 'b': {LONG[:20]}}}»  # c\n",
            f"y = {{'event': {LONG}, 'anonymous_id': aid, 'b': {LONG[:20]}}}  # c\n",
        ),
        (
            f"if f(«{{'event': {LONG}, 'b': {LONG[:20]}}}»):\n    y\n",
            f"if f({{'event': {LONG}, 'anonymous_id': aid, 'b': {LONG[:20]}}}):\n    y\n",
        ),
        (
            f"y = «{{'event': {LONG}, 'b': {LONG[:12]}}}»\nz({LONG}, {LONG}, 12345)\n",
            f"y = {{'event': {LONG}, 'anonymous_id': aid, 'b': {LONG[:12]}}}\n"
            f"z({LONG}, {LONG}, 12345)\n",
        ),
        (
            f"y = f(\n  «{{'event': {LONG}, 'b': {LONG[:20]}}}»,\n)\n",
            f"y = f(\n  {{'event': {LONG}, 'anonymous_id': aid, 'b': {LONG[:20]}}},\n)\n",
        ),
    ],
    ids=[
        "what is in the call fits",
        "one argument a line",
        "a dict",
        "a comment behind it",
        "the head of a block",
        "a wider file",
        "a line of several",
    ],
)
def test_a_statement_that_grows_too_long_is_broken_up(marked: str, expected: str) -> None:
    assert entry(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("«import m»", None),
        ("«from m import *»", None),
        ("«from m import a»\nfrom n import flush", None),
        ("«from m import a»\ndef flush(): ...", None),
        ("«from m import a as flush»", None),
        ("«from m import a, flush»", "from m import a, flush"),
        ("«from m import a»  # c\n", "from m import a, flush  # c\n"),
        ("from m import «a»\n", "from m import a, flush\n"),
        ("«from m import track»\n", "from m import flush, track\n"),
        ("«from m import (track)»\n", "from m import (flush, track)\n"),
        ("«from m import b, a»\n", "from m import b, a, flush\n"),
        ("«from m import Z, a, track»\n", "from m import Z, a, flush, track\n"),
        ("«from m import A_Z, Client, z»\n", "from m import A_Z, Client, flush, z\n"),
        ("«from m import a, Client, z»\n", "from m import a, Client, flush, z\n"),
        ("from n import b, a\n«from m import z»\n", "from n import b, a\nfrom m import z, flush\n"),
        ("«from m import g, \\\n    h»\n", "from m import g, \\\n    h, flush\n"),
        (
            "«from m import (\n    a,\n    # about z\n    z,\n)»\n",
            "from m import (\n    a,\n    flush,\n    # about z\n    z,\n)\n",
        ),
        (
            f"«from m import {'b' * 40}, {'g' * 30}»\n",
            f"from m import (\n  {'b' * 40},\n  flush,\n  {'g' * 30},\n)\n",
        ),
        (
            f"«from m import ({'b' * 40}, {'g' * 28})»\nif x:\n    y\n",
            f"from m import (\n    {'b' * 40},\n    flush,\n    {'g' * 28},\n)\nif x:\n    y\n",
        ),
        ("«from m import a, \\\n    b as c»\n", "from m import a, \\\n    b as c, flush\n"),
        ("«from .m import (a)»\n", "from .m import (a, flush)\n"),
        (
            "«from m import (\n    a,\n    b,  # c\n)»\n",
            "from m import (\n    a,\n    b,  # c\n    flush,\n)\n",
        ),
        (
            "«from m import (\n    a,\n    b\n)»\n",
            "from m import (\n    a,\n    b,\n    flush\n)\n",
        ),
    ],
)
def test_a_name_is_imported(marked: str, expected: str | None) -> None:
    assert imported(marked) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"""Doc."""\n', None),
        ("a = 1; import b\n", "import os\n\na = 1; import b\n"),
        ("import json\n", "import json\nimport os\n"),
        ("import json  # c\r\nimport sys\r\n", "import json  # c\r\nimport os\r\nimport sys\r\n"),
        ("import re\n", "import os\nimport re\n"),
        ("import re\nfrom abc import ABC\n", "import os\nimport re\nfrom abc import ABC\n"),
        ("import abc\nfrom json import x\n", "import abc\nimport os\nfrom json import x\n"),
        (
            "from abc import ABC\nimport json\nimport re\n",
            "from abc import ABC\nimport json\nimport os\nimport re\n",
        ),
        ("import abc\n\nimport httpx\n", "import abc\nimport os\n\nimport httpx\n"),
        ("import httpx\n", "import os\n\nimport httpx\n"),
        ("from . import a\n", "import os\n\nfrom . import a\n"),
        ("def f(): ...\n", "import os\n\n\ndef f(): ...\n"),
        (
            '"""Doc."""\n\nfrom __future__ import annotations\n\nimport httpx\n',
            '"""Doc."""\n\nfrom __future__ import annotations\n\nimport os\n\nimport httpx\n',
        ),
        ("# licence\n\nKEY = 1\n", "# licence\n\nimport os\n\nKEY = 1\n"),
    ],
)
def test_a_module_is_imported(source: str, expected: str | None) -> None:
    assert rewritten(f.ImportModule("a.py", 0, 0, "os"), source.encode()) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("«def f():\n    yield 1»\n", None),
        ("class A:\n    «def __enter__(self):\n        pass»\n", None),
        ("class A:\n    «@property\n    def x(self):\n        pass»\n", None),
        ("f = «lambda: 1»\n", None),
        ("«async def f():\n    pass»\n", "async def f():\n    pass\n"),
        ("«def f():\n    pass»\n", "async def f():\n    pass\n"),
        (
            "«@app.get('/')\ndef f():\n    return (lambda: (yield))»\n",
            "@app.get('/')\nasync def f():\n    return (lambda: (yield))\n",
        ),
    ],
)
def test_a_function_becomes_async(marked: str, expected: str | None) -> None:
    assert asynced(marked) == expected


@pytest.mark.parametrize(
    "source",
    [
        b"(" * 5000,
        b"-" * 50000 + b"1",
        b"a" + b".a" * 20000,
        b"x = '\xff'\n",
        b"a\rb\r",
        b"x\0y",
        b"if x:\n  a\n b\n",
    ],
    ids=["brackets", "operators", "members", "not UTF-8", "old newlines", "NUL", "indentation"],
)
def test_hostile_files_give_no_fix_and_no_error(source: bytes) -> None:
    for kind in (f.RemoveStatement, f.MakeAsync):
        assert write((kind("a", 0, 1),), "python", source) is None


# --- entries ------------------------------------------------------------------------------------


def taken(marked: str) -> str | None:
    source, start, end = span_of(marked)
    return rewritten(f.RemoveEntry("a.py", start, end), source)


def wrapped(marked: str) -> str | None:
    source, start, end = span_of(marked)
    return rewritten(f.WrapEntry("a.py", start, end, "properties"), source)


def transferred(marked: str, into: str) -> str | None:
    """Move what is marked into the dict that ``into`` is, word for word."""
    source, start, end = span_of(marked)
    place = source.index(into.encode())
    edit = f.MoveEntry("a.py", start, end, (place, place + len(into.encode())))
    return rewritten(edit, source)


@pytest.mark.parametrize(
    "marked",
    [
        'f({\n    "a": 1,\n    «"b": 2»,  # why\n})\n',
        "f(\n    a=1,\n    «b=2»,  # why\n)\n",
        "f(\n    a=1,  # why\n    «b=2»)\n",
        'f({"a": «1»})\n',
        "f(«a=1», b=)\n",
    ],
    ids=["behind an entry", "behind a keyword", "before", "no entry", "broken"],
)
def test_no_entry_is_removed_with_a_comment_or_in_doubt(marked: str) -> None:
    assert taken(marked) is None


@pytest.mark.parametrize(
    ("marked", "wanted"),
    [
        ("f(«a=1», b=2)\n", "f(b=2)\n"),
        ("f(a=1, «b=2»)\n", "f(a=1)\n"),
        ("f(«a=1»)\n", "f()\n"),
        ("f(\n    a=1,\n    «b=2»,\n)\n", "f(\n    a=1,\n)\n"),
        ("f(\n    a=1,\n    «b=2»\n)\n", "f(\n    a=1\n)\n"),
        ("f(\r\n    a=1,\r\n    «b=2»,\r\n)\r\n", "f(\r\n    a=1,\r\n)\r\n"),
        ("f({«'a': 1», 'b': 2})\n", "f({'b': 2})\n"),
        ("f({\n    # one\n    'a': 1,\n    «'b': (\n        2\n    )»,\n})\n",
         "f({\n    # one\n    'a': 1,\n})\n"),
        ("f(g(x), «b=h(1, 2)», c={'d': 4})\n", "f(g(x), c={'d': 4})\n"),
    ],
)  # fmt: skip
def test_an_entry_goes_with_its_comma_and_its_line(marked: str, wanted: str) -> None:
    assert taken(marked) == wanted


@pytest.mark.parametrize(
    "marked",
    ["f(«**a»)\n", "f({«**a»})\n", "f(«a»)\n", "f(«a=[\n    1,\n]»)\n"],
    ids=["spread keywords", "spread dict", "positional", "several lines"],
)
def test_what_is_no_plain_entry_is_not_wrapped(marked: str) -> None:
    assert wrapped(marked) is None


@pytest.mark.parametrize(
    ("marked", "wanted"),
    [
        ("f(«a=1», b=2)\n", 'f(properties={"a": 1}, b=2)\n'),
        ("f({«'a': 1»})\n", "f({'properties': {'a': 1}})\n"),
        ('f({\n    «"a": 1»,  # why\n})\n', 'f({\n    "properties": {"a": 1},  # why\n})\n'),
    ],
)
def test_an_entry_gets_a_dict_of_its_own(marked: str, wanted: str) -> None:
    assert wrapped(marked) == wanted


@pytest.mark.parametrize(
    ("marked", "into", "wanted"),
    [
        ("f(«a=1», p={'b': 2})\n", "{'b': 2}", "f(p={'b': 2, 'a': 1})\n"),
        ("f(p={}, «a=g(1)»)\n", "{}", 'f(p={"a": g(1)})\n'),
        ("f({«'a': 1», 'p': {'b': 2}})\n", "{'b': 2}", "f({'p': {'b': 2, 'a': 1}})\n"),
        ("f(«**a», p={})\n", "{}", None),
        ("f(«a=1», p={})  # why\n", "{}", 'f(p={"a": 1})  # why\n'),
    ],
)
def test_an_entry_moves_to_the_end_of_a_dict(marked: str, into: str, wanted: str | None) -> None:
    assert transferred(marked, into) == wanted
