"""JSON as it is written: what could steer a terminal that shows it is escaped."""

from __future__ import annotations

import msgspec

from mmlint.model.regex import regex

_ODD = regex("[\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Controls and invisible marks that JSON lets through, those that turn text around among them."""


def json_text(value: object, *, indent: bool = True) -> str:
    """Return ``value`` as JSON that ends in a line break, readers of it see no difference.

    ``indent``: over several lines. Strings must be fit for UTF-8 (``places.encodable``).
    """
    data = msgspec.json.encode(value)
    text = (msgspec.json.format(data, indent=2) if indent else data).decode()
    return _ODD.sub(lambda match: f"\\u{ord(match.group()):04x}", text) + "\n"
