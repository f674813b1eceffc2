"""What makes values up on the spot, as data: randomness, clocks, and what many visitors share.

Sources: the platforms' and the packages' own documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from mmlint.project.semantic.unit import Path

Kind = Literal["random", "clock", "constant", "address", "agent"]
"""How a value is made up; ``address`` is the client's IP address, ``agent`` its user agent."""

MINTS: Final[Mapping[Path, Kind]] = {
    # JavaScript: the platform, node:crypto, and packages that make ids
    ("crypto", "randomUUID"): "random",
    ("crypto", "randomBytes"): "random",
    ("crypto", "randomInt"): "random",
    ("crypto", "getRandomValues"): "random",
    ("crypto", "webcrypto", "randomUUID"): "random",
    ("crypto", "webcrypto", "getRandomValues"): "random",
    ("Math", "random"): "random",
    ("Bun", "randomUUIDv7"): "random",
    ("nanoid",): "random",
    ("nanoid", "nanoid"): "random",
    ("nanoid", "customAlphabet", "()"): "random",
    ("nanoid", "non-secure", "nanoid"): "random",
    ("uuid",): "random",
    ("uuid", "v1"): "random",
    ("uuid", "v4"): "random",
    ("uuid", "v6"): "random",
    ("uuid", "v7"): "random",
    ("uuidv7", "uuidv7"): "random",
    ("@lukeed", "uuid"): "random",
    ("@lukeed", "uuid", "v4"): "random",
    ("short-uuid", "generate"): "random",
    ("shortid", "generate"): "random",
    ("cuid",): "random",
    ("@paralleldrive", "cuid2", "createId"): "random",
    ("@paralleldrive", "cuid2", "init", "()"): "random",
    ("ulid", "ulid"): "random",
    ("ulid", "monotonicFactory", "()"): "random",
    ("ulidx", "ulid"): "random",
    ("Date", "now"): "clock",
    ("performance", "now"): "clock",
    ("process", "hrtime"): "clock",
    ("process", "hrtime", "bigint"): "clock",
    # Python
    ("uuid", "uuid1"): "random",
    ("uuid", "uuid4"): "random",
    ("uuid", "uuid6"): "random",
    ("uuid", "uuid7"): "random",
    ("secrets", "token_hex"): "random",
    ("secrets", "token_urlsafe"): "random",
    ("secrets", "token_bytes"): "random",
    ("secrets", "randbelow"): "random",
    ("secrets", "randbits"): "random",
    ("secrets", "choice"): "random",
    ("random", "random"): "random",
    ("random", "randint"): "random",
    ("random", "randrange"): "random",
    ("random", "getrandbits"): "random",
    ("random", "randbytes"): "random",
    ("random", "uniform"): "random",
    ("random", "choice"): "random",
    ("random", "choices"): "random",
    ("random", "sample"): "random",
    ("os", "urandom"): "random",
    ("nanoid", "generate"): "random",
    ("shortuuid", "uuid"): "random",
    ("shortuuid", "random"): "random",
    ("ulid", "new"): "random",
    ("ulid", "ULID"): "random",
    ("cuid", "cuid"): "random",
    ("django", "utils", "crypto", "get_random_string"): "random",
    ("time", "time"): "clock",
    ("time", "time_ns"): "clock",
    ("time", "monotonic"): "clock",
    ("time", "perf_counter"): "clock",
    ("datetime", "datetime", "now"): "clock",
    ("datetime", "datetime", "utcnow"): "clock",
    ("datetime", "datetime", "today"): "clock",
    ("django", "utils", "timezone", "now"): "clock",
    # what many visitors share
    ("@vercel", "functions", "ipAddress"): "address",
    ("@vercel", "edge", "ipAddress"): "address",
    ("request-ip", "getClientIp"): "address",
    ("h3", "getRequestIP"): "address",
    ("getRequestIP",): "address",
    ("hono", "cloudflare-workers", "getConnInfo"): "address",
    ("hono", "bun", "getConnInfo"): "address",
    ("hono", "deno", "getConnInfo"): "address",
    ("@hono", "node-server", "conninfo", "getConnInfo"): "address",
    ("slowapi", "util", "get_remote_address"): "address",
    ("next", "server", "userAgent"): "agent",
}
"""Calls whose result is made up, by the words that lead to what is called."""

READS: Final[Mapping[Path, Kind]] = {
    ("req", "ip"): "address",
    ("request", "ip"): "address",
    ("ctx", "ip"): "address",
    ("context", "ip"): "address",
    ("req", "client", "host"): "address",
    ("request", "client", "host"): "address",
    ("websocket", "client", "host"): "address",
    ("remoteAddress",): "address",
    ("remote_addr",): "address",
    ("clientAddress",): "address",
    ("getClientAddress", "()"): "address",
    ("requestIP", "()"): "address",
    ("sourceIp",): "address",
    ("request", "user_agent"): "agent",
    ("http", "userAgent"): "agent",
    ("identity", "userAgent"): "agent",
}
"""Ends of expressions that read from a request what many visitors share."""

HEADERS: Final[Mapping[str, Kind]] = {
    "x-forwarded-for": "address",
    "x-vercel-forwarded-for": "address",
    "x-real-ip": "address",
    "x-client-ip": "address",
    "true-client-ip": "address",
    "cf-connecting-ip": "address",
    "fly-client-ip": "address",
    "fastly-client-ip": "address",
    "x-nf-client-connection-ip": "address",
    "remote-addr": "address",
    "user-agent": "agent",
}
"""Names of headers, in lower case; WSGI's ``HTTP_X_FORWARDED_FOR`` is read as one of them."""

HEADER_READS: Final = frozenset(
    {"get", "header", "getHeader", "getRequestHeader", "getlist", "getAll"}
)
"""Methods and functions that read the header whose name they are given."""

CONVERSIONS: Final = frozenset(
    [
        ("String",),
        ("Number",),
        ("BigInt",),
        ("Math", "floor"),
        ("Math", "round"),
        ("Math", "trunc"),
        ("Buffer", "from"),
        ("btoa",),
        ("encodeURIComponent",),
        ("JSON", "stringify"),
        ("str",),
        ("int",),
        ("hex",),
        ("repr",),
        ("round",),
        ("uuid", "UUID"),
        ("crypto", "subtle", "digest"),
        ("md5",),
        ("object-hash",),
    ]
)
"""Functions whose result says no more than their arguments."""

DIGESTS: Final = frozenset({("hashlib",)})
"""Modules all of whose functions are such."""

CARRYING: Final = frozenset({"join", "concat", "format", "update", "encode", "digest"})
"""Methods whose arguments go into the result."""
