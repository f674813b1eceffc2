"""Environment variables as code reads them: which one a value is, and where its name is written."""

from __future__ import annotations

from mmlint.model import syntax as s
from mmlint.model.facts import Reference
from mmlint.project.semantic.entity import External, Global, Resolved
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Unit

_TABLES = (("process", "env"), ("import", "meta", "env"), ("Bun", "env"), ("Deno", "env"))
_MODULES = (
    ("os", ("environ",)),
    ("process", ("env",)),
    ("node:process", ("env",)),
    ("vite", ("loadEnv", "()")),
    ("$env/dynamic/public", ("env",)),
    ("$env/dynamic/private", ("env",)),
    ("$env/static/public", ()),
    ("$env/static/private", ()),
)
_READERS = (
    ("os", ("environ", "get")),
    ("os", ("environ", "setdefault")),
    ("os", ("environ", "pop")),
    ("os", ("getenv",)),
    ("decouple", ("config",)),
)

ENVIRONMENT_READERS = frozenset({"get", "setdefault", "pop", "getenv", "putenv", "config", "set"})
"""Last names of the calls whose second argument stands in for a variable, or gives it a value."""


def is_environment(entity: Resolved | None) -> bool:
    """Whether this is the table of environment variables."""
    if isinstance(entity, Global):
        return entity.path in _TABLES
    return isinstance(entity, External) and (entity.module, entity.path) in _MODULES


def variable(program: Program, unit: Unit, value: s.Value) -> str | None:
    """Return the name of the environment variable that ``value`` certainly is, or None.

    Constants, destructuring and imports are followed; a value with a fallback is its variable.
    """
    read = reference(program, unit, value)
    if read is not None:
        return read.name
    return _named(program.resolve(unit, value))


def reference(program: Program, unit: Unit, value: s.Value) -> Reference | None:
    """Return the name that ``value`` itself spells, where it reads a variable on the spot."""
    if isinstance(value, s.Choice) and value.operator in ("??", "||"):
        return reference(program, unit, value.test)
    if isinstance(value, s.Member) and is_environment(program.resolve(unit, value.object)):
        return written(value)
    if isinstance(value, s.Call) and value.arguments and _reads(program, unit, value):
        first = value.arguments[0].value
        if isinstance(first, s.Literal) and isinstance(first.value, str) and first.key is None:
            return Reference(first.start + 1, first.end - 1, first.value)
    return None


def written(member: s.Member) -> Reference:
    """Return the name of a member as it is written: behind the quote of ``env["NAME"]``."""
    size = len(member.name.encode())
    start = member.name_start + (member.name_start + size != member.end)
    return Reference(start, start + size, member.name)


def _named(entity: Resolved | None) -> str | None:
    if isinstance(entity, Global) and entity.path[:-1] in _TABLES:
        return entity.path[-1]
    if isinstance(entity, External) and (entity.module, entity.path[:-1]) in _MODULES:
        return entity.path[-1] if entity.path else None
    return None


def _reads(program: Program, unit: Unit, call: s.Call) -> bool:
    callee = program.resolve(unit, call.callee)
    if isinstance(callee, Global):
        return callee.path == ("Deno", "env", "get")
    return isinstance(callee, External) and (callee.module, callee.path) in _READERS
