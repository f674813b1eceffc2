"""What evaluating a call does to the states: sends, flushes, requests, and what runs callbacks.

``_KINDS`` is the order in which a call is asked what it is; the first answer counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.project.delivery.application import Application, Applied
from mmlint.project.delivery.awaitables import Awaitables, lives_on, respond
from mmlint.project.delivery.expressions import Expressions
from mmlint.project.delivery.requests import BODIES, BYSTANDERS, Work, is_request, started
from mmlint.project.delivery.run import Run
from mmlint.project.delivery.state import (
    ENTRY,
    UNREACHABLE,
    Disposition,
    Exit,
    Requests,
    State,
    States,
    StoredIn,
    Use,
    flush,
    join,
    queue,
)
from mmlint.project.semantic import callee as callees
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
from mmlint.project.semantic.unit import Location

MAX_INLINE = 12
"""How deep callbacks inside callbacks are entered."""

ExecBlock = Callable[[Iterable[s.Statement], States], States]


class Asked(NamedTuple):
    """A call, and what is known of what it calls. ``path``: of a global or an external. ``work``:
    what it starts beside the caller, where a plain request is made in there."""

    call: s.Call
    callee: Resolved | None
    path: tuple[str, ...]
    member: s.Member | None
    work: Work | None

    @property
    def method(self) -> str:
        """The name of the method that is called, or an empty text."""
        return self.member.name if self.member is not None else ""


class Calls:
    """Evaluates the calls of one run. ``exec_block`` runs the body of a callback."""

    def __init__(
        self, run: Run, awaitables: Awaitables, expressions: Expressions, exec_block: ExecBlock
    ) -> None:
        self.run = run
        self.awaitables = awaitables
        self.expressions = expressions
        self.exec_block = exec_block
        self.application = Application(run, awaitables, expressions, self.inline)
        self.entrusted = False  # whether a promise goes to what waits beside the function
        top_level = run.function.kind == "module"
        self.lasting = top_level and lives_on(run.program, run.unit)

    def call(self, call: s.Call, states: States, use: Use) -> States:
        """Evaluate a call; ``use`` says what becomes of its result."""
        if isinstance(call.callee, s.Lambda):
            states = self.arguments(call, states, Disposition.UNKNOWN)
            return self.inline(call.callee.function, states, self.kept_alive(use))
        found, call = self.run.program.called(self.run.unit, call)
        callee = constructor(found)
        member = call.callee if isinstance(call.callee, s.Member) else None
        work = self.started_request(call, callee)
        asked = Asked(call, callee, callees.path_of(callee), member, work)
        for applies, evaluate in _KINDS:
            if applies(self, asked):
                return evaluate(self, asked, states, use)
        return self.unknown(asked, states, use)

    def arguments(self, call: s.Call, states: States, use: Use) -> States:
        """Evaluate the arguments, all with the same use."""
        for argument in call.arguments:
            states = self.expressions.value(argument.value, states, use)
        return states

    def kept_alive(self, use: Use) -> Use:
        """A script lives until its top-level chains settle, unless it ends itself beside them."""
        outermost = self.lasting and len(self.run.inlined) == 1
        return Disposition.UNKNOWN if outermost and use is Disposition.DROPPED else use

    # --- the SDK ---------------------------------------------------------------------------------

    def argument_call(self, asked: Asked, states: States, use: Use) -> States:
        """The wrapper calls what it is given: as if that queued an event."""
        place = self.run.location(asked.call)
        self.run.argument_calls.add(place)
        states = self.arguments(asked.call, states, Disposition.UNKNOWN)
        return frozenset(queue(state, place) for state in states)

    def sdk_call(self, asked: Asked, states: States, use: Use) -> States:
        callee = asked.callee
        assert isinstance(callee, SdkFunction)
        states = self.arguments(asked.call, states, Disposition.UNKNOWN)
        if is_flush(callee):
            return self.flush(asked.call, states, use, callee.awaitable)
        if callees.is_send(callee):
            self.run.sends = True
            return self.awaitables.enqueue(self.run.location(asked.call), states)
        return states

    def flush(self, call: s.Call, states: States, use: Use, awaitable: bool | None) -> States:
        if awaitable is None and self.run.unit.python:
            awaitable = self.run.in_async
        if awaitable is False:
            return frozenset(flush(state) for state in states)
        place = self.run.location(call)
        return self.awaitables.use_flush(place, states, use, "its promise is dropped")

    # --- plain requests --------------------------------------------------------------------------

    def request(self, asked: Asked, states: States, use: Use) -> States:
        """A plain request. One that waits by itself still needs the coroutine around it to run."""
        states = self.arguments(asked.call, states, Disposition.UNKNOWN)
        place = self.run.location(asked.call)
        if not self.run.summaries.requests[place]:
            made = Requests.PROMISED if self.run.in_async else Requests.WAITED
            self.awaitables.requests = max(self.awaitables.requests, made)
            return states
        return self.awaitables.use_request(place, states, use, "its promise is dropped")

    def is_request(self, value: s.Value) -> bool:
        """Whether ``value`` is a plain request."""
        is_call = isinstance(value, s.Call)
        return is_call and self.run.location(value) in self.run.summaries.requests

    def started_request(self, call: s.Call, callee: Resolved | None) -> Work | None:
        """The work with a plain request in it that the call starts."""
        run = self.run
        work = started(run.program, run.unit, call, callee)
        if work is None:
            return None
        function = constructor(run.program.resolve(run.unit, work.function))
        if isinstance(function, ProjectFunction):
            makes = run.summaries.summary(function).requests is not Requests.NEVER
        else:
            makes = is_request(run.program, run.unit, work, function)
        return work if makes else None

    def start(self, asked: Asked, states: States, use: Use) -> States:
        """Work with a request in it is started beside this path: in a thread, in an executor.

        Waiting for the call's result waits for it, and waiting for its keeper does.
        """
        work = asked.work
        assert work is not None
        states = self.arguments(asked.call, states, Disposition.UNKNOWN)
        place = self.run.location(asked.call)
        why, stored = "the thread that it runs in is not joined", "not every path waits for its end"
        keeper = work.keeper
        if isinstance(keeper, s.Call):
            states = self.expressions.value(keeper, states, Disposition.UNKNOWN)
        elif isinstance(keeper, s.Name):
            dropped = use is Disposition.DROPPED
            if dropped or isinstance(use, StoredIn):
                kept = StoredIn(keeper.binding)
                states = self.awaitables.use_request(place, states, kept, why, stored)
                use = Disposition.UNKNOWN if dropped else use
        return self.awaitables.use_request(place, states, use, why, stored)

    # --- what the platform does ------------------------------------------------------------------

    def arguments_alone(self, asked: Asked, states: States, use: Use) -> States:
        """``bind`` and ``partial`` call nothing yet."""
        return self.arguments(asked.call, states, Disposition.UNKNOWN)

    def arguments_likewise(self, asked: Asked, states: States, use: Use) -> States:
        """``Promise.all`` and the like: the arguments are used as the result is."""
        return self.arguments(asked.call, states, use)

    def print_arguments(self, asked: Asked, states: States, use: Use) -> States:
        return self.arguments(asked.call, states, Disposition.DROPPED)

    def wait_until(self, asked: Asked, states: States, use: Use) -> States:
        """``waitUntil(…)``: the platform waits, whether or not the response is out, and so the
        function's own promise is not the one that must be awaited."""
        noted = self.awaitables
        before = (noted.promised, noted.requests, dict(noted.late))
        outer, self.entrusted = self.entrusted, True
        states = self.arguments(asked.call, states, Disposition.AWAITED)
        self.entrusted = outer
        noted.promised, noted.requests, noted.late = before
        return states

    def run_to_end(self, asked: Asked, states: States, use: Use) -> States:
        """``asyncio.run(…)``: done when the call returns."""
        noted = self.awaitables
        promised, before = noted.promised, noted.requests
        noted.requests = Requests.NEVER
        states = self.arguments(asked.call, states, Disposition.AWAITED)
        made = Requests.NEVER if noted.requests is Requests.NEVER else Requests.WAITED
        noted.promised, noted.requests = promised, max(before, made)
        return states

    def never_returns(self, asked: Asked, states: States, use: Use) -> States:
        states = self.arguments(asked.call, states, Disposition.UNKNOWN)
        place = self.run.location(asked.call)
        if callees.throws(asked.callee):
            self.run.throws += [(place, state) for state in states]
        else:
            self.run.process_exits += [Exit("process", place, state) for state in states]
            self.run.cut_off |= self.awaitables.unwaited.keys()
        return UNREACHABLE

    def pause(self, asked: Asked, states: States, use: Use) -> States:
        """``step.sleep(…)``: what is queued does not outlive the process."""
        states = self.arguments(asked.call, states, Disposition.UNKNOWN)
        return self._part(self.run.location(asked.call), "pause", states, states)

    def step(self, asked: Asked, states: States, use: Use) -> States:
        """``step.do(name, callback)``: the callback needs a flush of its own for what it sends."""
        for argument in asked.call.arguments:
            value = argument.value
            if not isinstance(value, s.Lambda):
                states = self.expressions.value(value, states, Disposition.UNKNOWN)
                continue
            function = self.run.unit.module.functions[value.function]
            end = Location(self.run.unit, function.body_end, function.body_end)
            known = frozenset(place for state in states for place in state.queued)
            ended = self.inline(value.function, states, Disposition.AWAITED)
            own = frozenset(replace(one, queued=one.queued - known) for one in ended)
            rest = frozenset(replace(one, queued=one.queued & known) for one in ended)
            states = self._part(end, "step", own, rest)
        return states

    def _part(
        self, place: Location, kind: Literal["pause", "step"], lost: States, after: States
    ) -> States:
        """Note what is ``lost`` where the process may end; return the states ``after``."""
        self.run.pauses += [Exit(kind, place, one) for one in lost if one.queued]
        return join(flush(one) if kind == "pause" else one for one in after)

    def after(self, asked: Asked, states: States, use: Use) -> States:
        """``after(callback)``: runs once the response is out; if it flushes, all is covered."""
        noted = self.awaitables
        promised, requests = noted.promised, noted.requests
        ended = ENTRY
        for argument in asked.call.arguments[:1]:
            ended = self.callback(asked.call, argument.value, ENTRY, Disposition.AWAITED)
        noted.promised, noted.requests = promised, requests
        covered = bool(ended) and not any(state.before for state in ended)
        sent = frozenset(place for state in ended for place in state.lost)
        found: list[State] = []
        for state in states:
            if covered:
                one = replace(flush(state), flushed_later=True, deferred=sent)
            else:
                one = replace(state, deferred=state.deferred | sent)
            found.append(one)
        return join(found)

    def timer(self, asked: Asked, states: States, use: Use) -> States:
        """``setTimeout(flush)``: by then the host may have frozen the process."""
        for argument in asked.call.arguments[:1]:
            states = self.callback(asked.call, argument.value, states, Disposition.DROPPED)
        return states

    # --- functions of the project ----------------------------------------------------------------

    def project_call(self, asked: Asked, states: States, use: Use) -> States:
        assert isinstance(asked.callee, ProjectFunction)
        return self.apply(asked.call, asked.callee, states, use)

    def apply(self, call: s.Call, callee: ProjectFunction, states: States, use: Use) -> States:
        """Apply the summary of a function of the project."""
        kept = self.kept_alive(use)
        goes_on = kept is Disposition.DROPPED or self.entrusted
        return self.application.apply(Applied(call, callee, use, kept, goes_on), states)

    # --- callbacks -------------------------------------------------------------------------------

    def chain(self, asked: Asked, states: States, use: Use) -> States:
        """``promise.then(f)``: the promise and what ``f`` returns are used as the chain is."""
        call, member = asked.call, asked.member
        assert member is not None
        if use is Disposition.DROPPED and any(self.signals(one.value) for one in call.arguments):
            use = Disposition.UNKNOWN
        direct = is_flush(self.called(member.object))
        states = self.expressions.value(
            member.object, states, use if direct else self.kept_alive(use)
        )
        if member.name == "catch":
            return states
        use = self.kept_alive(use)
        for argument in call.arguments[:1]:
            states = self.callback(call, argument.value, states, use)
        return states

    def signals(self, value: s.Value) -> bool:
        """Whether a callback tells what waits that all is done: it calls (or is) what an enclosing
        function was given (``resolve``, ``callback``), or ends the process."""
        resolve, unit = self.run.program.resolve, self.run.unit
        if not isinstance(value, s.Lambda):
            return _is_parameter(resolve(unit, value), -1)
        found = (
            resolve(unit, inner.callee)
            for inner in unit.values(value.function)
            if isinstance(inner, s.Call)
        )
        return any(callees.ends_process(one) or _is_parameter(one, value.function) for one in found)

    def called(self, value: s.Value) -> Resolved | None:
        """What ``value`` calls, where it is a call."""
        if not isinstance(value, s.Call):
            return None
        return self.run.program.resolve(self.run.unit, value.callee)

    def callback(self, call: s.Call, value: s.Value, states: States, use: Use) -> States:
        """A function value that certainly runs, and whose result has the given use."""
        if isinstance(value, s.Lambda):
            return self.inline(value.function, states, use)
        found = self.run.program.resolve(self.run.unit, value)
        if is_flush(found):
            place = self.run.location(call)
            return self.awaitables.use_flush(place, states, use, "its promise is dropped")
        if isinstance(found, ProjectFunction):
            return self.apply(s.Call(call.start, call.end, value, ()), found, states, use)
        return self.expressions.value(value, states, Disposition.UNKNOWN)

    def each(self, asked: Asked, states: States, use: Use) -> States:
        """Array methods: their callback runs any number of times, at once."""
        assert asked.member is not None
        states = self.expressions.value(asked.member.object, states, Disposition.UNKNOWN)
        if asked.method in callees.EACH:
            use = Disposition.DROPPED
        for argument in asked.call.arguments[:1]:
            states = join(states | self.callback(asked.call, argument.value, states, use))
        return states

    def inline(self, index: int, states: States, use: Use) -> States:
        """Run a callback's body here; ``use`` says what becomes of what it returns."""
        run = self.run
        if index in run.inlined or not states:
            return states
        if len(run.inlined) > MAX_INLINE:
            run.summaries.stop("callbacks", run.unit, index)
            return states
        function = run.unit.module.functions[index]
        if function.is_generator:
            return states
        saved = (run.exits, run.jumps, run.awaited, run.returned, run.in_async)
        entrusted, self.entrusted = self.entrusted, False
        run.exits, run.jumps, run.returned = [], [], use
        run.in_async = function.is_async
        if function.is_async:
            run.awaited = use
        run.inlined.append(index)
        ended = self.exec_block(function.body, states)
        ended = join([*ended, *(one.state for one in run.exits)])
        run.inlined.pop()
        run.exits, run.jumps, run.awaited, run.returned, run.in_async = saved
        self.entrusted = entrusted
        return ended

    # --- everything else -------------------------------------------------------------------------

    def collect(self, asked: Asked, states: States, use: Use) -> States:
        """``waiting.push(flush())``: stored in the variable."""
        assert asked.member is not None
        assert isinstance(asked.member.object, s.Name)
        return self.arguments(asked.call, states, StoredIn(asked.member.object.binding))

    def stand_by(self, asked: Asked, states: States, use: Use) -> States:
        """``task.add_done_callback(…)`` waits for nothing."""
        assert asked.member is not None
        return self.expressions.value(asked.member.object, states, Disposition.DROPPED)

    def read_body(self, asked: Asked, states: States, use: Use) -> States:
        """``ky.post(…).json()`` stands for the request."""
        assert asked.member is not None
        return self.expressions.value(asked.member.object, states, use)

    def unknown(self, asked: Asked, states: States, use: Use) -> States:
        """Something unknown may call back, may flush what it is given, may send the response."""
        states = self.may_call_back(asked, states, use)
        name = callees.response(asked.call)
        if name is None:
            return states
        through = self.run.program.resolve(self.run.unit, name)
        return respond(self.run.location(asked.call), through, states)

    def may_call_back(self, asked: Asked, states: States, use: Use) -> States:
        call = asked.call
        states = self.expressions.value(call.callee, states, Disposition.UNKNOWN)
        may_flush = self.may_flush(asked)
        if may_flush:
            states = frozenset(flush(state) for state in states)
            self.awaitables.promised = self.awaitables.promised or use is Disposition.AWAITED
        runs = use is not Disposition.DROPPED or call.new
        for argument in call.arguments:
            value = argument.value
            if not isinstance(value, s.Lambda):
                states = self.expressions.value(value, states, Disposition.UNKNOWN)
                continue
            states = self.expressions.capture(value.function, states)
            function = ProjectFunction(self.run.unit, value.function)
            flushes = self.run.summaries.mentions_flush(function)
            if runs and flushes:
                states = self.inline(value.function, states, Disposition.UNKNOWN)
            elif runs:
                states = join(states | self.inline(value.function, states, Disposition.UNKNOWN))
            elif flushes:
                states = frozenset(flush(state) for state in states)
        # what its callbacks have queued may be flushed as well
        return frozenset(flush(state) for state in states) if may_flush else states

    def may_flush(self, asked: Asked) -> bool:
        """Whether an unknown call may flush: its name says so, or it is handed a client."""
        if not isinstance(asked.callee, (External, Global)):
            target = asked.call.callee
            name = target.name if isinstance(target, (s.Name, s.Member)) else ""
            if "flush" in name.lower():
                return True
        for argument in asked.call.arguments:
            found = self.run.program.resolve(self.run.unit, argument.value)
            if is_flush(found) or (isinstance(found, SdkObject) and found.sdk == "node"):
                return True
            if isinstance(argument.value, s.Lambda) or not isinstance(found, ProjectFunction):
                continue
            if self.run.summaries.summary(found).flushes != "never":
                return True
        return False


