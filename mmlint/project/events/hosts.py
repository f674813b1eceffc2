"""Where Millimetric's host is written: in code, in the environment, in script tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.facts import EnvEntry
from mmlint.model.finding import Place
from mmlint.model.regex import regex
from mmlint.project.events.clients import Setup
from mmlint.project.events.identity import alternatives
from mmlint.project.events.tags import Tagged
from mmlint.project.semantic.program import Program
from mmlint.sdk.addresses import Address, address
from mmlint.sdk.environment import is_products, words

_PRODUCTION = regex(r"(^|[._-])prod(uction)?([._-]|$)")
_HOST_WORDS = frozenset({"HOST", "URL", "ENDPOINT", "BASE", "ORIGIN"})


class Host(msgspec.Struct, frozen=True):
    """An address of Millimetric. ``place``: its own bytes, without quotes, where those are known
    (``exact``). ``is_base``: the SDK or the code appends the API's paths to it."""

    address: Address
    place: Place
    exact: bool
    is_base: bool
    production: bool = False


def hosts(
    program: Program,
    setups: Iterable[Setup],
    entries: Iterable[tuple[str, EnvEntry]],
    tags: Iterable[Tagged],
) -> Iterator[Host]:
    """Yield every address of Millimetric that is written somewhere outside tests."""
    bases = {one.place for one in _given(program, setups)}
    yield from _given(program, setups)
    for unit in program.units:
        if unit.test:
            continue
        for value in unit.every(s.Literal):
            if isinstance(value.value, str) and "://" in value.value[:8]:
                found = _literal(unit.path, value)
                if found is not None and found.place not in bases:
                    yield found
    for path, entry in entries:
        said = address(entry.address) if entry.address is not None else None
        if said is not None:
            place = Place(path, entry.value_start, entry.value_end)
            ours = is_products(entry.name)  # other programs listen on the port 8787, too
            base = ours and not _HOST_WORDS.isdisjoint(words(entry.name))
            production = ours and _PRODUCTION.search(path.rpartition("/")[2]) is not None
            yield Host(said, place, True, base, production)
    for tagged in tags:
        for one in tagged.tag.attributes:
            known = address(one.value) if one.value and one.name in ("data-host", "src") else None
            if known is not None:
                place = Place(tagged.path, one.value_start, one.value_end)
                yield Host(known, place, True, one.name == "data-host")


def _given(program: Program, setups: Iterable[Setup]) -> Iterator[Host]:
    """The hosts that SDKs are set up with."""
    for setup in setups:
        field = setup.options.fields.get("host")
        for value, _ in alternatives(field) if field is not None else ():
            known = program.text(value.unit, value.value, value.substitution)
            found = _literal(known[1].path, known[2]) if known is not None else None
            if found is not None:
                yield replace(found, is_base=True)


def _literal(path: str, value: s.Literal) -> Host | None:
    text = value.value
    if not isinstance(text, str) or "://" not in text[:8]:
        return None
    said = address(text)
    if said is None:
        return None
    quotes = (value.end - value.start - len(text.encode())) // 2
    exact = quotes in (0, 1)
    return Host(
        said, Place(path, value.start + quotes * exact, value.end - quotes * exact), exact, False
    )
