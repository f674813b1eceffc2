"""Addresses of Millimetric's hosts, taken apart."""

from __future__ import annotations

import re
from typing import NamedTuple

from mmlint.sdk.surface import HOST_SUFFIX, LOCAL_HOST

_ADDRESS = re.compile(
    rf"(?P<scheme>https?)://(?P<host>(?!www\.|docs\.|app\.|status\.)(?:[a-z0-9-]+\.)+{re.escape(HOST_SUFFIX)}"
    rf"|{re.escape(LOCAL_HOST)}|127\.0\.0\.1:8787)(?P<path>(?:/[\w.~-]*)*)"
)
_LONGEST = 200
"""Characters. A longer value is no address of a host."""


class Address(NamedTuple):
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
