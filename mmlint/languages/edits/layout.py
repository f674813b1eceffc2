"""How text is laid out, whatever the language: lines, indentation, and lists in brackets.

Everything here counts in bytes of one file, from 0, ends exclusive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from mmlint.model.regex import regex

BLANKS = b" \t\f"
_BOM = b"\xef\xbb\xbf"
_NEWLINE = regex(rb"\r\n|\n|\r")
_WIDTHS = (79, 80, 88, 100, 120, 140)
_UNBROKEN = regex(rb"""//|#|^\s*\*|`|"[^"]{24,}"|'[^']{24,}'""")
_TRAILING = regex(rb",[ \t]*\r?\n[ \t]*[}\])]")
_BARE = regex(rb"""[\w'"`][ \t]*\r?\n[ \t]*[}\]][ \t]*(?:[),;\]]|from\b)""")
"""Ends of lists over several lines, with a comma behind the last item and without."""
_WORD_EDGE = rb"(?<![\w$])%s(?![\w$])"

Change = tuple[int, int, str]
"""Replace the bytes from the first to the second number by a text."""

Span = tuple[int, int]


def line_start(source: bytes, offset: int) -> int:
    """Return where the line of ``offset`` starts, behind a byte order mark."""
    start = max(source.rfind(b"\n", 0, offset), source.rfind(b"\r", 0, offset)) + 1
    if start == 0 and offset >= len(_BOM) and source.startswith(_BOM):
        return len(_BOM)
    return start


def line_end(source: bytes, offset: int) -> int:
    """Return where the line of ``offset`` ends, before its newline."""
    match = _NEWLINE.search(source, offset)
    return match.start() if match else len(source)


def after_newline(source: bytes, offset: int) -> int:
    """Return the offset behind the newline that starts at ``offset`` (``offset`` if none does)."""
    match = _NEWLINE.match(source, offset)
    return match.end() if match else offset


def indentation(source: bytes, offset: int) -> str:
    """Return the blanks that the line of ``offset`` begins with."""
    start = line_start(source, offset)
    end = start
    while end < len(source) and source[end] in BLANKS:
        end += 1
    return source[start:end].decode("ascii")


def starts_line(source: bytes, offset: int) -> bool:
    """Whether only blanks stand before ``offset`` on its line."""
    return not source[line_start(source, offset) : offset].strip(BLANKS)


def ends_line(source: bytes, offset: int) -> bool:
    """Whether only blanks stand between ``offset`` and the end of its line."""
    return not source[offset : line_end(source, offset)].strip(BLANKS)


def newline(source: bytes, offset: int) -> str:
    """Return the newline in use: that of the line of ``offset``, else the file's first, else LF."""
    match = _NEWLINE.search(source, offset) or _NEWLINE.search(source)
    return match.group().decode("ascii") if match else "\n"


def removable(source: bytes, start: int, end: int) -> Span:
    """Return the bytes to delete with the statement from ``start`` to ``end``: its whole lines
    where it stands alone, else the statement and the blanks on one side of it."""
    if starts_line(source, start) and ends_line(source, end):
        return line_start(source, start), after_newline(source, line_end(source, end))
    if ends_line(source, end):
        while start and source[start - 1] in BLANKS:
            start -= 1
        return start, end
    while source[end] in BLANKS:
        end += 1
    return start, end


def above_comments(source: bytes, start: int, comments: Sequence[Span]) -> int:
    """Return where the comments begin that stand on the lines directly above the statement at
    ``start``, which begins a line; ``start`` where there are none. ``comments``: in source order.

    What stands at the top of a file speaks of the file, and not of its first statement.
    """
    place, indent = start, indentation(source, start)
    for first, last in reversed(comments):
        if last > place:
            continue
        between = source[last:place]
        if between.strip() or len(_NEWLINE.findall(between)) > 1:
            break
        if not starts_line(source, first) or indentation(source, first) != indent:
            break
        place = first
    return start if not source[:place].removeprefix(_BOM).strip() else place


def has_comment(source: bytes, start: int, end: int, comments: Sequence[Span]) -> bool:
    """Whether a comment speaks of the statement from ``start`` to ``end``: it stands directly above
    it, or behind it on its last line. ``comments``: in source order."""
    if any(end <= first < line_end(source, end) for first, _ in comments):
        return True
    return starts_line(source, start) and above_comments(source, start, comments) < start


