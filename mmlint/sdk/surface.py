"""The packages, their exports and the HTTP endpoints (docs.millimetric.ai, SDK pages)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

BROWSER_PACKAGE: Final = "@millimetric/track"
NODE_PACKAGE: Final = "@millimetric/track-node"
CLIENT_CLASS: Final = "MillimetricClient"
BROWSER_GLOBAL: Final = "mm"
"""``window.mm``, created by the snippet."""

LOADER_PATH: Final = "/v1/a.js"
Part = Literal["send", "forget", "read"]

ENDPOINTS: Final[Mapping[str, Part]] = {
    "track": "send",
    "batch": "send",
    "identify": "send",
    "forget": "forget",
    "query": "read",
    "stats": "read",
    "sources": "read",
}
"""The endpoints under ``/v1/``, and what a request to each does."""

SEND_PATHS: Final = tuple(f"/v1/{name}" for name, part in ENDPOINTS.items() if part == "send")
HOST_SUFFIX: Final = "millimetric.ai"
LOCAL_HOST: Final = "localhost:8787"

PYTHON_MODULES: Final = ("millimetric", "millimetric_track")
"""Default of ``python-sdk-modules``: there is no official Python SDK, so teams name theirs."""

PRODUCT_WORDS: Final = ("MILLIMETRIC", "AOA", "MM")
"""Words of an environment name that make it this product's."""

COOKIE: Final = "aid"
"""The mirror cookie that the docs' server samples read."""

NEEDLES: Final = (
    b"millimetric",
    b"mm.track",
    b"mm?.track",
    b"mm_aid",
    b"mm.identify",
    b"mm?.identify",
    b"mm.setanonymousid",
    b"mm?.setanonymousid",
)
"""A file that holds none of these (without regard to case), and no path of the API, sends nothing
by itself."""

SENT_TO: Final = tuple(path.encode() for path in SEND_PATHS)
READ_FROM: Final = tuple(
    f"/v1/{name}".encode() for name, part in ENDPOINTS.items() if part != "send"
)
"""Paths of the API. Other vendors have them, too."""

BROWSER_OPTIONS: Final[Mapping[str, type]] = {
    "key": str,
    "host": str,
    "autoPageView": bool,
    "flushIntervalMs": int,
    "flushBatchSize": int,
}
NODE_OPTIONS: Final[Mapping[str, type]] = {
    "key": str,
    "host": str,
    "flushAt": int,
    "flushIntervalMs": int,
    "maxRetries": int,
}
"""What ``init`` and ``MillimetricClient`` take, and of which type (SDK pages)."""

FOREIGN_OPTIONS: Final = {
    "apiKey": "key",
    "writeKey": "key",
    "secretKey": "key",
    "publicKey": "key",
    "token": "key",
    "apiHost": "host",
    "api_host": "host",
    "baseUrl": "host",
    "baseURL": "host",
    "endpoint": "host",
    "url": "host",
}
"""Options of other vendors' SDKs, and what they are called here."""

MAX_BATCH: Final = 1000
"""The most events of one request to ``/v1/batch``."""
