"""Servers that live as long as their program: Express, Fastify, Koa, Hapi, Nest, node:http, Bun."""

from mmlint.frameworks.pattern import Callback, Platform

_VERBS = r"(get|post|put|patch|delete|head|options|all|use|route|param|addHook|register)"

PLATFORM = Platform(
    name="Node server",
    runtime="long-running",
    patterns=(
        Callback(
            rf"^(express|fastify|polka|restify|@koa/router|koa-router|find-my-way|koa)"
            rf":(.*\.)?\(\)\.(.*\.)?{_VERBS}$",
            "route of an app that listens",
            served=True,
        ),
        Callback(r"^@hapi/hapi:.*\(\)\.route$", "Hapi route", option="handler", served=True),
        Callback(
            r"^(node:)?https?:(default\.)?createServer$", "createServer callback", served=True
        ),
        Callback(r"^:Bun\.serve$", "Bun.serve", option="fetch"),
    ),
)