def _is_parameter(entity: Resolved | None, own: int) -> bool:
    """Whether it is a parameter of a function other than ``own``."""
    return isinstance(entity, Parameter) and not entity.path and entity.function != own


def _argument_is_called(calls: Calls, asked: Asked) -> bool:
    return calls.run.argument is not None and asked.callee == calls.run.argument


def _calls_nothing_yet(calls: Calls, asked: Asked) -> bool:
    return isinstance(asked.callee, BoundMethod) or makes_partial(asked.callee)


def _comes_back_never(calls: Calls, asked: Asked) -> bool:
    return callees.throws(asked.callee) or callees.ends_process(asked.callee)


def _pauses(calls: Calls, asked: Asked) -> bool:
    return asked.method in callees.PAUSES and _is_of_step(asked)


def _is_step(calls: Calls, asked: Asked) -> bool:
    return asked.method in callees.STEPS and _is_of_step(asked)


def _is_of_step(asked: Asked) -> bool:
    return asked.member is not None and callees.is_step(asked.member.object)


def _stands_for_arguments(calls: Calls, asked: Asked) -> bool:
    path = asked.path
    return path in callees.COMBINATORS or path in callees.TASKS or callees.makes_task(path)


def _runs_to_end(calls: Calls, asked: Asked) -> bool:
    return asked.path in callees.RUNNERS or asked.method == "run_until_complete"


