"""Whether a JavaScript file runs in browsers or on a server."""

from __future__ import annotations

import re
from typing import Literal

from mmlint.frameworks import platforms
from mmlint.model import syntax as s
from mmlint.project.semantic.unit import Unit
from mmlint.sdk.environment import public_prefix, says_secret
from mmlint.sdk.surface import BROWSER_PACKAGE, NODE_PACKAGE

Side = Literal["client", "server"]

_SERVER_MODULES = frozenset(
    [
        *(name for one in platforms() for name in (*one.server_modules, *one.server_only)),
        "assert",
        "buffer",
        "child_process",
        "cluster",
        "crypto",
        "dgram",
        "dns",
        "fs",
        "http",
        "http2",
        "https",
        "module",
        "net",
        "os",
        "path",
        "perf_hooks",
        "process",
        "stream",
        "tls",
        "url",
        "util",
        "v8",
        "vm",
        "worker_threads",
        "zlib",
        "fs/promises",
    ]
)
_DOM = frozenset({"window", "document", "localStorage", "sessionStorage"})


def side(unit: Unit, handlers: bool) -> Side | None:
    """Return where the code of ``unit`` runs, or None where it does not say.

    ``handlers``: a platform calls functions of this file on a server.
    """
    if unit.module.side is not None:
        return unit.module.side
    if "use client" in unit.module.directives:
        return "client"
    modules = {one.module for one in unit.module.imports if not one.type_only}
    if unit.python or handlers or "use server" in unit.module.directives:
        return "server"
    if any(name in _SERVER_MODULES or name.startswith("node:") for name in modules):
        return "server"
    if NODE_PACKAGE in modules or _reads_secret(unit):
        return "server"
    if BROWSER_PACKAGE in modules or _touches_dom(unit):
        return "client"
    return None


def _reads_secret(unit: Unit) -> bool:
    """Whether it reads an environment name that is secret and not public."""
    for value in unit.every(s.Member):
        if isinstance(value.object, s.Member) and value.object.name == "env":
            named = says_secret(value.name) or re.search(r"SECRET|_SK$", value.name)
            if named and not public_prefix(value.name):
                return True
    return False


def _touches_dom(unit: Unit) -> bool:
    """Whether the top level itself uses ``window`` or ``document``."""
    return any(
        isinstance(value, s.Name) and value.binding < 0 and value.name in _DOM
        for value in unit.values(0)
    )
