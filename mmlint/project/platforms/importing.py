"""Imports of an SDK that cannot work where they stand: the browser's on a server, or the reverse.

Code that both sides run is no mistake: components with loaders, pages that are rendered on
the server first. Only what certainly runs on one side counts.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mmlint.frameworks import platforms
from mmlint.model import syntax as s
from mmlint.model.regex import regex
from mmlint.project.platforms.runtimes import Runtimes
from mmlint.project.semantic.entity import SdkObject
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Unit

_SERVER_ONLY = frozenset(name for one in platforms() for name in one.server_only)
"""Modules that no bundler lets into the browser's code."""
_SERVER_FILE = regex("|".join(one.server_files for one in platforms() if one.server_files))
"""Files of servers even where they hold markup: what they draw is an answer."""
_SERVER_FOLDERS = [
    (folder, one.needs, why) for one in platforms() for folder, why in one.server_folders.items()
]


class Imported(msgspec.Struct, frozen=True):
    """An import of the ``sdk`` of the other side, and why this file is not on it."""

    unit: Unit
    statement: s.Import
    sdk: str
    why: str


def wrong_imports(program: Program, runtimes: Runtimes) -> Iterator[Imported]:
    """Yield every import, once, of an SDK by a file that certainly runs on the other side."""
    for unit in program.units:
        if unit.python or unit.test:
            continue
        found = {sdk: one for one, sdk in _imports(program, unit)}
        if not found:
            continue
        client = _client(unit)
        if client and "node" in found:
            yield Imported(unit, found["node"], "node", client)
        elif not client and "browser" in found:
            server = _server(unit, runtimes)
            if server is None and "node" in found:
                server = "it imports the server SDK too"
            if server:
                yield Imported(unit, found["browser"], "browser", server)


def _imports(program: Program, unit: Unit) -> Iterator[tuple[s.Import, str]]:
    """The imports of SDKs that run wherever the file does, the last first; what is loaded on
    demand (``import()``, a ``require`` in a function or branch) may run on one side only."""
    at_top = unit.module.functions[0].body
    for one in reversed(unit.module.imports):
        module = None if one.type_only else program.module(unit, one.module)
        if not isinstance(module, SdkObject):
            continue
        always = one.kind == "static" or (
            one.kind == "require"
            and any(
                isinstance(each, s.Assign | s.ExpressionStatement)
                and each.start <= one.start < each.end
                for each in at_top
            )
            and unit.function_at(one.start) == 0
        )
        if always:
            yield one, module.sdk


def _client(unit: Unit) -> str | None:
    if unit.module.side == "client":
        return "a component's script runs in the browser"
    return '"use client" sends this file to the browser' if _says(unit, "use client") else None


def _server(unit: Unit, runtimes: Runtimes) -> str | None:
    """Why no browser ever runs the file, or None."""
    if unit.module.side == "server":
        return "frontmatter runs on the server"
    if _says(unit, "use server"):
        return '"use server" keeps this file on the server'
    modules = {one.module for one in unit.module.imports if not one.type_only}
    for name in sorted(modules & _SERVER_ONLY):
        return f"{name} is for servers only"
    around = runtimes.project_config
    for folder, packages, why in _SERVER_FOLDERS:
        if around.relative(unit.path).startswith(folder) and around.depends(unit.path, packages):
            return why
    if _draws(unit) and not _SERVER_FILE.search(unit.path):
        return None
    handlers = [one for one in runtimes.handlers if one.function.unit is unit and not one.guess]
    return handlers[0].evidence.why if handlers else None


def _says(unit: Unit, directive: str) -> bool:
    return directive in unit.module.directives


def _draws(unit: Unit) -> bool:
    """Whether it holds markup, as a component does that both sides run."""
    return bool(unit.every(s.Element))
