"""Programs inside markup: the scripts, handlers and expressions of html, vue, svelte and astro.

Each program is handed to the JavaScript adapter as a copy of the file in which everything else is
blank, so that every offset it reports is an offset of the file.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal as Choices
from typing import NamedTuple

from mmlint.languages.comments import Span, ignores
from mmlint.languages.javascript import adapter as javascript
from mmlint.languages.key_literals import key_literals
from mmlint.languages.markup.adapter import Component, Markup, Tag, frontmatter, scan, value_of
from mmlint.languages.markup.script_tags import script_tags
from mmlint.languages.markup.templates import TEMPLATE_TAG, as_rendered
from mmlint.model.facts import FileFacts, SyntaxProblem
from mmlint.model.regex import regex

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
    fence = frontmatter(data) if language == "astro" else None
    markup = scan(_without(data, fence), language)
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
    if language == "html" and TEMPLATE_TAG.search(data):
        problem = None
    return FileFacts(
        language=language,
        modules=tuple(modules),
        ignores=ignores(data, comments, language),
        problem=problem,
        keys=key_literals(data, salt, code=code, comments=comments),
        tags=script_tags(data, markup, language, salt),
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
        modules = [value_of(data, tag, "type") == "module" for tag in tags]
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


# --- which bytes are code -------------------------------------------------------------------------

_SCRIPT_TYPE = regex(r"(?:module|.*(?:java|ecma|type)script|.*/(?:babel|jsx|tsx|partytown))?")
_SCRIPT_LANG = regex(r"(?:[jt]sx?|(?:java|type)script)?")
_EVENT_ATTRIBUTE = regex(r"on[a-z]+", re.IGNORECASE)
_VUE_HANDLER = regex(r"@.|v-on:.")
_VUE_EXPRESSION = regex(r":.|v-(?!(?:for|slot|pre|cloak|once)\b)")
_TELLING = regex(rb"[.(\"'`]")
"""A bare name or number says nothing that a rule asks about, so it need not be parsed."""


def _runs(data: bytes, tag: Tag) -> bool:
    """Whether the body of a script tag is JavaScript or TypeScript that will be executed."""
    script_type = value_of(data, tag, "type") or ""
    lang = value_of(data, tag, "lang") or ""
    return bool(
        value_of(data, tag, "src") is None
        and _SCRIPT_TYPE.fullmatch(script_type)
        and _SCRIPT_LANG.fullmatch(lang)
    )


def _dialect(data: bytes, tags: Iterable[Tag]) -> Dialect:
    said = {value_of(data, tag, name) or "" for tag in tags for name in ("lang", "type")}
    typed = any(word == "ts" or word.endswith("typescript") for word in said)
    if "tsx" in said or (typed and "jsx" in said):
        return "tsx"
    return "typescript" if typed else "javascript"


def _script(data: bytes, tag: Tag, language: Component) -> Region:
    text = data[tag.end : tag.body_end]
    if language == "html":
        text = as_rendered(text)
    return Region(tag.end, tag.body_end, text, "script")


def _attribute_code(data: bytes, markup: Markup, language: Component) -> Iterator[Region]:
    if language == "svelte":
        for start, end in markup.expressions:
            if _TELLING.search(data, start, end):
                yield Region(start, end, data[start:end], "expression")
        return
    for tag in markup.tags:
        for name, start, end, _, _ in tag.attributes:
            kind = _attribute_kind(name, language)
            if kind and _TELLING.search(data, start, end):
                text = _decoded(data[start:end])
                yield Region(start, end, as_rendered(text) if language == "html" else text, kind)


def _attribute_kind(name: str, language: Component) -> Kind | None:
    if language == "vue":
        if _VUE_HANDLER.match(name):
            return "handler"
        return "expression" if _VUE_EXPRESSION.match(name) else None
    return "handler" if _EVENT_ATTRIBUTE.fullmatch(name) else None


# --- entities -------------------------------------------------------------------------------------

_PIECE = regex(rb"&#?\w{1,31};|[^&<>=\"'`\\|]+|\\.|.", re.DOTALL)
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
