"""Which keys a program hands to the SDK, the snippet and the API, and what kind each of them is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final
from typing import Literal as Choices

import msgspec

from mmlint.model import syntax as s
from mmlint.model.facts import Connection, FileFacts
from mmlint.model.finding import Place, Related
from mmlint.model.key import Key, Kind
from mmlint.model.regex import regex
from mmlint.project.dataflow.backward import Expression, Walk, known_text, lone_definition, options
from mmlint.project.dataflow.origins import Origin, origins
from mmlint.project.http.headers import headers, made
from mmlint.project.http.headers import options as client_options
from mmlint.project.http.requests import address_of, url_text
from mmlint.project.project import Project
from mmlint.project.secrets.carriers import keys_behind
from mmlint.project.semantic.callee import speaks_http
from mmlint.project.semantic.entity import (
    NOTHING,
    KnownValue,
    SdkClass,
    SdkFunction,
    Substitution,
)
from mmlint.project.semantic.program import Call, Program
from mmlint.project.semantic.shape import Shape, Shapes
from mmlint.project.semantic.unit import Unit
from mmlint.sdk.addresses import api_path
from mmlint.sdk.environment import says_kind
from mmlint.sdk.http_libraries import BASES
from mmlint.sdk.keys import FULL_SHOWN, is_placeholder
from mmlint.sdk.surface import BROWSER_PACKAGE, ENDPOINTS, LOADER_PATH, NODE_PACKAGE

Taker = Choices["browser", "node", "tag", "send", "forget", "read", "mcp", "account"]
"""Who is handed a key: the browser's SDK, the server's, the snippet, or a part of the API."""

_PARTS: Final[dict[str, Taker]] = {**ENDPOINTS, "mcp": "mcp", "mcp/account": "account"}
_KEY_OPTIONS: Final = ("key", "api_key", "secret_key")
_BEARER: Final = regex(r"\s*Bearer\s+(.*)", re.IGNORECASE | re.DOTALL)
_BEGINS: Final = regex(r"(pk|sk|rk|ak)_(.*)", re.DOTALL)
_CUT: Final = regex(r".{3}… \(")
_MCP: Final = regex(r"/mcp\b")


class KeyUse(msgspec.Struct, frozen=True):
    """A key that is handed over, and one place that it comes from.

    ``side``: where the call that hands it over runs. ``origin_header``: whether the request says
    whose page it comes from; None where that cannot be seen.
    """

    taker: Taker
    unit: Unit
    origin: Origin
    side: Choices["client", "server"] | None = None
    origin_header: bool | None = False

    @property
    def on_server(self) -> bool:
        """Whether a server certainly hands it over, not in the name of a page."""
        if self.taker == "node":
            return True
        return self.taker not in ("browser", "tag") and self.side == "server"

    @property
    def in_browser(self) -> bool:
        """Whether a browser certainly does."""
        return self.taker in ("browser", "tag") or self.side == "client"


class Bearing(msgspec.Struct, frozen=True):
    """A tag of a page whose ``data-key`` is a key: its place, what it says, and the file."""

    place: Place
    text: str
    key: Key | None


def key_uses(project: Project) -> tuple[KeyUse, ...]:
    """Return every key that code hands to the SDK, a JSX snippet or the API, test files included,
    once for each place that it may come from."""
    return _uses(project)[0]


def handed_over(project: Project) -> tuple[tuple[Unit, s.Value], ...]:
    """Return every expression that is handed over as a key, wherever it comes from."""
    return _uses(project)[1]


@lru_cache(maxsize=1)
def _uses(project: Project) -> tuple[tuple[KeyUse, ...], tuple[tuple[Unit, s.Value], ...]]:
    found = _Uses(project)
    uses = tuple(dict.fromkeys((*found.calls(), *found.elements())))
    return uses, tuple(found.given)


def bearing_tags(project: Project) -> Iterator[Bearing]:
    """Yield the ``data-key`` of every tag in pages and components that loads the snippet, where
    its text is known. Those of JSX are among ``key_uses``."""
    for tagged in project.tags:
        loads = [one.value for one in tagged.tag.attributes if one.name == "src"]
        if tagged.unit is not None or not all(src is None or LOADER_PATH in src for src in loads):
            continue
        for one in tagged.tag.attributes:
            if one.name == "data-key" and one.value:
                here = Place(tagged.path, one.value_start, one.value_end)
                yield Bearing(here, one.value, one.key)


# --- what is known of a key -----------------------------------------------------------------------


def place_of(project: Project, origin: Origin) -> Place:
    """Return where a key stands: its own bytes if it is complete, else what spells or reads it."""
    node, path = origin.node, origin.unit.path
    if origin.key is not None and origin.key.shape == "full":
        for one in _facts(project, path).keys:
            if node.start <= one.start < node.end:
                return Place(path, one.start, one.end)
    return Place(path, node.start, node.end)


def _facts(project: Project, path: str) -> FileFacts:
    return project.files[path]


def kinds(project: Project, origin: Origin) -> frozenset[Kind]:
    """Return the kinds that the key may be of: by its literal, by the carriers of the variable, or
    by the variable's name; empty where nothing tells. A literal stand-in tells nothing."""
    if origin.key is not None:
        return frozenset([origin.key.kind]) if origin.key.shape == "full" else frozenset()
    return frozenset() if origin.variable is None else kinds_behind(project, origin.variable)


