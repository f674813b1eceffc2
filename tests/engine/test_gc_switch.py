"""Garbage collection is off meanwhile, and afterwards as it was."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from mmlint.engine.gc_switch import gc_disabled


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    was = gc.isenabled()
    yield
    (gc.enable if was else gc.disable)()


def test_what_was_off_stays_off() -> None:
    gc.disable()
    with gc_disabled():
        assert not gc.isenabled()
    assert not gc.isenabled()


def test_it_is_on_again_behind_an_error() -> None:
    gc.enable()
    with pytest.raises(ValueError, match="inside off"), gc_disabled():
        raise ValueError("inside off" if not gc.isenabled() else "on")
    assert gc.isenabled()
