"""The event, its fields and limits, and who is meant to send what (docs.millimetric.ai)."""

from __future__ import annotations

import fnmatch
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

SERVER_EVENTS: Final = ("signup", "purchase", "refunded", "completed_checkout", "subscription_*")
"""Events that the server is meant to send: it alone knows that they really happened."""

BROWSER_EVENTS: Final = ("$pageview", "clicked_*", "viewed_*", "hovered_*")
"""Events that only the browser can know of."""


def canonical_side(event: str) -> str | None:
    """Return ``server`` or ``browser`` where the vendor's table names a side for ``event``."""
    if any(fnmatch.fnmatchcase(event, pattern) for pattern in SERVER_EVENTS):
        return "server"
    if any(fnmatch.fnmatchcase(event, pattern) for pattern in BROWSER_EVENTS):
        return "browser"
    return None
