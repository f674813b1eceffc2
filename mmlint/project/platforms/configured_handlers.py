"""Which functions settings files and stacks name as handlers: Serverless, SAM, SST, CDK, Azure.

A name counts only where the project has a file that exports it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import msgspec

from mmlint.frameworks.pattern import SCRIPTS, named
from mmlint.model.regex import regex
from mmlint.model.settings import SettingsFile, Tagged, Tree, scalars, table, tables
from mmlint.project.modules.literals import (
    MAX_TIMES,
    expression,
    named_expressions,
    strings,
    uncommented,
)

OUTPUTS = ("dist", "build", "out", "lib", ".build")
"""Folders that compilers write: what is named there has its source in ``src``, or beside them."""

_PATH = regex(r"[\w./-]+")
"""A path without holes, schemes or bytes that none of the tools takes."""
_HANDLER = regex(r"[\w./-]+\.\w+")
_FUNCTION = regex(r"\b(NodejsFunction|PythonFunction|Function)\s*\(")


class ConfiguredHandler(msgspec.Struct, frozen=True):
    """A handler that a settings file names.

    ``stem``: file without extension, from the project's root. ``name``: what it exports.
    """

    stem: str
    name: str
    where: str
    platform: str = "AWS Lambda"


def bound(path: str, file: SettingsFile) -> Iterator[ConfiguredHandler]:
    """Yield the handlers that a settings file names; files of other kinds name none."""
    name = posixpath.basename(path)
    if file.is_script:
        script = _sst_script if name in _SST_SCRIPTS else _stack
        if name.endswith((*(f".{one}" for one in SCRIPTS), ".py")):
            yield from script(path, file.script)
        return
    reader = _READERS.get(name)
    if reader is not None and file.tree is not None:
        yield from reader(path, file.tree)


def _at(path: str, spot: str, platform: str = "AWS Lambda") -> Iterator[ConfiguredHandler]:
    """``folder/file.function``, from the folder of the file that says so."""
    written, _, name = spot.rpartition(".")
    if written:
        for stem in sources(posixpath.dirname(path), written):
            yield ConfiguredHandler(stem, name, path, platform)


def sources(folder: str, written: str) -> Iterator[str]:
    """Yield the files that ``written``, relative to ``folder``, may mean: as it stands, the source
    of a compiled one, and dots as Python's folders."""
    written = posixpath.normpath(written)
    first, _, rest = written.partition("/")
    places = [written, f"src/{rest}", rest] if first in OUTPUTS and rest else [written]
    for place in dict.fromkeys([*places, *(one.replace(".", "/") for one in places)]):
        yield posixpath.normpath(posixpath.join(folder, place))


def _serverless(path: str, tree: Tree) -> Iterator[ConfiguredHandler]:
    for entry in tables(tree):
        for handler in _handlers(entry):
            yield from _at(path, handler)


def _sam(path: str, tree: Tree) -> Iterator[ConfiguredHandler]:
    """The functions of a template; their code lies in ``CodeUri``, their own or that of all."""
    if path.endswith(".json") and "Resources" not in table(tree):
        return  # many tools have a template.json
    shared = tables(table(tree).get("Globals"))
    usual = next((folder for one in shared if (folder := _plain(one.get("CodeUri")))), "")
    for entry in tables(tree):
        folder = _plain(entry.get("CodeUri"))
        for handler in _handlers(entry) if folder != "" else ():
            yield from _at(path, posixpath.join(folder or usual, handler))


def _handlers(entry: dict[str, Tree]) -> Iterator[str]:
    """What a table names as its handler, in whichever case the tool writes the key."""
    for key, value in entry.items():
        handler = _plain(value) if key.lower() == "handler" else None
        if handler:
            yield handler


def _plain(value: Tree) -> str | None:
    """The path that a value is; None where the tool puts it together, "" where it is no path."""
    if isinstance(value, Tagged) and value.tag == "!Sub" and "${" not in value.text:
        value = value.text
    if not isinstance(value, str):
        return None
    return value if _PATH.fullmatch(value) else ""


def _sst(path: str, tree: Tree) -> Iterator[ConfiguredHandler]:
    """Every text of an SST (or Serverless) file in JSON that has the shape of a handler."""
    yield from _shaped(path, scalars(tree))


def _shaped(path: str, texts: Iterable[str]) -> Iterator[ConfiguredHandler]:
    for spot in texts:
        if _HANDLER.fullmatch(spot):
            yield from _at(path, spot)


