"""From a Python module's dotted name to the file it means, without running any of the project."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterable, Iterator
from functools import cached_property

from mmlint.project.modules.layers import Layers
from mmlint.project.modules.manifests import above
from mmlint.project.modules.patterns import Hints
from mmlint.sdk.http_libraries import PYTHON_PACKAGES

PACKAGING = ("pyproject.toml", "setup.py", "setup.cfg", "manage.py")
"""Files that stand in the folder that a project's own imports start from."""

_PACKAGE = "__init__.py"
"""What makes a package of the folder that it is in."""

STANDARD = frozenset(sys.stdlib_module_names)
"""First words of the interpreter's own modules."""

_LIBRARIES = """
aiohttp airflow alembic anthropic anyio attr attrs boto3 botocore bs4 celery certifi chalice
click cryptography datadog django docker dotenv dramatiq elasticsearch environ fastapi
firebase_admin flask gevent google graphene grpc gunicorn httpcore httpx huey jinja2 jsonschema
jwt kafka kombu litestar loguru lxml mangum markdown marshmallow mixpanel mongoengine motor
msgspec numpy openai opentelemetry orjson pandas pika PIL pkg_resources polars posthog prefect
prometheus_client psycopg psycopg2 pydantic pydantic_settings pymongo pymysql pyramid pytest
pytz quart redis requests rest_framework rich rq sanic scipy sendgrid sentry_sdk setuptools six
slack_sdk sqlalchemy sqlmodel starlette strawberry streamlit stripe structlog svix tenacity
torch tornado tqdm twilio typer typing_extensions urllib3 uvicorn uvloop websockets werkzeug
whitenoise yaml
"""
KNOWN = frozenset(_LIBRARIES.split()) | PYTHON_PACKAGES
"""First words of libraries that most projects take from elsewhere, and that many a project's own
file is named after."""


class PythonResolution:
    """Resolves among ``files``. ``manifests``: paths of settings files."""

    def __init__(self, files: frozenset[str], manifests: Iterable[str], layers: Layers) -> None:
        self.files = files
        self.layers = layers
        endings = (*PACKAGING, _PACKAGE)
        marks = [path for path in (*files, *manifests) if path.endswith(endings)]
        split = [posixpath.split(path) for path in marks]
        self._roots = frozenset(folder for folder, name in split if name in PACKAGING)
        self._packages = {posixpath.basename(folder) for folder, name in split if name == _PACKAGE}

    @cached_property
    def _tops(self) -> dict[str, list[str]]:
        roots = self._roots | {posixpath.join(root, "src") for root in self._roots}
        return _tops(self.files, roots)

    def find(self, folder: str, specifier: str) -> str | None:
        """Return the file that ``specifier`` (``a.b``, ``.a``, ``..``) means for code in
        ``folder``, or None."""
        name = specifier.lstrip(".")
        level = len(specifier) - len(name)
        parts = name.split(".") if name else []
        if not all(parts):
            return None
        if level:
            return self._relative(folder, level, parts)
        return self._absolute(folder, parts) if parts else None

    def hints(self, path: str) -> Hints:
        """Return what the specifiers that mean ``path`` look like."""
        folder, _, name = path.rpartition("/")
        if name == _PACKAGE:
            return Hints(frozenset({posixpath.basename(folder), "."} - {""}))
        return Hints(frozenset({name.removesuffix(".py")}))

    def _relative(self, folder: str, level: int, parts: list[str]) -> str | None:
        for _ in range(level - 1):
            if not folder:
                return None
            folder = posixpath.dirname(folder)
        return self._module(folder, parts)

    def _absolute(self, folder: str, parts: list[str]) -> str | None:
        if parts[0] in STANDARD or parts[0] in KNOWN:
            return self._shadowing(folder, parts)
        for root in self._search(folder):
            found = self._module(root, parts)
            if found is not None:
                return found
        for group in self.layers.places(folder, "python"):
            layered = {self._module(root, parts) for root in group} - {None}
            if layered:
                return layered.pop() if len(layered) == 1 else None
        places = (self._module(root, parts) for root in self._tops.get(parts[0], ()))
        found_elsewhere = {one for one in places if one is not None}
        return found_elsewhere.pop() if len(found_elsewhere) == 1 else None

    def _shadowing(self, folder: str, parts: list[str]) -> str | None:
        """A name that belongs to a library is the project's own only as a package in the folder
        that the importer's program starts from."""
        if parts[0] not in self._packages:
            return None
        for root in above(folder):
            if root and root not in self._roots:
                continue
            for place in (root, posixpath.join(root, "src")):
                if self._is_package(posixpath.join(place, parts[0])):
                    return self._module(place, parts)
        return None

    def _search(self, folder: str) -> Iterator[str]:
        """The folders that absolute imports of code in ``folder`` may start from.

        A folder inside a package is none, unless its files are run as scripts: it comes last.
        """
        folders = list(above(folder))
        for one in sorted(folders, key=self._is_package):
            yield one
            yield posixpath.join(one, "src")

    def _is_package(self, folder: str) -> bool:
        return posixpath.join(folder, _PACKAGE) in self.files

    def _module(self, root: str, parts: list[str]) -> str | None:
        """The package or, where there is none, the module; folders between may be bare."""
        path = posixpath.join(root, *parts)
        candidates = [posixpath.join(path, _PACKAGE)]
        if parts:
            candidates.append(f"{path}.py")
        return next((one for one in candidates if one in self.files), None)


def _tops(files: Iterable[str], roots: frozenset[str]) -> dict[str, list[str]]:
    """First word of an import to the source roots that have a module or folder of that name."""
    found: dict[str, list[str]] = {}
    seen: set[str] = set()
    for path in files:
        if not path.endswith(".py"):
            continue
        entry = path.removesuffix(".py")
        while entry and entry not in seen:
            seen.add(entry)
            folder, _, name = entry.rpartition("/")
            if folder in roots:
                found.setdefault(name, []).append(folder)
            entry = folder
    return found
