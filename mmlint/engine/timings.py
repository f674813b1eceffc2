"""Where the time of a run went: a recorder that is handed to the code that does the work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Timings:
    """Seconds by what they were spent on."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def measure(self, what: str, *, but: str = "") -> Iterator[None]:
        """Add the time that the block takes, less what is taken down for ``but`` meanwhile."""
        start, before = perf_counter(), self.seconds.get(but, 0.0)
        try:
            yield
        finally:
            inside = self.seconds.get(but, 0.0) - before
            self.add(what, perf_counter() - start - inside)

    def add(self, what: str, seconds: float) -> None:
        """Add time that was measured elsewhere, in a worker process perhaps."""
        self.seconds[what] = self.seconds.get(what, 0.0) + seconds
