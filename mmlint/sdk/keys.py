"""The shapes of API keys, and the only place where a secret is looked at: it leaves redacted.

A Millimetric key is ``{kind}_{env}_{prefix}_{secret}``: the 8-character prefix is public, the
secret is not (docs.millimetric.ai, API keys). Stripe and Clerk share the first two segments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from mmlint.model.digest import blake2b
from mmlint.model.key import Key, Kind, Shape
from mmlint.model.regex import regex

_KINDS: Final[dict[str, Kind]] = {"pk": "pk", "sk": "sk", "rk": "rk", "ak": "ak"}

_BEGINS: Final = (
    r"(?:(?<![A-Za-z0-9_].{3})|(?<=\\[abefnrtv0].{3})|(?<=\\x[0-9A-Fa-f]{2}.{3})"
    r"|(?<=\\u[0-9A-Fa-f]{4}.{3})|(?<=%[0-9A-Fa-f]{2}.{3}))"
)
"""What stands before a kind with its underscore, behind both of them: no word goes on there, unless
it is the end of an escape as source code or a URL spells it (``\\n``, ``\\x0a``, ``%3D``)."""

FULL = regex(
    r"(pk|sk|rk|ak)_" + _BEGINS + r"([a-z]+)_([A-Za-z0-9]{8})_([A-Za-z0-9_-]{8,})(?![A-Za-z0-9_-])"
)
"""The four segments. The secret may hold ``_``, so only the first three underscores divide."""

_FULL_BYTES = regex(FULL.pattern.encode())

_FOREIGN = regex(r"(?<![A-Za-z0-9_])(pk|sk|rk)_(live|test)_([A-Za-z0-9]{6,})(?![A-Za-z0-9_])")
_KIND = regex(r"(pk|sk|rk|ak)_([a-z]+_)?(.*)", re.DOTALL)
_STAND_IN = regex(
    r"\.{2,}|…|<[^>]*>|"
    r"(?<![A-Za-z0-9])(your|example|placeholder|changeme|change_me|replace|todo|secret|here|dummy|fake)|"
    r"[xX*•]{3,}|^(.)\2{3,}$|^$",
    re.IGNORECASE,
)
_SECRET_LOOKING = regex(
    r"(?<![A-Za-z0-9_])(?:sk|rk|ak|whsec|ghp|gho|xox[abp])[_-][A-Za-z0-9_-]{8,}"
)


def is_placeholder(text: str) -> bool:
    """Whether a value (or the tail of a key) is a stand-in that cannot be used."""
    return bool(_STAND_IN.search(text))


def _real(match: re.Match[str]) -> bool:
    """A key must show a digit, so that ``sk_dim_customer_addresses`` is none."""
    env, prefix, secret = match.group(2), match.group(3), match.group(4)
    if is_placeholder(prefix) or is_placeholder(secret):
        return False
    return any(character.isdigit() for character in prefix + secret) and bool(env)


class FoundKey(msgspec.Struct, frozen=True):
    """A key in bytes: where it starts and ends, and what may be known of it."""

    start: int
    end: int
    key: Key


def find_keys(data: bytes, salt: bytes = b"") -> Iterator[FoundKey]:
    """Yield every complete four-segment key in ``data``, in order, redacted.

    ``salt``: see ``find_key``. Takes time linear in ``data``.
    """
    for found in _FULL_BYTES.finditer(data):
        match = FULL.fullmatch(found.group().decode("ascii"))
        if match and _real(match):
            key = _key(match.group(1), match.group(2), match.group(3), "full", match.group(), salt)
            yield FoundKey(*found.span(), key)


def holds_secret_key(data: bytes) -> bool:
    """Whether ``find_keys`` finds a key of a secret kind. Takes time linear in ``data``."""
    return any(one.key.kind != "pk" for one in find_keys(data))


def find_key(text: str, salt: bytes = b"") -> Key | None:
    """Return what the first key-like part of ``text`` is, redacted; None where there is none.

    ``text`` as a whole may also be a placeholder or malformed key (``sk_live_...``, ``sk_xxx``);
    inside longer text only complete keys count. ``salt``: makes the key's fingerprint, at most 64
    bytes; keys read with one salt can be compared. Without it there is no fingerprint.
    """
    for match in FULL.finditer(text):
        if _real(match):
            return _key(match.group(1), match.group(2), match.group(3), "full", match.group(), salt)
    foreign = _FOREIGN.search(text)
    if foreign and not is_placeholder(foreign.group(3)):
        return _key(foreign.group(1), foreign.group(2), "", "foreign", foreign.group(), salt)
    stripped = text.strip()
    whole = _KIND.fullmatch(stripped)
    if whole and len(stripped) < 200 and not any(c.isspace() for c in stripped):
        kind, env, tail = whole.group(1), (whole.group(2) or "").rstrip("_"), whole.group(3)
        if is_placeholder(tail) or is_placeholder(stripped[3:]) or (tail == "" and env):
            return _key(kind, env, "", "placeholder", stripped, salt)
        if env in ("live", "test"):
            return _key(kind, env, "", "malformed", stripped, salt)
    return None


def _key(kind: str, env: str, prefix: str, shape: Shape, text: str, salt: bytes) -> Key:
    fingerprint = blake2b(text.encode(), key=salt, digest_size=8).hexdigest() if salt else ""
    return Key(_KINDS[kind], env, prefix, shape, len(text), fingerprint)


def redact(text: str) -> str:
    """Return ``text`` with every key cut to kind, env and prefix, and every other secret-looking
    word to its first 3 characters and its length. Text without either comes back unchanged."""
    if "_" not in text and "-" not in text:
        return text
    text = FULL.sub(lambda m: f"{m.group(1)}_{m.group(2)}_{m.group(3)}_…", text)
    return _SECRET_LOOKING.sub(_cut, text)


def redact_complete(text: str) -> str:
    """Return ``text`` with every complete key cut, and nothing else: ``sk-overview`` and
    ``sk_dim_customer_addresses`` are words where no one expects a secret."""
    return FULL.sub(
        lambda m: f"{m.group(1)}_{m.group(2)}_{m.group(3)}_…" if _real(m) else m.group(), text
    )


def _cut(match: re.Match[str]) -> str:
    word = match.group()
    if FULL_SHOWN.match(word):
        return word
    return cut(word)


FULL_SHOWN = regex(r"(?:pk|sk|rk|ak)_[a-z]+_[A-Za-z0-9]{8}_$")
"""What ``FULL`` leaves behind (before its ellipsis): already redacted."""


def cut(value: str) -> str:
    """The most that may be shown of a secret-looking value: 3 characters and the length."""
    return f"{value[:3]}… ({len(value)} characters)"
