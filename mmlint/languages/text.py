"""Text that is read for keys alone: Markdown, notebooks, and whatever has no adapter of its own."""

from __future__ import annotations

import re

from mmlint.languages.comments import Span, ignores
from mmlint.languages.key_literals import key_literals
from mmlint.model.facts import FileFacts, Language
from mmlint.model.regex import regex

_COMMENTS = {
    "markdown": regex(rb"^(?:\xef\xbb\xbf)?[ \t]*(<!--[^\r\n]*?-->)", re.MULTILINE),
    "text": regex(rb"^(?:\xef\xbb\xbf)?[ \t]*((?:\#|//|;|--|<!--)[^\r\n]*)", re.MULTILINE),
}
"""Comments that begin a line: elsewhere they may be prose about comments."""


def observe(data: bytes, language: Language, salt: bytes = b"") -> FileFacts:
    """Return the keys of a text and its suppressions; offsets are bytes of ``data``.

    Any bytes are fine. ``salt``: for the fingerprints of keys.
    """
    pattern = _COMMENTS.get(language)
    comments: list[Span] = [one.span(1) for one in pattern.finditer(data)] if pattern else []
    return FileFacts(
        language=language,
        ignores=ignores(data, comments, language),
        keys=key_literals(data, salt, comments=comments),
    )
