"""Hono, itty-router and Elysia: hono.dev, itty.dev, elysiajs.com."""

from mmlint.frameworks.pattern import Callback, Platform

_VERBS = r"(get|post|put|patch|delete|options|all|on|use|notFound|onError|openapi)"

PLATFORM = Platform(
    name="Hono",
    runtime="unknown",
    patterns=(
        Callback(
            rf"^(hono(/\w+)?|@hono/zod-openapi):\w*Hono\..*\(\)\.(.*\.)?{_VERBS}$", "Hono route"
        ),
        Callback(rf"^itty-router(/\w+)?:\w*Router\.\(\)\.(.*\.)?{_VERBS}$", "itty-router route"),
        Callback(rf"^elysia:(Elysia|default)\.\(\)\.(.*\.)?{_VERBS}$", "Elysia route"),
    ),
    apps=("hono", "@hono/zod-openapi", "itty-router", "elysia"),
)
