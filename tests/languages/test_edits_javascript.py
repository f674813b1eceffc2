"""Named edits in JavaScript and TypeScript: first what is left alone, then what is written.

``«`` and ``»`` mark the span of an edit; one ``¦`` marks an empty span.
"""

from __future__ import annotations

import pytest

from mmlint.languages.edits.writing import write
from mmlint.model import finding as f
from mmlint.model.facts import Language

FLUSH = "await flush();"


def span_of(marked: str) -> tuple[bytes, int, int]:
    """Return the source without its marks, and the span they mark, in bytes."""
    if "¦" in marked:
        before, after = marked.split("¦")
        return (before + after).encode(), len(before.encode()), len(before.encode())
    before, rest = marked.split("«")
    inside, after = rest.split("»")
    start = len(before.encode())
    return (before + inside + after).encode(), start, start + len(inside.encode())


def rewritten(edit: f.Edit, source: bytes, language: Language) -> str | None:
    changes = write((edit,), language, source)
    if changes is None:
        return None
    for change in reversed(changes):
        source = source[: change.start] + change.text.encode() + source[change.end :]
    return source.decode()


def add(marked: str, text: str = FLUSH, language: Language = "javascript") -> str | None:
    source, start, end = span_of(marked)
    return rewritten(f.AddStatement("a.js", start, end, text), source, language)


def hoist(marked: str, language: Language = "javascript") -> str | None:
    source, start, end = span_of(marked)
    return rewritten(f.HoistReturn("a.js", start, end, start, end, FLUSH), source, language)


def remove(marked: str, language: Language = "javascript") -> str | None:
    source, start, end = span_of(marked)
    return rewritten(f.RemoveStatement("a.js", start, end), source, language)


def entry(marked: str, key: str = "anonymous_id", value: str = "anonymous_id") -> str | None:
    source, start, end = span_of(marked)
    return rewritten(f.AddEntry("a.js", start, end, key, value), source, "javascript")


def imported(marked: str, name: str = "flush", language: Language = "typescript") -> str | None:
    source, start, end = span_of(marked)
    return rewritten(f.ImportName("a.js", start, end, name), source, language)


def import_from(source: str) -> str | None:
    edit = f.ImportFrom("a.ts", 0, 0, "after", "next/server")
    return rewritten(edit, source.encode(), "typescript")


def asynced(marked: str, language: Language = "typescript") -> str | None:
    source, start, end = span_of(marked)
    return rewritten(f.MakeAsync("a.js", start, end), source, language)


# --- statements ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "marked",
    [
        "const f = () => «track(x)»;\n",
        'function f() {\n  «"use server";»\n  return 1;\n}\n',
        "function f() { if ( { «return 1;» }\n",
        "class A { x = «track(1)»; }\n",
    ],
    ids=["arrow without a block", "directive", "broken code", "class field"],
)
def test_no_statement_is_added_where_it_cannot_stand(marked: str) -> None:
    assert add(marked) is None