def kinds_behind(project: Project, name: str) -> frozenset[Kind]:
    """Return the kinds of key that a variable may hold; empty where nothing tells."""
    behind = frozenset(one.key.kind for one in keys_behind(project, name))
    said = says_kind(name)
    return behind or (frozenset([said]) if said else frozenset())


def behind(project: Project, origin: Origin) -> tuple[Related, ...]:
    """Return the entries that give the variable behind ``origin`` a key, to be shown."""
    return () if origin.variable is None else given_by(project, origin.variable)


def given_by(project: Project, name: str) -> tuple[Related, ...]:
    """Return the entries that give a variable a key, to be shown."""
    return tuple(
        Related(one.place, f"its value here: {one.key.shown}") for one in keys_behind(project, name)
    )


def own_bytes(project: Project, place: Place) -> Place:
    """Return where the complete key within ``place`` stands; ``place`` itself if there is none."""
    for one in _facts(project, place.path).keys:
        if place.start <= one.start and one.end <= place.end:
            return Place(place.path, one.start, one.end)
    return place


def is_malformed(text: str, key: Key | None) -> bool:
    """Whether a redacted text begins like a key of Millimetric, but is none and no stand-in."""
    begins = _BEGINS.match(text)
    if begins is None or FULL_SHOWN.match(text):
        return False
    if key is not None:
        return key.shape in ("foreign", "malformed")
    # A stand-in would have been a key of that shape; what is cut is no stand-in.
    return bool(_CUT.match(text)) or not is_placeholder(begins[2])


# --- what settings hand over ----------------------------------------------------------------------


class Shown(msgspec.Struct, frozen=True):
    """A key that a client is set up to show to a server: the token, or the variable's name in it.

    ``name``: the variable that it comes from, if it does.
    """

    taker: Taker
    place: Place
    connection: Connection
    name: str | None = None

    def kinds(self, project: Project) -> frozenset[Kind]:
        """Return the kinds that the key may be of; empty where nothing tells."""
        if self.name is not None:
            return kinds_behind(project, self.name)
        key = self.connection.key
        return frozenset([key.kind]) if key is not None and key.shape == "full" else frozenset()


def shown_by_settings(project: Project) -> Iterator[Shown]:
    """Yield the keys that settings of clients show to Millimetric's servers, tests left out."""
    for path in sorted(project.files.keys() - project.tests):
        for one in _facts(project, path).connections:
            taker = _PARTS[one.part]
            if one.key is not None:
                place = own_bytes(project, Place(path, one.start, one.end))
                yield Shown(taker, place, one)
            elif len(one.references) == 1:
                named = one.references[0]
                yield Shown(taker, Place(path, named.start, named.end), one, named.name)


# --- who hands over what --------------------------------------------------------------------------


