"""Walks over the small language: what stands inside a value, a statement, a function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mmlint.model import syntax as s


def parts(value: s.Value) -> Iterator[s.Value]:
    """Yield the values directly inside ``value``, in the order in which they are evaluated."""
    if isinstance(value, s.Call):
        yield value.callee
        for argument in value.arguments:
            yield argument.value
    elif isinstance(value, s.Member):
        yield value.object
    elif isinstance(value, s.Object):
        for entry in value.entries:
            yield entry.value
    elif isinstance(value, s.Await | s.Spread):
        yield value.value
    elif isinstance(value, s.Template | s.Unknown):
        yield from value.parts
    elif isinstance(value, s.Sequence):
        yield from value.items
    elif isinstance(value, s.Operation):
        yield from value.operands
    elif isinstance(value, s.Choice):
        yield value.test
        for option in value.options:
            if (option.start, option.end) != (value.test.start, value.test.end):
                yield option
    elif isinstance(value, s.Index):
        yield value.object
        yield value.index
    elif isinstance(value, s.Comprehension):
        yield from value.sources
        yield value.element
    elif isinstance(value, s.Element):
        for entry in value.attributes:
            yield entry.value
        yield from value.children


def inside(value: s.Value) -> Iterator[s.Value]:
    """Yield ``value`` and everything inside it, outer before inner; functions are not entered."""
    stack = [value]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(list(parts(current))))


def own_values(statement: s.Statement) -> Iterator[s.Value]:
    """Yield the values that stand directly in ``statement``, not those of nested statements."""
    if isinstance(statement, s.Evaluate):
        yield statement.value
    elif isinstance(statement, s.Bind):
        yield statement.value
        yield statement.target
    elif isinstance(statement, s.Return | s.Throw):
        if statement.value is not None:
            yield statement.value
    elif isinstance(statement, s.Branch):
        yield statement.test
    elif isinstance(statement, s.Loop):
        for value in (statement.iterable, statement.target, statement.test):
            if value is not None:
                yield value
    elif isinstance(statement, s.Switch):
        yield statement.subject
        for case in statement.cases:
            yield from case.tests
    elif isinstance(statement, s.Try):
        for handler in statement.handlers:
            if handler.test is not None:
                yield handler.test


def nested(statement: s.Statement) -> Iterator[tuple[s.Statement, ...]]:
    """Yield the statement lists inside ``statement``, in source order."""
    if isinstance(statement, s.Branch):
        yield statement.body
        yield statement.orelse
    elif isinstance(statement, s.Loop):
        yield statement.head
        yield statement.update
        yield statement.body
        yield statement.orelse
    elif isinstance(statement, s.Switch):
        for case in statement.cases:
            yield case.body
    elif isinstance(statement, s.Try):
        yield statement.body
        for handler in statement.handlers:
            yield handler.body
        yield statement.orelse
        yield statement.final or ()
    elif isinstance(statement, s.With):
        yield statement.items
        yield statement.body
    elif isinstance(statement, s.Block):
        yield statement.body


def statements(body: Iterable[s.Statement]) -> Iterator[s.Statement]:
    """Yield every statement of ``body``, outer before inner; nested functions are not entered."""
    stack = list(body)[::-1]
    while stack:
        current = stack.pop()
        yield current
        for block in reversed(list(nested(current))):
            stack.extend(reversed(block))


def values(body: Iterable[s.Statement]) -> Iterator[tuple[s.Statement, s.Value]]:
    """Yield every value of ``body`` with the innermost statement it stands in."""
    for statement in statements(body):
        for value in own_values(statement):
            for one in inside(value):
                yield statement, one
