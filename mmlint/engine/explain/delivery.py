"""What becomes of the events and flushes of one call: why it is a finding, or why it is silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mmlint.project.delivery.analysis import Delivery
from mmlint.project.delivery.state import EXITS
from mmlint.project.platforms.runtimes import Handler
from mmlint.project.project import Project
from mmlint.project.semantic.entity import ProjectFunction, SdkFunction
from mmlint.project.semantic.program import Call, constructor
from mmlint.project.semantic.unit import Location, Unit
from mmlint.project.semantic.wrapping import Wrapper


class DeliveryExplanation:
    """Tells of calls. ``place``: how a byte of a unit is shown (``lib/analytics.ts:8``)."""

    def __init__(self, project: Project, place: Callable[[Unit, int], str]) -> None:
        self.project = project
        self.place = place

    def of(self, call: Call) -> Iterator[str]:
        """Yield what is known of what ``call`` queues or flushes."""
        queues, flushes = self._does(call)
        location = Location(call.unit, call.call.start, call.call.end)
        if flushes:
            yield from self._flush(call, location)
        if queues:
            yield from self._queued(call, location)

    def _does(self, call: Call) -> tuple[bool, bool]:
        """Whether a call leaves an event queued, and whether it flushes."""
        callee = constructor(call.callee)
        if isinstance(callee, SdkFunction):
            return callee.does.queues, callee.does.flushes
        if isinstance(callee, ProjectFunction):
            summary = self.project.flow.summary(callee)
            return summary.leaves is not None, summary.flushes != "never" and summary.promised
        return False, False

    def _flush(self, call: Call, location: Location) -> Iterator[str]:
        index = call.unit.function_at(location.start)
        known = False
        while True:
            delivery = self.project.delivery(call.unit, index)
            why = delivery.unwaited.get(location)
            known = known or delivery.followed is None or delivery.followed.get(location, False)
            if why is not None or index == 0:
                break
            index = call.unit.module.functions[index].parent
        if why is None and known:
            yield "  its promise is awaited, or need not be → accepted"
            return
        if why is None:
            yield "  what becomes of its promise is not known → silent"
            return
        evidence = self.project.evidence(call.unit, call.unit.function_at(location.start))
        yield f"  not accepted: {why}"
        if evidence.runtime == "long-running":
            yield "  but the process lives on → silent"

    def _queued(self, call: Call, location: Location) -> Iterator[str]:
        handler = self._handler(call)
        if handler is None:
            yield "  no handler is known here, so the callers of this function must flush"
            return
        function = handler.function
        name = f"{function.function.name}()" if function.function.name else "the handler"
        if self._stopped(function):
            yield f"  {name} has more paths than can be followed → silent"
            return
        evidence = self.project.evidence(function.unit, function.index)
        if evidence.runtime != "serverless":
            yield f"  {name} is {evidence.runtime}, not serverless → a flush need not come first"
            return
        delivery = self.project.delivery(function.unit, function.index)
        exits = delivery.exits_of(location)
        if not exits:
            yield self._not_lost(function, name, delivery, location)
            return
        for one in exits:
            where = self.place(one.location.unit, one.location.start)
            yield f"  {name} {EXITS[one.kind]} without a flush at {where}"
        for wrapper in handler.wrappers:
            yield from self._wrapper(handler, wrapper)

    def _not_lost(
        self, function: ProjectFunction, name: str, delivery: Delivery, location: Location
    ) -> str:
        """Tell why no way out loses the event: a flush only where there is one."""
        if location not in (delivery.followed or {}):
            return f"  whether and when {name} runs this is not known → silent"
        if not self.project.flow.mentions_flush(function):
            return f"  no path was found on which {name} leaves it queued → silent"
        return f"  flushed on every path out of {name} → accepted"

    def _stopped(self, function: ProjectFunction) -> bool:
        place = (function.unit.path, function.unit.number, function.index)
        return self.project.program.limits.was_hit("paths", place)

    def _handler(self, call: Call) -> Handler | None:
        index = call.unit.function_at(call.call.start)
        inside = {index}
        while index > 0:
            index = call.unit.module.functions[index].parent
            inside.add(index)
        mine = [
            one
            for one in self.project.handlers
            if one.function.unit is call.unit and one.function.index in inside
        ]
        return max(mine, key=lambda one: one.function.function.start, default=None)

    def _wrapper(self, handler: Handler, wrapper: Wrapper) -> Iterator[str]:
        found = self.project.covering(handler, wrapper)
        function = wrapper.function
        name = f"{function.function.name or 'a function'}()"
        where = self.place(function.unit, function.function.start)
        around = f"  {name} at {where}, which is wrapped around it,"
        if found.flushes is None:
            yield f"{around} may flush; that cannot be known → silent"
        elif found.flushes:
            yield f"{around} flushes after it on every path → accepted"
        elif found.gaps:
            gaps = ", ".join(self.place(gap.unit, gap.start) for gap in found.gaps)
            yield f"{around} leaves without a flush at {gaps}"
        else:
            yield f"{around} never flushes"
