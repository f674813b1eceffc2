"""Which calls start work beside their caller, what is run there, and what can be waited for."""

from __future__ import annotations

import pytest

from mmlint.model import syntax as s
from mmlint.project.delivery.requests import is_request, must_be_awaited, started
from tests.project import linking

HEAD = """import asyncio, threading, multiprocessing, requests, httpx, aiohttp
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from celery import shared_task

URL = "https://api.millimetric.ai/v1/track"
pool = ThreadPoolExecutor()
workers = multiprocessing.Pool()

@shared_task
def task(name): ...

def work(name): ...
def start(f): ...

"""


def found(line: str) -> list[str]:
    """What is run elsewhere, as text with its arguments, and what keeps it."""
    text = HEAD + line
    program = linking.program({"a.py": text})
    (unit,) = program.units
    result = []
    for call in program.calls:
        work = started(program, unit, call.call, call.callee)
        if work is None:
            continue
        given = ", ".join(_text(text, one) for one in work.arguments)
        kept = "" if work.keeper is None else f" kept by {_text(text, work.keeper)}"
        result.append(f"{_text(text, work.function)}({given}){kept}")
    return result


def _text(text: str, node: s.Node) -> str:
    value = node.value if isinstance(node, s.Argument) else node
    shown = "?" if isinstance(value, s.Unknown) else text[value.start : value.end]
    named = isinstance(node, s.Argument) and node.name is not None
    return f"{node.name}={shown}" if named else shown


@pytest.mark.parametrize(
    "line",
    [
        "work('x')",
        "start(work)",
        "threading.Thread(target=work)  # it is not started",
        "unknown.submit(work)",
        "unknown.start()",
        "pool.submit()",
        "pool.submit(*given)",
        "task.apply_async(('x',))",
        "task.delay('x')",
        "background.add_task(work, 'x')",
        "loop.call_soon(work)",
    ],
)
def test_no_work_is_started_that_must_be_waited_for(line: str) -> None:
    assert found(line) == []


@pytest.mark.parametrize(
    ("line", "work"),
    [
        ("pool.submit(work, 'x', b=1)", "work('x', b=1) kept by pool"),
        ("pool.submit(partial(work, 'x'), 'y')", "work('x', 'y') kept by pool"),
        ("pool.map(work, names)", "work(?) kept by pool"),
        ("workers.apply_async(work, ('x',), {'b': 1})", "work('x', b=1) kept by workers"),
        ("workers.starmap_async(work, pairs)", "work(?) kept by workers"),
        ("loop.run_in_executor(None, work, 'x')", "work('x')"),
        ("asyncio.to_thread(work, 'x')", "work('x')"),
        (
            "threading.Thread(target=work, args=('x',)).start()",
            "work('x') kept by threading.Thread(target=work, args=('x',))",
        ),
        ("t = threading.Thread(None, work, None, ('x',))\nt.start()", "work('x') kept by t"),
        ("t = threading.Timer(3, work, ['x'])\nt.start()", "work('x') kept by t"),
        ("p = multiprocessing.Process(target=work)\np.start()", "work() kept by p"),
    ],
)
def test_work_runs_beside_its_caller(line: str, work: str) -> None:
    assert found(line) == [work]


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("pool.submit(work, URL)", False),
        ("pool.submit(requests.get, URL)", False),
        ("pool.submit(requests.post, 'https://example.com/v1/track', json={})", False),
        ("pool.submit(requests.post, URL, json={})", True),
        ("workers.apply_async(requests.post, (URL,), {'json': {}})", True),
        ("threading.Thread(target=requests.post, args=(URL,)).start()", True),
    ],
)
def test_work_is_a_request_itself(line: str, is_one: bool) -> None:
    program = linking.program({"a.py": HEAD + line})
    (unit,) = program.units
    works = [started(program, unit, one.call, one.callee) for one in program.calls]
    (work,) = (one for one in works if one is not None)
    callee = program.resolve(unit, work.function)
    assert is_request(program, unit, work, callee) is is_one


@pytest.mark.parametrize(
    ("line", "awaited"),
    [
        ("requests.post(URL)", False),
        ("httpx.post(URL)", False),
        ("httpx.AsyncClient().post(URL)", True),
        ("aiohttp.ClientSession().post(URL)", True),
    ],
)
def test_python_waits_by_itself_where_the_library_does(line: str, awaited: bool) -> None:
    program = linking.program({"a.py": HEAD + line})
    call = (
        program.calls[-1]
        if line.count("(") == 1
        else max(program.calls, key=lambda one: one.call.end - one.call.start)
    )
    assert must_be_awaited(call) is awaited
