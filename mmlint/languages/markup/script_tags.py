"""The tags of pages and components that load Millimetric's browser script, as they are written."""

from __future__ import annotations

import html
from collections.abc import Iterator

from mmlint.languages.markup.adapter import Attribute, Component, Markup, Tag
from mmlint.languages.markup.templates import TEMPLATE_TAG
from mmlint.languages.settings.entries import decoded
from mmlint.model.facts import ScriptTag, TagAttribute
from mmlint.model.regex import regex
from mmlint.sdk.keys import find_key, redact
from mmlint.sdk.surface import LOADER_PATH

_FILLED_IN = regex(rb"\{\{|\{%|<[%?]|%[A-Za-z_]\w*%|\$\{|__[A-Z_]+__|@@|#\{|\{[a-zA-Z_.]+\}")
"""What a build or a server puts something in place of, besides whole tags of template engines:
``%VITE_KEY%`` of Vite and Create React App, ``${…}`` of envsubst and template strings."""

_LOADER = LOADER_PATH.encode()


def script_tags(
    data: bytes, markup: Markup, language: Component, salt: bytes
) -> tuple[ScriptTag, ...]:
    """Return the tags of the file ``data`` that load the script or carry a ``data-key``.

    ``salt``: for the fingerprints of keys.
    """
    return tuple(
        _tag(data, tag, language, salt)
        for tag in markup.tags
        if tag.name.lower() == "script" and _is_loader(data, tag)
    )


def _is_loader(data: bytes, tag: Tag) -> bool:
    return any(
        name.lower().lstrip(":").endswith("data-key") or data.find(_LOADER, start, end) >= 0
        for name, start, end, _, _ in tag.attributes
    )


def _tag(data: bytes, tag: Tag, language: Component, salt: bytes) -> ScriptTag:
    return ScriptTag(
        start=tag.start,
        end=tag.end,
        attributes=tuple(_attributes(data, tag, language, salt)),
        name_end=tag.name_end,
        open=any(_is_hole(one) for one in tag.attributes),
    )


def _is_hole(attribute: Attribute) -> bool:
    """Whether attributes that cannot be seen stand in its place."""
    return attribute.name.startswith(("{", "<%", "<?", "v-bind")) and ":" not in attribute.name


def _attributes(data: bytes, tag: Tag, language: Component, salt: bytes) -> Iterator[TagAttribute]:
    for attribute in tag.attributes:
        if _is_hole(attribute):
            continue
        name, bound = attribute.name.lower(), False
        if language == "vue" and name.startswith((":", "v-bind:")):
            name, bound = name.partition(":")[2], True
        written = data[attribute.start : attribute.end]
        unknown = bound or _is_filled_in(written, language)
        value = None if unknown else html.unescape(decoded(written))
        yield TagAttribute(
            start=attribute.from_,
            end=attribute.to,
            name=redact(name),
            value=None if value is None else redact(value),
            value_start=attribute.start,
            value_end=attribute.end,
            key=None if value is None else find_key(value, salt),
        )


def _is_filled_in(written: bytes, language: Component) -> bool:
    if language in ("svelte", "astro") and b"{" in written:
        return True
    return bool(TEMPLATE_TAG.search(written) or _FILLED_IN.search(written))
