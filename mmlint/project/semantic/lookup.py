"""What the parts of the program ask of it while they follow a name, one question a method."""

from __future__ import annotations

from typing import Protocol

from mmlint.model import syntax as s
from mmlint.project.semantic.entity import NOTHING, Resolved, Substitution
from mmlint.project.semantic.unit import Definition, Unit

MAX_DEPTH = 24
"""How many names, imports and returns are followed before the answer is *unknown*."""


class Lookup(Protocol):
    """Follows names. ``depth``: how many were followed already for the present question."""

    def resolve(
        self, unit: Unit, value: s.Value, substitution: Substitution = NOTHING, depth: int = 0
    ) -> Resolved | None:
        """Return what ``value`` means, or None where it cannot be known."""

    def binding(
        self, unit: Unit, index: int, substitution: Substitution = NOTHING, depth: int = 0
    ) -> Resolved | None:
        """Return what the binding ``index`` of ``unit`` holds."""

    def variable(
        self, unit: Unit, definitions: list[Definition], substitution: Substitution, depth: int
    ) -> Resolved | None:
        """Return what is meant by every one of ``definitions``, or None where they differ."""

    def member(self, entity: Resolved | None, name: str, depth: int = 0) -> Resolved | None:
        """Return what ``entity.name`` means."""

    def stop(self) -> Resolved | None:
        """Note that a limit ended the present question, and return its answer: unknown."""
