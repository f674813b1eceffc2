"""One file a rule; the folder is the registry, the file's name is the rule's name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import msgspec

from mmlint.model.finding import Fix, Place, Related, Safety, Severity
from mmlint.project.project import Project


class Rule(msgspec.Struct, frozen=True):
    """What a rule file declares. ``fixable``: the strongest safety any of its fixes has.

    ``options``: the keys it takes under ``[rules.<name>]``.
    """

    code: str
    severity: Severity
    fixable: Safety | None = None
    enabled: bool = True
    options: tuple[str, ...] = ()


class Verdict(msgspec.Struct, frozen=True):
    """What a check yields: a finding without what the rule's declaration already says.

    ``extent``: the bytes of the statement the place lies in. ``severity``: where it differs from
    the rule's own. ``state``: as in ``Finding``.
    """

    place: Place
    message: str
    extent: tuple[int, int] | None = None
    related: tuple[Related, ...] = ()
    evidence: tuple[str, ...] = ()
    fix: Fix | None = None
    severity: Severity | None = None
    state: str = ""


Check = Callable[[Project], Iterator[Verdict]]


class Registered(msgspec.Struct, frozen=True):
    """A rule with its name, its page and its check. ``check`` is None for the rules about the tool
    itself, which the engine decides."""

    name: str
    rule: Rule
    doc: str
    check: Check | None

    @property
    def code(self) -> str:
        return self.rule.code


@cache
def registry() -> tuple[Registered, ...]:
    """Every rule of the folder, by code."""
    found: list[Registered] = []
    for info in iter_modules(__path__):
        module = import_module(f"{__name__}.{info.name}")
        found.append(
            Registered(
                info.name.replace("_", "-"),
                module.RULE,
                (module.__doc__ or "").strip() + "\n",
                getattr(module, "check", None),
            )
        )
    return tuple(sorted(found, key=lambda one: one.code))


def names() -> dict[str, str]:
    """Return every rule's name by its code."""
    return {one.code: one.name for one in registry()}
