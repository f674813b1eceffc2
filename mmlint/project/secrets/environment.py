"""Environment names across the project: which public ones hold a secret, and whose."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal as Choices

import msgspec
from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.facts import EnvEntry, Reference
from mmlint.model.finding import KEY, Place
from mmlint.model.key import Key
from mmlint.project.project import Carried, Project
from mmlint.project.secrets.carriers import is_secret, leads_somewhere, place, target
from mmlint.project.semantic.entity import External, Global
from mmlint.project.semantic.unit import Unit
from mmlint.project.semantic.variables import is_environment, reference, variable, written
from mmlint.sdk.environment import says_secret

_DEFAULTS = (("environ", "get"), ("environ", "setdefault"), ("getenv",), ("putenv",))


class PublicSecret(msgspec.Struct, frozen=True):
    """A public name that holds a secret: by its value, by what it refers to, or by its own name.

    ``prefix``: what makes the name public; empty where the file inlines it whatever its name.
    ``holder``: where the value with the secret itself is written, if it is.
    """

    place: Place
    name: str
    prefix: str
    key: Key | None = None
    target: str = ""
    targets: tuple[Place, ...] = ()
    holder: Place | None = None

    @property
    def state(self) -> str:
        """What a baseline remembers of the value: a template that becomes a key, or a key that
        becomes another, leaks anew."""
        if self.key is None or self.key.shape == "placeholder":
            return "reference" if self.target else "placeholder"
        return f"{KEY} {self.key.shown}"


@lru_cache(maxsize=1)
def public_secrets(project: Project) -> tuple[PublicSecret, ...]:
    """Return every public name that holds a secret, carriers first, then code."""
    return tuple(_public_secrets(project))


def _public_secrets(project: Project) -> Iterator[PublicSecret]:
    for carried in project.entries:
        found = _entry(project, carried)
        if found is not None:
            yield found
    for unit in project.program.units:
        yield from _assigned(project, unit)


def _entry(project: Project, carried: Carried) -> PublicSecret | None:
    path, entry = carried.path, carried.entry
    prefix = "" if entry.inlined else project.public_prefix(path, entry.name)
    if prefix is None:
        return None
    here = place(carried)
    if is_secret(entry.key):
        holder = Place(path, entry.value_start, entry.value_end)
        return PublicSecret(here, entry.name, prefix, entry.key, holder=holder)
    if entry.key is not None or entry.value == "other":
        return None
    if entry.references:
        found = target(project, carried)
        if found is not None:
            places = tuple(place(one) for one in found.carriers)
            return PublicSecret(here, entry.name, prefix, None, found.name, places)
        if leads_somewhere(project, carried):
            return None
    return PublicSecret(here, entry.name, prefix) if says_secret(entry.name) else None


# --- code -----------------------------------------------------------------------------------------


def _assigned(project: Project, unit: Unit) -> Iterator[PublicSecret]:
    """``process.env.X = "sk_…"``, ``os.environ["X"] = "sk_…"``, and fallbacks of a read."""
    for statement in unit.binds:
        if isinstance(statement.target, s.Member):
            yield from _pair(project, unit, statement.target, statement.value)
    for choice in unit.every(s.Choice):
        if choice.operator in ("??", "||") and isinstance(choice.test, s.Member):
            yield from _pair(project, unit, choice.test, choice.options[-1])
    for call in unit.every(s.Call):
        if len(call.arguments) >= 2:
            yield from _default(project, unit, call)


def _pair(project: Project, unit: Unit, name: s.Member, value: s.Value) -> Iterator[PublicSecret]:
    if project.public_prefix(unit.path, name.name) is None:
        return
    if is_environment(project.program.resolve(unit, name.object)):
        yield from _given(project, unit, written(name), value, (name.start, name.end))


def _default(project: Project, unit: Unit, call: s.Call) -> Iterator[PublicSecret]:
    """``os.environ.get(PUBLIC, "sk_…")``, ``os.getenv(PUBLIC, "sk_…")``, ``setdefault``;
    ``Deno.env.set``."""
    first, second = call.arguments[0].value, call.arguments[1].value
    if not isinstance(first, s.Literal) or not isinstance(first.value, str):
        return
    if project.public_prefix(unit.path, first.value) is None:
        return
    callee = project.program.resolve(unit, call.callee)
    python = isinstance(callee, External) and callee.module == "os" and callee.path in _DEFAULTS
    if python or (isinstance(callee, Global) and callee.path == ("Deno", "env", "set")):
        name = Reference(first.start + 1, first.end - 1, first.value)
        yield from _given(project, unit, name, second, (first.start, first.end))


def _given(
    project: Project, unit: Unit, name: Reference, value: s.Value, shown: tuple[int, int]
) -> Iterator[PublicSecret]:
    """What code gives a public name is judged as if a carrier gave it, except that a name alone is
    not enough: code may well compute something harmless."""
    found = project.program.text(unit, value)
    key = found[2].key if found else None
    read = reference(project.program, unit, value)
    source = read.name if read else variable(project.program, unit, value)
    kind: Choices["key", "reference", "other"] = "key" if key else "other"
    references: tuple[Reference, ...] = ()
    if source is not None:
        kind, references = "reference", (read or Reference(value.start, value.end, source),)
    entry = EnvEntry(
        name.start,
        name.end,
        name=name.name,
        value=kind,
        value_start=value.start,
        value_end=value.end,
        key=key,
        references=references,
    )
    secret = _entry(project, Carried(unit.path, entry))
    if secret is not None and (secret.key or secret.target):
        holder = Place(found[1].path, found[2].start, found[2].end) if found and key else None
        yield replace(secret, place=Place(unit.path, *shown), holder=holder)
