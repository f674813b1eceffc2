"""The event, its fields and limits, and who is meant to send what (docs.millimetric.ai)."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from typing import Final

FIELDS: Final = (
    "event",
    "event_id",
    "timestamp",
    "anonymous_id",
    "user_id",
    "session_id",
    "url",
    "path",
    "referrer",
    "properties",
)
"""The top-level fields of an event (event schema)."""

MISNAMED: Final = {
    "anonymousId": "anonymous_id",
    "anonId": "anonymous_id",
    "userId": "user_id",
    "eventId": "event_id",
    "sessionId": "session_id",
    "eventName": "event",
    "name": "event",
    "props": "properties",
}
"""Keys people write for a field, and the field they mean."""

ENRICHED: Final = frozenset(
    {"source", "medium", "campaign", "source_confidence", "source_rule_id"}
    | {"country", "device_type", "browser", "os", "ip_hash"}
)
"""Keys that the server works out itself, and ignores when a client sends them (events)."""

LIMITS: Final = {
    "event": 128,
    "event_id": 128,
    "anonymous_id": 128,
    "session_id": 128,
    "user_id": 256,
    "url": 2048,
    "path": 2048,
    "referrer": 2048,
}
"""The most characters of a text field (event schema)."""

MAY_BE_EMPTY: Final = frozenset({"url", "path", "referrer"})
"""Text fields without a lower limit; all others need a character at least."""

MAX_PROPERTIES: Final = 8192
"""The most bytes of ``properties`` as JSON."""

OWN_NAMES: Final = frozenset({"$pageview", "$identify"})
"""The vendor's own events: every other name that begins with ``$`` is reserved (event naming)."""

PERSONAL_KEYS: Final = frozenset(
    {"email", "phone", "first_name", "last_name", "full_name", "address", "ip", "ip_address"}
    | {"ssn", "card_number", "password", "token", "dob"}
)
"""Keys of personal or secret data, which ``properties`` must not hold (properties, AUP)."""

MONEY_KEYS: Final = frozenset({"amount", "price", "revenue", "total"})
"""Keys of money without a unit: it belongs under ``…_cents``, as an integer (event naming)."""

SERVER_ONLY: Final = ("purchase", "refunded", "completed_checkout", "subscription_*")
"""Events that no browser is meant to send."""

SERVER_EVENTS: Final = ("signup", *SERVER_ONLY)
"""Events that the server is meant to send: it alone knows that they really happened."""

BROWSER_EVENTS: Final = ("$pageview", "clicked_*", "viewed_*", "hovered_*")
"""Events that only the browser can know of."""

_WILD: Final = frozenset("*?[")


def is_among(event: str, patterns: Iterable[str]) -> bool:
    """Whether ``event`` is one of ``patterns``, in which ``*`` stands for anything."""
    return any(_is_one(event, pattern) for pattern in patterns)


def _is_one(event: str, pattern: str) -> bool:
    """Most patterns are a name or how one begins, and nothing must be compiled for them."""
    begin = pattern.removesuffix("*")
    if _WILD.isdisjoint(begin):
        return event.startswith(begin) if begin != pattern else event == pattern
    return fnmatch.fnmatchcase(event, pattern)


def canonical_side(event: str) -> str | None:
    """Return ``server`` or ``browser`` where the vendor's table names a side for ``event``."""
    if is_among(event, SERVER_EVENTS):
        return "server"
    return "browser" if is_among(event, BROWSER_EVENTS) else None
