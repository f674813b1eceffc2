"""Servers that live as long as their program: Express, Fastify, Koa, Hapi, Nest, h3, node:http."""

from mmlint.frameworks.pattern import Callback, Cookies, Decorated, Platform

_VERBS = r"(get|post|put|patch|delete|del|head|options|all|use|route|param|addHook|register)"

PLATFORM = Platform(
    name="Node server",
    runtime="unknown",
    patterns=(
        Callback(
            rf"^(express|fastify|polka|restify|@koa/router|koa-router|find-my-way|koa)"
            rf":(.*\.)?\(\)\.(.*\.)?{_VERBS}$",
            "route of an app",
            options=("handler",),
        ),
        Callback(r"^@hapi/hapi:.*\(\)\.(route|ext)$", "Hapi route", options=("handler", "method")),
        Callback(r"^(node:)?https?:(default\.)?createServer$", "createServer callback"),
        Callback(
            r"^h3:((define)?(Lazy)?[Ee]ventHandler|defineHandler)$",
            "h3 event handler",
            options=("handler",),
        ),
        Decorated(
            r"^@nestjs/common:(Get|Post|Put|Patch|Delete|Options|Head|All|Sse)$",
            "Nest controller, @{name}",
        ),
        Decorated(
            r"^@nestjs/(microservices|graphql|schedule|websockets|event-emitter)"
            r":(\w+Pattern|Query|Mutation|Subscription|Cron|Interval|SubscribeMessage|OnEvent)$",
            "Nest method, @{name}",
        ),
    ),
    apps=("express", "fastify", "polka", "restify", "koa", "@hapi/hapi", "h3", "@nestjs/core"),
    unattended=r"\w+Pattern|Cron|Interval|OnEvent",
    listens=r"^@hapi/hapi:(.*\.)?\(\)\.start$",
    listening=(".listen(",),
    server_modules=(
        "express",
        "fastify",
        "koa",
        "@hapi/hapi",
        "h3",
        "@nestjs/core",
        "@nestjs/common",
    ),
    cookies=(
        Cookies(
            "{request}.cookies.{cookie}",
            types=r"^express(-serve-static-core)?:(default\.)?Request$",
            handlers=rf"^express:(.*\.)?\(\)\.(.*\.)?{_VERBS}$",
            most=3,  # four are those of a handler of errors, whose first is the error
            needs=("cookie-parser",),
        ),
        Cookies(
            "{request}.cookies.{cookie}",
            types=r"^fastify:FastifyRequest$",
            handlers=rf"^fastify:(.*\.)?\(\)\.(.*\.)?{_VERBS}$",
            needs=("@fastify/cookie", "fastify-cookie"),
        ),
        Cookies(
            '{request}.cookies.get("{cookie}")',
            types=r"^koa:(default\.)?(Parameterized)?Context$",
            handlers=rf"^(koa|@koa/router|koa-router):(.*\.)?\(\)\.(.*\.)?{_VERBS}$",
        ),
        Cookies("{request}.state.{cookie}", types=r"^@hapi/hapi:Request$"),
    ),
)