def assign(source: bytes, start: int, text: str) -> Change:
    """Replace the word ``return`` at ``start`` by ``text``, which ends in an equals sign."""
    end = start + len("return")
    return start, end, text if source[end : end + 1].isspace() else f"{text} "


def indent_step(source: bytes) -> str:
    """Return one step of indentation: the first line that is indented shows it."""
    for match in re.finditer(rb"(?:^|[\r\n])(\t| {2,8})(?=[^\s*])", source):
        return match.group(1).decode("ascii")
    return "  "


def width(source: bytes, usual: int) -> int:
    """Return how many columns the lines of the file may have: the least of the customary numbers,
    from ``usual`` on, that no line exceeds which could have been broken."""
    longest = _longest(source)
    return next((one for one in _WIDTHS if one >= max(longest, usual)), longest)


@lru_cache(maxsize=1)  # every fix of a file asks
def _longest(source: bytes) -> int:
    return max((len(one) for one in _breakable(source)), default=0)


def _breakable(source: bytes) -> Iterator[str]:
    """Yield the lines that hold a list, and neither a comment nor a long text."""
    for line in source.splitlines():
        if b", " in line and not _UNBROKEN.search(line):
            yield line.decode(errors="replace")


def too_long(source: bytes, start: int, end: int, added: int, usual: int) -> bool:
    """Whether the line that holds the bytes from ``start`` to ``end`` is too long when it grows by
    ``added`` characters; what goes over several lines already is not."""
    line = source[line_start(source, start) : line_end(source, end)]
    if _NEWLINE.search(line):
        return False
    return len(line.decode(errors="replace")) + added > width(source, usual)


def spread_out(source: bytes, listing: Listing, items: Sequence[str]) -> Change:
    """Return the change that gives each of ``items`` a line of its own between the brackets, with
    a comma behind the last one unless the file's lists do without."""
    outer = newline(source, listing.start) + indentation(source, listing.start)
    inner = outer + indent_step(source)
    last = "," if _trails(source) else ""
    return listing.start, listing.end, f"{inner}{f',{inner}'.join(items)}{last}{outer}"


@lru_cache(maxsize=1)  # every fix of a file asks
def _trails(source: bytes) -> bool:
    """Whether lists that go over several lines mostly end in a comma."""
    return len(_TRAILING.findall(source)) >= len(_BARE.findall(source))


def mentions(source: bytes, name: str) -> bool:
    """Whether ``name`` stands anywhere in the file as a word of its own."""
    return re.search(_WORD_EDGE % re.escape(name.encode()), source) is not None


def fresh_name(source: bytes, wanted: str = "result") -> str:
    """Return ``wanted``, or with the first number from 2 on that the file does not use."""
    name, count = wanted, 1
    while mentions(source, name):
        count += 1
        name = f"{wanted}{count}"
    return name


class Listing(msgspec.Struct, frozen=True):
    """What stands between two brackets, divided by commas.

    ``start``/``end``: the bytes between the brackets. ``items`` and ``comments``: in source order.
    ``padding``: the blank between a bracket and a lone item (``{ x }`` or ``(x)``).
    """

    start: int
    end: int
    items: tuple[Span, ...]
    comments: tuple[Span, ...]
    padding: str = ""


def insert_item(source: bytes, listing: Listing, index: int, text: str) -> Iterator[Change]:
    """Yield the changes that make ``text`` item number ``index`` (from 0) of the list.

    The list keeps its shape: one item a line stays so, a trailing comma stays or stays away, and
    comments stay with the items they speak of.
    """
    if index < len(listing.items):
        yield _before_item(source, listing, index, text)
    elif listing.items:
        yield from _after_last(source, listing, text)
    else:
        yield _only_item(source, listing, text)


def _before_item(source: bytes, listing: Listing, index: int, text: str) -> Change:
    """Above the comments that stand on lines of their own over the item, else right before it."""
    place = listing.items[index][0]
    before = listing.items[index - 1][1] if index else listing.start
    if not starts_line(source, place):
        return place, place, f"{text}, "
    for start, end in reversed(listing.comments):
        if start < before or end > place:
            continue
        if not starts_line(source, start):
            break
        place = start
    return place, place, f"{text},{newline(source, place)}{indentation(source, place)}"


