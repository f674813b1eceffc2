"""What the interpreter asks of the rest of the program, one question a method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from mmlint.model.limits import Limit
from mmlint.project.delivery.state import Summary
from mmlint.project.semantic.entity import ProjectFunction
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Location, Unit
from mmlint.project.semantic.wrapping import FlushesAfter, Wrapper


class Summaries(Protocol):
    """Answers about other functions than the one that is interpreted."""

    @property
    def program(self) -> Program:
        """The linked program: what names mean."""

    @property
    def requests(self) -> Mapping[Location, bool]:
        """Every plain request, and whether it gives a promise that must be awaited."""

    def summary(self, function: ProjectFunction) -> Summary:
        """Return what a call of ``function`` does."""

    def flushes_after(self, wrapper: Wrapper, is_async: bool) -> FlushesAfter:
        """Return whether ``wrapper`` flushes what a function queues that it is handed."""

    def calls_back(self, function: ProjectFunction) -> bool:
        """Whether ``function`` calls a parameter of its own."""

    def mentions_flush(self, function: ProjectFunction) -> bool:
        """Whether ``function``, a function inside it, or one they reach may flush at all."""

    def stop(self, limit: Limit, unit: Unit, place: int) -> None:
        """Note that a limit ended the interpretation of what begins at ``place``."""
