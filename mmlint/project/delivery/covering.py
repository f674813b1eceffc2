"""Functions that call the function they are given: does what it has queued leave with a flush?"""

from __future__ import annotations

from mmlint.model import syntax as s
from mmlint.project.delivery.interpreter import Interpreter
from mmlint.project.delivery.state import TooLong
from mmlint.project.delivery.summaries import Summaries
from mmlint.project.semantic.entity import External, Global, Parameter, ProjectFunction
from mmlint.project.semantic.program import constructor
from mmlint.project.semantic.unit import Unit
from mmlint.project.semantic.wrapping import UNKNOWN, FlushesAfter, Wrapper, parameter_of


class WrapperAnalysis:
    """Judges wrappers. ``summaries``: what the calls inside them do."""

    def __init__(self, summaries: Summaries) -> None:
        self.summaries = summaries
        self.program = summaries.program

    def coverage(self, wrapper: Wrapper, is_async: bool) -> FlushesAfter:
        """Return what ``wrapper`` does after calling what it is given, a function that is or is not
        ``is_async``. A wrapper that names no flush at all has certainly none."""
        if not self._mentions_flush(wrapper.function):
            return FlushesAfter(False)
        if wrapper.number < 0:
            return UNKNOWN
        return self._judged(wrapper, is_async)

    def _mentions_flush(self, function: ProjectFunction) -> bool:
        """Whether a wrapper, or any method of the class that it constructs, may flush at all."""
        unit, declared = function.unit, function.function
        if declared.kind == "constructor":
            return any(
                self.summaries.mentions_flush(ProjectFunction(unit, index))
                for index, one in enumerate(unit.module.functions)
                if one.owner == declared.owner
            )
        return self.summaries.mentions_flush(function)

    def _judged(self, wrapper: Wrapper, is_async: bool) -> FlushesAfter:
        function = wrapper.function
        given = Parameter(function.unit, function.index, wrapper.number, ())
        calls, onward = self._uses(given)
        if calls and not onward:
            bodies = {self._body(given, index) for index in calls}
            alike = {
                one for one in bodies if function.unit.module.functions[one].is_async == is_async
            }
            found = [self._after(given, one) for one in sorted(alike or bodies)]
        elif len(onward) == 1 and not calls and onward[0] is not None:
            found = [self.summaries.flushes_after(onward[0], is_async)]
        else:
            return UNKNOWN
        if any(one.flushes is None for one in found):
            return UNKNOWN
        gaps = tuple(location for one in found for location in one.gaps)
        return FlushesAfter(all(one.flushes for one in found), gaps)

    def _uses(self, given: Parameter) -> tuple[list[int], list[Wrapper | None]]:
        """The functions that call ``given``, and what else it is handed to (None: unknown code)."""
        calls: list[int] = []
        onward: list[Wrapper | None] = []
        for site, call in given.unit.calls:
            callee, plain = self.program.called(given.unit, call)
            if callee == given:
                calls.append(site.function)
            for argument in plain.arguments:
                value = argument.value
                if self._is(given, value) and not _only_looks(callee):
                    target = constructor(callee)
                    onward.append(self._onward(given.unit, plain, target, value))
        return calls, onward

    def _is(self, given: Parameter, value: s.Value) -> bool:
        if not isinstance(value, (s.Name, s.Member)):
            return False
        return self.program.resolve(given.unit, value) == given

    def _onward(self, unit: Unit, call: s.Call, target: object, value: s.Value) -> Wrapper | None:
        if not isinstance(target, ProjectFunction):
            return None
        return Wrapper(target, parameter_of(self.program, unit, call, target, value))

    def _body(self, given: Parameter, index: int) -> int:
        """The function that runs in place of the one that was given: the outermost around its call
        that the wrapper makes, or the wrapper itself."""
        functions = given.unit.module.functions
        while index not in (0, given.function):
            parent = functions[index].parent
            if parent in (0, given.function):
                break
            index = parent
        return index

    def _after(self, given: Parameter, index: int) -> FlushesAfter:
        """Run the function as if the call of ``given`` queued an event."""
        interpreter = Interpreter(self.summaries, given.unit, index, given)
        try:
            exits = interpreter.delivery().exits
        except (TooLong, RecursionError):
            self.summaries.stop("paths", given.unit, index)
            return UNKNOWN
        calls = interpreter.run.argument_calls
        if not calls:
            return UNKNOWN
        gaps = tuple(one.location for one in exits if one.state.lost & calls)
        return FlushesAfter(not gaps, gaps)


def _only_looks(callee: object) -> bool:
    """Whether a call looks at a function without running it: ``wraps``, ``iscoroutinefunction``."""
    if isinstance(callee, External):
        return callee.module in ("functools", "inspect", "asyncio", "typing", "wrapt")
    return isinstance(callee, Global) and callee.path[0] in (
        *("callable", "getattr", "hasattr", "isinstance", "setattr", "id", "repr", "str"),
        *("Object", "console", "print"),
    )