def test_a_statement_that_would_continue_the_line_above_is_not_added() -> None:
    assert add("a()\n«b()»\n", "(await flush());") is None


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (
            "function f() {\n  track(x);\n  «return y;»\n}\n",
            "function f() {\n  track(x);\n  await flush();\n  return y;\n}\n",
        ),
        (
            "function f() {\r\n\t«return y;»\r\n}\r\n",
            "function f() {\r\n\tawait flush();\r\n\treturn y;\r\n}\r\n",
        ),
        (
            "function f() {\n  // the answer\n  «return y;» // why\n}\n",
            "function f() {\n  await flush();\n  // the answer\n  return y; // why\n}\n",
        ),
        (
            "function f() {\n  x();\n\n  /* a */\n  // b\n  «return y;»\n}\n",
            "function f() {\n  x();\n\n  await flush();\n  /* a */\n  // b\n  return y;\n}\n",
        ),
        (
            "function f() {\n  x(); // c\n  «return y;»\n}\n",
            "function f() {\n  x(); // c\n  await flush();\n  return y;\n}\n",
        ),
        (
            "function f() {\n  // apart\n\n  «return y;»\n}\n",
            "function f() {\n  // apart\n\n  await flush();\n  return y;\n}\n",
        ),
        (
            "// the file\n«track(x);»\n",
            "// the file\nawait flush();\ntrack(x);\n",
        ),
        (
            "if (x)\n  // why\n  «return y;»\n",
            "if (x) {\n  await flush();\n  // why\n  return y;\n}\n",
        ),
        (
            "function f() { track(x); «return;» }",
            "function f() { track(x); await flush(); return; }",
        ),
        (
            "switch (x) { case 1: «return x;» }",
            "switch (x) { case 1: await flush(); return x; }",
        ),
        (
            "switch (x) {\n  case 1:\n    «return x;»\n}",
            "switch (x) {\n  case 1:\n    await flush();\n    return x;\n}",
        ),
        ("if (x) «return y;»\n", "if (x) {\n  await flush();\n  return y;\n}\n"),
        ("if (x) «return y;» else z();\n", "if (x) { await flush(); return y; } else z();\n"),
        (
            "{\n\tif (x) «return y» // c\n\tz()\n}\n",
            "{\n\tif (x) {\n\t\tawait flush()\n\t\treturn y // c\n\t}\n\tz()\n}\n",
        ),
        (
            "if (x)\n  «return y;» // c\nelse\n  z();\n",
            "if (x) {\n  await flush();\n  return y; // c\n}\nelse\n  z();\n",
        ),
        (
            "if (x) z();\nelse «return y;»\n",
            "if (x) z();\nelse {\n  await flush();\n  return y;\n}\n",
        ),
        (
            "function f() {\n  track(x)\n  «return y»\n}\n",
            "function f() {\n  track(x)\n  await flush()\n  return y\n}\n",
        ),
        ("{\n  «[1].map(b)»\n}\n", "{\n  await flush();\n  [1].map(b)\n}\n"),
        ("a()\n;«[1].map(b)»\n", "a()\n;await flush(); [1].map(b)\n"),
        (
            "import a from 'a'\nfunction f() {\n  «if (x) { y }»\n}\n",
            "import a from 'a'\nfunction f() {\n  await flush()\n  if (x) { y }\n}\n",
        ),
        ("l: «for (;;) { break l; }»", "await flush();\nl: for (;;) { break l; }"),
        ("\ufeff«track(x);»\n", "\ufeffawait flush();\ntrack(x);\n"),
    ],
    ids=[
        "own line",
        "CRLF and tabs",
        "comment stays with its statement",
        "comments of two kinds",
        "a comment of the statement before",
        "a comment that stands apart",
        "a comment at the top of the file",
        "unbraced, with a comment",
        "one-line block",
        "case on one line",
        "case on lines",
        "unbraced",
        "unbraced, all on one line",
        "unbraced without semicolon",
        "unbraced on its own line",
        "else",
        "no semicolons",
        "no semicolons but a hazard",
        "a semicolon in front",
        "style of the neighbours",
        "label",
        "byte order mark",
    ],
)
def test_a_statement_is_added_before_another(marked: str, expected: str) -> None:
    assert add(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (
            "function f() {\n  track(x);\n¦}\n",
            "function f() {\n  track(x);\n  await flush();\n}\n",
        ),
        (
            "  function f() {\r\n    track(x)\r\n    // done\r\n  ¦}\r\n",
            "  function f() {\r\n    track(x)\r\n    // done\r\n    await flush()\r\n  }\r\n",
        ),
        ("function f() {¦}", "function f() { await flush(); }"),
        ("function f() { ¦}", "function f() { await flush(); }"),
        (
            "function f() {\n    function g() {\n    ¦}\n}\n",
            "function f() {\n    function g() {\n        await flush();\n    }\n}\n",
        ),
        ("function f() { track(x) ¦}", "function f() { track(x); await flush() }"),
        ("function f() { track(x); ¦}", "function f() { track(x); await flush(); }"),
        (
            "function f() { track(x); /* c */ ¦}",
            "function f() { track(x); /* c */ await flush(); }",
        ),
        ("function f() { if (x) {} ¦}", "function f() { if (x) {} await flush(); }"),
        ("track(x); // c\n¦", "track(x); // c\nawait flush();\n"),
        ("track(x)¦", "track(x)\nawait flush()"),
    ],
    ids=[
        "own line",
        "below a comment",
        "empty",
        "empty with blank",
        "empty on lines",
        "one line without semicolon",
        "one line",
        "one line with comment",
        "behind a block",
        "module",
        "module without final newline",
    ],
)
def test_a_statement_is_added_at_the_end_of_a_block(marked: str, expected: str) -> None:
    assert add(marked) == expected