def _prints(calls: Calls, asked: Asked) -> bool:
    return bool(asked.path) and asked.path[0] in callees.PRINTERS


def _goes_through(calls: Calls, asked: Asked) -> bool:
    return asked.method in callees.EACH or asked.method in callees.MAPPERS


def _collects(calls: Calls, asked: Asked) -> bool:
    named = asked.member is not None and isinstance(asked.member.object, s.Name)
    return named and asked.method in ("push", "add", "append")


def _stands_by(calls: Calls, asked: Asked) -> bool:
    return asked.method in BYSTANDERS and calls.run.unit.python


def _reads_body(calls: Calls, asked: Asked) -> bool:
    if asked.member is None or asked.method not in BODIES:
        return False
    return calls.is_request(asked.member.object)


_Applies = Callable[[Calls, Asked], bool]
_Evaluate = Callable[[Calls, Asked, States, Use], States]

_KINDS: tuple[tuple[_Applies, _Evaluate], ...] = (
    (_argument_is_called, Calls.argument_call),
    (_calls_nothing_yet, Calls.arguments_alone),
    (lambda _, asked: isinstance(asked.callee, SdkFunction), Calls.sdk_call),
    (lambda calls, asked: calls.is_request(asked.call), Calls.request),
    (lambda _, asked: asked.work is not None, Calls.start),
    (lambda _, asked: callees.waits(asked.call, asked.callee), Calls.wait_until),
    (lambda _, asked: callees.after(asked.callee), Calls.after),
    (_comes_back_never, Calls.never_returns),
    (_pauses, Calls.pause),
    (_is_step, Calls.step),
    (_stands_for_arguments, Calls.arguments_likewise),
    (_runs_to_end, Calls.run_to_end),
    (_prints, Calls.print_arguments),
    (lambda _, asked: asked.path in callees.TIMERS, Calls.timer),
    (lambda _, asked: isinstance(asked.callee, ProjectFunction), Calls.project_call),
    (lambda _, asked: asked.method in callees.CHAINS, Calls.chain),
    (_goes_through, Calls.each),
    (_collects, Calls.collect),
    (_stands_by, Calls.stand_by),
    (_reads_body, Calls.read_body),
)
"""What a call can be, in the order in which it is asked, and how it is evaluated."""
