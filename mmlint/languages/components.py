"""Programs inside markup: the scripts, handlers and expressions of html, vue, svelte and astro.

Each program is handed to the JavaScript adapter as a copy of the file in which everything else is
blank, so that every offset it reports is an offset of the file. The markup is read by a scanner of
our own, because the html grammar loses its way in ``on:click={() => a > b}``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal as Choices
from typing import NamedTuple

from mmlint.languages import javascript
from mmlint.languages.comments import Span, ignores
from mmlint.languages.key_literals import key_literals
from mmlint.model.facts import FileFacts, SyntaxProblem

Component = Choices["html", "vue", "svelte", "astro"]
Dialect = Choices["javascript", "typescript", "tsx"]
Kind = Choices["script", "handler", "expression"]

_MOST_PROGRAMS = 50
"""Every program costs a copy of the file; scripts past this number share the last one."""


def observe(data: bytes, language: Component, salt: bytes = b"") -> FileFacts:
    """Return the programs and suppressions of a component or page; offsets are bytes of ``data``.

    Any bytes are fine. Only a script's own syntax is a problem: handlers and expressions that do
    not parse are passed over, and so is whatever a page's template engine will still rewrite.
    ``salt``: for the fingerprints of keys.
    """
    fence = _frontmatter(data) if language == "astro" else None
    markup = _Scanner(_without(data, fence), language).read()
    comments = list(markup.comments)
    modules = []
    code: list[Span] = []
    problem = None
    for program in _programs(data, markup, language, fence):
        script = javascript.observe(program.code, program.dialect, program.side, salt)
        modules.append(script.module)
        code += [(region.start, region.end) for region in program.regions]
        comments += script.comments
        if script.problem and problem is None:
            problem = _own_problem(program)
    if language == "html" and _TEMPLATE_TAG.search(data):
        problem = None
    return FileFacts(
        language=language,
        modules=tuple(modules),
        ignores=ignores(data, comments, language),
        problem=problem,
        keys=key_literals(data, salt, code=code, comments=comments),
    )


# --- programs -------------------------------------------------------------------------------------


class Region(NamedTuple):
    """Bytes of the file that are code. ``text`` is as long as the region, and can be parsed.

    ``kind``: a ``script`` runs as it stands, a ``handler`` is the body of a function that runs
    later, an ``expression`` has a value.
    """

    start: int
    end: int
    text: bytes
    kind: Kind


class Program(NamedTuple):
    """Code whose names are shared: the blanked copy of the file, and the regions in it."""

    code: bytes
    regions: Sequence[Region]
    dialect: Dialect
    side: Choices["client", "server"]


_BLANK = bytes(byte if byte in b"\r\n" else 0x20 for byte in range(256))

_WRAPPINGS: dict[Kind, Sequence[tuple[bytes, bytes]]] = {
    "script": ((b"{}", b"\n"), (b"{}", b"")),
    "handler": ((b"{()=>{", b"\n}}"), (b"{", b"\n}"), (b"~", b"\n")),
    "expression": ((b"~(", b"\n)\n"), (b"~", b"\n")),
}
"""What is written before and behind a region, on bytes that belong to the markup; fullest first.

