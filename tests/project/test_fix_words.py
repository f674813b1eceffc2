"""What a fix writes: how the project flushes, on which client, and where an edit may stand."""

from __future__ import annotations

import pytest

from mmlint.model.finding import ImportName, Place
from mmlint.project.fixes.callbacks import is_streamed, runs_afterwards, waiter
from mmlint.project.fixes.flushing import flush_here
from mmlint.project.fixes.manner import AWAIT, GUARDED, Manner, manners, wording
from mmlint.project.fixes.reading import read_instead
from mmlint.project.fixes.receivers import (
    certain_in,
    guards,
    is_caught,
    is_guarded,
    is_visible,
    keeps,
    roots,
    written,
)
from mmlint.project.fixes.repair import await_it, flush_before, flush_behind
from mmlint.project.project import Project
from mmlint.project.semantic.unit import Location, Unit
from tests.project import linking

NODE = 'import { track, flush, MillimetricClient } from "@millimetric/track-node";\n'
ROUTE = "app/api/a/route.ts"


def one_unit(text: str, path: str = "a.ts") -> tuple[Project, Unit]:
    project = linking.project({path: text})
    (unit,) = project.units
    return project, unit


# --- receivers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a[0]", None),
        ("new A()", None),
        ("f(1)", None),
        ("a + b", None),
        ("a.b?.c", "a.b?.c"),
        ("f(a, b.c)", "f(a, b.c)"),
        ("await f()", "(await f())"),
    ],
)
def test_which_values_can_be_written_again(value: str, text: str | None) -> None:
    _, asked = linking.asked(linking.program({"a.ts": f"async function g() {{ ask({value}); }}"}))
    assert written(asked) == text


def test_a_value_begins_with_names() -> None:
    _, asked = linking.asked(linking.program({"a.ts": "ask(a.b(c.d));"}))
    assert [one.name for one in roots(asked)] == ["a", "c"]


@pytest.mark.parametrize(
    ("body", "visible"),
    [
        ("{ const c = made(); ask(c); } end();", False),
        ("let c = one(); ask(c); c = two(); end();", False),
        ("[1].map((c) => ask(c)); end();", False),
        ("const c = made(); ask(c); end();", True),
        ("ask(this.client); end();", True),
        ("ask(shared); end();", True),
    ],
)
def test_whether_a_client_means_the_same_at_the_exit(body: str, visible: bool) -> None:
    text = f"const shared = made(); function f() {{ {body} }}"
    linked = linking.program({"a.ts": text})
    unit, asked = linking.asked(linked)
    function = linking.function(linked, "a.ts", "f").index
    assert is_visible(unit, function, asked, [text.index("end()")]) is visible


@pytest.mark.parametrize(
    ("body", "guarded", "caught"),
    [
        ("ask(c);", False, False),
        ("if (other) ask(c);", False, False),
        ("if (c) {} else ask(c);", False, False),
        ("if (c || other) ask(c);", False, False),
        ("try {} catch { ask(c); }", False, False),
        ("try { ask(c); } finally {}", False, False),
        ("if (c) ask(c);", True, False),
        ("if (!c) {} else ask(c);", True, False),
        ("if (c && other) ask(c);", True, False),
        ("c && ask(c);", True, False),
        ("try { if (c) ask(c); } catch {}", True, True),
    ],
)
def test_what_stands_around_a_send(body: str, guarded: bool, caught: bool) -> None:
    linked = linking.program({"a.ts": f"function f(c, other) {{ {body} }}"})
    unit, asked = linking.asked(linked)
    function = linking.function(linked, "a.ts", "f")
    assert is_guarded(unit, function.index, asked, asked.start) is guarded
    assert is_caught(function.function.body, asked.start) is caught


def test_the_tests_around_a_place_come_from_the_outside() -> None:
    text = "function f(a, b) { if (a) { if (!b) {} else { ask(1); } } }"
    linked = linking.program({"a.ts": text})
    _, asked = linking.asked(linked)
    found = list(guards(linking.function(linked, "a.ts", "f").function.body, asked.start))
    assert [(text[one.start : one.end].strip("()"), truth) for one, truth in found] == [
        ("a", True),
        ("!b", False),
    ]
    assert [len(list(certain_in(*one))) for one in found] == [1, 1]


@pytest.mark.parametrize(
    ("getter", "kept"),
    [
        ("function get() { return new Client(); }", False),
        ("function get() { const c = new Client(); return c; }", False),
        ("function get() {}", False),
        ("const c = new Client(); function get() { return c; }", True),
        ("let c; function get() { return (c ??= new Client()); }", True),
        ("function get() { return globalThis.client; }", True),
        (
            "function get() { return inner(); } const c = load(); function inner() { return c; }",
            True,
        ),
    ],
)
def test_whether_a_getter_gives_the_same_client_each_time(getter: str, kept: bool) -> None:
    linked = linking.program({"a.ts": getter})
    assert keeps(linked, linking.function(linked, "a.ts", "get")) is kept


