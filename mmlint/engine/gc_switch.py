"""A run makes facts and links by the hundred thousand, keeps them, and then it is over."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def gc_disabled() -> Iterator[None]:
    """Make no search for garbage meanwhile.

    There is next to none, and looking through everything again and again makes linking and judging
    take up to a third longer.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
