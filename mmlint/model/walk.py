"""Walks over the small language: what stands inside a value, a statement, a function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from mmlint.model import syntax as s
from mmlint.model.syntax import Call, Literal, Member, Name


def _call(value: s.Call) -> Sequence[s.Value]:
    return [value.callee, *[argument.value for argument in value.arguments]]


def _choice(value: s.Choice) -> Sequence[s.Value]:
    """The test counts once where it is an option too (``a || b``)."""
    test = value.test
    options = [one for one in value.options if (one.start, one.end) != (test.start, test.end)]
    return [test, *options]


def _element(value: s.Element) -> Sequence[s.Value]:
    return [*[entry.value for entry in value.attributes], *value.children]


_PARTS: dict[type[s.Value], Callable[..., Sequence[s.Value]]] = {
    s.Call: _call,
    s.Member: lambda value: (value.object,),
    s.Object: lambda value: [entry.value for entry in value.entries],
    s.Await: lambda value: (value.value,),
    s.Spread: lambda value: (value.value,),
    s.Template: lambda value: value.parts,
    s.Unknown: lambda value: value.parts,
    s.Sequence: lambda value: value.items,
    s.Operation: lambda value: value.operands,
    s.Choice: _choice,
    s.Index: lambda value: (value.object, value.index),
    s.Comprehension: lambda value: (*value.sources, value.element),
    s.Element: _element,
}
"""How to get at the parts, by kind; the other kinds have none. Every value of every file comes by
here, and one look into a table costs less than a chain of questions."""


def parts(value: s.Value) -> Sequence[s.Value]:
    """Return the values directly inside ``value``, in the order in which they are evaluated."""
    get = _PARTS.get(type(value))
    return get(value) if get is not None else ()


def inside(value: s.Value) -> Iterator[s.Value]:
    """Yield ``value`` and everything inside it, outer before inner; functions are not entered."""
    stack = [value]
    while stack:
        current = stack.pop()
        yield current
        get = _PARTS.get(type(current))
        if get is not None:
            stack.extend(reversed(get(current)))


def _known(*values: s.Value | None) -> Sequence[s.Value]:
    return [one for one in values if one is not None]


_OWN: dict[type[s.Statement], Callable[..., Sequence[s.Value]]] = {
    s.Evaluate: lambda statement: (statement.value,),
    s.Bind: lambda statement: (statement.value, statement.target),
    s.Return: lambda statement: _known(statement.value),
    s.Throw: lambda statement: _known(statement.value),
    s.Branch: lambda statement: (statement.test,),
    s.Loop: lambda statement: _known(statement.iterable, statement.target, statement.test),
    s.Switch: lambda statement: [
        statement.subject,
        *[test for case in statement.cases for test in case.tests],
    ],
    s.Try: lambda statement: _known(*[handler.test for handler in statement.handlers]),
}
"""How to get at the values of a statement, by kind; the other kinds have none."""


def own_values(statement: s.Statement) -> Sequence[s.Value]:
    """Return the values that stand directly in ``statement``, not those of nested statements."""
    get = _OWN.get(type(statement))
    return get(statement) if get is not None else ()


def _loop(statement: s.Loop) -> Sequence[tuple[s.Statement, ...]]:
    return (statement.head, statement.update, statement.body, statement.orelse)


def _try(statement: s.Try) -> Sequence[tuple[s.Statement, ...]]:
    handlers = [handler.body for handler in statement.handlers]
    return (statement.body, *handlers, statement.orelse, statement.final or ())


_NESTED: dict[type[s.Statement], Callable[..., Sequence[tuple[s.Statement, ...]]]] = {
    s.Branch: lambda statement: (statement.body, statement.orelse),
    s.Loop: _loop,
    s.Switch: lambda statement: [case.body for case in statement.cases],
    s.Try: _try,
    s.With: lambda statement: (statement.items, statement.body),
    s.Block: lambda statement: (statement.body,),
}
"""How to get at the statement lists inside, by kind; the other kinds have none."""


def nested(statement: s.Statement) -> Sequence[tuple[s.Statement, ...]]:
    """Return the statement lists inside ``statement``, in source order."""
    get = _NESTED.get(type(statement))
    return get(statement) if get is not None else ()


def statements(body: Iterable[s.Statement]) -> Iterator[s.Statement]:
    """Yield every statement of ``body``, outer before inner; nested functions are not entered."""
    stack = list(body)[::-1]
    while stack:
        current = stack.pop()
        yield current
        get = _NESTED.get(type(current))
        if get is not None:
            for block in reversed(get(current)):
                stack.extend(reversed(block))


def values(body: Iterable[s.Statement]) -> Iterator[tuple[s.Statement, s.Value]]:
    """Yield every value of ``body`` with the innermost statement it stands in."""
    for statement in statements(body):
        for value in own_values(statement):
            for one in inside(value):
                yield statement, one


class Body:
    """The statements and values of a function, each list in source order, outer before inner.

    Iterating yields each statement with the values that stand in it; those of statements and
    functions inside it are not its own.
    """

    __slots__ = ("_calls", "_ends", "statements", "values")

    def __init__(
        self,
        statements: list[s.Statement],
        values: list[s.Value],
        ends: list[int],
        calls: list[int],
    ) -> None:
        """``ends``: for each statement, how many values stand in it and before it. ``calls``: the
        numbers of the values that are calls."""
        self.statements = statements
        self.values = values
        self._ends = ends
        self._calls = calls

    def __iter__(self) -> Iterator[tuple[s.Statement, list[s.Value]]]:
        begin = 0
        for statement, end in zip(self.statements, self._ends, strict=True):
            yield statement, self.values[begin:end]
            begin = end

    @property
    def calls(self) -> Iterator[tuple[s.Statement, s.Call]]:
        """Every call, with the statement in which it stands."""
        number = 0
        for index in self._calls:
            while self._ends[number] <= index:
                number += 1
            call = self.values[index]
            if isinstance(call, s.Call):
                yield self.statements[number], call


def walked(body: Iterable[s.Statement]) -> Body:
    """Return all that stands in ``body``; nested functions are not entered."""
    every = list(statements(body))
    values: list[s.Value] = []
    ends: list[int] = []
    calls: list[int] = []
    for statement in every:
        get = _OWN.get(type(statement))
        if get is not None:
            _collect(get(statement), values, calls)
        ends.append(len(values))
    return Body(every, values, ends, calls)


def _collect(own: Sequence[s.Value], found: list[s.Value], calls: list[int]) -> None:
    """Add what ``inside`` yields for each of ``own``, and the numbers of the calls among it.

    All values of all files come by here. Nine of ten are of four kinds; these are looked through
    without a call of another function, which halves the time.
    """
    add = found.append
    waiting = [*own]
    waiting.reverse()
    while waiting:
        value = waiting.pop()
        while True:
            add(value)
            if type(value) is Member:
                value = value.object
            elif type(value) is Call:
                calls.append(len(found) - 1)
                if value.arguments:
                    waiting += [one.value for one in value.arguments[::-1]]
                value = value.callee
            else:
                break
        if type(value) is not Name and type(value) is not Literal:
            get = _PARTS.get(type(value))
            if get is not None:
                waiting.extend(reversed(get(value)))