# --- callbacks ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "streamed", "afterwards"),
    [
        ("other(() => mark());", False, False),
        ('import { after } from "next/server"; after(() => mark());', False, True),
        ("new ReadableStream({ start: () => mark() });", True, False),
        ('import { streamText } from "ai"; streamText({ onFinish: () => mark() });', True, False),
    ],
)
def test_what_waits_for_a_callback(text: str, streamed: bool, afterwards: bool) -> None:
    linked = linking.program({"a.ts": text})
    (unit,) = linked.units
    function = unit.function_at(text.index("mark"))
    assert is_streamed(linked, unit, function) is streamed
    assert runs_afterwards(linked, unit, function) is afterwards


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mark();", None),
        ("function f(ctx) { ctx.waitUntil(x); } mark();", None),
        ("function f(ctx) { ctx.waitUntil(x); mark(); }", ("ctx.waitUntil", False)),
        ('import { after } from "next/server"; after(() => 1); mark();', ("after", True)),
    ],
)
def test_the_waiter_that_a_file_uses(text: str, expected: tuple[str, bool] | None) -> None:
    linked = linking.program({"a.ts": text})
    assert waiter(linked, linked.units[0], text.index("mark")) == expected


# --- manners --------------------------------------------------------------------------------------


def test_a_project_without_flushes_awaits() -> None:
    project, unit = one_unit(f"{NODE}export async function GET() {{}}", ROUTE)
    assert manners(project, "Next.js", unit) == [AWAIT]


def test_the_most_frequent_manner_comes_first() -> None:
    guarded = "await flush().catch(() => {});"
    project, unit = one_unit(
        f"{NODE}export async function GET() {{ {guarded} }}\n"
        f"export async function POST() {{ {guarded} }}\n"
        "export async function PUT() { await flush(); }\n",
        ROUTE,
    )
    platform = project.handlers[0].platform
    assert manners(project, platform, unit) == [GUARDED, AWAIT]
    assert manners(project, "another", unit) == [AWAIT]


def test_the_manner_of_the_same_file_comes_before_that_of_the_project() -> None:
    guarded = f"{NODE}export async function GET() {{ await flush().catch(() => {{}}); }}\n"
    waits = f"{NODE}export async function GET() {{ await flush(); }}\n"
    paths = [f"app/api/{name}/route.ts" for name in "abc"]
    project = linking.project(dict(zip(paths, (guarded, guarded, waits), strict=True)))
    platform = project.handlers[0].platform
    assert manners(project, platform, linking.unit(project.program, paths[0])) == [GUARDED, AWAIT]
    assert manners(project, platform, linking.unit(project.program, paths[2])) == [AWAIT, GUARDED]


@pytest.mark.parametrize(
    ("manner", "code"),
    [
        (AWAIT, "await flush();"),
        (GUARDED, "await flush().catch(() => {});"),
        (Manner("after"), "after(() => flush());"),
        (Manner("waiter"), None),
    ],
)
def test_how_a_flush_is_written(manner: Manner, code: str | None) -> None:
    project, unit = one_unit(f"{NODE}export async function GET() {{}}", ROUTE)
    found = wording(project, unit, 1, manner, "flush")
    assert (found.code if found is not None else None) == code


def test_after_is_imported_where_its_module_is_imported_already() -> None:
    head = f'import {{ NextResponse }} from "next/server";\n{NODE}'
    project, unit = one_unit(f"{head}export async function GET() {{}}", ROUTE)
    found = wording(project, unit, 1, Manner("after"), "flush")
    assert found is not None
    assert (found.code, found.waits) == ("after(() => flush());", False)
    assert [type(one) for one in found.edits] == [ImportName]


# --- flushes --------------------------------------------------------------------------------------


