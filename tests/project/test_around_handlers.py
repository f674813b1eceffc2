"""What stands around a handler: chains, middleware, cookies of its request, and its side."""

from __future__ import annotations

import pytest

from mmlint.frameworks import platforms
from mmlint.model import syntax as s
from mmlint.project.platforms.chains import Chains
from mmlint.project.platforms.cookies import RequestCookies
from mmlint.project.platforms.handlers import Matcher, is_called, last_name
from mmlint.project.platforms.importing import wrong_imports
from mmlint.project.platforms.middleware import Middleware, last_of
from mmlint.project.platforms.project_config import ProjectConfig
from mmlint.project.platforms.runtimes import Runtimes
from mmlint.project.platforms.sides import side
from mmlint.project.semantic.entity import External, Global
from mmlint.project.semantic.program import Call
from mmlint.project.semantic.wrapping import Wrapper
from tests.project import linking


def shown(found: list[Wrapper] | tuple[Wrapper, ...]) -> list[tuple[str | None, int]]:
    return [(one.function.function.name, one.number) for one in found]


def last_call(text: str, path: str = "a.ts", **more: str) -> Call:
    """The outermost call that ends last in the file at ``path``."""
    linked = linking.program({path: text, **more})
    calls = [one for one in linked.calls if one.unit.path == path]
    return max(calls, key=lambda one: (one.call.end, -one.call.start))


# --- chains ---------------------------------------------------------------------------------------

TRPC = 'import { initTRPC } from "@trpc/server"; const t = initTRPC.create();\n'
TIMED = "const timed = async (o) => o.next();\n"


def chain(text: str) -> list[tuple[str | None, int]] | None:
    linked = linking.program({"a.ts": text})
    (unit,) = linked.units
    call = max((one for _, one in unit.calls), key=lambda one: (one.end, -one.start))
    found = Chains(linked).around(unit, call, ("use",))
    return shown(found) if found is not None else None


@pytest.mark.parametrize(
    "text",
    [
        "load().use(timed).mutation(run);",
        "const x = a ? b : c; x.use(f).mutation(run);",
        f"{TRPC}let x = t.procedure; x = other; x.mutation(run);",
        "local.mutation(run);",
    ],
)
def test_a_chain_that_begins_with_no_package_is_not_followed(text: str) -> None:
    assert chain(text) is None


def test_a_chain_hands_what_runs_around_its_last_call() -> None:
    assert chain(f"{TRPC}t.procedure.mutation(run);") == []
    assert chain(f"{TRPC}{TIMED}t.procedure.use(timed).mutation(run);") == [("timed", -1)]
    named = f"{TRPC}{TIMED}const safe = t.procedure.use(timed);\nsafe.mutation(run);"
    assert chain(named) == [("timed", -1)]


def test_functions_are_found_behind_calls_of_packages() -> None:
    text = f"{TRPC}{TIMED}ask(t.middleware(timed)); ask([timed, other]); ask(missing);"
    linked = linking.program({"a.ts": text})
    chains = Chains(linked)
    found = [shown(tuple(chains.wrappers(*one))) for one in linking.asked_each(linked)]
    assert found == [[("timed", -1)], [("timed", -1)], []]


# --- middleware -----------------------------------------------------------------------------------

HONO = 'import { Hono } from "hono"; const app = new Hono();\n'


def around(text: str, path: str = "a.ts") -> list[tuple[str | None, int]]:
    """What runs around the last argument of the last call in ``text``."""
    linked = linking.program({path: text})
    (unit,) = linked.units
    call = max((one for _, one in unit.calls), key=lambda one: (one.end, -one.start))
    handler = linked.resolve(unit, call.arguments[-1].value)
    assert isinstance(handler, linking.ProjectFunction)
    return shown(Middleware(linked, ProjectConfig()).around(unit, call, handler))


