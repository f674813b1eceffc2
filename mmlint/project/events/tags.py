"""The tags that load the browser script, wherever markup is written: pages, components, JSX."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from mmlint.model import syntax as s
from mmlint.model.facts import FileFacts, ScriptTag, TagAttribute
from mmlint.model.regex import regex
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Unit
from mmlint.sdk.surface import HOST_SUFFIX, LOADER_PATH, LOCAL_HOST


class Tagged(msgspec.Struct, frozen=True):
    """A tag and the file that it stands in. ``unit``: the program, where it is JSX."""

    path: str
    tag: ScriptTag
    unit: Unit | None = None


def tags(files: Mapping[str, FileFacts], program: Program) -> Iterator[Tagged]:
    """Yield every tag that loads the snippet or carries a ``data-key``, files first, then JSX."""
    for path, facts in sorted(files.items()):
        for tag in facts.tags:
            yield Tagged(path, tag)
    for unit in program.units:
        for value in () if unit.python else unit.every(s.Element):
            if value.name in ("script", "Script"):
                found = _tag(program, unit, value)
                if found is not None:
                    yield Tagged(unit.path, found, unit)


def _tag(program: Program, unit: Unit, element: s.Element) -> ScriptTag | None:
    attributes = tuple(_attribute(program, unit, one) for one in element.attributes if one.key)
    loads = any(
        one.name == "data-key" or (one.name == "src" and LOADER_PATH in (one.value or ""))
        for one in attributes
    )
    if not loads:
        return None
    return ScriptTag(
        start=element.start,
        end=element.end,
        attributes=attributes,
        name_end=element.start + 1 + len(element.name),
        component=element.name == "Script",
        open=any(one.kind == "spread" for one in element.attributes),
    )


def _attribute(program: Program, unit: Unit, entry: s.Entry) -> TagAttribute:
    value = entry.value
    start, end = value.start, value.end
    text: str | None = None
    key = None
    if isinstance(value, s.Literal) and value.value is True:
        # An attribute without a value spans itself.
        text, start, end = "", entry.end, entry.end
    else:
        found = program.text(unit, value)
        if found is not None:
            text, key = found[0], found[2].key
            quoted = isinstance(value, s.Literal)
            start, end = start + quoted, end - quoted
    return TagAttribute(entry.start, entry.end, entry.key or "", text, start, end, key)


_LOADER = regex(
    rf"(https?:)?//([\w.-]+\.)?({re.escape(HOST_SUFFIX)}|{re.escape(LOCAL_HOST)})"
    rf"{re.escape(LOADER_PATH)}([?#].*)?",
    re.IGNORECASE,
)


def is_loader(tag: ScriptTag) -> bool:
    """Whether a tag certainly loads the snippet from a host of Millimetric."""
    return any(
        one.name == "src" and one.value is not None and _LOADER.fullmatch(one.value.strip())
        for one in tag.attributes
    )
