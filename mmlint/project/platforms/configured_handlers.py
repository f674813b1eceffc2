"""Which functions settings files and stacks name as handlers: Serverless, SAM, SST, CDK, Azure.

Read as text and data; a name counts only where the project has a file that exports it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from itertools import islice, takewhile

import msgspec

from mmlint.frameworks.pattern import SCRIPTS, named
from mmlint.model.regex import regex
from mmlint.project.modules.literals import (
    MAX_EXPRESSION,
    MAX_TIMES,
    expression,
    named_expressions,
    strings,
)

OUTPUTS = ("dist", "build", "out", "lib", ".build")
"""Folders that compilers write: what is named there has its source in ``src``, or beside them."""

_NEAR = 60
"""Lines of a template in which the properties of one function are looked for."""

_HANDLER = regex(
    r"""^(?P<indent>\s*)(?:-\s+)?(?:[\w-]+:\s*\{.*?)?handler:\s*["']?(?P<name>[\w./-]+)["']?"""
    r"""\s*(?:[,}].*)?(?:\#.*)?$""",
    re.I,
)
_CODE_URI = regex(r"""^(?P<indent>\s*)CodeUri:\s*["']?(?P<folder>[\w./-]+)""")
_FUNCTION = regex(r"\b(NodejsFunction|PythonFunction|Function)\s*\(")


class ConfiguredHandler(msgspec.Struct, frozen=True):
    """A handler that a settings file names.

    ``stem``: file without extension, from the project's root. ``name``: what it exports.
    """

    stem: str
    name: str
    where: str
    platform: str = "AWS Lambda"


def bound(path: str, text: str) -> Iterator[ConfiguredHandler]:
    """Yield the handlers that the file ``path`` names; files of other kinds name none."""
    name = posixpath.basename(path)
    reader = _READERS.get(name)
    if reader is None and name.endswith((*(f".{one}" for one in SCRIPTS), ".py")):
        reader = _stack
    if reader is not None:
        yield from reader(path, text)


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


def _serverless(path: str, text: str) -> Iterator[ConfiguredHandler]:
    for line in text.splitlines():
        match = _HANDLER.match(line[:MAX_EXPRESSION])
        if match:
            yield from _at(path, match["name"])


def _sam(path: str, text: str) -> Iterator[ConfiguredHandler]:
    lines = [line[:MAX_EXPRESSION] for line in text.splitlines()]
    shared = takewhile(lambda line: not line.startswith("Resources:"), lines)
    usual = next((match["folder"] for match in map(_CODE_URI.match, shared) if match), "")
    for number, line in enumerate(lines):
        match = _HANDLER.match(line)
        if match:
            folder = _sibling(lines, number, len(match["indent"])) or usual
            yield from _at(path, posixpath.join(folder, match["name"]))


def _sibling(lines: list[str], number: int, indent: int) -> str | None:
    """The ``CodeUri`` of the block of the line ``number``."""
    after = lines[number + 1 : number + _NEAR]
    before = lines[max(0, number - _NEAR) : number][::-1]
    for block in (after, before):
        for line in block:
            if line.strip() and len(line) - len(line.lstrip()) < indent:
                break
            match = _CODE_URI.match(line)
            if match and len(match["indent"]) == indent:
                return match["folder"]
    return None


def _sst(path: str, text: str) -> Iterator[ConfiguredHandler]:
    """Every string of an SST (or ``serverless.ts``) file that has the shape of a handler."""
    for spot in strings(text):
        if re.fullmatch(r"[\w./-]+\.\w+", spot):
            yield from _at(path, spot)


def _stack(path: str, text: str) -> Iterator[ConfiguredHandler]:
    """The functions of a CDK stack, in TypeScript or Python."""
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


def _azure(path: str, text: str) -> Iterator[ConfiguredHandler]:
    """What Azure's ``function.json`` names: a script of its own folder, or a compiled one."""
    try:
        found = msgspec.json.decode(text.encode(), type=_AzureFunction)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return
    folder = posixpath.dirname(path)
    app = posixpath.dirname(folder)
    script = posixpath.splitext(found.scriptFile)[0]
    stems = {posixpath.normpath(posixpath.join(folder, "index"))}
    if script:
        stems.update(sources(app, posixpath.relpath(posixpath.join(folder, script), app or ".")))
    for stem in sorted(stems):
        yield ConfiguredHandler(stem, found.entryPoint or "default", path, "Azure function")
    if not script or found.scriptFile.endswith(".py"):
        stem = posixpath.join(folder, script or "__init__")
        yield ConfiguredHandler(stem, found.entryPoint or "main", path, "Azure function")


class _AzureFunction(msgspec.Struct):
    scriptFile: str = ""
    entryPoint: str = ""


class _VercelBuild(msgspec.Struct):
    src: str = ""


class _Vercel(msgspec.Struct):
    builds: list[_VercelBuild] = []
    functions: dict[str, object] = {}


def _vercel(path: str, text: str) -> Iterator[ConfiguredHandler]:
    """The files that ``vercel.json`` names one by one."""
    try:
        found = msgspec.json.decode(text.encode(), type=_Vercel)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return
    for source in (*(one.src for one in found.builds), *found.functions):
        stem = posixpath.splitext(posixpath.join(posixpath.dirname(path), source))[0]
        for name in ("default", "app", "application", "handler"):
            yield ConfiguredHandler(posixpath.normpath(stem), name, path, "Vercel function")


_READERS: dict[str, Callable[[str, str], Iterator[ConfiguredHandler]]] = {
    **dict.fromkeys(("serverless.yml", "serverless.yaml"), _serverless),
    **dict.fromkeys(("template.yaml", "template.yml"), _sam),
    **dict.fromkeys((*named("serverless", "sst.config"), "sst.json", "serverless.json"), _sst),
    "function.json": _azure,
    "vercel.json": _vercel,
}

BINDING_FILES = tuple(_READERS)
"""Names of the files that may name handlers."""
