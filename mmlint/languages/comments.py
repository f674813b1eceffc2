"""Suppression marks in comments: what they name, where each word stands, how far they reach."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mmlint.model.facts import IgnoreComment, Language
from mmlint.model.regex import regex
from mmlint.sdk.keys import redact

Span = tuple[int, int]

_MARK = regex(
    rb"(?<![\w-])mmlint:[ \t]*(?P<kind>ignore-file|ignore)(?![\w-])"
    rb"(?:[ \t]*\[(?P<list>[^\]\r\n]*)\])?"
)
_NOQA = regex(
    rb"#[ \t]*noqa[ \t]*:[ \t]*(?P<list>[a-z]+[0-9]+\b(?:[, \t]+[a-z]+[0-9]+\b)*)",
    re.IGNORECASE,
)
_MISS = regex(
    rb"[\s/#*!<{;-]*(?P<mark>@?mmlint(?:[ \t]*[-:=_][ \t]*|[ \t]+)"
    rb"(?:ignore|disable|suppress|skip|noqa)"
    rb"(?P<reach>[-_ ](?:next[-_ ]?line|next|this[-_ ]?line|line|file))?(?![\w-])"
    rb"[ \t]*[:=]?[ \t]*(?:[\[(](?P<list>[^\])\r\n]*)[\])])?)",
    re.IGNORECASE,
)
"""A comment that begins as that of another linter would, or with ours misspelt."""

_BARE = regex(rb"[, \t]*([a-z][a-z0-9-]*)", re.IGNORECASE)
_MOST_WORDS = 20
_WORD = regex(rb"[^\s,]+")
_OURS = regex(rb"MM[0-9]+", re.IGNORECASE)
_BLANKS = b" \t\f\v"
_BOM = b"\xef\xbb\xbf"

_STRING = (
    rb'"""(?:[^"\\]|\\.|"(?!""))*"""|' + rb"'''(?:[^'\\]|\\.|'(?!''))*'''|"
    rb'"(?:[^"\\\r\n]|\\.)*"|' + rb"'(?:[^'\\\r\n]|\\.)*'"
)
_OPENING = rb"(?:\A(?:\xef\xbb\xbf)?(?:#![^\r\n]*)?)?"
_BEFORE_CODE = regex(_OPENING + rb"(?:[\s;]|" + _STRING + rb")*", re.DOTALL)
_BEFORE_MARKUP = regex(
    _OPENING + rb"(?:[\s;{}]|---|<!doctype[^<>]*>|<script\b[^<>]*>|" + _STRING + rb")*",
    re.DOTALL | re.IGNORECASE,
)
"""What may stand before the first comment block of a file. What opens a script (a tag, a fence)
counts too: in a component a comment cannot be written of the script before it."""

_MARKUP = ("html", "vue", "svelte", "astro")


def ignores(data: bytes, spans: Iterable[Span], language: Language) -> tuple[IgnoreComment, ...]:
    """Return the suppressions written in the comments of a file, in source order.

    ``data``: the whole file. ``spans``: byte offsets (from 0, end exclusive) of its comments, from
    the opening mark to the end of the closing one. Offsets of the result are bytes of ``data``.
    A comment with several marks gives several facts. A mark without a list has no codes.
    """
    ordered = sorted(set(spans))
    marked = [span for span in ordered if _is_marked(data, span, language)]
    if not marked:
        return ()
    lead = _lead_end(data, ordered, language)
    return tuple(fact for span in marked for fact in _facts(data, span, language, lead))


def _is_marked(data: bytes, span: Span, language: Language) -> bool:
    return (
        bool(_MARK.search(data, *span))
        or bool(_MISS.match(data, *span))
        or (language == "python" and bool(_NOQA.search(data, *span)))
    )


def _lead_end(data: bytes, spans: Sequence[Span], language: Language) -> int:
    """Return the offset where the first comment block of the file ends."""
    between = _BEFORE_MARKUP if language in _MARKUP else _BEFORE_CODE
    end = 0
    for span in spans:
        if not between.fullmatch(data, end, span[0]):
            break
        end = span[1]
    return end


def _facts(data: bytes, span: Span, language: Language, lead: int) -> Iterator[IgnoreComment]:
    marks = [*_MARK.finditer(data, *span)]
    if language == "python":
        marks += _NOQA.finditer(data, *span)
    marks.sort(key=lambda mark: mark.start())
    alone = _is_alone(data, span)
    miss = None if marks else _MISS.match(data, *span)
    if miss is not None:
        yield _missed(data, span, miss, alone=alone, leading=span[1] <= lead)
        return
    ends = [mark.start() for mark in marks[1:]] + [span[1]]
    for mark, end in zip(marks, ends, strict=True):
        noqa = mark.re.pattern == _NOQA.pattern
        words = _words(data, mark)
        if noqa:
            words = [word for word in words if _OURS.fullmatch(word.group())]
            if not words:
                continue
        yield IgnoreComment(
            start=span[0],
            end=span[1],
            codes=tuple(redact(_text(word.group())) for word in words),
            code_starts=tuple(word.start() for word in words),
            scope="file" if not noqa and mark["kind"] == b"ignore-file" else "line",
            alone=alone,
            reason=_reason(data[mark.end() : end]),
            style="noqa" if noqa else "mmlint",
            leading=span[1] <= lead,
        )


def _missed(
    data: bytes, span: Span, miss: re.Match[bytes], *, alone: bool, leading: bool
) -> IgnoreComment:
    reach = (miss["reach"] or b"").lower()
    words = [*_spans_of_words(data, miss, span[1])]
    is_file = reach.endswith(b"file")
    return IgnoreComment(
        start=span[0],
        end=span[1],
        codes=tuple(redact(_text(data[start:end])) for start, end in words),
        code_starts=tuple(start for start, _ in words),
        scope="file" if is_file else "line",
        alone=alone,
        reason="",
        style="missed",
        leading=leading,
        written=(miss.start("mark"), miss.end("mark") if miss["list"] is not None else 0),
        fits=leading if is_file else alone or b"next" not in reach,
    )


def _spans_of_words(data: bytes, miss: re.Match[bytes], end: int) -> Iterator[Span]:
    """The words of the list, or the first ones behind a mark that has none."""
    if miss["list"] is not None:
        yield from (word.span() for word in _WORD.finditer(data, *miss.span("list")))
        return
    at = miss.end()
    for _ in range(_MOST_WORDS):
        word = _BARE.match(data, at, end)
        if word is None:
            return
        yield word.span(1)
        at = word.end()


def _words(data: bytes, mark: re.Match[bytes]) -> list[re.Match[bytes]]:
    if mark["list"] is None:
        return []
    return [*_WORD.finditer(data, *mark.span("list"))]


def _reason(tail: bytes) -> str:
    """The rest of the mark's line, without the comment's end and without leading punctuation."""
    lines = tail.rstrip().removesuffix(b"*/").removesuffix(b"-->").splitlines()
    return redact(_text(lines[0]).lstrip(" \t-–—:,;").rstrip(" \t#/")) if lines else ""


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _is_alone(data: bytes, span: Span) -> bool:
    """Whether the lines of the comment hold nothing else but blanks and the braces JSX needs."""
    before, after = _blanks_before(data, span[0]), _blanks_after(data, span[1])
    if data[before - 1 : before] == b"{" and data[after : after + 1] == b"}":
        before, after = _blanks_before(data, before - 1), _blanks_after(data, after + 1)
    at_bom = before == len(_BOM) and data.startswith(_BOM)
    opens = before == 0 or at_bom or data[before - 1] in b"\r\n"
    return opens and (after == len(data) or data[after] in b"\r\n")


def _blanks_before(data: bytes, at: int) -> int:
    while at > 0 and data[at - 1] in _BLANKS:
        at -= 1
    return at


def _blanks_after(data: bytes, at: int) -> int:
    while at < len(data) and data[at] in _BLANKS:
        at += 1
    return at