def test_the_end_of_a_module_inside_a_comment_is_left_alone() -> None:
    assert add("track(x); /* a\nb */\n¦") is None


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("const f = () => «x»;", None),
        ("function f() { «return;» }", None),
        ("function f() { «return a, b;» }", None),
        (
            "function f() {\n  «return g(\n    x, // c\n  );» // d\n}\n",
            "function f() {\n  const result = g(\n    x, // c\n  );\n"
            "  await flush();\n  return result; // d\n}\n",
        ),
        (
            "function f(result) {\n\t«return x»\n}\n",
            "function f(result) {\n\tconst result2 = x\n\tawait flush()\n\treturn result2\n}\n",
        ),
        (
            "if (a) «return (b)»\n",
            "if (a) {\n  const result = (b)\n  await flush()\n  return result\n}\n",
        ),
        (
            "if (a)\n  «return b;»\n",
            "if (a) {\n  const result = b;\n  await flush();\n  return result;\n}\n",
        ),
        (
            "switch (a) {\n  case 1:\n    «return b;»\n}",
            "switch (a) {\n  case 1: {\n    const result = b;\n    await flush();\n"
            "    return result;\n  }\n}",
        ),
        (
            "switch (a) {\n  case 1:\n    x();\n    «return b;»\n}",
            "switch (a) {\n  case 1:\n    x();\n"
            "    { const result = b; await flush(); return result; }\n}",
        ),
        (
            "function f() { «return[1];» }",
            "function f() { const result = [1]; await flush(); return result; }",
        ),
        (
            "function f() { «return /* c */ x;» }",
            "function f() { const result = /* c */ x; await flush(); return result; }",
        ),
    ],
    ids=[
        "no return",
        "no value",
        "comma expression",
        "value on lines",
        "name in use, no semicolons",
        "unbraced",
        "unbraced on its own line",
        "case",
        "case of several statements",
        "no blank behind return",
        "comment before the value",
    ],
)
def test_a_return_is_hoisted(marked: str, expected: str | None) -> None:
    assert hoist(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("f(«track(x)»);\n", None),
        ("const f = () => «track(x)»;\n", None),
        ("«track(x)» || y;\n", None),
        ("track(a)\n«track(x /* why */)»\n", None),
        ("a = b\n«track(x);»\n(c)()\n", None),
        ("a();\n  «track(x);»\nb();\n", "a();\nb();\n"),
        ("a();\r\n«track(\r\n  x,\r\n);»\r\nb();", "a();\r\nb();"),
        ("a();\n«track(x)»;", "a();\n"),
        ("a(); «track(x);» b();", "a(); b();"),
        ("a(); «track(x);»\nb();", "a();\nb();"),
        ("  «track(x);» // note\n", None),
        ("a();\n// about it\n«track(x)»\n", None),
        ("// about the file\n«track(x)»\n", "// about the file\n"),
        ("if (x) «track(x);»\nelse b();\n", None),
        ("const count = () => {\n  «track(x);»\n};\n", None),
        ("if (ready) {\n  «track(x);»\n}\n", None),
        ("<b onClick={() => { «track(x);» go(); }} />", "<b onClick={() => { go(); }} />"),
    ],
    ids=[
        "argument",
        "arrow body",
        "part of an expression",
        "comment inside",
        "neighbours would join",
        "own line",
        "own lines",
        "last line, span without semicolon",
        "between others",
        "behind another",
        "comment behind",
        "comment above",
        "comment at the top of the file",
        "unbraced",
        "all of a function",
        "all behind a guard",
        "handler in JSX",
    ],
)
def test_a_statement_is_removed(marked: str, expected: str | None) -> None:
    assert remove(marked) == expected


