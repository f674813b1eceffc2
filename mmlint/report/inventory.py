"""The inventory of events as a table, JSON, CSV or Markdown, and what changed in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from mmlint.model.inventory import CallSite, Changes, Event, Inventory
from mmlint.report.excerpt import clean
from mmlint.report.json_text import json_text
from mmlint.report.places import Sources
from mmlint.report.view import View
from mmlint.report.wording import count

FORMATS = ("table", "json", "csv", "markdown")
"""What ``mmlint events --format`` accepts."""

_COLUMNS = (
    "event",
    "sides",
    "expected_side",
    "anonymous_id",
    "user_id",
    "event_id",
    "fields",
    "properties",
)
_SITE_COLUMNS = ("path", "line", "column", "side", "through", "handler", "runtime")


class SiteRecord(msgspec.Struct, frozen=True):
    """One place that sends; line and column from 1, the column in characters."""

    path: str
    line: int
    column: int
    side: str
    through: str
    handler: str
    runtime: str
    evidence: str


class EventRecord(msgspec.Struct, frozen=True):
    """One event. ``meant``: the side that the vendor's table names, or empty."""

    name: str
    sides: list[str]
    meant: str
    anonymous_id: str
    user_id: str
    event_id: str
    fields: list[str]
    properties: list[str]
    sites: list[SiteRecord]


class InventoryRecord(msgspec.Struct, frozen=True):
    """The whole object. ``unnamed``: sends whose event is unknown."""

    version: int
    events: list[EventRecord]
    unnamed: list[SiteRecord]


class MovedRecord(msgspec.Struct, frozen=True):
    """An event that is sent from other sides than before."""

    name: str
    before: list[str]
    after: list[str]


class ChangesRecord(msgspec.Struct, frozen=True):
    """What changed between two states of a project."""

    version: int
    added: list[EventRecord]
    dropped: list[str]
    moved: list[MovedRecord]


def render(format: str, found: Inventory, view: View) -> str:
    """Return the inventory in one of ``FORMATS``; it ends in a line break."""
    sources = Sources(view)
    if format == "json":
        return _json(
            InventoryRecord(
                1,
                [_record(event, sources) for event in found.events],
                [_site(one, sources) for one in found.unnamed],
            )
        )
    if format == "csv":
        return _csv(found, sources)
    if format == "markdown":
        return _markdown(found, sources)
    return _table(found, sources)


def render_changes(format: str, found: Changes, view: View) -> str:
    """Return what changed, in one of ``FORMATS``; it ends in a line break."""
    sources = Sources(view)
    if format == "json":
        return _json(
            ChangesRecord(
                1,
                [_record(event, sources) for event in found.added],
                [event.name for event in found.dropped],
                [MovedRecord(one.name, [*one.before], [*one.after]) for one in found.moved],
            )
        )
    rows = list(_changed(found, sources))
    if format == "csv":
        return _rows_of_csv(("change", "event", "side", "place"), rows)
    if format == "markdown":
        return _rows_of_markdown(("change", "event", "side", "place"), rows)
    if not rows:
        return "No event was added, dropped or moved.\n"
    return _aligned(rows)


def _changed(found: Changes, sources: Sources) -> Iterator[tuple[str, ...]]:
    for event in found.added:
        yield "added", event.name, _joined(event.sides), _where(event.sites, sources)
    for event in found.dropped:
        yield "dropped", event.name, _joined(event.sides), ""
    for moved in found.moved:
        sides = f"{_joined(moved.before)} → {_joined(moved.after)}"
        yield "moved", moved.name, sides, ""


# --- formats --------------------------------------------------------------------------------------


