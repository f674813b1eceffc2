"""Which calls have a function of the project called later, and what it is given then."""

from __future__ import annotations

import pytest

from mmlint.languages import observe
from mmlint.model import syntax as s
from mmlint.project.semantic.deferrals import deferrals
from mmlint.project.semantic.program import Program

HEAD = """import asyncio, threading
from celery import shared_task
from functools import partial

def send(name, aid=None): ...
def keep(function, name): ...

@shared_task
def task(name, aid=None): ...

@shared_task(bind=True)
def bound(self, name, aid=None): ...

"""


def names(line: str) -> list[str | None]:
    """The name that each deferred function is given by ``line``; None where it is not known."""
    program = Program({"a.py": observe((HEAD + line).encode(), "python")})
    found: list[str | None] = []
    for every in deferrals(program).values():
        for one in every:
            passed = program.substitution(one.call.unit, one.direct, one.function)
            parameters = one.function.function.parameters
            given = {parameters[key[2]].name: value for key, value in passed}
            value = given.get("name")
            literal = value.value if value is not None else None
            found.append(str(literal.value) if isinstance(literal, s.Literal) else None)
    return found


@pytest.mark.parametrize(
    "line",
    [
        "send('x')",
        "keep(send, 'x')",
        "threading.Thread(target=print, args=('x',))",
        "threading.Thread(args=('x',))",
        "pool.submit(*given)",
        "pool.submit(given, 'x')",
        "send.delay('x')  # no decorator gave it that method",
        "other.delay('x')",
        "partial(send, 'x')",
        "pool.map(send, ['x'])  # each item is one, and which is not followed",
        "pool.apply_async(given, ('x',))",
    ],
)
def test_nothing_is_called_later(line: str) -> None:
    assert names(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "threading.Thread(target=send, args=given)",
        "threading.Thread(target=send, kwargs=given)",
        "threading.Thread(target=send, kwargs={**given})",
        "task.apply_async(given)",
        "pool.submit(send, *given)",
        "task.delay()",
    ],
)
def test_what_is_given_is_not_known(line: str) -> None:
    assert names(line) == [None]


@pytest.mark.parametrize(
    "line",
    [
        "threading.Thread(target=send, args=('x', 'y'))",
        "threading.Thread(None, send, 'n', ('x',))",
        "threading.Thread(None, send, args=['x'])",
        "threading.Thread(target=send, kwargs={'aid': 'y', 'name': 'x'})",
        "threading.Timer(3, send, ['x'])",
        "pool.submit(send, 'x')",
        "pool.submit(send, name='x')",
        "pool.submit(partial(send, 'x'))",
        "asyncio.to_thread(send, 'x', 'y')",
        "loop.run_in_executor(None, send, 'x')",
        "pool.apply_async(send, ('x',))",
        "pool.apply_async(send, kwds={'name': 'x'})",
        "tasks.add_task(send, 'x')",
        "tasks.add_task(func=send, name='x')",
        "task.delay('x', aid='y')",
        "task.apply_async(('x',), countdown=3)",
        "task.apply_async(args=['x'], queue='low')",
        "task.apply_async(kwargs={'name': 'x'})",
        "bound.delay('x')",
        "bound.apply_async(args=['x', 'y'])",
    ],
)
def test_the_arguments_go_along(line: str) -> None:
    assert names(line) == ["x"]
