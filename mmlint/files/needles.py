"""Whether a file's bytes can hold facts of their own, decided without parsing them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from mmlint.model.facts import Language
from mmlint.sdk.environment import PUBLIC_PREFIXES
from mmlint.sdk.surface import NEEDLES

_SUPPRESSION = b"mmlint:"
_NOQA = re.compile(rb"noqa\s*:[^\r\n]*\bmm[0-9]")

KEY: Final = re.compile(rb"(?:sk|rk|ak)_[a-z]+_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{8}")
"""The beginning of a complete secret key."""

_SECRET = re.compile(
    rb"(?<![a-z0-9_])[sra]k_|(?:aoa|mm|millimetric)_(?:[a-z0-9]+_){0,3}(?:sk|secret)|(?:aoa|mm)sk",
)
"""Beginnings of secret keys, and names that say they hold one; as words, so ``task_`` is none.
Lower case, like everything that is looked for in lowered bytes."""

_ANY_KEY = re.compile(rb"(?<![a-z0-9_])[psra]k_")

_INLINES = (b"define", b"runtimeconfig", b"env:", b"environmentplugin")
"""Words of a bundler's configuration that writes values into the browser's code."""

_OWN_PREFIX = (b"envprefix", b"publicprefix")
"""Options that make a prefix of the project's own public."""

_KEY_READS = (b"key", b"authorization", b"bearer", b"environ", b"getenv", b"env.", b"$env")
"""One of these stands wherever a key is handed to the SDK or the API."""

_PLAIN: Final = frozenset({"markdown", "notebook", "text"})
_SETTINGS: Final = frozenset({"json", "yaml", "toml", "dockerfile", "shell"})


def may_matter(
    data: bytes,
    language: Language,
    *,
    needles: Iterable[bytes] = (),
    prefixes: Iterable[str] = (),
    only_keys: bool = False,
) -> bool:
    """Whether a file can send, hold a key, or suppress a finding.

    ``needles``: further byte strings to look for (lower case: case does not count), such as the
    names of modules that are known to send. ``prefixes``: further public environment prefixes.
    ``only_keys``: nothing but keys is asked for, so that a send matters only where it may name one.
    False is certain, True is a guess.
    """
    if language == "dotenv":
        return True
    if b"k_" in data and KEY.search(data):
        return True
    if language in _PLAIN:
        return False
    lowered = data.lower()
    if language in _SETTINGS:
        return _may_carry(data, lowered, tuple(prefixes))
    if _may_send(lowered, needles) and not (only_keys and not _has(lowered, _KEY_READS)):
        return True
    if not only_keys and _is_marked(lowered):
        return True
    return _has(lowered, _OWN_PREFIX) or _may_inline(data, lowered, tuple(prefixes))


def _has(data: bytes, words: Iterable[bytes]) -> bool:
    return any(word in data for word in words)


def _may_send(lowered: bytes, needles: Iterable[bytes]) -> bool:
    return _has(lowered, NEEDLES) or _has(lowered, needles)


def _is_marked(lowered: bytes) -> bool:
    """Whether a comment may suppress something here."""
    if _SUPPRESSION in lowered:
        return True
    return b"noqa" in lowered and _NOQA.search(lowered) is not None


def _may_carry(data: bytes, lowered: bytes, prefixes: tuple[str, ...]) -> bool:
    """Whether settings or commands may give a value to a name that the project asks about."""
    if b"millimetric" in lowered or _has(data, _encoded(prefixes)):
        return True
    return _ANY_KEY.search(lowered) is not None or _SECRET.search(lowered) is not None


def _may_inline(data: bytes, lowered: bytes, prefixes: tuple[str, ...]) -> bool:
    """Whether code may write a secret to where a bundler takes it from."""
    if not _has(lowered, _INLINES) and not _names_public(data, prefixes):
        return False
    return _SECRET.search(lowered) is not None


def _names_public(data: bytes, prefixes: tuple[str, ...]) -> bool:
    public = [prefix for prefix in _encoded(prefixes) if prefix in data]
    return any(
        re.search(rb"(?<![A-Za-z0-9_])" + re.escape(prefix), data) is not None for prefix in public
    )


@lru_cache(maxsize=8)
def _encoded(prefixes: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(prefix.encode() for prefix in (*PUBLIC_PREFIXES, *prefixes))
