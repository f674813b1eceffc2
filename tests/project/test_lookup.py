"""How far a name is followed before the answer is *unknown*, and that this is told."""

from __future__ import annotations

import pytest

from mmlint.project.semantic.lookup import MAX_DEPTH
from tests.project.linking import asked, program
from tests.project.test_resolve import shown


@pytest.mark.parametrize(
    ("hops", "expected", "told"), [(MAX_DEPTH * 2, "unknown", 1), (5, "literal 1", 0)]
)
def test_a_long_chain_of_returns_is_not_followed_to_its_end(
    hops: int, expected: str, told: int
) -> None:
    functions = "".join(f"function f{n}() {{ return f{n + 1}(); }}\n" for n in range(hops))
    linked = program({"a.ts": f"ask(f0());\n{functions}function f{hops}() {{ return 1; }}\n"})
    assert shown(linked.resolve(*asked(linked))) == expected
    assert linked.limits.counts().get("names", 0) == told