@pytest.mark.parametrize(
    "text",
    [
        f"{HONO}app.get('/', (c) => c.text(''));",
        f"{HONO}const other = new Other(); other.use(timed); function timed(c, next) {{}}\n"
        "app.get('/', (c) => c.text(''));",
        f"{HONO}function guard(c, next) {{}} app.get('/', guard, (c) => c.text(''));",
    ],
)
def test_what_calls_no_handler_runs_around_none(text: str) -> None:
    assert around(text) == []


@pytest.mark.parametrize(
    "text",
    [
        f"{HONO}app.use(timed); function timed(c, next) {{}}\napp.get('/', (c) => c.text(''));",
        f"{HONO}function timed(c, next) {{ next(); }} app.get('/', timed, (c) => c.text(''));",
    ],
)
def test_what_an_app_runs_around_its_routes(text: str) -> None:
    assert around(text) == [("timed", 1)]


def test_a_decorated_python_function_runs_around_every_route() -> None:
    text = (
        "from fastapi import FastAPI\napp = FastAPI()\n"
        "@app.middleware('http')\nasync def timed(request, call_next): ...\n"
        "def show(): ...\napp.get('/')(show)\n"
    )
    linked = linking.program({"a.py": text})
    (unit,) = linked.units
    call = next(one for _, one in unit.calls if last_name(one) == "get" and one.arguments)
    handler = linking.function(linked, "a.py", "show")
    assert shown(Middleware(linked, ProjectConfig()).around(unit, call, handler)) == [("timed", 1)]


def test_the_last_step_of_a_path() -> None:
    assert last_of(Global(("a", "b"))) == last_of(None) == last_of(External("m", ())) == ""
    assert last_of(External("m", ("a", "b"))) == "b"


# --- handlers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entity", "pattern", "called"),
    [
        (None, ".*", False),
        (Global(("serve",)), r"hono:serve$", False),
        (External("hono", ("serve", "x")), r"hono:serve$", False),
        (Global(("serve",)), r":serve", True),
        (External("hono", ("serve",)), r"hono:serve", True),
    ],
)
def test_whether_a_callee_is_what_a_pattern_describes(
    entity: External | Global | None, pattern: str, called: bool
) -> None:
    assert is_called(entity, pattern) is called


def test_the_name_that_an_expression_ends_in() -> None:
    linked = linking.program({"a.ts": "ask(1); ask(a); ask(a.b); ask(a.b(c)); ask(a.b().c());"})
    names = [last_name(value) for _, value in linking.asked_each(linked)]
    assert names == ["", "a", "b", "b", "c"]


def test_a_pattern_finds_handlers_with_the_sentence_that_proves_it() -> None:
    text = 'import { Hono } from "hono"; const app = new Hono(); app.get("/", (c) => c.text(""));'
    linked = linking.program({"a.ts": text})
    matcher = Matcher(linked, ProjectConfig())
    found = [match for one in platforms() for _, match in matcher.matches(one)]
    assert len(found) == 1
    assert found[0].name == "get"
    assert found[0].why
    other = Matcher(linking.program({"a.ts": "app.get('/', () => 1);"}), ProjectConfig())
    assert [match for one in platforms() for _, match in other.matches(one)] == []


# --- cookies --------------------------------------------------------------------------------------


def cookie(text: str, path: str = "app/api/a/route.ts") -> str | None:
    linked = linking.program({path: text})
    runtimes = Runtimes(linked, ProjectConfig())
    found = RequestCookies(linked, ProjectConfig(), runtimes.handlers)
    return found.read(linked.units[0], text.index("mark"), "mm_aid")


@pytest.mark.parametrize(
    "text",
    [
        "mark();",
        "export function helper(x) { mark(); }",
        "export async function GET(request: Other) { mark(); }",
    ],
)
def test_where_no_request_is_known_no_cookie_is_read(text: str) -> None:
    assert cookie(text, "lib/a.ts") is None


