"""Python web frameworks: Flask, FastAPI, Starlette, Django, aiohttp."""

from mmlint.frameworks.pattern import Callback, Cookies, Decorated, Extends, Platform, Said, Views

_METHODS = ("get", "post", "put", "patch", "delete", "dispatch", "form_valid", "create", "update")

PLATFORM = Platform(
    name="Python server",
    runtime="long-running",
    patterns=(
        Decorated(r"^fastapi(\..*)?:(FastAPI|APIRouter)\.\(\)\.\w+", "FastAPI route"),
        Decorated(r"^flask(\..*)?:(Flask|Blueprint)\.\(\)\.\w+", "Flask route"),
        Decorated(r"^(quart|sanic|litestar|bottle|starlette)[\w.]*:.*", "route"),
        Decorated(r"^aiohttp(\..*)?:(web\.)?RouteTableDef\.\(\)\.\w+", "aiohttp route"),
        Decorated(r"^rest_framework\.decorators:\w+", "Django REST view"),
        Decorated(r"^ninja(\..*)?:(NinjaAPI|Router)\.\(\)\.\w+", "Django Ninja operation"),
        Decorated(r"^django\..*:require_\w+|^django\..*:csrf_exempt", "Django view"),
        Callback(
            r"^aiohttp(\..*)?:(web\.)?(Application\.\(\)\.router\.add_\w+|get|post|put|patch|delete"
            r"|route|view)$",
            "aiohttp route",
        ),
        Callback(r"^starlette\.routing:(Route|WebSocketRoute)$", "Starlette route"),
        Callback(
            r"^(fastapi|flask|starlette|quart)(\..*)?:\w+\.\(\)"
            r"\.(add_api_route|add_url_rule|add_route)$",
            "route of an app",
        ),
        Callback(r"^django\.urls:(re_)?path$", "Django view"),
        Extends(
            (
                "View",
                "APIView",
                "TemplateView",
                "FormView",
                "CreateView",
                "ViewSet",
                "ModelViewSet",
                "MethodView",
                "HTTPEndpoint",
            ),
            _METHODS,
            "class-based view, method {name}",
            language="python",
        ),
        Views(r"(^|/)views(/.*)?\.py$|(^|/)views/", "request", "Django view {name}(request)"),
    ),
    apps=(
        "fastapi",
        "flask",
        "quart",
        "sanic",
        "litestar",
        "bottle",
        "starlette",
        "aiohttp",
        "django",
    ),
    wrapped=(
        Said(tuple(f"zappa_settings.{one}" for one in ("json", "toml", "yml", "yaml", "py"))),
        Said(("serverless.yml", "serverless.yaml"), r"\bserverless-wsgi\b"),
    ),
    listens=r"^(flask|quart|sanic|bottle)(\..*)?:(\w+\.\(\)\.)?run$",
    listening=("uvicorn.run(", "run_app(", ".serve_forever("),
    cookies=(
        Cookies(
            '{request}.cookies.get("{cookie}")',
            types=(
                r"^(flask|quart)(\.wrappers)?:Request$|^werkzeug(\.wrappers)?:Request$"
                r"|^(fastapi|starlette)(\.requests)?:Request$|^sanic(\.request)?:Request$"
                r"|^aiohttp(\.web\w*)?:(web\.)?(Base)?Request$|^litestar(\.connection)?:Request$"
                r"|^falcon(\.\w+)*:Request$|^pyramid\.request:Request$"
            ),
            imported=r"^(flask|quart):request$",
            handlers=(
                r"^starlette\.routing:Route$|^starlette\.endpoints:HTTPEndpoint$"
                r"|^sanic(\..*)?:(Sanic|Blueprint)\.\(\)\.\w+$"
                r"|^aiohttp(\..*)?:(web\.)?(RouteTableDef\.\(\)\.\w+"
                r"|Application\.\(\)\.router\.add_\w+|get|post|put|patch|delete|route|view)$"
            ),
        ),
        Cookies('{request}.get_cookie("{cookie}")', imported=r"^bottle:request$"),
        Cookies(
            '{request}.COOKIES.get("{cookie}")',
            types=(
                r"^django\.http(\.request)?:HttpRequest$|^rest_framework\.request:Request$"
                r"|^django\.core\.handlers\.(wsgi:WSGI|asgi:ASGI)Request$"
            ),
            handlers=(
                r"^django\.urls:(re_)?path$|^django\.views\..*:\w+$|^django\.contrib\.auth\.\w+:\w+$"
                r"|^rest_framework(\.\w+)*:\w+$|^ninja(\..*)?:(NinjaAPI|Router)\.\(\)\.\w+$"
            ),
            exported=r"(^|/)views(/.*)?\.py$|(^|/)views/",
            needs=("django", "rest_framework", "ninja"),
        ),
    ),
)
