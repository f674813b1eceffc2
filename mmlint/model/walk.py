"""Walks over the small language: what stands inside a value, a statement, a function."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from mmlint.model import syntax as s
from mmlint.model.syntax import Call, Member, Name

V = TypeVar("V", bound=s.Value)


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
    s.ExpressionStatement: lambda statement: (statement.value,),
    s.Assign: lambda statement: (statement.value, statement.target),
    s.Return: lambda statement: _known(statement.value),
    s.Throw: lambda statement: _known(statement.value),
    s.If: lambda statement: (statement.test,),
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
    s.If: lambda statement: (statement.body, statement.orelse),
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


class Walk:
    """The statements and values of several bodies (of the functions of a module), each list in
    source order, outer before inner, body by body. Nested functions are not entered."""

    __slots__ = ("_bodies", "_calls", "_ends", "_kinds", "statements", "values")

    def __init__(self, bodies: Iterable[Iterable[s.Statement]]) -> None:
        self.statements: list[s.Statement] = []
        self.values: list[s.Value] = []
        self._bodies = array("I")  # for each, how many statements stand in it and before it
        self._ends = array("I")  # for each statement, how many values stand in it and before it
        self._calls = array("I")  # the numbers of the values that are calls
        self._kinds: defaultdict[object, list[Any]] = defaultdict(list)
        for body in bodies:
            for statement in statements(body):
                self.statements.append(statement)
                get = _OWN.get(type(statement))
                if get is not None:
                    self._collect(get(statement))
                self._ends.append(len(self.values))
            self._bodies.append(len(self.statements))

    def of(self, kind: type[V]) -> list[V]:
        """Return every value of one kind, body by body."""
        if kind is Call:
            return [self.values[index] for index in self._calls]  # type: ignore[misc]
        if kind in _FREQUENT:
            return [value for value in self.values if type(value) is kind]
        return self._kinds.get(kind, [])

    def inside(self, body: int) -> list[s.Value]:
        """Return every value of a body."""
        first, last = self._range(body)
        begin = self._ends[first - 1] if first else 0
        return self.values[begin : self._ends[last - 1]] if last > first else []

    def written(self, body: int) -> list[s.Statement]:
        """Return every statement of a body."""
        first, last = self._range(body)
        return self.statements[first:last]

    def content(self, body: int) -> Iterator[tuple[s.Statement, list[s.Value]]]:
        """Yield each statement of a body with the values that stand in it; those of statements
        inside it are not its own."""
        first, last = self._range(body)
        begin = self._ends[first - 1] if first else 0
        for number in range(first, last):
            yield self.statements[number], self.values[begin : self._ends[number]]
            begin = self._ends[number]

    def calls(self) -> Iterator[tuple[int, s.Statement, s.Call]]:
        """Yield every call with its body, by number, and the statement in which it stands."""
        body = number = 0
        for index in self._calls:
            while self._ends[number] <= index:
                number += 1
            while self._bodies[body] <= number:
                body += 1
            call = self.values[index]
            if type(call) is Call:
                yield body, self.statements[number], call

    def _range(self, body: int) -> tuple[int, int]:
        """The numbers of the first statement of a body, and of the one behind its last."""
        return self._bodies[body - 1] if body else 0, self._bodies[body]

    def _collect(self, own: Sequence[s.Value]) -> None:
        """Add what ``inside`` yields for each of ``own``.

        All values of all files come by here. Three of four are names, members or calls; these are
        looked through without a call of another function, which halves the time.
        """
        add, calls, kinds = self.values.append, self._calls, self._kinds
        waiting = [*own]
        waiting.reverse()
        while waiting:
            value = waiting.pop()
            while True:
                add(value)
                if type(value) is Member:
                    value = value.object
                elif type(value) is Call:
                    calls.append(len(self.values) - 1)
                    if value.arguments:
                        waiting += [one.value for one in value.arguments[::-1]]
                    value = value.callee
                else:
                    break
            kind = type(value)
            if kind is not Name:
                kinds[kind].append(value)
                get = _PARTS.get(kind)
                if get is not None:
                    waiting.extend(reversed(get(value)))


_FREQUENT: frozenset[object] = frozenset({Name, Member, Call})
"""Kinds whose values are not also held by kind."""
