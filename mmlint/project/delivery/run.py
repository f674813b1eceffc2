"""One run of the interpreter over one function: what its parts share, and what it finds."""

from __future__ import annotations

from collections.abc import Callable

from mmlint.model import syntax as s
from mmlint.project.delivery.splitting import Splitting
from mmlint.project.delivery.state import Disposition, Exit, State, States, Use
from mmlint.project.delivery.summaries import Summaries
from mmlint.project.semantic.entity import Parameter
from mmlint.project.semantic.unit import Location, Unit

OnStep = Callable[[s.Statement, States, States], None]
"""Takes a statement, and the states before and after it."""


class Run:
    """The places where paths leave the function, and the context in which it is evaluated.

    The lists of exits, throws and jumps are exchanged while a ``try``, a loop or a callback runs.
    """

    def __init__(
        self, summaries: Summaries, unit: Unit, index: int, argument: Parameter | None = None
    ) -> None:
        self.summaries = summaries
        self.program = summaries.program
        self.unit = unit
        self.index = index
        self.function = unit.module.functions[index]
        self.splitting = Splitting(unit, index, lambda: summaries.stop("states", unit, index))
        # where paths leave
        self.exits: list[Exit] = []
        self.process_exits: list[Exit] = []
        self.pauses: list[Exit] = []
        self.throws: list[tuple[Location, State]] = []
        self.jumps: list[tuple[s.Jump, State]] = []
        # what becomes of what is awaited and returned here; it differs inside a callback
        self.awaited: Use = Disposition.AWAITED
        self.returned: Use = Disposition.AWAITED
        self.in_async = self.function.is_async
        self.inlined: list[int] = [index]
        # what the run finds
        self.sends = False
        self.cut_off: set[Location] = set()
        self.origins: dict[Location, Location] = {}
        self.ended_by: dict[Location, frozenset[Location]] = {}
        # called behind every statement, for a dump of the states
        self.on_step: OnStep | None = None
        # a parameter whose calls count as sends, and those calls
        self.argument = argument
        self.argument_calls: set[Location] = set()

    def location(self, node: s.Node) -> Location:
        """Return where ``node`` stands."""
        return Location(self.unit, node.start, node.end)

    def endings(self, place: Location) -> frozenset[Location]:
        """Return where the process ends if it ends in the call at ``place``: inside the function
        that it calls, or in the call itself."""
        return self.ended_by.get(place) or frozenset({place})
