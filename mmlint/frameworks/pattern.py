"""How a platform finds the functions it calls, as data that ``project`` interprets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

Runtime = Literal["serverless", "long-running", "script", "unknown"]

HTTP_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

WORKERS = ("wrangler.toml", "wrangler.json", "wrangler.jsonc")
"""Settings files of Cloudflare Workers: where there is one, no other host serves the exports."""

FETCHING = ("hono", "@hono/zod-openapi", "itty-router", "elysia")
"""Packages whose apps have a ``fetch`` method, so that a file can export the app itself."""

SCRIPTS = ("js", "mjs", "cjs", "ts", "mts", "cts")


def named(*stems: str) -> tuple[str, ...]:
    """Return the names that a settings file written in JavaScript can have, by its ``stems``."""
    return tuple(f"{stem}.{extension}" for stem in stems for extension in SCRIPTS)


class Setting(msgspec.Struct, frozen=True):
    """A literal value in a settings file.

    ``files``: their names. ``keys``: dotted paths, of which the first that is set counts. Of JSON
    and JavaScript, unlike TOML, only the last word of a key is looked for.
    """

    files: tuple[str, ...]
    keys: tuple[str, ...]


class Moved(msgspec.Struct, frozen=True):
    """A part of the paths of a platform's patterns that a setting replaces.

    ``mark``: how the patterns write it (``<folder>``). ``usual``: regular expression of what stands
    there where it is not set.
    """

    mark: str
    setting: Setting
    usual: str


class Said(msgspec.Struct, frozen=True):
    """A settings file of one of these names, at or above the code's folder, in which the regular
    expression ``text`` is found (empty: the file's presence is enough)."""

    files: tuple[str, ...]
    text: str = ""


class Exported(msgspec.Struct, frozen=True):
    """Functions and apps (of a Python file only apps) that it exports under one of ``names``.

    ``path``: regular expression, searched in the path relative to the file's package. ``members``:
    the export is an object whose functions count (``actions``). ``guess``: the name is all that
    speaks for it, so an app that listens and calls the same function is right. ``confirmed``: only
    where one of the platform's settings files is at hand.
    """

    path: str
    names: tuple[str, ...]
    why: str
    members: bool = False
    only_async: bool = False
    guess: bool = False
    confirmed: bool = False
    language: Literal["javascript", "python"] = "javascript"


class Attached(msgspec.Struct, frozen=True):
    """Functions that are made members of a file's default export (``Page.getInitialProps = …``)."""

    path: str
    names: tuple[str, ...]
    why: str


class Component(msgspec.Struct, frozen=True):
    """Async functions with a capitalised name that return JSX, outside client files."""

    why: str


class Directive(msgspec.Struct, frozen=True):
    """Functions under a string directive, of the file (then its exports) or of the function."""

    text: str
    why: str


class DefaultObject(msgspec.Struct, frozen=True):
    """Methods of the object that a file exports by default.

    ``apps``: packages whose apps are such objects themselves.
    ``bun``: the exports that Bun serves, which are those with a ``port`` and those of packages that
    it starts, unless a settings file of Workers is at hand. The others count without it.
    """

    methods: tuple[str, ...]
    why: str
    apps: tuple[str, ...] = ()
    bun: bool = False


class Extends(msgspec.Struct, frozen=True):
    """Methods of classes with one of these bases; ``bound``: a setting that names further classes.

    ``path``: regular expression, searched in the path relative to the file's package.
    """

    bases: tuple[str, ...]
    methods: tuple[str, ...]
    why: str
    path: str = ""
    bound: Setting | None = None
    language: Literal["javascript", "python"] = "javascript"


class Callback(msgspec.Struct, frozen=True):
    """Functions handed to a call: ``callee`` is a regular expression for ``module:path`` of a
    package's function, or for a global's path (``:Deno.serve``); a ``()`` is a call in between.

    ``first``: what the first argument must be, where it must be something. ``options``: keys of an
    options object under which functions stand, also inside an object of them; dotted, of an object
    inside it (``server.handlers``).

    ``around``: methods of the chain that ends in the call, and keys of its options, that are handed
    what runs around the functions. A chain that cannot be followed to its package is unknown.
    """

    callee: str
    why: str
    first: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    around: tuple[str, ...] = ()


class Named(msgspec.Struct, frozen=True):
    """Python functions of a module's top level by name.

    ``parameters``: how many it takes. ``annotation``: regular expression for the first one's.
    """

    names: tuple[str, ...]
    why: str
    parameters: int
    annotation: str = ""


class Decorated(msgspec.Struct, frozen=True):
    """Functions and methods under a decorator; ``decorator`` as ``Callback.callee``."""

    decorator: str
    why: str


class Views(msgspec.Struct, frozen=True):
    """Python functions of files at ``path`` whose first parameter has this name (Django views)."""

    path: str
    first: str
    why: str


Pattern = (
    Exported
    | Attached
    | Component
    | Directive
    | DefaultObject
    | Extends
    | Callback
    | Named
    | Decorated
    | Views
)


class Cookies(msgspec.Struct, frozen=True):
    """How a cookie is read from a request, by what shows that something is such a request.

    ``read``: the expression, in which ``{request}`` and ``{cookie}`` stand for the two names.
    ``types``: regular expression, as ``Callback.callee``, for a parameter's declared type.
    ``imported``: the same for an import that is the request itself. ``handlers``: the same for the
    call that an undeclared function is handed to, its decorator, or a base of its class; its first
    parameter is the request then. ``exported``: regular expression, searched in the path of a
    handler of the platform, likewise.
    ``least`` and ``most``: how many parameters such an undeclared function has, without ``self``.
    ``needs``: packages of which one must be there, where the manifest is at hand.
    """

    read: str
    types: str = ""
    imported: str = ""
    handlers: str = ""
    exported: str = ""
    least: int = 1
    most: int = 9
    needs: tuple[str, ...] = ()


class Platform(msgspec.Struct, frozen=True):
    """A platform.

    ``needs``: packages of which one must be a dependency or be imported, where the package's
    manifest is at hand. ``settings``: files that say for certain that the platform is used.
    ``moved``: what settings change about the patterns' paths.

    ``unattended``: regular expression for the whole name of what no visitor waits for: methods,
    registering functions, kinds of events (``scheduled``, ``onSchedule``).

    ``adapters``: packages that make it a long-running server; ``rivals``: packages that take their
    place. ``stays``: settings, and npm scripts (as ``package.json``), that do so.

    ``apps``: packages whose apps call the patterns' functions. Whoever serves such an app decides
    the runtime; ``runtime`` is then what holds where it is not seen. ``wrapped``: settings that
    turn such an app into a serverless function. ``listens``: regular expression, as
    ``Callback.callee``, for calls that start a server of it.

    ``listening``: words of code that serves requests by itself. ``serverless``: packages that make
    a serverless function of an app, as they are imported. ``stacks``: words of code that may name
    handlers. ``templates``: settings files that may say which folders are layers. ``aliasing``:
    scripts that configure a bundler, and may give names to folders.

    ``waiters``: functions (module and name) that wait for the promise they are handed. ``holders``:
    names of objects whose method ``waitUntil`` does. ``later``: functions that run their callback
    once the response is out, and wait for it. ``throwing``: functions, by module, that throw
    instead of returning (``redirect``).

    ``route_hooks``: functions that run their callback after each change of the route.
    ``route_events``: events that tell of one. ``route_readers``: functions that give the route.
    ``route_names``: names under which it is read.

    ``started``: regular expression for the npm scripts that start its server. ``server_files``:
    regular expression for paths of files that draw markup and still run on a server only.
    ``server_folders``: folders of a package whose code only runs there, each with the sentence that
    is the evidence. ``server_modules``: what only code of a server imports. ``server_only``: those
    of them that no bundler lets into the browser's code.

    ``around``: patterns of functions that run around every handler of the platform in what is
    deployed together.

    ``cookies``: how its requests give cookies. What is not told here is unknown.
    """

    name: str
    runtime: Runtime
    patterns: tuple[Pattern, ...]
    needs: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    moved: tuple[Moved, ...] = ()
    unattended: str = ""
    adapters: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()
    stays: tuple[Said, ...] = ()
    apps: tuple[str, ...] = ()
    wrapped: tuple[Said, ...] = ()
    listens: str = ""
    listening: tuple[str, ...] = ()
    serverless: tuple[str, ...] = ()
    stacks: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    aliasing: tuple[str, ...] = ()
    waiters: tuple[tuple[str, str], ...] = ()
    holders: tuple[str, ...] = ()
    later: tuple[tuple[str, str], ...] = ()
    throwing: Mapping[str, tuple[str, ...]] = {}
    route_hooks: tuple[str, ...] = ()
    route_events: tuple[str, ...] = ()
    route_readers: tuple[str, ...] = ()
    route_names: tuple[str, ...] = ()
    started: str = ""
    server_files: str = ""
    server_folders: Mapping[str, str] = {}
    server_modules: tuple[str, ...] = ()
    server_only: tuple[str, ...] = ()
    around: tuple[Pattern, ...] = ()
    cookies: tuple[Cookies, ...] = ()
