"""Paths as URIs."""

from __future__ import annotations

from urllib.parse import quote


def relative_uri(path: str) -> str:
    """Return a relative path with ``/`` percent-encoded, whatever bytes its names are made of."""
    try:
        data = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = path.encode("utf-8", "surrogatepass")
    return quote(data)
