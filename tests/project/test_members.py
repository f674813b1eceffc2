"""What a member of an object means: of a class, an instance, a literal, a declared parameter."""

from __future__ import annotations

import pytest

from mmlint.project.semantic.entity import NOTHING, SdkFunction, SdkObject
from mmlint.project.semantic.lookup import MAX_DEPTH
from mmlint.project.semantic.members import MemberLookup, receiver
from mmlint.project.semantic.modules import ModuleGraph
from tests.project import linking
from tests.project.test_resolve import shown

NODE = 'import { MillimetricClient } from "@millimetric/track-node";\n'


def member(text: str, name: str, python: bool = False) -> str:
    """What ``name`` means of the argument of ``ask(…)``."""
    linked = linking.program({"a.py" if python else "a.ts": text})
    modules = ModuleGraph(linked, linked.units, linked.resolution, linked.python_modules)
    lookup = MemberLookup(linked, modules)
    return shown(lookup.member(linked.resolve(*linking.asked(linked)), name))


@pytest.mark.parametrize(
    "text",
    [
        "ask({ ...(test ? one : two), b: 1 });",
        "ask({ m: 1, ...(test ? one : two) });",
        "class A { } ask(new A());",
        "class A { m = null; } ask(new A());",
        "class A { constructor() { this.m = 1; } set(x) { this.m = x; } } ask(new A());",
        "class A { get m() { return this.a ? f : g; } } function f() {} function g() {} "
        "ask(new A());",
        "ask([1]);",
    ],
)
def test_what_is_not_certain_is_unknown(text: str) -> None:
    assert member(text, "m") == "unknown"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ask({ ...other, m: 1 });", "literal 1"),
        ("const a = { m: 1 }; ask({ ...a });", "literal 1"),
        ("ask({ m: 1, m: 2 });", "literal 2"),
        ("class A { m() {} } ask(new A());", "function a.ts:m"),
        ("class B { m() {} } class A extends B {} ask(new A());", "function a.ts:m"),
        ("class A { static m() {} } ask(A);", "function a.ts:m"),
        ("class A { m = f; } function f() {} ask(new A());", "function a.ts:f"),
        (
            "class A { constructor() { this.m = f; } } function f() {} ask(new A());",
            "function a.ts:f",
        ),
        ("class A { get m() { return f; } } function f() {} ask(new A());", "function a.ts:f"),
        (
            NODE + "class A { constructor(private m: MillimetricClient) {} } ask(new A(x));",
            "SdkObject node",
        ),
        ("function f(a) { ask(a); }", "parameter 0 m"),
        ("ask(window);", "global window.m"),
    ],
)
def test_what_an_object_holds(text: str, expected: str) -> None:
    assert member(text, "m") == expected


def test_an_item_of_a_list_is_known_by_its_number() -> None:
    assert member("ask([1, 2]);", "1") == "literal 2"
    assert member("ask([1, 2]);", "2") == "unknown"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class A:\n    def m(self): ...\nask(A())\n", "function a.py:m"),
        ("class A:\n    @property\n    def m(self):\n        return 1\nask(A())\n", "literal 1"),
        ("class A(B):\n    m = 1\nask(A)\n", "literal 1"),
    ],
)
def test_what_a_python_object_holds(text: str, expected: str) -> None:
    assert member(text, "m", python=True) == expected


CLIENT = """class Client:
    def track(self, name): {track}
    def flush(self): {flush}
ask(Client())
"""


def test_a_class_with_track_and_flush_is_a_client_only_if_it_names_the_api() -> None:
    post = 'post("https://api.millimetric.ai/v1/track")'
    other = CLIENT.format(track="...", flush="...")
    own = CLIENT.format(track="...", flush=post)
    at_once = CLIENT.format(track=post, flush="...")
    assert member(other, "track", python=True) == "function a.py:track"
    assert member(own, "track", python=True) == "sdk node.track"
    assert member(at_once, "track", python=True) == "function a.py:track"


def test_a_chain_of_members_that_is_too_long_is_told() -> None:
    linked = linking.program({"a.ts": "ask(window);"})
    modules = ModuleGraph(linked, linked.units, linked.resolution, linked.python_modules)
    lookup = MemberLookup(linked, modules)
    found = linked.resolve(*linking.asked(linked))
    assert lookup.member(found, "m", MAX_DEPTH) is not None
    assert lookup.member(found, "m", MAX_DEPTH + 1) is None


# --- what a parameter is --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ("a", "unknown"),
        ("a: Other", "unknown"),
        ("a: A", "Instance A"),
        ('a: "A"', "Instance A"),
        ("a: A | None", "Instance A"),
        ("a=A()", "Instance A"),
        ("a: lib.MillimetricClient", "SdkObject node"),
    ],
)
def test_what_the_type_of_a_parameter_says(parameter: str, expected: str) -> None:
    linked = linking.program({"a.py": f"class A: ...\ndef f({parameter}): ...\n"})
    function = linking.function(linked, "a.py", "f")
    modules = ModuleGraph(linked, linked.units, linked.resolution, linked.python_modules)
    lookup = MemberLookup(linked, modules)
    assert shown(lookup.declared(function.unit, function.function.parameters[0], 0)) == expected


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("@staticmethod\n    def m(a): ...", "unknown"),
        ("def m(self): ...", "Instance A"),
        ("@classmethod\n    def m(cls): ...", "ProjectClass A"),
    ],
)
def test_what_the_first_parameter_of_a_python_method_is(method: str, expected: str) -> None:
    linked = linking.program({"a.py": f"class A:\n    {method}\n"})
    function = linking.function(linked, "a.py", "m")
    assert shown(receiver(function.unit, function.index, 0)) == expected
    assert receiver(function.unit, function.index, 1) is None


def test_super_is_an_object_of_the_first_base_class() -> None:
    text = "class B { m() {} } class A extends B { n() { here(); } } there();"
    linked = linking.program({"a.ts": text})
    (unit,) = linked.units
    modules = ModuleGraph(linked, linked.units, linked.resolution, linked.python_modules)
    lookup = MemberLookup(linked, modules)
    assert shown(lookup.parent(unit, text.index("here"), 0)) == "Instance B"
    assert lookup.parent(unit, text.index("there"), 0) is None


def test_a_member_of_the_sdk_is_one_of_its_functions() -> None:
    linked = linking.program({"a.ts": NODE + "ask(new MillimetricClient({}));"})
    found = linked.resolve(*linking.asked(linked), NOTHING)
    assert found == SdkObject("node")
    assert linked.member(found, "flush") == SdkFunction("node", "flush")