def _after_last(source: bytes, listing: Listing, text: str) -> Iterator[Change]:
    """Behind the last item, its comma, and the comments that follow on the same line."""
    start, end = listing.items[-1]
    comma = _comma(source, listing, end)
    place = end if comma is None else comma + 1
    below = starts_line(source, start)
    for first, last in listing.comments:
        if first >= place and b"\n" not in source[place:first]:
            place = last
            below = below or _is_line_comment(source, first)
    lead = f"{newline(source, start)}{indentation(source, start)}" if below else " "
    if comma is not None:
        yield place, place, f"{lead}{text},"
    elif place == end:
        yield end, end, f",{lead}{text}"
    else:
        yield end, end, ","
        yield place, place, f"{lead}{text}"


def _is_line_comment(source: bytes, start: int) -> bool:
    return source.startswith((b"//", b"#"), start)


def _comma(source: bytes, listing: Listing, offset: int) -> int | None:
    """Return where the trailing comma stands after ``offset``, or None."""
    while offset < listing.end:
        skipped = next((end for start, end in listing.comments if start == offset), None)
        if skipped is not None:
            offset = skipped
        elif source[offset] == ord(","):
            return offset
        else:
            offset += 1
    return None


def _only_item(source: bytes, listing: Listing, text: str) -> Change:
    if not listing.comments:
        return listing.start, listing.end, f"{listing.padding}{text}{listing.padding}"
    start, place = listing.comments[-1]
    if not starts_line(source, listing.end):
        return place, place, f" {text}"
    step = "" if starts_line(source, start) else indent_step(source)
    return place, place, f"{newline(source, place)}{indentation(source, place)}{step}{text},"


def remove_item(source: bytes, listing: Listing, index: int) -> list[Change] | None:
    """Return the changes that take item number ``index`` (from 0) out of the list, with its comma,
    and with its line where it stands alone; None where a comment would go with it."""
    start, end = listing.items[index]
    comma = _comma(source, listing, end)
    behind = end if comma is None else comma + 1
    changes: list[Change]
    if starts_line(source, start) and ends_line(source, behind):
        last = after_newline(source, line_end(source, behind))
        changes = [(line_start(source, start), last, "")]
        if comma is None and index:
            before = listing.items[index - 1][1]
            above = _comma(source, listing, before)
            changes += [(above, above + 1, "")] if above is not None else []
    elif comma is not None and index + 1 < len(listing.items) and _leads(source, listing, index):
        changes = [(start, listing.items[index + 1][0], "")]
    elif index:
        changes = [(listing.items[index - 1][1], end, "")]
    else:
        changes = [(listing.start, listing.end, "")]
    comments = listing.comments
    lost = any(first < to and last > at for first, last in comments for at, to, _ in changes)
    spoken = any(end <= first < line_end(source, end) for first, _ in comments)
    inner = any(start <= first < end for first, _ in comments)
    return None if lost or spoken or inner else sorted(changes)


def _leads(source: bytes, listing: Listing, index: int) -> bool:
    """Whether the next item follows on the same line, and removing up to it leaves no gap."""
    start, end = listing.items[index]
    following = listing.items[index + 1][0]
    together = b"\n" not in source[end:following]
    return together or (index == 0 and not starts_line(source, start))


def holds_any(spans: Sequence[Span], start: int, end: int) -> bool:
    """Whether any of ``spans`` lies within the bytes ``start`` to ``end``."""
    return any(start <= first and last <= end for first, last in spans)


def rewrite(
    source: bytes,
    start: int,
    end: int,
    pieces: Sequence[str | Span],
    comments: Sequence[Span],
) -> list[Change] | None:
    """Return the change that puts ``pieces`` (texts, and spans to keep) in place of the bytes from
    ``start`` to ``end``; None where one of ``comments`` would be lost."""
    kept = [one for one in pieces if not isinstance(one, str)]
    for first, last in comments:
        inside = start < last and first < end
        if inside and not any(begin <= first and last <= stop for begin, stop in kept):
            return None
    texts = [
        one if isinstance(one, str) else source[slice(*one)].decode(errors="surrogateescape")
        for one in pieces
    ]
    return [(start, end, "".join(texts))]
