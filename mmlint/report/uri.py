"""Paths as URIs."""

from __future__ import annotations

from urllib.parse import quote

from mmlint.report.masking import mask_path


def relative_uri(path: str) -> str:
    """Return a relative path with ``/`` percent-encoded, whatever bytes its names are made of.
    Keys in it are cut."""
    path = mask_path(path)
    try:
        data = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = path.encode("utf-8", "surrogatepass")
    return quote(data)
