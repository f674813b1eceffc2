"""Which functions another one makes and gives back: a call of that one runs none of them."""

from __future__ import annotations

import pytest

from mmlint.project.semantic.closures import Closures
from tests.project import linking


def given_back(body: str, python: bool = False) -> bool:
    """Whether ``inner`` is given back by the function around it, which has this body."""
    path = "a.py" if python else "a.ts"
    text = f"def outer():\n{body}" if python else f"function outer() {{ {body} }}"
    linked = linking.program({path: text})
    return Closures(linked).is_given_back(linking.function(linked, path, "inner"))


INNER = "function inner() {}"


@pytest.mark.parametrize(
    "body",
    [
        INNER,
        f"{INNER} return other;",
        f"{INNER} inner(); return inner;",
        f"{INNER} return run(inner);",
        f"{INNER} return inner();",
    ],
)
def test_what_is_run_or_kept_is_not_given_back(body: str) -> None:
    assert not given_back(body)


def test_a_function_of_a_module_is_in_no_other() -> None:
    linked = linking.program({"a.ts": "export default inner; function inner() {}"})
    assert not Closures(linked).is_given_back(linking.function(linked, "a.ts", "inner"))


@pytest.mark.parametrize(
    "body",
    [
        f"{INNER} return inner;",
        "const inner = () => {}; return inner;",
        f"{INNER} return {{ inner, other }};",
        f"{INNER} return [state, inner];",
        f"{INNER} return test ? inner : null;",
        f"{INNER} const one = inner; return {{ ...{{ one }} }};",
        f"{INNER} return useCallback(inner, []);",
    ],
)
def test_what_is_returned_is_given_back(body: str) -> None:
    assert given_back(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("    def inner(): ...\n    inner()\n    return inner\n", False),
        ("    def inner(): ...\n    return inner\n", True),
        ("    def inner(): ...\n    return {'a': inner}\n", True),
    ],
)
def test_python_gives_back_likewise(body: str, expected: bool) -> None:
    assert given_back(body, python=True) is expected