# --- objects and imports ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("f(«x»)", None),
        ("f(«{ anonymous_id: null }»)", None),
        ("const «{ a }» = b", None),
        ("f(«{}»)", "f({ anonymous_id })"),
        ("f(«{\n}»)", "f({ anonymous_id })"),
        ('f(«{ event: "x" }»)', 'f({ event: "x", anonymous_id })'),
        ('f(«{ event: "x", }»)', 'f({ event: "x", anonymous_id, })'),
        ('f(«{ event: "x", y }»)', 'f({ event: "x", anonymous_id, y })'),
        ("f(«{y}»)", "f({anonymous_id, y})"),
        ("f(«{ ...y, event: 'x' }»)", "f({ anonymous_id, ...y, event: 'x' })"),
        (
            'f(«{\r\n\tevent: "x", // c\r\n\t// about y\r\n\ty,\r\n}»)',
            'f({\r\n\tevent: "x", // c\r\n\tanonymous_id,\r\n\t// about y\r\n\ty,\r\n})',
        ),
        (
            'f(«{\n  event: "x" // c\n}»)',
            'f({\n  event: "x", // c\n  anonymous_id\n})',
        ),
        (
            'f(«{\n  event: "x", // c\n}»)',
            'f({\n  event: "x", // c\n  anonymous_id,\n})',
        ),
        (
            "f(«{ // head\n  // about y\n  y,\n}»)",
            "f({ // head\n  anonymous_id,\n  // about y\n  y,\n})",
        ),
        ("f(«{ /* c */ }»)", "f({ /* c */ anonymous_id })"),
        ("f(«{\n  // c\n}»)", "f({\n  // c\n  anonymous_id,\n})"),
        ("f(«{ // c\n}»)", "f({ // c\n  anonymous_id,\n})"),
    ],
)
def test_an_entry_is_added(marked: str, expected: str | None) -> None:
    assert entry(marked) == expected


def test_an_entry_with_a_value_or_an_odd_key_is_written_out() -> None:
    assert entry("f(«{}»)", "event_id", "evt.id") == "f({ event_id: evt.id })"
    assert entry("f(«{}»)", "x-y", "1") == 'f({ "x-y": 1 })'


