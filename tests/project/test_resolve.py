"""What an expression means: ``Program.resolve``, and the environment variable that it reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.model import syntax as s
from mmlint.project.semantic.entity import (
    External,
    Global,
    Instance,
    KnownValue,
    Parameter,
    ProjectClass,
    ProjectFunction,
    Resolved,
    SdkClass,
    SdkFunction,
    SdkObject,
)
from mmlint.project.semantic.variables import variable
from tests.project.linking import asked, program

NODE = 'import { track, MillimetricClient } from "@millimetric/track-node";\n'


def shown(found: Resolved | None) -> str:
    """Write a meaning as one word and what it is of."""
    if isinstance(found, KnownValue) and isinstance(found.value, s.Literal):
        return f"literal {found.value.value!r}"
    if isinstance(found, ProjectFunction):
        return f"function {found.unit.path}:{found.function.name}"
    if isinstance(found, ProjectClass | Instance):
        return f"{type(found).__name__} {found.unit.module.classes[found.index].name}"
    if isinstance(found, SdkFunction):
        return f"sdk {found.sdk}.{found.name}"
    if isinstance(found, SdkObject | SdkClass):
        return f"{type(found).__name__} {found.sdk}"
    if isinstance(found, External):
        return f"external {found}"
    if isinstance(found, Global):
        return f"global {'.'.join(found.path)}"
    if isinstance(found, Parameter):
        return f"parameter {found.number} {'.'.join(found.path)}".rstrip()
    return type(found).__name__ if found is not None else "unknown"


TYPESCRIPT: dict[str, tuple[str, str]] = {
    "a variable that is set twice": ("let a = 1; a = 2; ask(a);", "unknown"),
    "a variable that is set to itself": ("let a = b; let b = a; ask(a);", "unknown"),
    "options that differ": ("ask(test ? 1 : f);  function f() {}", "unknown"),
    "returns that differ": (
        "function f(x) { if (x) return one; return two; } "
        "function one() {} function two() {} ask(f(1));",
        "unknown",
    ),
    "a generator does not return": (
        "function* f() { return one; } function one() {} ask(f());",
        "unknown",
    ),
    "a parameter is the caller's": ("function f(a, b) { ask(b); }", "parameter 1"),
    "a part of a parameter": ("function f({ a }) { ask(a.b); }", "parameter 0 a.b"),
    "a constant": ("const a = 1; const b = a; ask(b);", "literal 1"),
    "a member of an object": ('const a = { b: { c: "x" } }; ask(a.b.c);', "literal 'x'"),
    "what a call returns": (
        "function f() { return one; } function one() {} ask(f());",
        "function a.ts:one",
    ),
    "what a call returns of its argument": ("const f = (x) => x; ask(f(7));", "literal 7"),
    "an object of a class": ("class A {} ask(new A());", "Instance A"),
    "a method": ("class A { m() {} } ask(new A().m);", "function a.ts:m"),
    "an SDK function under another name": (NODE + "const t = track; ask(t);", "sdk node.track"),
    "an SDK class": (NODE + "ask(MillimetricClient);", "SdkClass node"),
    "a client": (NODE + "const c = new MillimetricClient({}); ask(c);", "SdkObject node"),
    "a client's method": (
        NODE + "const c = new MillimetricClient({}); ask(c.flush);",
        "sdk node.flush",
    ),
    "a package's function": (
        'import express from "express"; ask(express().get);',
        "external express.default().get",
    ),
    "a global": ("ask(process.env.AOA_SK);", "global process.env.AOA_SK"),
}

PYTHON: dict[str, tuple[str, str]] = {
    "a variable that is set twice": ("a = 1\na = 2\nask(a)\n", "unknown"),
    "a parameter is the caller's": ("def f(a, b):\n    ask(b)\n", "parameter 1"),
    "a generator does not return": (
        "def one(): pass\ndef f():\n    yield 1\n    return one\nask(f())\n",
        "unknown",
    ),
    "a constant": ("a = 1\nb = a\nask(b)\n", "literal 1"),
    "what a call returns of its argument": ("def f(x):\n    return x\nask(f(x=7))\n", "literal 7"),
    "an object of a class": ("class A:\n    pass\nask(A())\n", "Instance A"),
    "a method": ("class A:\n    def m(self): pass\nask(A().m)\n", "function a.py:m"),
    "a package's function": ("from os import getenv as g\nask(g)\n", "external os.getenv"),
}


@pytest.mark.parametrize("case", TYPESCRIPT)
def test_what_typescript_means(case: str) -> None:
    text, expected = TYPESCRIPT[case]
    linked = program({"a.ts": text})
    assert shown(linked.resolve(*asked(linked))) == expected


@pytest.mark.parametrize("case", PYTHON)
def test_what_python_means(case: str) -> None:
    text, expected = PYTHON[case]
    linked = program({"a.py": text})
    assert shown(linked.resolve(*asked(linked))) == expected


FILES = {
    "a.ts": 'import { b } from "./b"; ask(b);',
    "b.ts": 'export { c as b } from "./c";',
    "c.ts": 'import { track } from "@millimetric/track-node"; export const c = track;',
    "d.ts": 'export * from "./b"; export * from "./c";',
}


@given(st.permutations(sorted(FILES)))
def test_meaning_does_not_depend_on_the_order_of_files(order: list[str]) -> None:
    linked = program({path: FILES[path] for path in order})
    assert shown(linked.resolve(*asked(linked))) == "sdk node.track"


VARIABLES: dict[str, tuple[str, str, str | None]] = {
    "a table of one's own": ("a.ts", 'const env = { A: "x" }; ask(env.A);', None),
    "a name that is made up": ("a.ts", "ask(process.env[name]);", None),
    "another method of the table": ("a.py", 'import os\nask(os.path("A"))\n', None),
    "a member": ("a.ts", "ask(process.env.A);", "A"),
    "an index": ("a.ts", 'ask(process.env["A"]);', "A"),
    "a fallback": ("a.ts", 'ask(process.env.A ?? "x");', "A"),
    "destructuring": ("a.ts", "const { A: b } = process.env; ask(b);", "A"),
    "Vite": ("a.ts", "ask(import.meta.env.A);", "A"),
    "Deno": ("a.ts", 'ask(Deno.env.get("A"));', "A"),
    "Python's table": ("a.py", 'import os\nask(os.environ["A"])\n', "A"),
    "Python's function": ("a.py", 'from os import getenv\nask(getenv("A", "x"))\n', "A"),
}


@pytest.mark.parametrize("case", VARIABLES)
def test_the_environment_variable_that_is_read(case: str) -> None:
    path, text, expected = VARIABLES[case]
    linked = program({path: text})
    assert variable(linked, *asked(linked)) == expected
