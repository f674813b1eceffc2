"""Hono, itty-router, Elysia and next-connect: hono.dev, itty.dev, elysiajs.com."""

from mmlint.frameworks.pattern import FETCHING, Callback, Platform

_VERBS = r"(get|post|put|patch|delete|options|all|on|use|notFound|onError|openapi)"

PLATFORM = Platform(
    name="Hono",
    runtime="unknown",
    patterns=(
        Callback(
            rf"^(hono(/\w+)?|@hono/zod-openapi):\w*Hono\..*\(\)\.(.*\.)?{_VERBS}$", "Hono route"
        ),
        Callback(rf"^itty-router(/\w+)?:\w*Router\.\(\)\.(.*\.)?{_VERBS}$", "itty-router route"),
        Callback(rf"^next-connect:\w+\.\(\)\.(.*\.)?{_VERBS}$", "next-connect route"),
        Callback(rf"^elysia:(Elysia|default)\.\(\)\.(.*\.)?{_VERBS}$", "Elysia route"),
    ),
    apps=(*FETCHING, "next-connect"),
    listening=("@hono/node-server",),
    holders=("executionCtx",),
    server_modules=("hono", "@hono/node-server"),
)
