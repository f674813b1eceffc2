"""Which encoding a file has: what is read goes on as UTF-8, and is written back as it was."""

from __future__ import annotations

import codecs
from typing import Final

from mmlint.model.regex import regex

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Longer marks first: that of UTF-32 begins as that of UTF-16 does."""

_FIRST: Final = frozenset(mark[:1] for mark, _ in _MARKS)
_DECLARED: Final = regex(
    rb"(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\n|\r))?"
    rb"[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)"
)
"""PEP 263: a comment in one of the first two lines, the first of which holds nothing else."""

_REFUSED: Final = frozenset({"idna", "mbcs", "oem", "punycode", "undefined", "utf-8", "utf-8-sig"})
"""UTF-8 needs nothing done; the others take quadratic time, or depend on the machine."""


def decoded(data: bytes) -> bytes:
    """Return the text of a file in UTF-8, its mark included.

    ``data``: its bytes. They are returned as they are where they are UTF-8, or in no encoding that
    a mark (UTF-16, UTF-32) or a declaration (PEP 263) names.
    """
    name = _encoding(data)
    if name is None:
        return data
    try:
        # A mark is certain: then one broken character does not hide the rest.
        return data.decode(name, "strict" if data[:1] not in _FIRST else "replace").encode()
    except (LookupError, ValueError):
        return data


def encoded(text: bytes, original: bytes) -> bytes | None:
    """Return ``text``, in UTF-8, as bytes in the encoding of the file with the bytes ``original``.

    None where that encoding lacks a character, or would write what is unchanged with other bytes.
    """
    before = decoded(original)
    if before == original:
        return text
    name = _encoding(original)
    try:
        if name is None or before.decode().encode(name) != original:
            return None
        data = text.decode().encode(name)
    except (LookupError, ValueError):
        return None
    return data if decoded(data) == text else None


def can_hold(text: str, source: bytes) -> bool:
    """Whether ``text`` can be written into the file that ``decoded`` returned as ``source``."""
    if text.isascii():
        return True
    name = _declared(source)
    try:
        source.decode()
        text.encode(name or "utf-8")
    except (LookupError, ValueError):
        return False
    return True


def _encoding(data: bytes) -> str | None:
    """Return the name of an encoding besides UTF-8 that ``data`` says it has."""
    if data[:1] in _FIRST:
        return next((name for mark, name in _MARKS if data.startswith(mark)), None)
    return _declared(data)


def _declared(data: bytes) -> str | None:
    """Return the encoding that a comment declares."""
    found = _DECLARED.match(data)
    if found is None:
        return None
    try:
        name = codecs.lookup(found[1].decode("ascii")).name
    except (LookupError, ValueError):
        return None
    return None if name in _REFUSED else name
