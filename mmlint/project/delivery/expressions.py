"""What evaluating a value does to the states: sends, flushes, and what becomes of promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.walk import parts
from mmlint.project.delivery.awaitables import Promises, lives_on
from mmlint.project.delivery.conditions import LOOKING, presence
from mmlint.project.delivery.requests import BODIES, BYSTANDERS, Work, is_request, started
from mmlint.project.delivery.splitting import Splitting
from mmlint.project.delivery.state import (
    ENTRY,
    UNREACHABLE,
    Disposition,
    Exit,
    Requests,
    State,
    States,
    StoredIn,
    Summary,
    TooLong,
    Use,
    flushed,
    join,
    queued,
    stored,
)
from mmlint.project.semantic import callee as calls
from mmlint.project.semantic.arguments import makes_partial
from mmlint.project.semantic.callee import is_flush
from mmlint.project.semantic.entity import (
    BoundMethod,
    External,
    Global,
    Parameter,
    ProjectFunction,
    Resolved,
    SdkFunction,
    SdkObject,
)
from mmlint.project.semantic.program import constructor
from mmlint.project.semantic.unit import Location, Unit
from mmlint.project.semantic.wrapping import Wrapper, parameter_of

if TYPE_CHECKING:
    from mmlint.project.delivery.analysis import DeliveryAnalysis

MAX_INLINE = 12
"""How deep callbacks inside callbacks are entered."""

MAX_STEPS = 200_000
"""Values that are evaluated for one function, each in every state, before its paths count as
unknown."""


class Effects(Promises):
    """Values and calls of one pass over one function; ``Paths`` adds the statements.

    ``awaited`` and ``returned``: what becomes of what is awaited and returned here, which differs
    inside a callback that is followed in place. ``lasting``: the top level of a script.
    ``given``: a parameter whose calls count as sends; ``given_calls``: those calls.
    """

    def __init__(self, flow: DeliveryAnalysis, unit: Unit, index: int) -> None:
        super().__init__(unit, index)
        self.flow = flow
        self.program = flow.program
        self.exits: list[Exit] = []
        self.throws: list[tuple[Location, State]] = []
        self.jumps: list[tuple[s.Jump, State]] = []
        self.process_exits: list[Exit] = []
        self.cut_off: set[Location] = set()
        self.awaited: Use = Disposition.AWAITED
        self.returned: Use = Disposition.AWAITED
        self.in_async = self.function.is_async
        self.sends = False
        self.inlined: list[int] = [index]
        self.steps = 0
        self.splitting = Splitting(unit, index, lambda: flow.stop("states", unit, index))
        self.given: Parameter | None = None
        self.given_calls: set[Location] = set()
        self.lasting = self.function.kind == "module" and lives_on(flow.program, unit)

    def block(self, body: Iterable[s.Statement], states: States) -> States:
        """Run statements; ``Paths`` knows how."""
        raise NotImplementedError

    # --- conditions ------------------------------------------------------------------------------

    def test(self, value: s.Value, states: States) -> tuple[States, States]:
        """Evaluate a condition; return the states in which it holds, and those in which not."""
        if isinstance(value, s.Operation) and value.operator in ("!", "not"):
            yes, no = self.test(value.operands[0], states)
            return no, yes
        if isinstance(value, s.Choice) and value.operator in ("&&", "||"):
            left_yes, left_no = self.test(value.test, states)
            if value.operator == "&&":
                yes, no = self.test(value.options[-1], left_yes)
                return yes, self.splitting.widen(left_no | no, value.end)
            yes, no = self.test(value.options[-1], left_no)
            return self.splitting.widen(left_yes | yes, value.end), no
        asked = presence(value)
        if asked is not None:
            name, truth = asked
            kept = frozenset(one for one in states if one.holds(name.binding))
            if kept:  # a promise is there
                yes, no = (
                    self.test(value, states - kept) if states - kept else (UNREACHABLE, UNREACHABLE)
                )
                return (yes | kept, no) if truth else (yes, no | kept)
        states = self.value(value, states, Disposition.UNKNOWN)
        if isinstance(value, s.Literal):
            return (states, UNREACHABLE) if value.value else (UNREACHABLE, states)
        return self.splitting.split(value, states)

    # --- values ----------------------------------------------------------------------------------

    def value(self, value: s.Value, states: States, use: Use) -> States:
        """Evaluate ``value``; ``use`` says what becomes of its result (a promise, perhaps)."""
        self.steps += len(states)
        if self.steps > MAX_STEPS:
            raise TooLong
        evaluate = _EVALUATED.get(type(value)) if states else _left_alone
        if evaluate is not None:
            return evaluate(self, value, states, use)
        for part in parts(value):
            states = self.value(part, states, Disposition.UNKNOWN)
        return states

    def wait(self, value: s.Await, states: States, use: Use) -> States:
        return self.value(value.value, states, self.awaited)

    def close_over(self, value: s.Lambda, states: States, use: Use) -> States:
        return self.capture(value.function, states)

    def gather(self, value: s.Sequence, states: States, use: Use) -> States:
        for item in value.items:
            states = self.value(item, states, use)
        return states

    def spread(self, value: s.Spread, states: States, use: Use) -> States:
        return self.value(value.value, states, use)

    def comprehend(self, value: s.Comprehension, states: States, use: Use) -> States:
        for source in value.sources:
            states = self.value(source, states, Disposition.UNKNOWN)
        return join(states | self.value(value.element, states, use))

    def read(self, name: s.Name, states: States, use: Use) -> States:
        """A stored promise that is awaited, returned or handed on is looked after."""
        if use is Disposition.DROPPED or not any(state.held for state in states):
            return states
        found: set[State] = set()
        for state in states:
            mine = frozenset(spot for binding, spot in state.held if binding == name.binding)
            if isinstance(use, StoredIn):
                held = state.held | frozenset((use.binding, spot) for spot in mine)
            else:
                held = frozenset(one for one in state.held if one[1] not in mine)
            if use is Disposition.AWAITED and mine:
                self.vouch(mine)
            found.add(replace(state, held=held))
        return frozenset(found)

    def capture(self, function: int, states: States) -> States:
        """A closure may look after any stored promise it can see."""
        if not any(state.held for state in states):
            return states
        seen: set[int] = set()
        for index in self.unit.family(function):
            for one in self.unit.values(index):
                if isinstance(one, s.Name):
                    seen.add(one.binding)
        return frozenset(
            replace(state, held=frozenset(one for one in state.held if one[0] not in seen))
            for state in states
        )

    def choose(self, value: s.Choice, states: States, use: Use) -> States:
        if value.operator in ("?:", "&&"):
            yes, no = self.test(value.test, states)
            yes = self.value(value.options[-1 if value.operator == "&&" else 0], yes, use)
            if value.operator == "?:":
                no = self.value(value.options[-1], no, use)
            return self.splitting.behind(value.test, yes | no)
        states = self.value(value.test, states, use)
        return self.splitting.widen(states | self.value(value.options[-1], states, use), value.end)

    def operate(self, value: s.Operation, states: States, use: Use) -> States:
        if value.operator == "void":
            return self.value(value.operands[0], states, Disposition.DROPPED)
        if value.operator in ("=", ":="):
            target, given = value.operands
            return self.value(given, states, stored(target) or use)
        if value.operator == ",":
            for one in value.operands[:-1]:
                states = self.value(one, states, Disposition.DROPPED)
            return self.value(value.operands[-1], states, use)
        looks = value.operator in LOOKING
        for one in value.operands:
            states = self.value(one, states, Disposition.DROPPED if looks else Disposition.UNKNOWN)
        return states

    # --- calls -----------------------------------------------------------------------------------

    def call(self, call: s.Call, states: States, use: Use) -> States:
        if isinstance(call.callee, s.Lambda):
            states = self.arguments(call, states, Disposition.UNKNOWN)
            return self.inline(call.callee.function, states, self.kept_alive(use))
        found, call = self.program.called(self.unit, call)
        callee = constructor(found)
        path = calls.path_of(callee)
        member = call.callee if isinstance(call.callee, s.Member) else None
        if self.given is not None and callee == self.given:
            self.given_calls.add(self.spot(call))
            states = self.arguments(call, states, Disposition.UNKNOWN)
            return frozenset(queued(state, self.spot(call)) for state in states)
        if isinstance(callee, BoundMethod) or makes_partial(callee):
            return self.arguments(call, states, Disposition.UNKNOWN)
        if isinstance(callee, SdkFunction):
            states = self.arguments(call, states, Disposition.UNKNOWN)
            if is_flush(callee):
                return self.flush(call, states, use, callee.awaitable)
            return self.send(call, callee, states)
        if self.spot(call) in self.flow.requests:
            return self.request(call, self.arguments(call, states, Disposition.UNKNOWN), use)
        work = started(self.program, self.unit, call, callee)
        if work is not None and self.makes_request(work):
            return self.start(call, work, states, use)
        if calls.waits(call, callee):
            return self.looked_after(call, states)
        if calls.after(callee):
            return self.after(call, states)
        if calls.throws(callee) or calls.ends_process(callee):
            return self.never_returns(
                call, callee, self.arguments(call, states, Disposition.UNKNOWN)
            )
        if path in calls.COMBINATORS or path in calls.TASKS or calls.makes_task(path):
            return self.arguments(call, states, use)
        if path in calls.RUNNERS or (member and member.name == "run_until_complete"):
            return self.driven(call, states)
        if path and path[0] in calls.PRINTERS:
            return self.arguments(call, states, Disposition.DROPPED)
        if path in calls.TIMERS:
            return self.later(call, states)
        if isinstance(callee, ProjectFunction):
            return self.project_call(call, callee, states, use)
        if member is not None:
            if member.name in calls.CHAINS:
                return self.chain(call, member, states, use)
            if member.name in calls.EACH or member.name in calls.MAPPERS:
                return self.each(call, member, states, use)
            if member.name in ("push", "add", "append") and isinstance(member.object, s.Name):
                return self.arguments(call, states, StoredIn(member.object.binding))
            if member.name in BYSTANDERS and self.unit.python:
                return self.value(member.object, states, Disposition.DROPPED)
            if member.name in BODIES and self.asks(member.object):
                return self.value(member.object, states, use)
        return self.answer(call, self.stranger(call, callee, states, use))

    def kept_alive(self, use: Use) -> Use:
        """A script lives until its top-level chains settle, unless it ends itself beside them."""
        outermost = self.lasting and len(self.inlined) == 1
        return Disposition.UNKNOWN if outermost and use is Disposition.DROPPED else use

    def arguments(self, call: s.Call, states: States, use: Use) -> States:
        """Evaluate the arguments, all with the same use."""
        for argument in call.arguments:
            states = self.value(argument.value, states, use)
        return states

    def looked_after(self, call: s.Call, states: States) -> States:
        """``waitUntil(…)``: the platform waits, whether or not the response is out, and so the
        function's own promise is not the one that must be awaited."""
        before = (self.promised, self.requests, dict(self.late))
        states = self.arguments(call, states, Disposition.AWAITED)
        self.promised, self.requests, self.late = before
        return states

    def driven(self, call: s.Call, states: States) -> States:
        """``asyncio.run(…)``: done when the call returns."""
        before, self.requests = self.requests, Requests.NEVER
        promised = self.promised
        states = self.arguments(call, states, Disposition.AWAITED)
        made = Requests.NEVER if self.requests is Requests.NEVER else Requests.WAITED
        self.promised, self.requests = promised, max(before, made)
        return states

    def flush(self, call: s.Call, states: States, use: Use, awaitable: bool | None) -> States:
        spot = self.spot(call)
        if awaitable is None and self.unit.python:
            awaitable = self.in_async
        if awaitable is False:
            return frozenset(flushed(state) for state in states)
        return self.settle(spot, states, use, "nobody awaits its promise")

    def request(self, call: s.Call, states: States, use: Use) -> States:
        """A plain request. One that waits by itself still needs the coroutine around it to run."""
        spot = self.spot(call)
        if not self.flow.requests[spot]:
            made = Requests.PROMISED if self.in_async else Requests.WAITED
            self.requests = max(self.requests, made)
            return states
        return self.entrust(spot, states, use, "nobody awaits its promise")

    def asks(self, value: s.Value) -> bool:
        """Whether ``value`` is a plain request."""
        return isinstance(value, s.Call) and self.spot(value) in self.flow.requests

    def makes_request(self, work: Work) -> bool:
        callee = constructor(self.program.resolve(self.unit, work.function))
        if isinstance(callee, ProjectFunction):
            return self.flow.summary(callee).requests is not Requests.NEVER
        return is_request(self.program, self.unit, work, callee)

    def start(self, call: s.Call, work: Work, states: States, use: Use) -> States:
        """Work with a request in it is started beside this path: in a thread, in an executor.

        Whoever waits for the call's result waits for it, and whoever waits for its keeper.
        """
        states = self.arguments(call, states, Disposition.UNKNOWN)
        why, stored = "nobody waits for the thread it runs in", "not every path waits for its end"
        keeper = work.keeper
        if isinstance(keeper, s.Call):
            states = self.value(keeper, states, Disposition.UNKNOWN)
        elif isinstance(keeper, s.Name) and (
            use is Disposition.DROPPED or isinstance(use, StoredIn)
        ):
            kept = StoredIn(keeper.binding)
            states = self.entrust(self.spot(call), states, kept, why, stored)
            use = Disposition.UNKNOWN if use is Disposition.DROPPED else use
        return self.entrust(self.spot(call), states, use, why, stored)

    def answer(self, call: s.Call, states: States) -> States:
        """``res.json(…)`` of a parameter: the response is out."""
        name = calls.response(call)
        found = self.program.resolve(self.unit, name) if name is not None else None
        return self.answered(call, found, states)

    def send(self, call: s.Call, callee: SdkFunction, states: States) -> States:
        if not calls.is_send(callee):
            return states
        self.sends = True
        return self.queue(self.spot(call), states)

    def queue(self, spot: Location, states: States) -> States:
        """An event is queued."""
        if states:
            self.followed.setdefault(spot, True)
        return frozenset(queued(state, spot) for state in states)

    def never_returns(self, call: s.Call, callee: Resolved | None, states: States) -> States:
        spot = self.spot(call)
        if calls.throws(callee):
            self.throws += [(spot, state) for state in states]
        else:
            self.process_exits += [Exit("process", spot, state) for state in states]
            self.cut_off |= self.unwaited.keys()
        return UNREACHABLE

    def project_call(
        self, call: s.Call, callee: ProjectFunction, states: States, use: Use
    ) -> States:
        calls_back = self.flow.calls_back(callee)
        last: list[s.Lambda] = []
        for argument in call.arguments:
            value = argument.value
            if isinstance(value, s.Lambda) and calls_back and self.outlives(call, callee, value):
                last.append(value)
            elif isinstance(value, s.Lambda) and calls_back:
                states = self.inline(value.function, states, Disposition.UNKNOWN)
            else:
                states = self.value(value, states, Disposition.UNKNOWN)
        summary = self.flow.summary(callee)
        if summary.ends_with is not None:
            self.ends_inside(call, summary, summary.ends_with, states)
        if not summary.returns:
            self.throws += [(self.spot(call), state) for state in states]
            return UNREACHABLE
        before = states
        carries = summary.flushes != "never" and summary.promised
        name = callee.function.name or "the function"
        if summary.flushes != "never":
            if carries:
                why = f"{name}() flushes, and nobody awaits it"
                states = self.settle(self.spot(call), states, self.kept_alive(use), why)
            else:
                states = frozenset(flushed(state) for state in states)
            if summary.flushes == "sometimes":
                states = join(states | before)
        for one in last:
            states = self.inline(one.function, states, Disposition.UNKNOWN)
        if summary.requests is Requests.WAITED:
            self.requests = max(self.requests, Requests.WAITED)
        elif summary.requests is Requests.PROMISED and (use is Disposition.AWAITED or not carries):
            why = f"{name}() sends a request, and nobody awaits it"
            states = self.entrust(self.spot(call), states, use, why)
        if summary.sends is not None:
            spot = self.spot(call)
            self.flow.origins[spot] = summary.sends
            self.sends = True
            states = self.queue(spot, states)
        if summary.answers is not None:
            through = self.passed(call, callee, summary.answers)
            states = self.answered(call, through, states)
        return states

    def outlives(self, call: s.Call, callee: ProjectFunction, value: s.Lambda) -> bool:
        """Whether the function calls this callback, and on some path does not flush after it."""
        number = parameter_of(self.program, self.unit, call, callee, value)
        is_async = self.unit.module.functions[value.function].is_async
        return self.flow.covering(Wrapper(callee, number), is_async).flushes is False

    def passed(self, call: s.Call, callee: ProjectFunction, number: int) -> Resolved | None:
        """What the call passes as parameter ``number`` of ``callee``."""
        for (_, _, place), given in self.program.environment(self.unit, call, callee):
            if place == number and given is not None:
                return self.program.resolve(given.unit, given.value)
        return None

    def ends_inside(
        self, call: s.Call, summary: Summary, lost: frozenset[Location], states: States
    ) -> None:
        """The callee may end the process: what is queued here, and what it queued, is lost."""
        spot = self.spot(call)
        self.flow.ended_by[spot] = summary.ends_at
        if lost:
            first = min(lost, key=lambda one: (one.unit.path, one.start))
            self.flow.origins.setdefault(spot, first)
        own = frozenset({spot}) if lost else frozenset[Location]()
        for state in states:
            self.process_exits.append(
                Exit("process", spot, replace(state, pending=state.pending | own))
            )

    def chain(self, call: s.Call, member: s.Member, states: States, use: Use) -> States:
        """``promise.then(f)``: the promise and what ``f`` returns share the fate of the chain."""
        if use is Disposition.DROPPED and any(self.signals(one.value) for one in call.arguments):
            use = Disposition.UNKNOWN
        direct = is_flush(self.called(member.object))
        states = self.value(member.object, states, use if direct else self.kept_alive(use))
        if member.name == "catch":
            return states
        use = self.kept_alive(use)
        for argument in call.arguments[:1]:
            states = self.callback(call, argument.value, states, use)
        return states

    def signals(self, value: s.Value) -> bool:
        """Whether a callback tells somebody who waits that all is done: it calls (or is) what an
        enclosing function was given (``resolve``, ``callback``), or ends the process."""
        if not isinstance(value, s.Lambda):
            return self.is_given(self.program.resolve(self.unit, value), -1)
        found = (
            self.program.resolve(self.unit, inner.callee)
            for inner in self.unit.values(value.function)
            if isinstance(inner, s.Call)
        )
        return any(calls.ends_process(one) or self.is_given(one, value.function) for one in found)

    def is_given(self, entity: Resolved | None, own: int) -> bool:
        """Whether it is a parameter of a function other than ``own``."""
        return isinstance(entity, Parameter) and not entity.path and entity.function != own

    def called(self, value: s.Value) -> Resolved | None:
        """What ``value`` calls, where it is a call."""
        return self.program.resolve(self.unit, value.callee) if isinstance(value, s.Call) else None

    def callback(self, call: s.Call, value: s.Value, states: States, use: Use) -> States:
        """A function value that certainly runs, and whose result has the given use."""
        if isinstance(value, s.Lambda):
            return self.inline(value.function, states, use)
        found = self.program.resolve(self.unit, value)
        if is_flush(found):
            return self.settle(self.spot(call), states, use, "nobody awaits its promise")
        if isinstance(found, ProjectFunction):
            shape = s.Call(call.start, call.end, value, ())
            return self.project_call(shape, found, states, use)
        return self.value(value, states, Disposition.UNKNOWN)

    def each(self, call: s.Call, member: s.Member, states: States, use: Use) -> States:
        """Array methods: their callback runs any number of times, at once."""
        states = self.value(member.object, states, Disposition.UNKNOWN)
        if member.name in calls.EACH:
            use = Disposition.DROPPED
        for argument in call.arguments[:1]:
            states = join(states | self.callback(call, argument.value, states, use))
        return states

    def after(self, call: s.Call, states: States) -> States:
        """``after(callback)``: runs once the response is out; if it flushes, all is covered."""
        promised, requests = self.promised, self.requests
        ended = ENTRY
        for argument in call.arguments[:1]:
            ended = self.callback(call, argument.value, ENTRY, Disposition.AWAITED)
        self.promised, self.requests = promised, requests
        covered = bool(ended) and not any(state.before for state in ended)
        sent = frozenset(spot for state in ended for spot in state.pending)
        found: list[State] = []
        for state in states:
            if covered or state.covered:
                kept = sent if not state.covered else frozenset[Location]()
                found.append(replace(state, pending=kept, before=False, covered=True))
            else:
                found.append(replace(state, pending=state.pending | sent))
        return join(found)

    def later(self, call: s.Call, states: States) -> States:
        """``setTimeout(flush)``: by then the host may have frozen the process."""
        for argument in call.arguments[:1]:
            states = self.callback(call, argument.value, states, Disposition.DROPPED)
        return states

    def stranger(self, call: s.Call, callee: Resolved | None, states: States, use: Use) -> States:
        """A call of something unknown: it may call back, and may flush what it is given."""
        states = self.value(call.callee, states, Disposition.UNKNOWN)
        may_flush = self.may_flush(call, callee)
        if may_flush:
            states = frozenset(flushed(state) for state in states)
            self.promised = self.promised or use is Disposition.AWAITED
        runs = use is not Disposition.DROPPED or call.new
        for argument in call.arguments:
            value = argument.value
            if not isinstance(value, s.Lambda):
                states = self.value(value, states, Disposition.UNKNOWN)
                continue
            states = self.capture(value.function, states)
            flushes = self.flow.mentions_flush(ProjectFunction(self.unit, value.function))
            if runs and flushes:
                states = self.inline(value.function, states, Disposition.UNKNOWN)
            elif runs:
                states = join(states | self.inline(value.function, states, Disposition.UNKNOWN))
            elif flushes:
                states = frozenset(flushed(state) for state in states)
        # what its callbacks have queued may be flushed as well
        return frozenset(flushed(state) for state in states) if may_flush else states

    def may_flush(self, call: s.Call, callee: Resolved | None) -> bool:
        """Whether an unknown call may flush: its name says so, or it is handed a client."""
        if not isinstance(callee, (External, Global)):
            target = call.callee
            name = target.name if isinstance(target, (s.Name, s.Member)) else ""
            if "flush" in name.lower():
                return True
        for argument in call.arguments:
            found = self.program.resolve(self.unit, argument.value)
            if is_flush(found) or (isinstance(found, SdkObject) and found.sdk == "node"):
                return True
            if isinstance(argument.value, s.Lambda) or not isinstance(found, ProjectFunction):
                continue
            if self.flow.summary(found).flushes != "never":
                return True
        return False

    def inline(self, index: int, states: States, use: Use) -> States:
        """Run a callback's body here; ``use`` says what becomes of what it returns."""
        if index in self.inlined or not states:
            return states
        if len(self.inlined) > MAX_INLINE:
            self.flow.stop("callbacks", self.unit, index)
            return states
        function = self.unit.module.functions[index]
        if function.is_generator:
            return states
        saved = (self.exits, self.jumps, self.awaited, self.returned, self.in_async)
        self.exits, self.jumps, self.returned = [], [], use
        self.in_async = function.is_async
        if function.is_async:
            self.awaited = use
        self.inlined.append(index)
        ended = self.block(function.body, states)
        ended = join([*ended, *(one.state for one in self.exits)])
        self.inlined.pop()
        self.exits, self.jumps, self.awaited, self.returned, self.in_async = saved
        return ended


def _left_alone(run: Effects, value: s.Value, states: States, use: Use) -> States:
    return states


_EVALUATED: dict[type[s.Value], Callable[[Effects, Any, States, Use], States]] = {
    s.Call: Effects.call,
    s.Name: Effects.read,
    s.Literal: _left_alone,
    s.Await: Effects.wait,
    s.Choice: Effects.choose,
    s.Lambda: Effects.close_over,
    s.Operation: Effects.operate,
    s.Sequence: Effects.gather,
    s.Spread: Effects.spread,
    s.Comprehension: Effects.comprehend,
}
"""How to evaluate a value, by kind; of the other kinds, only the parts do anything."""
