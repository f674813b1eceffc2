"""Options that an SDK does not take, and the one that was probably meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from mmlint.model import syntax as s
from mmlint.model.suggest import did_you_mean
from mmlint.project.events.clients import Setup
from mmlint.project.semantic.shape import Field
from mmlint.sdk.surface import BROWSER_OPTIONS, FOREIGN_OPTIONS, NODE_OPTIONS

_OWN = {"browser": BROWSER_OPTIONS, "node": NODE_OPTIONS}
_OTHER = {"browser": NODE_OPTIONS, "node": BROWSER_OPTIONS}
_COUNTERPARTS = {"flushAt": "flushBatchSize", "flushBatchSize": "flushAt"}


class WrongOption(msgspec.Struct, frozen=True):
    """``kind``: it is the ``other`` SDK's, ``foreign`` (another vendor's), or a ``slip``."""

    name: str
    field: Field
    kind: str
    meant: str | None


def wrong_options(setup: Setup) -> Iterator[WrongOption]:
    """Yield the options of ``setup`` that its SDK certainly does not take; a name that resembles
    none, and the browser's privacy switch, whose name is not documented, may be right."""
    own, other = _OWN[setup.sdk], _OTHER[setup.sdk]
    for name, field in setup.options.fields.items():
        if field.entry is None or name in own:
            continue
        if name in other:
            yield WrongOption(name, field, "other", _COUNTERPARTS.get(name))
        elif (meant := did_you_mean(name, _fitting(setup, field, own))) is not None:
            yield WrongOption(name, field, "slip", meant)
        elif name in FOREIGN_OPTIONS:
            meant = FOREIGN_OPTIONS[name]
            given = meant in setup.options.fields
            yield WrongOption(name, field, "foreign", None if given else meant)


def _fitting(setup: Setup, field: Field, own: Mapping[str, type]) -> list[str]:
    """The options that may be meant: not given yet, and of the type of the value."""
    literal = field.value if isinstance(field.value, s.Literal) else None
    return [
        name
        for name, kind in own.items()
        if name not in setup.options.fields and (literal is None or type(literal.value) is kind)
    ]


def lacks_host(setup: Setup) -> bool:
    """Whether the server SDK's required ``host`` is certainly not given, under whatever name."""
    options = setup.options
    if setup.sdk != "node" or options.open or "host" in options.fields:
        return False
    return all(one.meant != "host" for one in wrong_options(setup))