class _Uses:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.program: Program = project.program
        self.shapes = Shapes(project.program)
        self.given: list[tuple[Unit, s.Value]] = []

    def calls(self) -> Iterator[KeyUse]:
        speaking = _speaks_mcp(self.program)  # where any call may connect, by some client's means
        found = self.program.call_graph
        for call in found.of(SdkFunction, SdkClass, outside=speaks_http, units=speaking):
            callee = call.callee
            if isinstance(callee, SdkFunction | SdkClass):
                yield from self._sdk(call, callee)
            elif call.call.arguments:
                yield from self._request(call)

    def elements(self) -> Iterator[KeyUse]:
        """``<script data-key={…}>`` and ``<Script data-key={…}>``."""
        for unit in self.program.units:
            for element in () if unit.python else unit.every(s.Element):
                if element.name in ("script", "Script"):
                    for entry in element.attributes if self._loads(unit, element) else ():
                        if entry.key == "data-key":
                            yield from self._from("tag", unit, unit, entry.value)

    def _loads(self, unit: Unit, element: s.Element) -> bool:
        """Whether a tag may load the snippet: as far as is known, its address is the loader's."""
        for entry in element.attributes:
            if entry.key == "src":
                return LOADER_PATH in url_text(
                    self.program, unit, entry.value, NOTHING
                ) or not isinstance(self.program.resolve(unit, entry.value), KnownValue)
        return True

    def _sdk(self, call: Call, callee: SdkFunction | SdkClass) -> Iterator[KeyUse]:
        """``init({ key })``, ``new MillimetricClient({ key })``, ``MillimetricClient(key=…)``."""
        if isinstance(callee, SdkFunction) and not callee.makes_client(call.unit.python):
            return
        taker: Taker = "browser" if callee.sdk == "browser" else "node"
        for argument in call.call.arguments:
            if argument.name in _KEY_OPTIONS:
                yield from self._from(taker, call.unit, call.unit, argument.value)
        if call.call.arguments and call.call.arguments[0].name is None:
            shape = self.shapes.of(call.unit, call.call.arguments[0].value)
            names = _KEY_OPTIONS if call.unit.python else _KEY_OPTIONS[:1]
            for name in names:
                yield from self._field(taker, call.unit, shape, name)

    def _field(self, taker: Taker, unit: Unit, shape: Shape, name: str) -> Iterator[KeyUse]:
        field = shape.fields.get(name)
        if field is not None and field.value is not None:
            yield from self._from(taker, unit, field.unit, field.value, field.substitution)

    def _from(
        self,
        taker: Taker,
        by: Unit,
        unit: Unit,
        value: s.Value,
        substitution: Substitution = NOTHING,
        origin_header: bool | None = False,
    ) -> Iterator[KeyUse]:
        self.given.append((unit, value))
        side = self.project.side(by)
        for origin in origins(self.program, unit, value, substitution):
            yield KeyUse(taker, by, origin, side, origin_header)

    # --- plain requests ---------------------------------------------------------------------------

    def _request(self, call: Call) -> Iterator[KeyUse]:
        taker = self._taker(call)
        if taker is None:
            return
        sent = headers(self.shapes, call)
        given = sent.authorization
        if given is not None:
            header = Expression(given.unit, given.value, given.substitution)
            for one in _tokens(self.program, header):
                yield from self._from(
                    taker, call.unit, one.unit, one.value, one.substitution, sent.origin
                )

    def _taker(self, call: Call) -> Taker | None:
        """The part of the API that the URL of a request leads to."""
        for value in self._addresses(call):
            path = address_of(self.program, call.unit, value)
            if path is None:
                text = url_text(self.program, call.unit, value, NOTHING)
                base = self._base(call) if text.startswith("/") else None
                path = None if base is None else api_path(base + text)
            if path is not None:
                return _PARTS[path]
        return None

    def _addresses(self, call: Call) -> Iterator[s.Value]:
        arguments = call.call.arguments
        yield from (one.value for one in arguments if one.name == "url")
        positional = [one.value for one in arguments if one.name is None]
        yield from positional[: 2 if call.unit.python else 1]
        of_text = positional and isinstance(positional[0], (s.Literal, s.Template))
        if positional and not of_text and not call.unit.python:
            config = self.shapes.of(call.unit, positional[0]).fields.get("url")
            if config is not None and config.value is not None and config.unit is call.unit:
                yield config.value

    def _base(self, call: Call) -> str | None:
        for value in client_options(self.shapes, call.unit, made(call), BASES):
            return url_text(self.program, call.unit, value, NOTHING).rstrip("/")
        return None


def _tokens(program: Program, given: Expression) -> Iterator[Expression]:
    """Yield the tokens of an ``Authorization`` header, however it is put together."""
    for at in Walk(program, given, (_header_text, options, known_text, lone_definition)).ends():
        parts = _glued(at.value)
        if parts is not None:
            head, tail = parts
            if isinstance(head, s.Literal) and _BEARER.fullmatch(f"{head.value}x"):
                yield at.to(tail)
        elif isinstance(at.value, s.Literal):
            match = _BEARER.fullmatch(str(at.value.value))
            if match is not None:
                yield at.to(s.Literal(at.value.start, at.value.end, match[1], at.value.key))


