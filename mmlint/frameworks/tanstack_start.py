"""TanStack Start: tanstack.com/start, server functions, server routes and middleware."""

from mmlint.frameworks.pattern import HTTP_METHODS, Callback, Platform, Said, named

_CONFIG = named("app.config", "vite.config")
_START = r"^@tanstack/(\w+-)?start(/[\w-]+)?"
_METHODS = (*HTTP_METHODS, "ANY", "ALL")
_NODE = r"node([-_](server|cluster|middleware))?|bun|deno[-_]server"

PLATFORM = Platform(
    name="TanStack Start",
    runtime="serverless",
    patterns=(
        Callback(
            rf"{_START}:createServerFn\.\(\)\.(.*\.)?handler$",
            "server function",
            around=("middleware",),
        ),
        Callback(
            r"^@tanstack/[\w-]+:create(File|RootRoute|Root)?Route(WithContext)?\.\(\)(\.\(\))?$",
            "server handler of a route",
            options=("server.handlers",),
            around=("middleware",),
        ),
        Callback(
            rf"{_START}:createServer(File|Root)?Route\.(\(\)\.)+(.*\.)?methods$",
            "server route",
            options=_METHODS,
            around=("middleware",),
        ),
        Callback(rf"{_START}:createAPIFileRoute\.\(\)\.\(\)$", "server route", options=_METHODS),
        Callback(rf"{_START}:createMiddleware\.\(\)\.(.*\.)?server$", "server middleware"),
    ),
    needs=(
        "@tanstack/react-start",
        "@tanstack/solid-start",
        "@tanstack/vue-start",
        "@tanstack/start",
    ),
    stays=(
        Said(_CONFIG, rf"""\b(preset|target)["']?\s*:\s*["'`]({_NODE})["'`]"""),
        Said(("package.json",), r"node\s+(--\S+\s+)*(\./)?(\.output/server|dist/server)/|srvx\b"),
    ),
    around=(Callback(rf"{_START}:(createStart|registerGlobalMiddleware)$", "global middleware"),),
)
