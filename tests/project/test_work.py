"""The work of following paths grows with the size of what is followed, not with its paths.

Counted are values, each once for every state in which it is evaluated, at some size and at twice
that size.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from mmlint.app import check
from mmlint.project.delivery.expressions import Expressions

NODE = 'import { track, flush } from "@millimetric/track-node";\n'


class Work:
    def __init__(self) -> None:
        self.steps = 0


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    counted, value = Work(), Expressions.value

    def counting(run: Expressions, *arguments: object) -> object:
        counted.steps += len(arguments[1])  # type: ignore[arg-type]
        return value(run, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Expressions, "value", counting)
    return counted


def route(body: str, before: str = "") -> dict[str, str]:
    text = f"{NODE}{before}\nexport async function POST(req) {{\n{body}\n}}\n"
    return {"app/api/a/route.tsx": text}


def python(body: str) -> dict[str, str]:
    text = "import millimetric\nclient = millimetric.MillimetricClient()\n"
    return {"api/a.py": f"{text}def handler(event, context):\n{body}"}


def repeated(shape: str, count: int, separator: str = "\n") -> str:
    return separator.join(shape.replace("#", str(n)) for n in range(count))


def mutual(count: int, called: Callable[[int], list[int]]) -> str:
    return "\n".join(
        f"async function f{n}(a) {{ {' '.join(f'await f{m}(a);' for m in called(n))}"
        ' track({ event: "a" }); }'
        for n in range(count)
    )


SHAPES: dict[str, Callable[[int], dict[str, str]]] = {
    "conditional spreads": lambda n: route(
        "track({ event: 'a', properties: {"
        + repeated("...(req.a# !== undefined && { a#: req.a# }),", n)
        + "} });"
    ),
    "conditions in JSX": lambda n: route(
        f"track({{ event: 'a' }}); return <div>{repeated('{req.a# && <p/>}', n)}</div>;"
    ),
    "the same condition in JSX": lambda n: route(
        f"track({{ event: 'a' }}); return <div>{repeated('{req.a && <p>#</p>}', n)}</div>;"
    ),
    "ternaries as arguments": lambda n: route(
        f"track({{ event: 'a' }}); req.f({repeated('req.a# ? 1 : 2', n, ', ')});"
    ),
    "branches": lambda n: route(repeated("if (req.a#) { track({ event: 'a' }); }", n)),
    "branches that return": lambda n: route(
        repeated("if (req.a#) { track({ event: 'a' }); return; }", n)
    ),
    "a chain of branches": lambda n: route(
        repeated("if (req.a#) { track({ event: 'a' }); }", n, " else ")
    ),
    "a switch": lambda n: route(
        f"switch (req.a) {{ {repeated('case #: track({ event: `a` }); break;', n)} }}"
    ),
    "a switch that falls through": lambda n: route(
        f"switch (req.a) {{ {repeated('case #: track({ event: `a` });', n)} }}"
    ),
    "Python branches": lambda n: python(
        repeated("    if event['a#']:\n        client.track({'event': 'a'})\n", n, "")
    ),
    "a chain of Python branches": lambda n: python(
        "    if event:\n        pass\n"
        + repeated("    elif event['a#']:\n        client.track({'event': 'a'})\n", n, "")
    ),
    "a ring of functions": lambda n: route(
        "await f0(1);", mutual(n, lambda one: [(one + 1) % n, (one + 2) % n])
    ),
    "a recursive renderer": lambda n: route(
        "await f0(1);", mutual(n, lambda one: [0, (one + 1) % n])
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_twice_the_size_is_twice_the_work(name: str, work: Work, tmp_path: Path) -> None:
    def steps(size: int) -> int:
        work.steps = 0
        for path, text in SHAPES[name](size).items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        (tmp_path / "package.json").write_text('{ "dependencies": { "next": "15.1.0" } }')
        result = check(tmp_path)
        assert any(one.finding.code == "MM102" for one in result.findings)
        assert not result.summary.limits
        return work.steps

    small, large = steps(40), steps(80)
    assert 40 <= small <= 40 * 100
    assert large <= 2.3 * small


def test_where_all_functions_call_all_the_work_grows_with_the_calls(
    work: Work, tmp_path: Path
) -> None:
    def steps(size: int) -> int:
        work.steps = 0
        files = route("await f0(1);", mutual(size, lambda _: list(range(size))))
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        assert "recursion" not in check(tmp_path).summary.limits
        return work.steps

    small, large = steps(8), steps(16)
    assert large <= 4.6 * small


FIXES: dict[str, Callable[[int], dict[str, str]]] = {
    "routes, each a file, with half of them healthy": lambda n: {
        f"app/api/a{number}/route.ts": f"{NODE}export async function POST() {{ track({{}}); "
        f"{'await flush();' if number % 2 else ''} }}\n"
        for number in range(n)
    },
    "branches of one route": lambda n: route(
        repeated("if (req.a#) { track({ event: `a`, anonymous_id: req.b }); return; }", n)
    ),
    "cases of one route": lambda n: route(
        f"switch (req.a) {{ {repeated('case #: track({ event: `a` }); break;', n)} }}"
    ),
    "functions of one Python file": lambda n: python(
        "    pass\n"
        + repeated(
            "\ndef view#(request):\n    client.track({'event': 'a', 'user_id': request.b})\n", n
        )
    ),
}


@pytest.mark.parametrize("name", FIXES)
def test_fixes_of_twice_the_size_are_twice_the_work(name: str, tmp_path: Path) -> None:
    """Each asks how the project flushes, what is in scope, and how the file is laid out. Counted
    are lines of mmlint that are run."""

    def lines_run(size: int) -> int:
        for path, text in FIXES[name](size).items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        (tmp_path / "package.json").write_text('{ "dependencies": { "next": "15.1.0" } }')
        lines = 0

        def counting(frame: FrameType, event: str, _: object) -> Any:
            nonlocal lines
            lines += event == "line"
            return counting if "/mmlint/" in frame.f_code.co_filename else None

        before = sys.gettrace()
        sys.settrace(counting)
        try:
            result = check(tmp_path)
        finally:
            sys.settrace(before)
        assert result.findings
        return lines

    lines_run(10)  # what is loaded once is loaded
    small, large = lines_run(150), lines_run(300)
    assert small >= 150
    assert large <= 2.05 * small