def _table(found: Inventory, sources: Sources) -> str:
    lines: list[str] = []
    for event in found.events:
        meant = f" (should be {event.meant}-side)" if event.meant else ""
        lines.append(f"{_one_line(event.name)}  {_joined(event.sides)}{meant}")
        ids = (("anonymous_id", event.anonymous_id), ("user_id", event.user_id))
        shown = (*ids, ("event_id", event.event_id))
        lines.append("  " + ", ".join(f"{name}: {presence}" for name, presence in shown))
        for name, keys in (("fields", event.fields), ("properties", event.properties)):
            if keys:
                lines.append(f"  {name}: {_one_line(_joined(keys))}")
        rows = [
            (f"{one.path}:{one.line}:{one.column}", _sender(one), one.evidence)
            for one in (_site(site, sources) for site in event.sites)
        ]
        lines += [f"  {line}" for line in _aligned(rows).splitlines()]
    lines += [
        f"{_one_line(_at(one, sources))}  an event whose name is unknown" for one in found.unnamed
    ]
    lines.append(_total(found))
    return "\n".join(lines) + "\n"


def _total(found: Inventory) -> str:
    calls = sum(len(event.sites) for event in found.events)
    total = f"{count(len(found.events), 'event')}, sent from {count(calls, 'place')}"
    return f"{total}; {len(found.unnamed)} more with unknown names" if found.unnamed else total


def _csv(found: Inventory, sources: Sources) -> str:
    """One row a call site, so that a spreadsheet can group them as it likes."""
    rows = [
        (*_cells(event), *_site_cells(_site(site, sources)))
        for event in found.events
        for site in event.sites
    ]
    return _rows_of_csv((*_COLUMNS, *_SITE_COLUMNS), rows)


def _markdown(found: Inventory, sources: Sources) -> str:
    rows = [(*_cells(event), _where(event.sites, sources)) for event in found.events]
    return _rows_of_markdown((*_COLUMNS, "sent at"), rows)


def _json(record: msgspec.Struct) -> str:
    return json_text(record)


# --- rows -----------------------------------------------------------------------------------------


def _rows_of_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    import csv
    from io import StringIO

    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_inert(_one_line(cell)) for cell in row] for row in rows)
    return text.getvalue()


def _inert(cell: str) -> str:
    """A spreadsheet takes what begins like this for a formula; names of events come from code."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _rows_of_markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [_line(head, str), _line(["---"] * len(head), str)]
    lines += [_line(row, _escaped) for row in rows]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str], write: Callable[[str], str]) -> str:
    return f"| {' | '.join(map(write, cells))} |"


def _escaped(cell: str) -> str:
    for mark in ("\\", "|", "`", "*", "_", "<", "["):
        cell = cell.replace(mark, f"\\{mark}")
    return _one_line(cell)


def _one_line(text: str) -> str:
    """Names come from code and from the disk: what steers a terminal or breaks a line is shown."""
    return clean(text)


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    rows = [tuple(map(_one_line, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        + "\n"
        for row in rows
    )


def _cells(event: Event) -> tuple[str, ...]:
    return (
        event.name,
        _joined(event.sides),
        event.meant,
        event.anonymous_id,
        event.user_id,
        event.event_id,
        _joined(event.fields),
        _joined(event.properties),
    )


def _site_cells(one: SiteRecord) -> tuple[str, ...]:
    place = (one.path, str(one.line), str(one.column))
    return (*place, one.side, one.through, one.handler, one.runtime)


def _record(event: Event, sources: Sources) -> EventRecord:
    return EventRecord(
        name=event.name,
        sides=[*event.sides],
        meant=event.meant,
        anonymous_id=event.anonymous_id,
        user_id=event.user_id,
        event_id=event.event_id,
        fields=[*event.fields],
        properties=[*event.properties],
        sites=[_site(one, sources) for one in event.sites],
    )


def _site(one: CallSite, sources: Sources) -> SiteRecord:
    path, start, _ = sources.locate(one.place)
    return SiteRecord(
        path, start.line, start.column, one.side, one.through, one.handler, one.runtime, one.why
    )


def _sender(one: SiteRecord) -> str:
    runtime = "" if one.runtime == "unknown" else f", {one.runtime}"
    handler = f" in {one.handler}" if one.handler else ""
    return f"{one.side}{runtime}{handler}"


def _where(sites: Sequence[CallSite], sources: Sources) -> str:
    return ", ".join(_at(one, sources) for one in sites)


def _at(one: CallSite, sources: Sources) -> str:
    path, start, _ = sources.locate(one.place)
    return f"{path}:{start.line}"


def _joined(words: Sequence[str]) -> str:
    return ", ".join(words)
