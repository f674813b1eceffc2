"""The tags of template engines in pages, and scripts as such an engine might leave them."""

from __future__ import annotations

import re

from mmlint.languages.javascript import adapter as javascript
from mmlint.model.regex import regex

_TAG = (
    rb"\{\{(?:[^{}]|\{[^{}]*\})*\}\}"
    rb"|\{%(?:[^%{]|%(?!\})|\{(?!%))*%\}"
    rb"|\{#(?:[^#{]|#(?!\})|\{(?!#))*#\}"
    rb"|<%(?:[^%<]|%(?!>)|<(?!%))*%>"
    rb"|<\?(?:[^?<]|\?(?!>)|<(?!\?))*\?>"
)
TEMPLATE_TAG = regex(_TAG)
"""Tags of Jinja, Django, Handlebars, Go, ERB, EJS and PHP templates."""
_YIELDS_VALUE = regex(rb"\{\{(?![#/!>^~]|\s*else\b)|<[%?][=-]")
_IN_CODE = regex(
    rb"(?P<tag>" + _TAG + rb")|(?P<quote>[\"'`])|//[^\r\n]*|/\*(?:[^*]|\*(?!/))*", re.DOTALL
)
_IN_STRING = regex(rb"(?P<tag>" + _TAG + rb")|(?P<quote>[\"'`\r\n])|\\.", re.DOTALL)


def as_rendered(text: bytes) -> bytes:
    """Return a page's script as a template engine might leave it, in the same length.

    A script that parses is left alone: its tags stand inside strings, or are none.
    """
    if not TEMPLATE_TAG.search(text) or not javascript.observe(text, "javascript").problem:
        return text
    out = bytearray(text)
    quote = b""
    at = 0
    while token := (_IN_STRING if quote else _IN_CODE).search(text, at):
        at = token.end()
        if token["tag"]:
            out[token.start() : at] = _stand_in(token["tag"], quote)
        elif token["quote"]:
            quote = _quote_after(quote, token["quote"])
    return bytes(out)


def _stand_in(tag: bytes, quote: bytes) -> bytes:
    """A tag in a string stays, unless it would end the string; in code a value becomes a name."""
    if quote:
        return re.sub(rb"[\"'`\\\r\n]", b" ", tag)
    return (b"_" if _YIELDS_VALUE.match(tag) else b" ") * len(tag)


def _quote_after(quote: bytes, found: bytes) -> bytes:
    if not quote:
        return found
    ended = found == quote or (found in b"\r\n" and quote != b"`")
    return b"" if ended else quote