def flush_of(text: str) -> str | None:
    """What ``GET`` calls to flush, with what is imported for it."""
    project, unit = one_unit(text, ROUTE)
    index = next(n for n, one in enumerate(unit.module.functions) if one.name == "GET")
    delivery = project.delivery(unit, index)
    send = min(delivery.unsent, key=lambda one: one.start)
    found = flush_here(project, unit, index, send, delivery.exits)
    if found is None:
        return None
    return found.expression + "".join(" imported" for _ in found.edits)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"{NODE}export async function GET() {{ [1].map((c) => "
            "new MillimetricClient({}).track({})); }",
            None,
        ),
        (f"{NODE}export async function GET() {{ track({{}}); }}", "flush"),
        (
            'import { track } from "@millimetric/track-node";\n'
            "export async function GET() { track({}); }",
            "flush imported",
        ),
        (
            f"{NODE}const c = new MillimetricClient({{}});\n"
            "export async function GET() { c.track({}); }",
            "c.flush",
        ),
        (
            f"{NODE}const c = new MillimetricClient({{}});\n"
            "export async function GET() { c?.track({}); }",
            "c?.flush",
        ),
    ],
)
def test_what_is_called_to_flush(text: str, expected: str | None) -> None:
    assert flush_of(text) == expected


# --- repairs --------------------------------------------------------------------------------------


def test_a_promise_that_the_call_does_not_give_cannot_be_awaited() -> None:
    text = f"{NODE}export async function GET() {{ setTimeout(flush); }}"
    project, unit = one_unit(text, ROUTE)
    start = text.index("setTimeout")
    place = Location(unit, start, text.index(";", start))
    assert await_it(project, place, 1) is None


@pytest.mark.parametrize(
    ("signature", "safety"),
    [("async function GET()", "safe"), ("function GET()", "unsafe")],
)
def test_awaiting_is_safe_where_the_function_is_async(signature: str, safety: str) -> None:
    text = f"{NODE}export {signature} {{ flush(); }}"
    project, unit = one_unit(text, ROUTE)
    start = text.index("flush()")
    fix = await_it(project, Location(unit, start, start + len("flush()")), 1)
    assert fix is not None
    assert fix.safety == safety
    assert len(fix.edits) == (1 if safety == "safe" else 2)


def test_a_flush_before_every_exit() -> None:
    text = f"{NODE}export async function GET(r) {{ track({{}}); if (r.a) return; r.b(); }}"
    project, unit = one_unit(text, ROUTE)
    index = unit.function_at(text.index("track({})"))
    delivery = project.delivery(unit, index)
    (send,) = delivery.unsent
    fix = flush_before(project, unit, index, send, delivery.exits)
    assert fix is not None
    assert (fix.safety, len(fix.edits)) == ("safe", 2)
    assert flush_behind(project, unit, index, delivery, "Next.js") == fix


def test_what_after_runs_flushes_in_there() -> None:
    text = (
        f'import {{ after }} from "next/server";\n{NODE}'
        "export async function GET() { after(async () => { track({}); }); }"
    )
    project, unit = one_unit(text, ROUTE)
    index = unit.function_at(text.index("after(async"))
    fix = flush_behind(project, unit, index, project.delivery(unit, index), "Next.js")
    assert fix is not None
    (edit,) = fix.edits
    assert unit.function_at(edit.start - 1) == unit.function_at(text.index("track({})"))


# --- reads of the environment ---------------------------------------------------------------------


def read(text: str, path: str = "a.ts") -> list[str]:
    """The edits that read ``AOA_SK`` in place of the text ``VALUE``, as words."""
    _, unit = one_unit(text, path)
    at = text.index("VALUE")
    edits = read_instead(unit, Place(path, at, at + len("VALUE")), "AOA_SK")
    return [str(getattr(one, "text", getattr(one, "name", "os"))) for one in edits]


@pytest.mark.parametrize(
    "text",
    [
        "f(`a ${b} VALUE`);",
        "const a = process.env.AOA_SK ?? 'VALUE';",
        "'VALUE';",
        "let a = 'VALUE'; a = load();",
        "process.env.AOA_SK = 'VALUE';",
        "f({ fallback: 'VALUE' });",
        "f({ AOA_SK: 'VALUE' });",
        "z.string().default('VALUE');",
    ],
)
def test_what_stands_in_for_a_variable_is_left_alone(text: str) -> None:
    assert read(text, "a.ts") == []


def test_a_literal_becomes_a_read_of_the_variable() -> None:
    assert read("const a = 'VALUE';") == ["process.env.AOA_SK"]
    assert read("f({ key: 'VALUE' });") == ["process.env.AOA_SK"]


def test_python_imports_os_where_it_can() -> None:
    said = 'os.environ["AOA_SK"]'
    assert read("os = load()\na = 'VALUE'\n", "a.py") == []
    assert read("import os\na = 'VALUE'\n", "a.py") == [said]
    assert read("a = 'VALUE'\n", "a.py")[-1] == said
    assert len(read("a = 'VALUE'\n", "a.py")) == 2


# --- what a wrapper offers ------------------------------------------------------------------------

