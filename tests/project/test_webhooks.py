"""Which functions a provider's webhook runs."""

from __future__ import annotations

import pytest

from mmlint.project.platforms.webhooks import Webhooks
from tests.project.linking import function, program

VERIFIED = 'import Stripe from "stripe"; const stripe = new Stripe("x"); '
TABLE: dict[str, tuple[str, str, bool]] = {
    "a plain function": ("a.ts", "function f(r) {}", False),
    "a method of that name of something else": (
        "a.ts",
        "function f(r) { r.send(); }",
        False,
    ),
    "a path that says so": ("webhooks/a.ts", "function f(r) {}", True),
    "a signature that is verified": (
        "a.ts",
        VERIFIED + "function f(r) { stripe.webhooks.constructEvent(r.body, r.sig, key); }",
        True,
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_what_a_webhook_runs(case: str) -> None:
    path, text, expected = TABLE[case]
    linked = program({path: text})
    one = function(linked, path, "f")
    assert (Webhooks(linked).of(one.unit, one.index) is not None) is expected
