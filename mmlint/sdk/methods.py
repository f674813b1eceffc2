"""The functions of the SDKs (docs.millimetric.ai, SDK pages), and what a call of each does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from mmlint.sdk.surface import CLIENT_CLASS

Sdk = Literal["browser", "node"]
"""Which SDK: the browser's, or the server's (a configured Python module counts as the latter)."""


class Method(msgspec.Struct, frozen=True):
    """What a call of a function of an SDK does; all false: nothing that a rule asks about."""

    tracks: bool = False
    """It is given an event."""
    queues: bool = False
    """What it is given stays in memory until it is flushed."""
    flushes: bool = False
    """Its promise settles when the queue is sent."""
    identifies: bool = False
    """It ties a visitor to a user."""
    sets_up: bool = False
    """It takes the options, and its result is a client."""
    counts_page: bool = False
    """It counts a page view."""
    sets_visitor: bool = False
    """The visitor gets the anonymous id that it is given."""


METHODS: Final[Mapping[Sdk, Mapping[str, Method]]] = {
    "browser": {
        "init": Method(sets_up=True),
        "track": Method(tracks=True),
        "identify": Method(identifies=True),
        "page": Method(counts_page=True),
        "flush": Method(),
        "getAnonymousId": Method(),
        "setAnonymousId": Method(sets_visitor=True),
    },
    "node": {
        "init": Method(sets_up=True),
        "track": Method(tracks=True, queues=True),
        "identify": Method(identifies=True),
        "flush": Method(flushes=True),
    },
}
"""The functions of each SDK, bare or of a client, and what a call of them does. Nothing is lost
with the browser's queue: it is sent when the page is left, so its ``track`` queues nothing here."""

UNKNOWN_METHOD: Final = Method()

OWN_CLIENT: Final = frozenset(
    name for name, method in METHODS["node"].items() if method.queues or method.flushes
)
"""Methods of every client of the server SDK, one that a team wrote itself included."""

PYTHON_NAMES: Final = (*METHODS["node"], CLIENT_CLASS)
"""What such a module is expected to hold; ``from module import *`` brings in no more than that."""