LONG = "a" * 40


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (
            f"  f(«{{ event: {LONG}, b: [1, 2] }}»);\n",
            f"  f({{\n    event: {LONG},\n    anonymous_id,\n    b: [1, 2],\n  }});\n",
        ),
        (
            f"\tconst e = g(«{{ event: {LONG}, bbbbbbbbb }}»)\r\n",
            f"\tconst e = g({{\r\n\t\tevent: {LONG},\r\n\t\tanonymous_id,\r\n\t\tbbbbbbbbb,\r\n"
            "\t})\r\n",
        ),
        (
            f"x({{\n  a: 1\n}});\nf(«{{ event: {LONG}, bbbbbbbbbb: 1 }}»);\n",
            f"x({{\n  a: 1\n}});\nf({{\n  event: {LONG},\n  anonymous_id,\n  bbbbbbbbbb: 1\n}});\n",
        ),
        (
            f"f(«{{ event: {LONG}, bbbbbbbbbb: 1 }}», {{}});\n",
            f"f({{ event: {LONG}, anonymous_id, bbbbbbbbbb: 1 }}, {{}});\n",
        ),
        (
            f"f(() => {{ f(«{{ event: {LONG}, bbbbbbbbbb: 1 }}»); }});\n",
            f"f(() => {{ f({{ event: {LONG}, anonymous_id, bbbbbbbbbb: 1 }}); }});\n",
        ),
        (
            f"f(«{{ event: {LONG}, b }}»);\nlist({LONG}, {LONG});\n",
            f"f({{ event: {LONG}, anonymous_id, b }});\nlist({LONG}, {LONG});\n",
        ),
    ],
    ids=[
        "last argument",
        "tabs, CRLF, no semicolons",
        "no trailing commas",
        "an argument that others follow",
        "a block on one line",
        "a wider file",
    ],
)
def test_an_object_that_grows_too_long_is_broken_up(marked: str, expected: str) -> None:
    assert entry(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ('«import * as mm from "m";»', None),
        ('«import type { track } from "m";»', None),
        ('«import "m";»', None),
        ('«import { track, type flush } from "m";»', None),
        ('«import { track } from "m";»\nimport { flush } from "n";', None),
        ('«import { track } from "m";»\nconst flush = 1;', None),
        ('«const mm = require("m");»', None),
        ('«import { track, flush } from "m";»', 'import { track, flush } from "m";'),
        ('«import { track } from "m";»', 'import { flush, track } from "m";'),
        ('«import {track} from "m"»', 'import {flush, track} from "m"'),
        ('«import {} from "m"»', 'import { flush } from "m"'),
        ('«import mm from "m";»', 'import mm, { flush } from "m";'),
        ('«import mm, { track } from "m";»', 'import mm, { flush, track } from "m";'),
        ('import { «track» } from "m";', 'import { flush, track } from "m";'),
        (
            '«import {\n  init,\n  track, // c\n} from "m";»',
            'import {\n  flush,\n  init,\n  track, // c\n} from "m";',
        ),
        (
            '«import {\r\n  identify,\r\n  end\r\n} from "m";»',
            'import {\r\n  identify,\r\n  end,\r\n  flush\r\n} from "m";',
        ),
        ('const «{ track } = require("m")»;', 'const { track, flush } = require("m");'),
        ('«const { track } = require("m");»', 'const { track, flush } = require("m");'),
        (
            '«const { track, ...rest } = require("m");»',
            'const { track, flush, ...rest } = require("m");',
        ),
    ],
)
def test_a_name_is_imported(marked: str, expected: str | None) -> None:
    assert imported(marked) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("track, end", "track, end, flush"),
        ("Client, end", "Client, end, flush"),
        ("end, track", "end, flush, track"),
        ("end, Track", "end, flush, Track"),
        ("Track, end", "Track, end, flush"),
        ("A, a, B", "A, a, B, flush"),
        ("A, Z, a, z", "A, Z, a, flush, z"),
        ("a10, a9", "a10, a9, flush"),
        ("a9, a10, z", "a9, a10, flush, z"),
        ("a, type B, track", "a, type B, flush, track"),
        ("type Z, a, track", "type Z, a, flush, track"),
        ("a, track, type B", "a, flush, track, type B"),
        ("end as zend, track as b", "end as zend, flush, track as b"),
        ("z as end, track", "z as end, flush, track"),
    ],
    ids=[
        "unsorted",
        "upper case first",
        "sorted",
        "sorted without regard to case",
        "upper case first, and no other",
        "case decides between equals",
        "upper case before lower case",
        "unsorted numbers",
        "numbers by value",
        "types among the others",
        "types first",
        "types last",
        "sorted by their names there",
        "sorted by their names here",
    ],
)
def test_a_name_is_imported_in_its_sorted_place(names: str, expected: str) -> None:
    marked = f'«import {{ {names} }} from "m";»\n'
    assert imported(marked) == f'import {{ {expected} }} from "m";\n'


@pytest.mark.parametrize(
    ("other", "names", "expected"),
    [
        ("b, a", "track", "track, flush"),
        ("a, b", "track", "flush, track"),
        ("B, a", "Track", "Track, flush"),
        ("a, B", "Track", "flush, Track"),
        ("type B, a", "a, track", "a, flush, track"),
    ],
    ids=["nothing is sorted", "sorted", "upper case first", "by letters", "types first"],
)
def test_the_other_imports_of_the_file_decide_in_doubt(
    other: str, names: str, expected: str
) -> None:
    head = f'import {{ {other} }} from "other";\n'
    marked = f'{head}«import {{ {names} }} from "m";»\n'
    assert imported(marked) == f'{head}import {{ {expected} }} from "m";\n'


