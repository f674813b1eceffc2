"""What the literals of JavaScript say: escapes of strings, notations of numbers."""

from __future__ import annotations

import re
from typing import Final

from mmlint.model.regex import regex

_EXACT: Final = 2**53
"""Integers beyond this are floating point numbers in JavaScript."""

_ESCAPE: Final = regex(
    r"\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-3]?[0-7]{1,2})|(\r\n|.))",
    re.DOTALL,
)
_SHORT_ESCAPES: Final = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "\n": "",
    "\r\n": "",
    "\r": "",
    "\u2028": "",
    "\u2029": "",
}


def cooked(raw: str) -> str:
    """Return ``raw``, the inside of a string or template, with its escapes decoded."""
    if "\\" not in raw:
        return raw
    text = _ESCAPE.sub(_escaped, raw)
    # Two escapes can make one character; half a pair is none and cannot be written anywhere.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def number(text: str) -> int | float | None:
    """Return the number that ``text`` spells; None for big integers and what is no number."""
    text = text.replace("_", "").lower()
    try:
        if text[:2] in ("0x", "0o", "0b"):
            value: int | float = int(text, 0)
        elif text.isdecimal():
            old_octal = text[0] == "0" and len(text) > 1 and not set(text) & {"8", "9"}
            value = int(text, 8 if old_octal else 10)
        else:
            value = float(text)
        value = float(value) if abs(value) > _EXACT else value
    except (ValueError, OverflowError):
        return None
    return None if value == float("inf") else value


def _escaped(match: re.Match[str]) -> str:
    braced, four, two, octal, other = match.groups()
    if other is not None:
        return _SHORT_ESCAPES.get(other, other)
    code = int(octal, 8) if octal is not None else int(braced or four or two, 16)
    return chr(code) if code < 0x110000 else "\ufffd"