def _header_text(program: Program, at: Expression) -> Sequence[Expression] | None:
    """The walk ends at the text of the header."""
    return () if isinstance(at.value, s.Literal) or _glued(at.value) is not None else None


def _glued(value: s.Value) -> tuple[s.Value, s.Value] | None:
    """Return the two parts of a text that is made of two: a template with one hole at its end, a
    sum, Python's ``%`` and ``format``."""
    if isinstance(value, s.Template) and len(value.parts) == 2:
        return value.parts[0], value.parts[1]
    if isinstance(value, s.Operation) and len(value.operands) == 2:
        head, tail = value.operands
        if value.operator == "+":
            return head, tail
        if value.operator == "%" and isinstance(head, s.Literal):
            text = str(head.value).removesuffix("%s")
            return s.Literal(head.start, head.end, text), _single(tail)
    if isinstance(value, s.Call) and isinstance(value.callee, s.Member) and value.arguments:
        head = value.callee.object
        if isinstance(head, s.Literal) and value.callee.name in ("format", "concat"):
            text = re.sub(r"\{\w*\}$", "", str(head.value))
            return s.Literal(head.start, head.end, text), value.arguments[0].value
    return None


def _single(value: s.Value) -> s.Value:
    if isinstance(value, s.Sequence) and len(value.items) == 1:
        return value.items[0]
    return value


def _speaks_mcp(program: Program) -> frozenset[Unit]:
    """The units that spell the path of the MCP server."""
    return frozenset(
        unit
        for unit in program.units
        if any(
            isinstance(text := literal.value, str) and "/mcp" in text and _MCP.search(text)
            for literal in unit.every(s.Literal)
        )
    )


# --- which side -----------------------------------------------------------------------------------


def reaches_browser(project: Project, unit: Unit) -> bool:
    """Whether the code of ``unit`` is certainly sent to browsers."""
    side = project.side(unit)
    if side == "client":
        return True
    modules = {one.module for one in unit.module.imports if not one.type_only}
    if unit.python or BROWSER_PACKAGE not in modules or NODE_PACKAGE in modules:
        return False
    return not (
        project.runtimes.is_server(unit)
        or "use server" in unit.module.directives
        or unit.module.side == "server"
    )


# --- questions of single rules --------------------------------------------------------------------


def is_public(project: Project, use: KeyUse) -> bool:
    """Whether the key is read from a variable that bundlers copy into the browser's code."""
    name = use.origin.variable
    return name is not None and project.public_prefix(use.origin.unit.path, name) is not None


def carried(project: Project, origin: Origin) -> tuple[Related, ...]:
    """Return the entries of all carriers that give the variable behind ``origin`` a value."""
    return tuple(
        Related(Place(one.path, one.entry.start, one.entry.end), "gets its value here", cause=True)
        for one in project.entries_of.get(origin.variable or "", ())
    )


class Malformed(msgspec.Struct, frozen=True):
    """A literal in a key's place, and what it begins with."""

    place: Place
    kind: str


def malformed_keys(project: Project) -> Iterator[Malformed]:
    """Yield the literals that are used as keys, begin like one and are none; tests may do that. A
    secret of three parts in the browser is the business of those who look for secrets there."""
    for use in key_uses(project):
        origin = use.origin
        if origin.unit.path in project.tests or use.unit.path in project.tests:
            continue
        given = use.taker in ("browser", "tag")
        if origin.text is not None and _is_malformed(origin.text, origin.key, given):
            yield Malformed(place_of(project, origin), origin.text[:2])
    for tag in bearing_tags(project):
        if tag.place.path not in project.tests and _is_malformed(tag.text, tag.key, True):
            yield Malformed(tag.place, tag.text[:2])
    for one in shown_by_settings(project):
        key = one.connection.key
        if key is not None and key.shape in ("foreign", "malformed"):
            yield Malformed(one.place, key.kind)


def _is_malformed(text: str, key: Key | None, in_browser: bool) -> bool:
    leaks = in_browser and key is not None and key.kind == "sk"
    return is_malformed(text, key) and not leaks
