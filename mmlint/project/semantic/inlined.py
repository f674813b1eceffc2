"""What a bundler's configuration writes into the browser's code, and what prefixes it makes public.

Configuration files are programs; they are read, never run: objects are followed as far as their
source is at hand, and variables by their names.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import islice
from typing import Final
from typing import Literal as Choices

import msgspec

from mmlint.model import syntax as s
from mmlint.model.facts import EnvEntry, Reference
from mmlint.model.key import Key
from mmlint.model.regex import regex
from mmlint.project.semantic.entity import KnownValue
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Unit
from mmlint.project.semantic.variables import reference, variable
from mmlint.sdk.bundlers import BUNDLERS, CONFIGURATION
from mmlint.sdk.keys import is_placeholder

_NEXT: Final = regex(r"(?:^|/)next\.config\.\w+$")
_NUXT: Final = regex(r"(?:^|/)nuxt\.config\.\w+$")
_SVELTE: Final = regex(r"(?:^|/)svelte\.config\.\w+$")
_READ_DEEP: Final = 8
"""Objects inside one another that are followed."""
_MOST: Final = 5_000
"""Entries that are looked at in one configuration file."""

Keys = tuple[str, ...]
_Kind = Choices["empty", "key", "placeholder", "reference", "unknown", "other"]


class Inlined(msgspec.Struct, frozen=True):
    """An entry that a configuration file inlines, and that file."""

    path: str
    entry: EnvEntry


class OwnPrefix(msgspec.Struct, frozen=True):
    """A prefix that the project itself makes public for what lies in ``folder``."""

    folder: str
    prefix: str


def inlined(program: Program) -> Iterator[Inlined]:
    """Yield what configuration inlines whatever its name, in path and source order."""
    for unit in program.units:
        if unit.python or unit.test:
            continue
        seen: set[tuple[str, int]] = set()
        for found in _slots(program, unit):
            place = found.unit.path, found.entry.start
            if place not in seen:
                seen.add(place)
                made = _entry(program, found.unit, found.entry)
                if made is not None:
                    yield Inlined(found.unit.path, made)


def own_prefixes(program: Program) -> Iterator[OwnPrefix]:
    """Yield the prefixes that Vite's ``envPrefix`` and SvelteKit's ``publicPrefix`` make public."""
    for unit in program.units:
        if unit.python or not CONFIGURATION.search(unit.path):
            continue
        for keys, found in islice(_options(program, unit), _MOST):
            svelte = keys[-2:] == ("env", "publicPrefix") and _SVELTE.search(unit.path)
            if svelte or keys[-1:] == ("envPrefix",):
                for text in _texts(program, found.unit, found.entry.value):
                    yield OwnPrefix(posixpath.dirname(unit.path), text)


def within(path: str, folder: str) -> bool:
    """Whether the file at ``path`` lies in ``folder`` (empty: the project itself)."""
    return not folder or path.startswith(f"{folder}/")


# --- options --------------------------------------------------------------------------------------


class _Found(msgspec.Struct, frozen=True):
    unit: Unit
    entry: s.Entry


def _slots(program: Program, unit: Unit) -> Iterator[_Found]:
    """The entries of every object whose values the bundler writes out."""
    builds = CONFIGURATION.search(unit.path) or any(
        one.module in BUNDLERS for one in unit.module.imports
    )
    for keys, found in islice(_options(program, unit), _MOST) if builds else ():
        next_env = keys[:1] == ("env",) and len(keys) == 2 and _NEXT.search(unit.path)
        public = keys[:2] == ("runtimeConfig", "public") and _NUXT.search(unit.path)
        if next_env or (public and len(keys) > 2) or keys[-2:-1] == ("define",):
            yield found
    for _, call in unit.calls:
        if call.arguments and _last_name(call.callee) in ("DefinePlugin", "EnvironmentPlugin"):
            for _, found in _entries(program, unit, call.arguments[0].value, ()):
                yield found


def _last_name(value: s.Value) -> str:
    if isinstance(value, s.Member):
        return value.name
    return value.name if isinstance(value, s.Name) else ""


def _options(program: Program, unit: Unit) -> Iterator[tuple[Keys, _Found]]:
    """Every entry of an object that is not itself part of another, with the keys that lead to it
    from the outermost one."""
    objects = unit.every(s.Object)
    inner = {
        (entry.value.start, entry.value.end)
        for value in objects
        for entry in value.entries
        if isinstance(entry.value, s.Object)
    }
    exported = [one.value for one in unit.module.exports if isinstance(one.value, s.Object)]
    for value in {(one.start, one.end): one for one in (*objects, *exported)}.values():
        if (value.start, value.end) not in inner:
            yield from _entries(program, unit, value, ())


def _entries(
    program: Program, unit: Unit, value: s.Value, keys: Keys, around: frozenset[int] = frozenset()
) -> Iterator[tuple[Keys, _Found]]:
    """The entries of an object, and of those in it. ``around``: the objects that it stands in; one
    that spreads itself ends there."""
    where = unit
    if not isinstance(value, s.Object):
        known = program.resolve(unit, value)
        if not isinstance(known, KnownValue) or not isinstance(known.value, s.Object):
            return
        where, value = known.unit, known.value
    if len(keys) > _READ_DEEP or id(value) in around:
        return
    around |= {id(value)}
    for entry in value.entries:
        if entry.kind == "spread":
            yield from _entries(program, where, entry.value, keys, around)
        elif entry.key is not None and entry.kind in ("pair", "shorthand"):
            path = (*keys, entry.key)
            yield path, _Found(where, entry)
            yield from _entries(program, where, entry.value, path, around)


def _texts(program: Program, unit: Unit, value: s.Value) -> Iterator[str]:
    items = value.items if isinstance(value, s.Sequence) else (value,)
    for item in items:
        found = program.text(unit, item)
        if found is not None and found[0]:
            yield found[0]


# --- entries --------------------------------------------------------------------------------------


def _entry(program: Program, unit: Unit, entry: s.Entry) -> EnvEntry | None:
    """Return the entry of configuration that an option is: ``"process.env.X"`` is called ``X``."""
    if entry.key is None:
        return None
    head, _, name = entry.key.rpartition(".")
    start = entry.key_start if entry.name_start < 0 else entry.name_start
    start += len(head.encode()) + bool(head)
    value = _unwrapped(entry.value)
    if isinstance(value, s.Object):
        return None
    key, kind = _known(program, unit, value)
    references = tuple(_references(program, unit, value))
    if key is None and references:
        kind = "reference"
    return EnvEntry(
        start,
        start + len(name.encode()),
        name=name,
        value=kind,
        value_start=value.start,
        value_end=value.end,
        key=key,
        references=references,
        inlined=True,
        shorthand=entry.kind == "shorthand",
    )


def _unwrapped(value: s.Value) -> s.Value:
    """What is written out: ``JSON.stringify(x)`` is x, and so is ``String(x)``."""
    while isinstance(value, s.Call) and len(value.arguments) >= 1:
        if _last_name(value.callee) not in ("stringify", "String"):
            break
        value = value.arguments[0].value
    return value


def _known(program: Program, unit: Unit, value: s.Value) -> tuple[Key | None, _Kind]:
    for option in value.options if isinstance(value, s.Choice) else (value,):
        found = program.text(unit, option)
        if found is None:
            continue
        text, _, literal = found
        if literal.key is not None:
            return literal.key, "placeholder" if literal.key.shape == "placeholder" else "key"
        if isinstance(value, s.Choice):
            continue
        stripped = text.strip().strip("\"'`")
        if not stripped:
            return None, "empty"
        return None, "placeholder" if is_placeholder(stripped[:200]) else "other"
    if isinstance(value, s.Literal):
        return None, "other"
    return None, "unknown"


def _references(program: Program, unit: Unit, value: s.Value) -> Iterator[Reference]:
    options = value.options if isinstance(value, s.Choice) else (value,)
    if isinstance(value, s.Template):
        options = value.parts
    for option in options:
        found = reference(program, unit, option)
        name = found.name if found else variable(program, unit, option)
        if name is not None:
            yield found or Reference(option.start, option.end, name)
