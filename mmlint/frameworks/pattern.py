"""How a platform finds the functions it calls, as data that ``project`` interprets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Runtime = Literal["serverless", "long-running", "script", "unknown"]

HTTP_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Exported:
    """Functions that a file exports under one of ``names``.

    ``path``: regular expression, searched in the path relative to the file's package. ``members``:
    the export is an object whose functions count (``actions``). ``language``: of the file.
    """

    path: str
    names: tuple[str, ...]
    why: str
    members: bool = False
    only_async: bool = False
    language: Literal["javascript", "python"] = "javascript"


@dataclass(frozen=True)
class Directive:
    """Functions under a string directive, of the file (then its exports) or of the function."""

    text: str
    why: str


@dataclass(frozen=True)
class DefaultObject:
    """Methods of the object that a file exports by default; ``unless``: a key that rules it out."""

    methods: tuple[str, ...]
    why: str
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Extends:
    """Methods of classes with one of these bases."""

    bases: tuple[str, ...]
    methods: tuple[str, ...]
    why: str
    language: Literal["javascript", "python"] = "javascript"


@dataclass(frozen=True)
class Callback:
    """Functions handed to a call: ``callee`` is a regular expression for ``module:path`` of a
    package's function, or for a global's path (``:Deno.serve``); a ``()`` is a call in between.

    ``first``: what the first argument must be, where it must be something. ``option``: the function
    stands under this key of an options object. ``served``: the app lives as long as the program,
    unless an adapter turns it into a serverless function.
    """

    callee: str
    why: str
    first: tuple[str, ...] = ()
    option: str = ""
    served: bool = False


@dataclass(frozen=True)
class Named:
    """Python functions of a module's top level by name, with these parameters' count."""

    names: tuple[str, ...]
    parameters: int
    why: str


@dataclass(frozen=True)
class Decorated:
    """Python functions under a decorator; ``decorator`` as ``Callback.callee``."""

    decorator: str
    why: str
    served: bool = False


@dataclass(frozen=True)
class Views:
    """Python functions of files at ``path`` whose first parameter has this name (Django views)."""

    path: str
    first: str
    why: str


Pattern = Exported | Directive | DefaultObject | Extends | Callback | Named | Decorated | Views


@dataclass(frozen=True)
class Platform:
    """A platform. ``needs``: packages of which one must be a dependency or be imported, where the
    package's manifest is at hand. ``adapters``: packages that make it a long-running server.
    ``node_style``: handlers answer through ``res``, so that a flush can come after the response.
    """

    name: str
    runtime: Runtime
    patterns: tuple[Pattern, ...]
    needs: tuple[str, ...] = ()
    adapters: tuple[str, ...] = ()
