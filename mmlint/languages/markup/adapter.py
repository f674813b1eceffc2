"""Reads the markup of html, vue, svelte and astro: tags, attributes, comments and expressions.

A scanner of our own, because the html grammar loses its way in ``on:click={() => a > b}``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal as Choices
from typing import NamedTuple

from mmlint.languages.comments import Span
from mmlint.model.regex import regex

Component = Choices["html", "vue", "svelte", "astro"]


class Attribute(NamedTuple):
    """An attribute and the bytes of its value, without quotes or braces.

    ``from_``/``to``: the bytes of all of it. An expression that stands for attributes is called
    ``{``, and so is a template's tag.
    """

    name: str
    start: int
    end: int
    from_: int
    to: int


class Tag(NamedTuple):
    """An opening tag, from ``start`` to ``end`` behind its ``>``. ``body_end``: the end of its raw
    text, if any. ``name_end``: the byte behind its name."""

    name: str
    attributes: tuple[Attribute, ...]
    start: int
    name_end: int
    end: int
    body_end: int


class Markup(NamedTuple):
    """Opening tags, comments with their marks, and Svelte expressions without their braces."""

    tags: Sequence[Tag]
    comments: Sequence[Span]
    expressions: Sequence[Span]


_SPACE = regex(rb"\s*")
_BETWEEN_ATTRIBUTES = regex(rb"[\s/]*")
_FENCE = regex(rb"^[ \t]*---", re.MULTILINE)
_TEXT_ENDS = regex(rb"<")
_TEXT_ENDS_WITH_BRACES = regex(rb"[<{]")
_TAG_NAME = regex(rb"<(/?)([A-Za-z][^\s/><]*)")
_ATTRIBUTE = regex(rb"(=?[^\s=>/]*)(\s*=\s*)?")
_QUOTE_ENDS = {mark: regex(b"[{" + mark + b"]") for mark in (b'"', b"'")}
_UNQUOTED = regex(rb"[^\s>]*")
_UNQUOTED_UP_TO_BRACE = regex(rb"[^\s>{]*")
_BRACED_COMMENT = regex(rb"\{\s*(/\*(?:[^*]|\*(?!/))*(?:\*/|\Z))")
_BLOCK_END = regex(rb"\{\s*/\w*\s*\}")
_BLOCK_MARKS = (b"#", b":", b"@")
_CODE_TOKEN = regex(
    rb"[{}`]"
    rb"|\"(?:[^\"\\\n]|\\.)*\"?"
    rb"|'(?:[^'\\\n]|\\.)*'?"
    rb"|//[^\n]*"
    rb"|/\*(?:[^*]|\*(?!/))*"
    rb"|(?:(?<=[(,=:\[!&|?{;+])|(?<=[(,=:\[!&|?{;+] ))"
    rb"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/",
    re.DOTALL,
)
_TEMPLATE_TOKEN = regex(rb"`|\$\{|\\.", re.DOTALL)

_RAW: dict[Component, frozenset[str]] = {
    "html": frozenset(
        ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
    ),
    "vue": frozenset(("script", "style")),
    "svelte": frozenset(("script", "style")),
    "astro": frozenset(("script", "style")),
}
"""Elements whose content is text up to their own closing tag."""


def _end_of(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    match = pattern.match(data, at)
    return match.end() if match else at


def _after(data: bytes, mark: bytes, at: int) -> int:
    """Return the offset behind the next ``mark``, or the end of the data."""
    found = data.find(mark, at)
    return len(data) if found < 0 else found + len(mark)


def _closing_brace(data: bytes, at: int) -> int | None:
    """Return the offset of the brace that closes the one at ``at``, seen as JavaScript."""
    open_marks = [b"{"]
    at += 1
    while token := (_TEMPLATE_TOKEN if open_marks[-1] == b"`" else _CODE_TOKEN).search(data, at):
        at = token.end()
        mark = token.group()
        if mark == b"}" or (mark == b"`" and open_marks[-1] == b"`"):
            open_marks.pop()
            if not open_marks:
                return token.start()
        elif mark in (b"{", b"${", b"`"):
            open_marks.append(mark)
    return None


class _Scanner:
    """Reads tags, comments and brace expressions in one pass; what is unclosed ends with the file.

    In a Vue file only ``<template>`` holds markup: other blocks at the top are other text.
    """

    def __init__(self, data: bytes, language: Component) -> None:
        self.data = data
        self.lowered = data.lower()
        self.language = language
        self.braces = language in ("svelte", "astro")
        self.templates = 0
        self.tags: list[Tag] = []
        self.comments: list[Span] = []
        self.expressions: list[Span] = []

    def read(self) -> Markup:
        ends = _TEXT_ENDS_WITH_BRACES if self.braces else _TEXT_ENDS
        at = 0
        while found := ends.search(self.data, at):
            at = self._construct(found.start())
        return Markup(self.tags, self.comments, self.expressions)

    def _construct(self, at: int) -> int:
        """Read what starts at the offset; return where the text goes on, as all readers here do."""
        if self.data.startswith(b"{", at):
            return self._brace_in_text(at)
        if self.data.startswith(b"<!--", at):
            end = _after(self.data, b"-->", at + 4)
            self.comments.append((at, end))
            return end
        name = _TAG_NAME.match(self.data, at)
        return self._tag(name) if name else at + 1

    def _tag(self, opening: re.Match[bytes]) -> int:
        name = _text(opening[2])
        if self.language == "html":
            name = name.lower()
        attributes, end = self._attributes(opening.end())
        closed = self.language != "html" and self.data[end - 2 : end] == b"/>"
        nested = self.templates > 0
        if name == "template" and self.language == "vue" and not closed:
            self.templates = max(0, self.templates + (-1 if opening[1] else 1))
        if opening[1]:
            return end
        tag = Tag(name, attributes, opening.start(), opening.end(), end, end)
        if not closed and self._holds_text(tag, nested):
            tag = tag._replace(body_end=self._body_end(name, end))
        if not (nested and name == "script"):
            self.tags.append(tag)
        return tag.body_end

    def _holds_text(self, tag: Tag, nested: bool) -> bool:
        if tag.name in _RAW[self.language]:
            return True
        if self.language != "vue" or nested:
            return False
        if tag.name == "template" and value_of(self.data, tag, "lang") in (None, "", "html"):
            return False
        self.templates = 0
        return True

    def _body_end(self, name: str, at: int) -> int:
        closing = b"</" + name.lower().encode()
        while (found := self.lowered.find(closing, at)) >= 0:
            at = found + len(closing)
            if self.data[at : at + 1] in (b">", b"/", b" ", b"\t", b"\n", b"\r", b"\f"):
                return found
        return len(self.data)

    def _attributes(self, at: int) -> tuple[tuple[Attribute, ...], int]:
        found: list[Attribute] = []
        while True:
            at = _end_of(_BETWEEN_ATTRIBUTES, self.data, at)
            if at >= len(self.data):
                return tuple(found), len(self.data)
            if self.data.startswith(b">", at):
                return tuple(found), at + 1
            if self.braces and self.data.startswith(b"{", at):
                start, at = at, self._comment_in_braces(at) or self._expression(at)
                found.append(Attribute("{", at, at, start, at))
                continue
            name = _ATTRIBUTE.match(self.data, at)
            if name is None:
                return tuple(found), len(self.data)
            start = end = at = name.end()
            if name[2]:
                start, end, at = self._attribute_value(at)
            found.append(Attribute(_text(name[1]), start, end, name.start(), at))

    def _attribute_value(self, at: int) -> tuple[int, int, int]:
        """Return where the value starts and ends, and where its tag goes on."""
        mark = self.data[at : at + 1]
        if mark in (b'"', b"'") or (mark == b"`" and self.language == "astro"):
            end = self._quote(mark, at + 1)
            return at + 1, end, min(end + 1, len(self.data))
        if not self.braces:
            end = _end_of(_UNQUOTED, self.data, at)
            return at, end, end
        start = at
        at = _end_of(_UNQUOTED_UP_TO_BRACE, self.data, at)
        while self.data.startswith(b"{", at):
            at = _end_of(_UNQUOTED_UP_TO_BRACE, self.data, self._expression(at))
        return start, at, at

    def _quote(self, mark: bytes, at: int) -> int:
        """Return the offset of the closing quote; Svelte's expressions may hold the same mark."""
        ends = _QUOTE_ENDS[mark] if self.language == "svelte" else re.compile(mark)
        while found := ends.search(self.data, at):
            if found.group() == mark:
                return found.start()
            at = self._expression(found.start())
        return len(self.data)

    def _brace_in_text(self, at: int) -> int:
        if comment := self._comment_in_braces(at):
            return comment
        # In Astro's text an expression holds markup, whose apostrophes are no quotes.
        return at + 1 if self.language == "astro" else self._expression(at)

    def _comment_in_braces(self, at: int) -> int | None:
        comment = _BRACED_COMMENT.match(self.data, at)
        if comment is None:
            return None
        self.comments.append(comment.span(1))
        return comment.end()

    def _expression(self, at: int) -> int:
        # Looked for first, because to JavaScript the slash would begin a regular expression.
        if block_end := _BLOCK_END.match(self.data, at):
            return block_end.end()
        end = _closing_brace(self.data, at) if self.braces else None
        if end is None:
            # Nothing behind an unclosed brace can be told apart any more: only tags are read on.
            self.braces = False
            return at + 1
        if not self.data[at + 1 : end].lstrip().startswith(_BLOCK_MARKS):
            self.expressions.append((at + 1, end))
        return end + 1


def scan(data: bytes, language: Component) -> Markup:
    """Return the markup in ``data``; offsets are bytes. Any bytes are fine."""
    return _Scanner(data, language).read()


def frontmatter(data: bytes) -> Span | None:
    """Return the bytes between the fences of an Astro file; only comments may stand before them."""
    at = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    while True:
        at = _end_of(_SPACE, data, at)
        if not data.startswith(b"<!--", at):
            break
        at = _after(data, b"-->", at + 4)
    if not data.startswith(b"---", at):
        return None
    fence = _FENCE.search(data, at + 3)
    return at + 3, fence.start() if fence else len(data)


def value_of(data: bytes, tag: Tag, name: str) -> str | None:
    """Return what an attribute of the tag says, in lower case, or None where it has none."""
    for attribute in tag.attributes:
        if attribute.name.lower() == name:
            return _text(data[attribute.start : attribute.end]).strip().lower()
    return None


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