# --- scripts --------------------------------------------------------------------------------------


def _sst_script(path: str, text: str) -> Iterator[ConfiguredHandler]:
    """Every string of an SST (or ``serverless.ts``) file that has the shape of a handler."""
    yield from _shaped(path, strings(uncommented(text)))


def _stack(path: str, text: str) -> Iterator[ConfiguredHandler]:
    """The functions of a CDK stack, in TypeScript or Python."""
    text = text if path.endswith(".py") else uncommented(text)
    for match in islice(_FUNCTION.finditer(text), MAX_TIMES):
        call = expression(text, match.end(), stops="")
        given = {
            key: next(named_expressions(call, key), None)
            for key in ("entry", "index", "handler", "code")
        }
        yield from _function(path, match[1], given)


def _function(path: str, kind: str, given: dict[str, str | None]) -> Iterator[ConfiguredHandler]:
    handler = "".join(strings(given["handler"] or "")[:1])
    place = given["entry"] if kind != "Function" else given["code"]
    if place is None:
        return
    for folder in _folders(path, place):
        if kind == "NodejsFunction":
            spot = f"{posixpath.splitext(folder)[0]}.{handler or 'handler'}"
        elif kind == "PythonFunction":
            index = "".join(strings(given["index"] or "")[:1]) or "index.py"
            stem = posixpath.splitext(posixpath.join(folder, index))[0]
            spot = f"{stem}.{handler or 'handler'}"
        else:
            spot = posixpath.join(folder, handler)
        for one in _at("", spot):
            yield ConfiguredHandler(one.stem, one.name, path)


def _folders(path: str, written: str) -> Iterator[str]:
    """The paths that an expression may mean: its strings joined, from the stack's own folder where
    it says so, else from where the tool is started: any folder above."""
    parts = strings(written)
    if not parts:
        return
    here = posixpath.dirname(path)
    own = re.search(r"__dirname|__file__|import\.meta", written)
    while True:
        yield posixpath.normpath(posixpath.join(here, *parts))
        if own or not here:
            return
        here = posixpath.dirname(here)


# --- hosts ----------------------------------------------------------------------------------------


def _azure(path: str, tree: Tree) -> Iterator[ConfiguredHandler]:
    """What Azure's ``function.json`` names: a script of its own folder, or a compiled one."""
    given = table(tree)
    named, entry = given.get("scriptFile", ""), given.get("entryPoint", "")
    if not isinstance(tree, dict) or not isinstance(named, str) or not isinstance(entry, str):
        return
    folder = posixpath.dirname(path)
    app = posixpath.dirname(folder)
    script = posixpath.splitext(named)[0]
    stems = {posixpath.normpath(posixpath.join(folder, "index"))}
    if script:
        stems.update(sources(app, posixpath.relpath(posixpath.join(folder, script), app or ".")))
    for stem in sorted(stems):
        yield ConfiguredHandler(stem, entry or "default", path, "Azure function")
    if not script or named.endswith(".py"):
        stem = posixpath.join(folder, script or "__init__")
        yield ConfiguredHandler(stem, entry or "main", path, "Azure function")


def _vercel(path: str, tree: Tree) -> Iterator[ConfiguredHandler]:
    """The files that ``vercel.json`` names one by one."""
    given = table(tree)
    listed = given.get("builds")
    builds = [table(one).get("src") for one in listed] if isinstance(listed, list) else []
    for source in (*builds, *table(given.get("functions"))):
        if not isinstance(source, str):
            continue
        stem = posixpath.splitext(posixpath.join(posixpath.dirname(path), source))[0]
        for name in ("default", "app", "application", "handler"):
            yield ConfiguredHandler(posixpath.normpath(stem), name, path, "Vercel function")


_SST_SCRIPTS = frozenset(named("serverless", "sst.config"))

_READERS: dict[str, Callable[[str, Tree], Iterator[ConfiguredHandler]]] = {
    **dict.fromkeys(("serverless.yml", "serverless.yaml"), _serverless),
    **dict.fromkeys(("template.yaml", "template.yml", "template.json"), _sam),
    **dict.fromkeys(("sst.json", "serverless.json"), _sst),
    "function.json": _azure,
    "vercel.json": _vercel,
}

BINDING_FILES = (*_READERS, *sorted(_SST_SCRIPTS))
"""Names of the files that may name handlers."""