def test_an_import_that_grows_too_long_is_broken_up_as_the_file_is_indented() -> None:
    names = ", ".join(f"{one}{one * 9}" for one in "abcdg")
    marked = f'«import {{ {names} }} from "a-module";»\nif (x) {{\n    y();\n}}\n'
    lines = [*names.split(", ")[:4], "flush", names.split(", ")[4]]
    expected = "import {\n" + "".join(f"    {one},\n" for one in lines) + '} from "a-module";\n'
    assert imported(marked) == f"{expected}if (x) {{\n    y();\n}}\n"
    wider = f"{marked}call({names}, {names[:30]});\n"
    assert (imported(wider) or "").count("\n") == wider.count("\n")


# --- functions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("«function* f() {}»", None),
        ("class A { «*f() {}» }", None),
        ("class A { «get f() { return 1 }» }", None),
        ("class A { «constructor() {}» }", None),
        ("«function f(x): x is string { return true }»", None),
        ("const x = «1»;", None),
        ("«async function f() {}»", "async function f() {}"),
        ("«function f() {}»", "async function f() {}"),
        ("export default «function () {}»", "export default async function () {}"),
        ("«export function f() {}»", "export async function f() {}"),
        ("f(«x => x»)", "f(async x => x)"),
        ("const f = «(x) => {}»;", "const f = async (x) => {};"),
        ("const o = { «m() {}» };", "const o = { async m() {} };"),
        ("class A { «public static m() {}» }", "class A { public static async m() {} }"),
        ("«function f(): Promise<void> {}»", "async function f(): Promise<void> {}"),
        ("const f = «(): void => {}»;", "const f = async (): Promise<void> => {};"),
    ],
)
def test_a_function_becomes_async(marked: str, expected: str | None) -> None:
    assert asynced(marked) == expected


# --- components ---------------------------------------------------------------------------------


def test_nothing_is_added_outside_a_script() -> None:
    assert add("<p>«return»</p>\n<script>\na();\n</script>\n", language="vue") is None


def test_a_component_is_edited_inside_its_script_only() -> None:
    marked = (
        '<template><p @click="é"/></template>\n<script setup lang="ts" generic="T extends A<B>">\n'
        "const f = (): void => {\n  «track(x as T);»\n};\n</script>\n"
    )
    assert add(marked, language="vue") == marked.replace(
        "«track(x as T);»", "await flush();\n  track(x as T);"
    )


def test_an_astro_frontmatter_is_a_script() -> None:
    marked = "---\nimport { track } from 'm'\n«track(x as T)»\n---\n<p>---</p>\n"
    assert add(marked, language="astro") == marked.replace(
        "«track(x as T)»", "await flush()\ntrack(x as T)"
    )


def test_the_end_of_a_script_region_is_the_end_of_its_program() -> None:
    marked = "<script>\n  a();\n¦</script>\n<script>b();</script>\n"
    assert add(marked, language="html") == marked.replace("¦", "  await flush();\n")


@pytest.mark.parametrize("mark", ["(", "{", "[", "`${", "if(x)", "a=>", "<a>", "<script>"])
@pytest.mark.parametrize("language", ["javascript", "tsx", "svelte", "astro"])
def test_deep_nesting_gives_no_fix_and_no_error(mark: str, language: Language) -> None:
    source = b"<script>" + mark.encode() * 5000
    for kind in (f.RemoveStatement, f.MakeAsync):
        assert write((kind("a", 8, len(source) - 1),), language, source) is None


# --- entries ------------------------------------------------------------------------------------


def taken(marked: str, language: Language = "javascript") -> str | None:
    source, start, end = span_of(marked)
    return rewritten(f.RemoveEntry("a.js", start, end), source, language)


def wrapped(marked: str) -> str | None:
    source, start, end = span_of(marked)
    return rewritten(f.WrapEntry("a.js", start, end, "properties"), source, "javascript")


def transferred(marked: str, into: str, key: str = "") -> str | None:
    """Move what is marked into the object that ``into`` is, word for word."""
    source, start, end = span_of(marked)
    place = source.index(into.encode())
    edit = f.MoveEntry("a.js", start, end, (place, place + len(into.encode())), key)
    return rewritten(edit, source, "javascript")


def kept(marked: str, *pieces: str) -> str | None:
    """Put ``pieces`` in place of what is marked; those that stand in it are kept spans."""
    source, start, end = span_of(marked)
    spans: list[str | tuple[int, int]] = []
    for piece in pieces:
        place = source.find(piece.encode(), start, end)
        spans.append(piece if place < 0 else (place, place + len(piece.encode())))
    return rewritten(f.Rewrite("a.js", start, end, tuple(spans)), source, "javascript")


