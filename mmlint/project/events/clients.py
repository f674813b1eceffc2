"""Where an SDK is set up, and with which options."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mmlint.model import syntax as s
from mmlint.project.semantic.entity import KnownValue, SdkClass, SdkFunction
from mmlint.project.semantic.program import Call, Program
from mmlint.project.semantic.shape import Field, Shape, Shapes
from mmlint.sdk.methods import Sdk


class Setup(msgspec.Struct, frozen=True):
    """A call of ``init``, or a new ``MillimetricClient``, with the options that it is given."""

    call: Call
    sdk: Sdk
    options: Shape

    def number(self, program: Program, name: str) -> tuple[Field, float] | None:
        """Return the option ``name`` and the number that it certainly is, or None."""
        found = self.options.fields.get(name)
        if found is None or found.value is None:
            return None
        known = program.resolve(found.unit, found.value, found.substitution)
        held = known.value if isinstance(known, KnownValue) else None
        if not isinstance(held, s.Literal) or not isinstance(held.value, (int, float)):
            return None
        return found, held.value


def setups(program: Program) -> Iterator[Setup]:
    """Yield every set-up of an SDK outside tests; that of Python's clients is the project's own."""
    shapes = Shapes(program)
    for call in program.call_graph.of(SdkClass, SdkFunction):
        callee, arguments = call.callee, call.call.arguments
        made = isinstance(callee, SdkClass) or (
            isinstance(callee, SdkFunction) and callee.does.sets_up
        )
        if not made or not arguments or call.unit.python or call.unit.test:
            continue
        if isinstance(callee, (SdkClass, SdkFunction)):
            yield Setup(call, callee.sdk, shapes.of(call.unit, arguments[0].value))
