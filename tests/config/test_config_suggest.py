"""Near misses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.model.suggest import did_you_mean

KNOWN = ["select", "extend-select", "MM101", "unawaited-flush", "missing-flush"]


@pytest.mark.parametrize("word", ["", "x", "colour", "MM9", "e" * 100_000])
def test_a_word_that_is_like_none_gets_no_suggestion(word: str) -> None:
    assert did_you_mean(word, KNOWN) is None


def test_nothing_known_suggests_nothing() -> None:
    assert did_you_mean("select", []) is None


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("slect", "select"),
        ("extend_select", "extend-select"),
        ("mm101", "MM101"),
        ("unawaited-flsh", "unawaited-flush"),
        ("Missing-Flush", "missing-flush"),
    ],
)
def test_a_near_miss_is_found(word: str, meant: str) -> None:
    assert did_you_mean(word, KNOWN) == meant


@given(st.text(), st.lists(st.text()))
def test_a_suggestion_is_always_a_known_word(word: str, known: list[str]) -> None:
    assert did_you_mean(word, known) in [None, *known]