@pytest.mark.parametrize(
    "marked",
    [
        "f({\n  a: 1,\n  «b: 2», // why\n});\n",
        "f({\n  a: 1,\n  «b: /* why */ 2»,\n});\n",
        "f({ a: 1 /* why */, «b: 2» });\n",
        "f({ «a: 1», /* why */ b: 2 });\n",
        "f({ «a: 1» /* why */ });\n",
        "f({ a: «1» });\n",
        "f({ «a: 1», b: });\n",
    ],
    ids=["behind", "inside", "before", "after", "beside", "no entry", "broken"],
)
def test_no_entry_is_removed_with_a_comment_or_in_doubt(marked: str) -> None:
    assert taken(marked) is None


@pytest.mark.parametrize(
    ("marked", "wanted"),
    [
        ("f({ «a: 1», b: 2 });\n", "f({ b: 2 });\n"),
        ("f({ a: 1, «b», c });\n", "f({ a: 1, c });\n"),
        ("f({ a: 1, «b: 2» });\n", "f({ a: 1 });\n"),
        ("f({ a: 1, «b: 2», });\n", "f({ a: 1, });\n"),
        ("f({ «a: 1» });\n", "f({});\n"),
        ("f({\n  «a: 1»,\n  b: 2,\n});\n", "f({\n  b: 2,\n});\n"),
        ("f({\n  a: 1,\n  «b: 2»,\n});\n", "f({\n  a: 1,\n});\n"),
        ("f({\n  a: 1,\n  «b: 2»\n});\n", "f({\n  a: 1\n});\n"),
        ("f({\r\n  a: 1,\r\n  «b: [\r\n    2,\r\n  ]»,\r\n});\r\n", "f({\r\n  a: 1,\r\n});\r\n"),
        ("f({\n  // one\n  a: 1,\n  «b: 2»,\n  // three\n  c: 3,\n});\n",
         "f({\n  // one\n  a: 1,\n  // three\n  c: 3,\n});\n"),
        ("f({ a: 1, «b: 2»,\n  c: 3 });\n", "f({ a: 1,\n  c: 3 });\n"),
        ("f(1, «2», 3);\n", "f(1, 3);\n"),
    ],
)  # fmt: skip
def test_an_entry_goes_with_its_comma_and_its_line(marked: str, wanted: str) -> None:
    assert taken(marked) == wanted


def test_an_entry_of_a_component_s_script_is_removed_and_the_rest_left_alone() -> None:
    marked = "<p>{ a, b }</p>\n<script>\nf({ a, «b» });\n</script>\n"
    assert taken(marked, "vue") == "<p>{ a, b }</p>\n<script>\nf({ a });\n</script>\n"


@pytest.mark.parametrize(
    "marked",
    ["f({ «...a» });\n", "f({ «a() {}» });\n", "f({ «a: [\n  1,\n]» });\n", "f(«a»);\n"],
    ids=["spread", "method", "several lines", "argument"],
)
def test_what_is_no_plain_entry_is_not_wrapped(marked: str) -> None:
    assert wrapped(marked) is None


@pytest.mark.parametrize(
    ("marked", "wanted"),
    [
        ("f({ «a: 1» });\n", "f({ properties: { a: 1 } });\n"),
        ("f({ «a», b });\n", "f({ properties: { a }, b });\n"),
        ("f({ «'a': 1» });\n", "f({ 'properties': { 'a': 1 } });\n"),
        ("f({\n  «a: 1», // why\n});\n", "f({\n  properties: { a: 1 }, // why\n});\n"),
    ],
)
def test_an_entry_gets_an_object_of_its_own(marked: str, wanted: str) -> None:
    assert wrapped(marked) == wanted