def test_a_request_of_a_known_type_gives_its_cookies() -> None:
    head = 'import { NextRequest } from "next/server";\n'
    found = cookie(f"{head}export async function GET(req: NextRequest) {{ mark(); }}")
    assert found is not None
    assert found.startswith("req.cookies")
    assert "mm_aid" in found


def test_a_name_that_means_something_else_inside_is_not_read() -> None:
    head = 'import { NextRequest } from "next/server";\n'
    text = f"{head}export async function GET(req: NextRequest) {{ [1].map((req) => mark()); }}"
    assert cookie(text) is None


# --- sides ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export const a = 1;", None),
        ("function f() { return window.a; }", None),
        ("const window = {}; window.a;", None),
        ("process.env.NEXT_PUBLIC_SECRET;", None),
        ("settings.STRIPE_SECRET;", None),
        ("settings.values.STRIPE_SECRET;", None),
        ("document.title;", "client"),
        ('"use client"; import fs from "fs";', "client"),
        ('import { track } from "@millimetric/track";', "client"),
        ('import { track } from "@millimetric/track-node";', "server"),
        ('import fs from "node:fs";', "server"),
        ('"use server"; document.title;', "server"),
        ("process.env.STRIPE_SECRET;", "server"),
    ],
)
def test_where_code_runs(text: str, expected: str | None) -> None:
    linked = linking.program({"a.ts": text})
    assert side(linked.units[0], handlers=False) == expected


def test_a_file_whose_functions_a_platform_calls_is_a_servers() -> None:
    linked = linking.program({"a.ts": "export const a = 1;", "b.py": "a = 1\n"})
    assert side(linked.units[0], handlers=True) == "server"
    assert side(linked.units[1], handlers=False) == "server"


# --- imports of the other side --------------------------------------------------------------------


def wrong(text: str, path: str = "a.ts") -> list[tuple[str, str]]:
    linked = linking.program({path: text})
    found = wrong_imports(linked, Runtimes(linked, ProjectConfig()))
    return [(one.sdk, one.why) for one in found]


NODE = 'import { track } from "@millimetric/track-node";\n'
BROWSER = 'import { track as seen } from "@millimetric/track";\n'


@pytest.mark.parametrize(
    "text",
    [
        NODE,
        BROWSER,
        f'"use client";\n{BROWSER}',
        f'"use server";\n{NODE}',
        '"use client";\nimport type { Event } from "@millimetric/track-node";',
        '"use client";\nconst load = () => import("@millimetric/track-node");',
        '"use client";\nif (on) { const { track } = require("@millimetric/track-node"); }',
        '"use client";\nfunction f() { const { track } = require("@millimetric/track-node"); }',
    ],
)
def test_an_import_that_may_work_is_right(text: str) -> None:
    assert wrong(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'"use client";\n{NODE}', ("node", '"use client" sends this file to the browser')),
        (f'"use server";\n{BROWSER}', ("browser", '"use server" keeps this file on the server')),
        (f"{NODE}{BROWSER}", ("browser", "it imports the server SDK too")),
        (
            '"use client";\nconst { track } = require("@millimetric/track-node");',
            ("node", '"use client" sends this file to the browser'),
        ),
    ],
)
def test_an_import_of_the_other_side_is_told_with_its_reason(
    text: str, expected: tuple[str, str]
) -> None:
    assert wrong(text) == [expected]


def test_statements_are_the_imports_themselves() -> None:
    linked = linking.program({"a.ts": f'"use client";\n{NODE}'})
    (one,) = wrong_imports(linked, Runtimes(linked, ProjectConfig()))
    assert isinstance(one.statement, s.Import)


def test_only_the_file_that_a_platform_calls_is_certainly_a_servers() -> None:
    route = f"{BROWSER}export async function GET() {{ seen('a'); }}"
    linked = linking.program({"app/api/a/route.ts": route, "lib/b.ts": BROWSER})
    found = list(wrong_imports(linked, Runtimes(linked, ProjectConfig())))
    assert [one.unit.path for one in found] == ["app/api/a/route.ts"]
