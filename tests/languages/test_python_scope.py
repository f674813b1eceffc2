"""Which binding a Python name means."""

from __future__ import annotations

import pytest

from mmlint.languages.python.adapter import observe
from mmlint.model import syntax as s
from mmlint.model.walk import inside, values


def module(source: str) -> s.Module:
    script = observe(source.encode())
    assert script.problem is None
    return script.module


def meant(source: str, name: str = "x") -> list[tuple[int, int] | None]:
    """(owner, line from 1 of the declaration) of every use of ``name``, in source order."""
    read = module(source)
    found: dict[int, int] = {}
    tops = [value for one in read.functions for _, value in values(one.body)]
    tops += [one for fun in read.functions for one in fun.decorators]
    tops += [one.value for declared in read.classes for one in declared.members if one.value]
    tops += [one.default for fun in read.functions for one in fun.parameters if one.default]
    for top in tops:
        for one in inside(top):
            for part in (one, *(one.targets if isinstance(one, s.Comprehension) else ())):
                if isinstance(part, s.Name) and part.name == name:
                    found[part.start] = part.binding
    return [
        (read.bindings[index].owner, source[: read.bindings[index].start].count("\n") + 1)
        if index >= 0
        else None
        for _, index in sorted(found.items())
    ]


def stable(source: str, name: str = "x") -> list[bool]:
    return [one.stable for one in module(source).bindings if one.name == name]


# --- names of nobody ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "x",
        "def f():\n    x = 1\n    del x\nx",
        "[x for x in y]\nx",
        "lambda x: 1\nx",
        "class C:\n    x = 1\n    def m(self): return x\n",
        "class C:\n    def x(self): pass\nx\n",
        "f(x=1)\nx\n",
        "a.x\nx\n",
    ],
)
def test_a_name_that_nothing_here_binds(source: str) -> None:
    assert meant(source)[-1] is None


def test_a_class_body_hides_a_name_from_itself_alone() -> None:
    source = "x = 1\nclass C:\n    x = 2\n    y = x\n    z = [x for _ in x]\n    def m(self): x\n"
    assert meant(source) == [(0, 1), None, (0, 1), None, (0, 1)]


# --- names of functions -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "binding",
    [
        "x = 1",
        "x += 1",
        "x: int",
        "(a, [*x]) = y",
        "for x in y: pass",
        "with y as x: pass",
        "import x",
        "import x.y",
        "from y import z as x",
        "def x(): pass",
        "class x: pass",
        "(x := 1)",
        "[(x := i) for i in y]",
        "try: pass\n    except E as x: pass",
        "match y:\n        case [1, x]: pass",
        "del x",
        "type x = int",
    ],
)
def test_whatever_binds_a_name_makes_it_local_even_above(binding: str) -> None:
    assert meant(f"x = 0\ndef f():\n    x\n    {binding}\n")[1][0] == 1  # type: ignore[index]


def test_inner_functions_see_outer_names_through_classes() -> None:
    source = "def f(x):\n    class C:\n        def m(self):\n            return lambda: x\n"
    assert meant(source) == [(1, 1)]


def test_global_and_nonlocal_reach_outwards() -> None:
    source = (
        "x = 0\ndef f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n"
        "    def h():\n        global x\n        x = 3\n"
    )
    assert meant(source) == [(0, 1), (1, 3), (1, 3), (0, 1)]
    assert stable(source) == [False, False]


def test_a_global_may_be_bound_in_a_function_alone() -> None:
    source = "def f():\n    global x\n    import x\ndef g(): return x\n"
    assert meant(source) == [(0, 3)]
    assert module(source).imports[0].binding >= 0


def test_the_module_says_what_its_name_is_even_after_a_global_statement() -> None:
    read = module("def f():\n    global x\n    x = 1\ndef x(): pass\n")
    (binding,) = [one for one in read.bindings if one.name == "x"]
    assert (binding.kind, binding.target, binding.stable) == ("function", 2, False)


def test_nonlocal_may_come_before_the_name_it_means() -> None:
    source = "def f():\n    def g():\n        nonlocal x\n        x = 1\n    x = 2\n"
    assert meant(source) == [(1, 5), (1, 5)]
    assert observe(b"nonlocal x\nx = 1\n").problem is None


def test_defaults_and_decorators_belong_to_the_outside() -> None:
    assert meant("x = 1\ndef f(x=x): pass\nlambda x=x: 0\n") == [(0, 1), (0, 1), (0, 1)]
    assert meant("def f(x):\n    @x\n    def g(): pass\n    return x\n") == [(1, 1)] * 2


# --- comprehensions -----------------------------------------------------------------------------


def test_a_comprehension_has_names_of_its_own() -> None:
    source = "x = 1\n[x for x in x if x]\n{x: 1 for y in x for x in y}\nx\n"
    read = module(source)
    own = [one for one in read.bindings if one.name == "x" and one.scope_start > 0]
    assert [source[one.scope_start : one.scope_end] for one in own] == [
        "[x for x in x if x]",
        "{x: 1 for y in x for x in y}",
    ]
    inner = [2, 2, 1, 2, 3, 1, 3]
    assert meant(source) == [(0, 1), *((0, line) for line in inner), (0, 1)]


# --- bindings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "x = 1",
        "import x",
        "def x(): pass",
        "x: int\nx = 1",
        "for x in y: pass",
        "x = 1\ndef f(): return x",
    ],
)
def test_bound_once_is_stable(source: str) -> None:
    assert stable(source) == [True]


@pytest.mark.parametrize(
    "source",
    [
        "x = 1\nx = 2",
        "x = 1\nx += 2",
        "x = 1\ndel x",
        "try:\n    import x\nexcept ImportError:\n    x = None",
        "def f(x): x = x or 1",
        "x = None\ndef f():\n    global x\n    x = 1",
    ],
)
def test_bound_again_is_not(source: str) -> None:
    assert stable(source) == [False]


def test_a_binding_says_where_it_can_be_seen_and_what_it_is() -> None:
    source = "import é, a\ndef f(p):\n    v = 1\nclass C: pass\n"
    data = source.encode()
    assert [
        (data[one.start : one.end].decode(), one.kind, one.owner, one.target)
        for one in module(source).bindings
    ] == [
        ("é", "import", 0, -1),
        ("a", "import", 0, -1),
        ("f", "function", 0, 1),
        ("p", "parameter", 1, -1),
        ("v", "variable", 1, -1),
        ("C", "class", 0, 0),
    ]
    seen = {one.name: data[one.scope_start : one.scope_end] for one in module(source).bindings}
    assert (seen["a"], seen["p"], seen["v"]) == (data, b"v = 1", b"v = 1")


def test_of_several_definitions_the_last_counts() -> None:
    (binding,) = module("def x(): 1\ndef x(): 2\n").bindings
    assert (binding.kind, binding.target, binding.stable) == ("function", 2, False)