SEND = f"{NODE}export function send() {{ track({{}}); }}\n"
FINISH = "export async function finish() { await flush(); }\n"
ASKING = "export async function finish(when) { await flush(); }\n"
USE = 'import { send } from "../../../lib";\nexport async function GET() { send(); }'


def offered(lib: str, route: str = USE) -> str | None:
    """What ``GET`` calls to flush what ``send`` of ``lib.ts`` has queued."""
    project = linking.project({"lib.ts": lib, ROUTE: route})
    unit = linking.unit(project.program, ROUTE)
    index = next(n for n, one in enumerate(unit.module.functions) if one.name == "GET")
    delivery = project.delivery(unit, index)
    (send,) = delivery.unsent
    found = flush_here(project, unit, index, send, delivery.exits)
    if found is None:
        return None
    return found.expression + "".join(" imported" for _ in found.edits)


@pytest.mark.parametrize(
    "lib",
    [
        SEND + ASKING,
        SEND + "export async function both() { track({}); await flush(); track({}); }\n",
        SEND + "export async function some(x = 1) { if (x) await flush(); }\n",
        SEND + FINISH + "export async function stop() { await flush(); }\n",
    ],
)
def test_a_module_that_offers_no_single_flush_gives_none(lib: str) -> None:
    assert offered(lib) != "finish imported"


def test_a_wrapper_flushes_by_what_its_module_offers() -> None:
    assert offered(SEND + FINISH) == "finish imported"
    known = USE.replace("{ send }", "{ send, finish as stop }")
    assert offered(SEND + FINISH, known) == "stop"
    taken = USE + "\nfunction finish() {}"
    assert offered(SEND + FINISH, taken) is None


def test_an_object_flushes_by_its_own_method() -> None:
    methods = "send() { track({}); }, async stop() { await flush(); }"
    lib = f"{NODE}export const events = {{ {methods} }};\n"
    route = 'import { events } from "../../../lib";\nexport async function GET() { events.send(); }'
    assert offered(lib, route) == "events.stop"


@pytest.mark.parametrize(
    ("getter", "once"),
    [
        ("function get() { return new MillimetricClient({}); }", True),
        ("const c = new MillimetricClient({}); function get() { return c; }", False),
    ],
)
def test_a_getter_that_makes_a_client_each_time_flushes_on_the_one_that_sent(
    getter: str, once: bool
) -> None:
    text = f"{NODE}{getter}\nexport async function GET() {{ get().track({{}}); }}"
    project, unit = one_unit(text, ROUTE)
    index = next(n for n, one in enumerate(unit.module.functions) if one.name == "GET")
    delivery = project.delivery(unit, index)
    (send,) = delivery.unsent
    found = flush_here(project, unit, index, send, delivery.exits)
    assert found is not None
    assert (found.expression, found.once is not None) == ("get().flush", once)


@pytest.mark.parametrize(
    ("flush", "text"),
    [("c?.flush", None), ("c.flush", "ctx.waitUntil(c.flush());")],
)
def test_a_waiter_takes_a_promise_that_is_there(flush: str, text: str | None) -> None:
    source = f"{NODE}export async function GET(req, ctx) {{ ctx.waitUntil(flush()); }}"
    project, unit = one_unit(source, ROUTE)
    (_, call) = next(one for one in unit.calls if one[1].arguments)
    found = wording(project, unit, 1, Manner("waiter", call.callee), flush)
    assert (found.code if found is not None else None) == text


def test_a_waiter_that_is_not_at_hand_is_not_used() -> None:
    source = (
        f"{NODE}export async function GET(req, ctx) {{ ctx.waitUntil(flush()); }}\n"
        "export async function POST(req) { const ctx = load(); }"
    )
    project, unit = one_unit(source, ROUTE)
    (_, call) = next(one for one in unit.calls if one[1].arguments)
    assert wording(project, unit, 2, Manner("waiter", call.callee), "flush") is None


def test_python_keeps_what_a_decorator_remembers() -> None:
    text = "from functools import cache\n{}\ndef get():\n    return Client()\n"
    for decorator, kept in (("@other", False), ("@cache", True)):
        linked = linking.program({"a.py": text.format(decorator)})
        assert keeps(linked, linking.function(linked, "a.py", "get")) is kept


def test_a_method_reads_its_own_object_alone() -> None:
    text = "class A { m() { ask(this.c); [1].map(() => here()); } } function f() { there(); }"
    linked = linking.program({"a.ts": text})
    unit, asked = linking.asked(linked)
    assert is_visible(unit, linking.function(linked, "a.ts", "m").index, asked, [])
    assert not is_visible(unit, linking.function(linked, "a.ts", "f").index, asked, [])
