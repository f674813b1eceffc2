"""Python web frameworks: Flask, FastAPI, Starlette, Django, aiohttp."""

from mmlint.frameworks.pattern import Decorated, Extends, Platform, Views

PLATFORM = Platform(
    name="Python server",
    runtime="long-running",
    patterns=(
        Decorated(r"^fastapi(\..*)?:(FastAPI|APIRouter)\.\(\)\.\w+", "FastAPI route", served=True),
        Decorated(r"^flask(\..*)?:(Flask|Blueprint)\.\(\)\.\w+", "Flask route", served=True),
        Decorated(r"^(quart|sanic|litestar|bottle|starlette)[\w.]*:.*", "route", served=True),
        Decorated(
            r"^aiohttp(\..*)?:(web\.)?RouteTableDef\.\(\)\.\w+", "aiohttp route", served=True
        ),
        Decorated(r"^rest_framework\.decorators:\w+", "Django REST view", served=True),
        Decorated(r"^django\..*:require_\w+|^django\..*:csrf_exempt", "Django view", served=True),
        Extends(
            ("View", "APIView", "TemplateView", "FormView", "CreateView", "ViewSet", "MethodView"),
            ("get", "post", "put", "patch", "delete", "dispatch", "form_valid", "create", "update"),
            "class-based view, method {name}",
            language="python",
        ),
        Views(r"(^|/)views(/.*)?\.py$|(^|/)views/", "request", "Django view {name}(request)"),
    ),
)
