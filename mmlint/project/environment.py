"""Environment names across the project: which public ones hold a secret, and whose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mmlint.model import syntax as s
from mmlint.model.facts import EnvEntry
from mmlint.model.finding import Place
from mmlint.model.key import Key
from mmlint.model.walk import statements
from mmlint.project.entity import Entity, External, Global
from mmlint.project.unit import Unit
from mmlint.project.view import Carried, Project, everywhere
from mmlint.sdk.environment import public_prefix, says_secret

MAX_REFERENCES = 8


@dataclass(frozen=True)
class PublicSecret:
    """A public name that holds a secret: by its value, by what it refers to, or by its own name."""

    place: Place
    name: str
    prefix: str
    key: Key | None = None
    target: str = ""
    targets: tuple[Place, ...] = ()


def public_secrets(project: Project) -> Iterator[PublicSecret]:
    """Yield every public name that holds a secret, carriers first, then code."""
    for path, entry in project.entries:
        found = _entry(project, path, entry)
        if found is not None:
            yield found
    for unit in project.program.units:
        yield from _assigned(project, unit)


def is_secret(key: Key | None) -> bool:
    """Whether no public place may hold this: anybody's ``sk_``, Millimetric's ``rk_``/``ak_``."""
    if key is None:
        return False
    return key.kind == "sk" or (key.kind in ("rk", "ak") and key.shape == "full")


def _entry(project: Project, path: str, entry: EnvEntry) -> PublicSecret | None:
    prefix = public_prefix(entry.name, project.choices.public_prefixes)
    if prefix is None:
        return None
    place = Place(path, entry.start, entry.end)
    if is_secret(entry.key):
        return PublicSecret(place, entry.name, prefix, entry.key)
    if entry.key is not None or entry.value == "other":
        return None
    if entry.value == "reference":
        target = _target(project, entry)
        if target is not None:
            name, carriers = target
            places = tuple(Place(one.path, one.entry.start, one.entry.end) for one in carriers)
            return PublicSecret(place, entry.name, prefix, None, name, places)
        if _leads_somewhere(project, entry):
            return None
    return PublicSecret(place, entry.name, prefix) if says_secret(entry.name) else None


def _target(project: Project, entry: EnvEntry) -> tuple[str, list[Carried]] | None:
    """The secret that a chain of references leads to: a name, and its carriers if there are any."""
    queue, seen = [one.name for one in entry.references], {entry.name}
    for _ in range(MAX_REFERENCES):
        if not queue:
            break
        name = queue.pop(0)
        if name in seen:
            continue
        seen.add(name)
        carriers = [one for one in project.entries if one.entry.name == name]
        secret = [one for one in carriers if is_secret(one.entry.key)]
        if secret:
            return name, secret
        if says_secret(name) and all(one.entry.value != "other" for one in carriers):
            return name, carriers
        queue += [other.name for one in carriers for other in one.entry.references]
    return None


def _leads_somewhere(project: Project, entry: EnvEntry) -> bool:
    """Whether something is known of the names it refers to (and it is no secret)."""
    names = {one.name for one in entry.references}
    return any(one.entry.name in names and one.entry.value == "other" for one in project.entries)


def _assigned(project: Project, unit: Unit) -> Iterator[PublicSecret]:
    """``process.env.X = "sk_…"``, ``os.environ["X"] = "sk_…"``, and fallbacks of a read."""
    for function in unit.module.functions:
        for statement in statements(function.body):
            if isinstance(statement, s.Bind) and isinstance(statement.target, s.Member):
                yield from _pair(project, unit, statement.target, statement.value)
    for _, _, value in everywhere(unit):
        if isinstance(value, s.Choice) and value.operator in ("??", "||"):
            if isinstance(value.test, s.Member):
                yield from _pair(project, unit, value.test, value.options[-1])
        elif isinstance(value, s.Call) and len(value.arguments) >= 2:
            yield from _default(project, unit, value)


def _pair(project: Project, unit: Unit, name: s.Member, value: s.Value) -> Iterator[PublicSecret]:
    if not is_environment(project.program.resolve(unit, name.object)):
        return
    prefix = public_prefix(name.name, project.choices.public_prefixes)
    if prefix is None:
        return
    place = Place(unit.path, name.start, name.end)
    key = _key(project, unit, value)
    source = _read_name(project, unit, value)
    if is_secret(key):
        yield PublicSecret(place, name.name, prefix, key)
    elif source is not None and says_secret(source):
        yield PublicSecret(place, name.name, prefix, None, source)


def _default(project: Project, unit: Unit, call: s.Call) -> Iterator[PublicSecret]:
    """``os.environ.get(PUBLIC, "sk_…")``, ``os.getenv(PUBLIC, "sk_…")``, ``setdefault``."""
    callee = project.program.resolve(unit, call.callee)
    if not isinstance(callee, External) or callee.module != "os":
        return
    if callee.path not in (("environ", "get"), ("environ", "setdefault"), ("getenv",), ("putenv",)):
        return
    first, second = call.arguments[0].value, call.arguments[1].value
    if not isinstance(first, s.Literal) or not isinstance(first.value, str):
        return
    prefix = public_prefix(first.value, project.choices.public_prefixes)
    key = _key(project, unit, second)
    if prefix is not None and is_secret(key):
        yield PublicSecret(Place(unit.path, first.start, first.end), first.value, prefix, key)


def _key(project: Project, unit: Unit, value: s.Value) -> Key | None:
    found = project.program.text(unit, value)
    return found[2].key if found else None


def _read_name(project: Project, unit: Unit, value: s.Value) -> str | None:
    """The name of the environment variable that ``value`` reads, where it does."""
    if isinstance(value, s.Member) and is_environment(project.program.resolve(unit, value.object)):
        return value.name
    return None


def is_environment(entity: Entity | None) -> bool:
    """Whether this is the table of environment variables."""
    if isinstance(entity, Global):
        return entity.path in (("process", "env"), ("import", "meta", "env"), ("Bun", "env"))
    if isinstance(entity, External):
        return (entity.module, entity.path) in (
            ("os", ("environ",)),
            ("process", ("env",)),
            ("node:process", ("env",)),
        )
    return False
