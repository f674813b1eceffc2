"""Servers that a client of the Model Context Protocol is set up to ask, with the key it shows them.

Read are the maps of servers that such clients keep in JSON: an address and headers, or the command
of a bridge with both among its arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from typing import Literal as Choices

from mmlint.languages.comments import Span
from mmlint.languages.settings.entries import decoded, references
from mmlint.languages.settings.levels import Document, Level, Listing, Mapping, Text
from mmlint.model.facts import Connection
from mmlint.model.regex import regex
from mmlint.sdk.addresses import api_path
from mmlint.sdk.keys import find_key

_SERVERS: Final = (("mcpServers",), ("servers",), ("mcp", "servers"), ("mcp.servers",))
"""Where clients keep them: Claude and Cursor, VS Code, and its settings."""

_ADDRESSES: Final = ("url", "serverUrl", "httpUrl")
_BEARER: Final = regex(rb"\s*(?:Authorization\s*:\s*)?(?:Bearer\s+)?", re.IGNORECASE)
_HEADER: Final = regex(rb"\s*Authorization\s*:", re.IGNORECASE)
_HOLE: Final = regex(r"\$\{(?:env:)?(\w+)(?::-[^{}]*)?\}")
_MOST_SERVERS: Final = 1000


class _Shown(NamedTuple):
    """What a server is shown: the bytes of a token, without the words before it."""

    start: int
    end: int


def connections(document: Document, salt: bytes = b"") -> Iterator[Connection]:
    """Yield each connection to Millimetric's servers whose bearer stands in the document.

    ``salt``: for the fingerprints of keys.
    """
    for root in document.roots:
        for path in _SERVERS:
            level = document.level(root)
            for key in path:
                level = _at(document, level, (key,))
            for pair in level.pairs[:_MOST_SERVERS] if isinstance(level, Mapping) else ():
                server = document.level(pair.value) if pair.value is not None else None
                if isinstance(server, Mapping):
                    yield from _connection(document, server, salt)


def _connection(document: Document, server: Mapping, salt: bytes) -> Iterator[Connection]:
    texts = [_at(document, server, _ADDRESSES), *_arguments(document, server)]
    parts = {_part(document, one) for one in texts if isinstance(one, Text)} - {None}
    part: Choices["mcp", "mcp/account"] = "mcp/account" if "mcp/account" in parts else "mcp"
    if parts != {part}:
        return
    environment = _at(document, server, ("env",))
    for shown in _bearers(document, server):
        named = references(document.data, shown)
        own = _at(document, environment, (named[0].name,)) if len(named) == 1 else None
        if isinstance(own, Text):
            shown = _token(document, own)
            named = references(document.data, shown)
        key = find_key(decoded(document.data[slice(*shown)]), salt)
        if key is not None or named:
            yield Connection(*shown, part, key, named)


def _arguments(document: Document, server: Mapping) -> list[Level]:
    """The arguments of a bridge's command, such as ``npx mcp-remote <address> --header …``."""
    given = _at(document, server, ("args",))
    return [document.level(one) for one in given.items] if isinstance(given, Listing) else []


def _bearers(document: Document, server: Mapping) -> Iterator[_Shown]:
    headers = _at(document, server, ("headers",))
    found = _at(document, headers, ("Authorization", "authorization"))
    if isinstance(found, Text):
        yield _token(document, found)
    for one in _arguments(document, server):
        if isinstance(one, Text) and _HEADER.match(document.data, one.start, one.end):
            yield _token(document, one)


def _token(document: Document, text: Text) -> _Shown:
    before = _BEARER.match(document.data, text.start, text.end)
    return _Shown(before.end() if before else text.start, text.end)


def _part(document: Document, text: Text) -> str | None:
    """The part of the API that an address leads to, its variables written as the API's do."""
    return api_path(_HOLE.sub(r"{\1}", document.text(_span(text))))


def _span(text: Text) -> Span:
    return text.start, text.end


def _at(document: Document, level: Level, keys: tuple[str, ...]) -> Level:
    """What stands under the first of ``keys`` that a map has; None where there is none."""
    for pair in level.pairs if isinstance(level, Mapping) else ():
        named = len(pair.keys) == 1 and document.text(pair.keys[0]) in keys
        if named and pair.value is not None:
            return document.level(pair.value)
    return None