The newlines end a comment or statement that stands last in the region. No wrapping begins or ends
with a semicolon: that would become part of a neighbour's statement, and a fix that removes the
statement would remove markup. For the same reason an expression is no statement of its own; the
operator before it cannot go on with the line before, as ``(`` and TypeScript's ``!`` can.
"""
_SHORTEST: dict[Kind, int] = {"script": 2, "handler": 1, "expression": 1}
"""The bytes that a region needs before it."""


def _programs(
    data: bytes, markup: Markup, language: Component, fence: Span | None
) -> Iterator[Program]:
    tags = [tag for tag in markup.tags if tag.name == "script" and _runs(data, tag)]
    scripts = [_script(data, tag, language) for tag in tags]
    attributes = [*_attribute_code(data, markup, language)]
    if language == "vue" or language == "svelte":
        yield from _together(data, [*scripts, *attributes], _dialect(data, tags))
    elif language == "astro":
        if fence:
            region = Region(*fence, data[slice(*fence)], "script")
            yield from _together(data, [region], "typescript", "server")
        yield from _apart(data, scripts, "typescript")
        yield from _together(data, attributes, "javascript")
    else:
        modules = [_value(data, tag, "type") == "module" for tag in tags]
        classic = [one for one, module in zip(scripts, modules, strict=True) if not module]
        yield from _together(data, [*classic, *attributes], "javascript")
        own = [one for one, module in zip(scripts, modules, strict=True) if module]
        yield from _apart(data, own, "javascript")


def _apart(data: bytes, regions: Sequence[Region], dialect: Dialect) -> Iterator[Program]:
    for region in regions[:_MOST_PROGRAMS]:
        yield from _together(data, [region], dialect)
    yield from _together(data, regions[_MOST_PROGRAMS:], dialect)


def _together(
    data: bytes,
    regions: Iterable[Region],
    dialect: Dialect,
    side: Choices["client", "server"] = "client",
) -> Iterator[Program]:
    """Yield the one program that the regions make up; none where nothing is left to read."""
    ordered = sorted(region for region in regions if region.text.strip())
    if not ordered:
        return
    code = bytearray(data[: ordered[-1].end + 3].translate(_BLANK))
    ceilings = [region.start - _SHORTEST[region.kind] for region in ordered[1:]] + [len(code)]
    written = []
    floor = 0
    for region, ceiling in zip(ordered, ceilings, strict=True):
        wrapping = _wrapping(region, floor, ceiling)
        if wrapping is None:
            continue
        before, after = wrapping
        text = before + region.text + after
        if region.kind != "script" and javascript.observe(text, dialect).problem:
            continue
        floor = region.end + len(after)
        code[region.start - len(before) : floor] = text
        written.append(region)
    if written:
        yield Program(bytes(code), written, dialect, side)


def _wrapping(region: Region, floor: int, ceiling: int) -> tuple[bytes, bytes] | None:
    """Return the fullest wrapping that fits between two offsets, or None where none does."""
    for before, after in _WRAPPINGS[region.kind]:
        if region.kind == "script" and floor == 0:
            # Directives count only where nothing stands before them.
            before = b""
        if floor <= region.start - len(before) and region.end + len(after) <= ceiling:
            return before, after
    return None


def _own_problem(program: Program) -> SyntaxProblem | None:
    """Return the first problem that a script has by itself; a joint one may be a neighbour's."""
    for region in program.regions:
        if region.kind != "script":
            continue
        found = javascript.observe(region.text, program.dialect).problem
        if found:
            start, end = region.start + found.start, region.start + found.end
            return SyntaxProblem(start=start, end=end, message=found.message)
    return None


def _without(data: bytes, span: Span | None) -> bytes:
    if span is None:
        return data
    start, end = span
    return data[:start] + data[start:end].translate(_BLANK) + data[end:]


def _frontmatter(data: bytes) -> Span | None:
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


# --- which bytes are code -------------------------------------------------------------------------

_SCRIPT_TYPE = re.compile(r"(?:module|.*(?:java|ecma|type)script|.*/(?:babel|jsx|tsx|partytown))?")
_SCRIPT_LANG = re.compile(r"(?:[jt]sx?|(?:java|type)script)?")
_EVENT_ATTRIBUTE = re.compile(r"on[a-z]+", re.IGNORECASE)
_VUE_HANDLER = re.compile(r"@.|v-on:.")
_VUE_EXPRESSION = re.compile(r":.|v-(?!(?:for|slot|pre|cloak|once)\b)")
_TELLING = re.compile(rb"[.(\"'`]")
"""A bare name or number says nothing that a rule asks about, so it need not be parsed."""


def _runs(data: bytes, tag: Tag) -> bool:
    """Whether the body of a script tag is JavaScript or TypeScript that will be executed."""
    script_type = _value(data, tag, "type") or ""
    lang = _value(data, tag, "lang") or ""
    return bool(
        _value(data, tag, "src") is None
        and _SCRIPT_TYPE.fullmatch(script_type)
        and _SCRIPT_LANG.fullmatch(lang)
    )


def _dialect(data: bytes, tags: Iterable[Tag]) -> Dialect:
    said = {_value(data, tag, name) or "" for tag in tags for name in ("lang", "type")}
    typed = any(word == "ts" or word.endswith("typescript") for word in said)
    if "tsx" in said or (typed and "jsx" in said):
        return "tsx"
    return "typescript" if typed else "javascript"


def _value(data: bytes, tag: Tag, name: str) -> str | None:
    for attribute in tag.attributes:
        if attribute.name.lower() == name:
            return _text(data[attribute.start : attribute.end]).strip().lower()
    return None


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _script(data: bytes, tag: Tag, language: Component) -> Region:
    text = data[tag.end : tag.body_end]
    if language == "html":
        text = _as_rendered(text)
    return Region(tag.end, tag.body_end, text, "script")


def _attribute_code(data: bytes, markup: Markup, language: Component) -> Iterator[Region]:
    if language == "svelte":
        for start, end in markup.expressions:
            if _TELLING.search(data, start, end):
                yield Region(start, end, data[start:end], "expression")
        return
    for tag in markup.tags:
        for name, start, end in tag.attributes:
            kind = _attribute_kind(name, language)
            if kind and _TELLING.search(data, start, end):
                text = _decoded(data[start:end])
                yield Region(start, end, _as_rendered(text) if language == "html" else text, kind)


def _attribute_kind(name: str, language: Component) -> Kind | None:
    if language == "vue":
        if _VUE_HANDLER.match(name):
            return "handler"
        return "expression" if _VUE_EXPRESSION.match(name) else None
    return "handler" if _EVENT_ATTRIBUTE.fullmatch(name) else None


# --- entities and template tags -------------------------------------------------------------------

_PIECE = re.compile(rb"&#?\w{1,31};|[^&<>=\"'`\\|]+|\\.|.", re.DOTALL)
_OPERATORS = (b"&", b"<", b">", b"=", b"|")
_QUOTES = (b'"', b"'", b"`")


def _decoded(text: bytes) -> bytes:
    """Write what entities stand for, padded to the same length where blanks do no harm.

    That is outside the string for a quote that opens or closes one, and behind the last of
    neighbouring operator characters for these, so that ``=&gt;`` and ``&amp;&amp;`` stay whole.
    """
    if b"&" not in text:
        return text
    out = bytearray()
    padding = 0
    quote = b""
    for piece in _PIECE.findall(text):
        meant = _meant(piece)
        spare = len(piece) - len(meant)
        opens = not quote and meant in _QUOTES
        if opens:
            padding += spare
            spare = 0
        if meant not in _OPERATORS:
            out += b" " * padding
            padding = 0
        out += meant
        padding += spare
        if opens or meant == quote:
            quote = meant if opens else b""
    return bytes(out + b" " * padding)


def _meant(piece: bytes) -> bytes:
    if not (piece.startswith(b"&") and piece.endswith(b";")):
        return piece
    meant = html.unescape(piece.decode("ascii", "replace")).encode("utf-8", "replace")
    return meant if len(meant) <= len(piece) else piece


_TAG = (
    rb"\{\{(?:[^{}]|\{[^{}]*\})*\}\}"
    rb"|\{%(?:[^%{]|%(?!\})|\{(?!%))*%\}"
    rb"|\{#(?:[^#{]|#(?!\})|\{(?!#))*#\}"
    rb"|<%(?:[^%<]|%(?!>)|<(?!%))*%>"
    rb"|<\?(?:[^?<]|\?(?!>)|<(?!\?))*\?>"
)
_TEMPLATE_TAG = re.compile(_TAG)
"""Tags of Jinja, Django, Handlebars, Go, ERB, EJS and PHP templates."""
_YIELDS_VALUE = re.compile(rb"\{\{(?![#/!>^~]|\s*else\b)|<[%?][=-]")
_IN_CODE = re.compile(
    rb"(?P<tag>" + _TAG + rb")|(?P<quote>[\"'`])|//[^\r\n]*|/\*(?:[^*]|\*(?!/))*", re.DOTALL
)
_IN_STRING = re.compile(rb"(?P<tag>" + _TAG + rb")|(?P<quote>[\"'`\r\n])|\\.", re.DOTALL)


def _as_rendered(text: bytes) -> bytes:
    """Return a page's script as a template engine might leave it, in the same length.

    A script that parses is left alone: its tags stand inside strings, or are none.
    """
    if not _TEMPLATE_TAG.search(text) or not javascript.observe(text, "javascript").problem:
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


# --- markup ---------------------------------------------------------------------------------------


class Attribute(NamedTuple):
    """An attribute and the bytes of its value, without quotes or braces."""

    name: str
    start: int
    end: int


class Tag(NamedTuple):
    """An opening tag. ``end``: behind its ``>``. ``body_end``: the end of its raw text, if any."""

    name: str
    attributes: tuple[Attribute, ...]
    end: int
    body_end: int


class Markup(NamedTuple):
    """Opening tags, comments with their marks, and Svelte expressions without their braces."""

    tags: Sequence[Tag]
    comments: Sequence[Span]
    expressions: Sequence[Span]


_SPACE = re.compile(rb"\s*")
_BETWEEN_ATTRIBUTES = re.compile(rb"[\s/]*")
_FENCE = re.compile(rb"^[ \t]*---", re.MULTILINE)
_TEXT_ENDS = re.compile(rb"<")
_TEXT_ENDS_WITH_BRACES = re.compile(rb"[<{]")
_TAG_NAME = re.compile(rb"<(/?)([A-Za-z][^\s/><]*)")
_ATTRIBUTE = re.compile(rb"(=?[^\s=>/]*)(\s*=\s*)?")
_QUOTE_ENDS = {mark: re.compile(b"[{" + mark + b"]") for mark in (b'"', b"'")}
_UNQUOTED = re.compile(rb"[^\s>]*")
_UNQUOTED_UP_TO_BRACE = re.compile(rb"[^\s>{]*")
_BRACED_COMMENT = re.compile(rb"\{\s*(/\*(?:[^*]|\*(?!/))*(?:\*/|\Z))")
_BLOCK_END = re.compile(rb"\{\s*/\w*\s*\}")
_BLOCK_MARKS = (b"#", b":", b"@")
_CODE_TOKEN = re.compile(
    rb"[{}`]"
    rb"|\"(?:[^\"\\\n]|\\.)*\"?"
    rb"|'(?:[^'\\\n]|\\.)*'?"
    rb"|//[^\n]*"
    rb"|/\*(?:[^*]|\*(?!/))*"
    rb"|(?:(?<=[(,=:\[!&|?{;+])|(?<=[(,=:\[!&|?{;+] ))"
    rb"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/",
    re.DOTALL,
)
_TEMPLATE_TOKEN = re.compile(rb"`|\$\{|\\.", re.DOTALL)

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

    In a Vue file only ``<template>`` holds markup: other blocks at the top are somebody's text.
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
        tag = Tag(name, attributes, end, end)
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
        if tag.name == "template" and _value(self.data, tag, "lang") in (None, "", "html"):
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
                at = self._comment_in_braces(at) or self._expression(at)
                continue
            name = _ATTRIBUTE.match(self.data, at)
            if name is None:
                return tuple(found), len(self.data)
            start = end = at = name.end()
            if name[2]:
                start, end, at = self._attribute_value(at)
            found.append(Attribute(_text(name[1]), start, end))

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
