"""Which events both sides of the project send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from mmlint.project.events.sends import Send


class Duplicate(msgspec.Struct, frozen=True):
    """A browser's send of an event that the server sends too, there. Those of one name share their
    ``servers``."""

    name: str
    send: Send
    servers: tuple[Send, ...]


def duplicates(sends: Iterable[Send]) -> Iterator[Duplicate]:
    """Yield every browser's send of a name that a server sends as well; the vendor's own names
    (``$pageview``) are no duplicates."""
    sites: dict[tuple[str, str], list[Send]] = {}
    for send in sends:
        if send.name and send.names_event and not send.name.text.startswith("$"):
            sites.setdefault((send.side, send.name.text), []).append(send)
    for (side, name), browser in sites.items():
        servers = sites.get(("server", name))
        if side == "browser" and servers:
            shared = tuple(servers)
            yield from (Duplicate(name, one, shared) for one in browser)
