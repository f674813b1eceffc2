"""What waits for a function that is written where it is given to a call."""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.regex import regex
from mmlint.project.fixes.receivers import written
from mmlint.project.project import Project
from mmlint.project.semantic.call_graph import qualified_name
from mmlint.project.semantic.callee import after
from mmlint.project.semantic.entity import External, Global, ProjectFunction, Resolved
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Unit

_STREAMS = regex(
    r"^:(ReadableStream|TransformStream|WritableStream)(\.\(\))?$"
    r"|^ai(/\w+)?:(stream\w+|create\w*Stream\w*|tool|dynamicTool)$"
    r"|^hono/streaming:\w+$"
    r"|^@modelcontextprotocol/.*\(\)\.(tool|registerTool|registerResource|registerPrompt)$"
    r"|^(@langchain/\w+|@openai/agents|@mastra/core|fastmcp|llamaindex)(/.*)?:(.*\.)?"
    r"(tool|createTool|addTool|DynamicTool|DynamicStructuredTool)$"
)
"""Qualified names of callees whose callbacks run while a visitor waits for what is streamed, or a
model for the tool that it calls. What such a callback awaits delays them."""


def is_streamed(program: Program, unit: Unit, function: int) -> bool:
    """Whether a visitor's stream, or a tool call, waits for a function."""
    return any(_describes(callee) for callee in _takers(program, unit, function))


def runs_afterwards(program: Program, unit: Unit, function: int) -> bool:
    """Whether a function is given to ``after``, which waits for the promise that it returns."""
    return any(after(callee) for callee in _takers(program, unit, function))


def is_dropped(project: Project, function: ProjectFunction) -> bool:
    """Whether the promise of ``function``, once that is async, gets lost further out: it is called
    by a function that is not async, and so on out to one that is no handler and that no call is
    known of. Nothing would be gained then, and what stands behind the calls would run later."""
    handlers = {one.function for one in project.handlers}
    waiting, seen = [function], {function}
    while waiting:
        one = waiting.pop()
        calls = project.program.callers.get(one, ())
        if not calls and one is not function and one not in handlers:
            return True
        for call in calls:
            around = ProjectFunction(call.unit, call.site.function)
            if around.function.is_async or around.function.kind == "module" or around in seen:
                continue
            seen.add(around)
            waiting.append(around)
    return False


def _takers(program: Program, unit: Unit, function: int) -> Iterator[Resolved | None]:
    for call in unit.takers.get(function, ()):
        yield program.called(unit, call)[0]


def _describes(callee: Resolved | None) -> bool:
    return (
        isinstance(callee, External | Global)
        and _STREAMS.search(qualified_name(callee)) is not None
    )


def waiter(program: Program, unit: Unit, offset: int) -> tuple[str, bool] | None:
    """Return how ``unit`` writes ``after`` or a platform's ``waitUntil`` where it calls one that
    can be called at the byte ``offset`` as well, and whether that takes a function."""
    for one in program.call_graph.deferring(unit):
        name = written(one.call.callee)
        if name is not None and _is_visible(unit, name.split(".")[0], offset):
            return name, after(one.callee)
    return None


def _is_visible(unit: Unit, name: str, offset: int) -> bool:
    """Whether the name means one thing in the unit, and can be read at the byte ``offset``."""
    found = [unit.module.bindings[number] for number in unit.named.get(name, ())]
    return len(found) == 1 and found[0].scope_start <= offset < found[0].scope_end
