"""Addresses of Millimetric's hosts, taken apart, and the parts of the API that they lead to."""

from __future__ import annotations

import re

import msgspec

from mmlint.model.regex import regex
from mmlint.sdk.environment import is_products
from mmlint.sdk.surface import ENDPOINTS, HOST_SUFFIX, LOCAL_HOST

_ADDRESS = regex(
    rf"(?P<scheme>https?)://(?P<host>(?!www\.|docs\.|app\.|status\.)(?:[a-z0-9-]+\.)+{re.escape(HOST_SUFFIX)}"
    rf"|{re.escape(LOCAL_HOST)}|127\.0\.0\.1:8787)(?P<path>(?:/[\w.~-]*)*)"
)
_URL = regex(
    r"(?P<host>(?:https?://)?[\w.\-]*(?::\d+)?|\{[^}]*\})/*"
    rf"(?:v1/(?P<path>{'|'.join(ENDPOINTS)})|(?P<mcp>mcp(?:/account)?))"
    r"(?:[?#].*)?"
)
_LONGEST = 200
"""Characters. A longer value is no address of a host."""


class Address(msgspec.Struct, frozen=True):
    """``path`` begins with a slash, or is empty."""

    scheme: str
    host: str
    path: str

    @property
    def local(self) -> bool:
        return self.host.endswith(":8787")


def address(text: str) -> Address | None:
    """Return the parts of ``text`` where all of it is such an address, without a user or query."""
    match = _ADDRESS.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    return Address(match["scheme"], match["host"], match["path"]) if match else None


def may_lead(text: str) -> bool:
    """Whether ``text`` is a URL as ``api_path`` looks for, whatever names its host has."""
    return _URL.fullmatch(text) is not None


def api_path(text: str) -> str | None:
    """Return the path of Millimetric's API that a URL leads to: ``track``, ``query``, …, ``mcp`` or
    ``mcp/account``; None for every other URL. ``{A|B}`` at its beginning: a host that is known
    by the names of variables only."""
    match = _URL.fullmatch(text)
    if match is None:
        return None
    host = match["host"]
    if host.startswith("{"):
        known = any(is_products(word) for word in host.strip("{}").split("|"))
    else:
        bare = re.sub(r"^https?://", "", host)
        known = bare in (LOCAL_HOST, HOST_SUFFIX) or bare.endswith("." + HOST_SUFFIX)
    return (match["path"] or match["mcp"]) if known else None