@pytest.mark.parametrize(
    ("marked", "into"),
    [
        ("f({ «a: 1», p: { a: 2 } });\n", "{ a: 2 }"),
        ("f({\n  «a: 1», // why\n  p: {},\n});\n", "{}"),
        ("f({ «a: [\n  1,\n]», p: {} });\n", "{}"),
        ("f({ «...a», p: {} });\n", "{}"),
    ],
    ids=["there already", "a comment", "several lines", "a spread"],
)
def test_no_entry_is_moved_in_doubt(marked: str, into: str) -> None:
    assert transferred(marked, into) is None


@pytest.mark.parametrize(
    ("marked", "into", "wanted"),
    [
        ("f({ «a», p: { b: 2 } });\n", "{ b: 2 }", "f({ p: { b: 2, a } });\n"),
        ("f({ p: { b: 2, }, «a: 1» });\n", "{ b: 2, }", "f({ p: { b: 2, a: 1, } });\n"),
        ("f({ «a: 1», p: {} });\n", "{}", "f({ p: { a: 1 } });\n"),
        ("f({\n  «a»,\n  p: {\n    b,\n  },\n});\n", "{\n    b,\n  }",
         "f({\n  p: {\n    b,\n    a,\n  },\n});\n"),
    ],
)  # fmt: skip
def test_an_entry_moves_to_the_end_of_another_object(marked: str, into: str, wanted: str) -> None:
    assert transferred(marked, into) == wanted


def test_an_argument_becomes_an_entry_under_a_key() -> None:
    assert transferred('f(«"x"», { a });\n', "{ a }", "event") == 'f({ event: "x", a });\n'
    assert transferred('f(«"x"», {});\n', "{}", "event") == 'f({ event: "x" });\n'
    assert transferred('f(«"x"», { a });\n', "{ a }") is None
    assert transferred('f(«"x"» /* why */, { a });\n', "{ a }", "event") is None


def test_pieces_are_kept_unless_a_comment_would_be_lost() -> None:
    assert kept("f(«g({ a }, 2)»);\n", "{ a }") == "f({ a });\n"
    assert kept("f(«g({ a /* why */ }, 2)»);\n", "{ a /* why */ }") == "f({ a /* why */ });\n"
    assert kept("f(«g({ b: 2, a: 1 })»);\n", "1", ", ", "2") == "f(1, 2);\n"
    assert kept("f(«g({ a }, /* why */ 2)»);\n", "{ a }") is None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("after();\n", None),
        ('import a from "./a";\n', '{} from "next/server";\nimport a from "./a";\n'),
        ('import type { A } from "a";\n', None),
        ('import { x as after } from "a";\n', None),
        ('import a from "a"; import b from "b";\n', None),
        (
            'import a from "@/a";\nimport b from "~/b";\n',
            '{} from "next/server";\nimport a from "@/a";\nimport b from "~/b";\n',
        ),
        (
            'import "x";\nimport p from "@a/p";\nimport z from "z";\nimport a from "@/a";\n',
            'import "x";\nimport p from "@a/p";\n{} from "next/server";\nimport z from "z";\n'
            'import a from "@/a";\n',
        ),
        (
            'import a from "a";\nimport z from "z"\n',
            'import a from "a";\n{} from "next/server";\nimport z from "z"\n',
        ),
        ("import z from 'z'\n", "{} from 'next/server'\nimport z from 'z'\n"),
        (
            'import z from "z";\nimport a from "a"; // a\n',
            'import z from "z";\nimport a from "a"; // a\n{} from "next/server";\n',
        ),
        (
            'import a from "next-safe-action";\n',
            '{} from "next/server";\nimport a from "next-safe-action";\n',
        ),
        (
            '"use server";\r\n\r\nimport a from "a";\r\n',
            '"use server";\r\n\r\nimport a from "a";\r\n{} from "next/server";\r\n',
        ),
    ],
    ids=[
        "no import",
        "of no package: above all others",
        "only types",
        "the name is taken",
        "two on one line",
        "aliases alone",
        "among packages alone",
        "in its sorted place",
        "in front of the first",
        "behind the last where they are not sorted",
        "a part of a package before a longer name",
        "newlines of the file",
    ],
)
def test_an_import_statement_is_written(source: str, expected: str | None) -> None:
    found = import_from(source)
    assert found == (expected and expected.replace("{}", "import { after }"))
