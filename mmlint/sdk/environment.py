"""Names of environment variables: which are public, and which say that they are secret."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from mmlint.model.regex import regex
from mmlint.sdk.surface import PRODUCT_WORDS

if TYPE_CHECKING:
    from mmlint.model.key import Kind

PUBLIC_PREFIXES: Final = (
    "NEXT_PUBLIC_",
    "VITE_",
    "PUBLIC_",
    "NUXT_PUBLIC_",
    "REACT_APP_",
    "GATSBY_",
    "EXPO_PUBLIC_",
    "VUE_APP_",
    "NG_APP_",
    "STORYBOOK_",
)
"""Prefixes whose variables a bundler copies into the browser's code (each framework's own docs)."""

_KINDS: Final[dict[str, Kind]] = {"PK": "pk", "SK": "sk", "RK": "rk", "AK": "ak"}

_CAMEL = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_BETWEEN = regex(r"[_\-.]+")


def words(name: str) -> list[str]:
    """Split ``MM_SECRET_KEY``, ``aoaSk`` or ``mm-secret`` into upper-case words."""
    return [word for word in _BETWEEN.split(_CAMEL.sub("_", name).upper()) if word]


def public_prefix(name: str, extra: Iterable[str] = ()) -> str | None:
    """Return the prefix that makes ``name`` public, or None. The longest one wins."""
    prefixes = (*PUBLIC_PREFIXES, *extra)
    if not name.startswith(prefixes):  # most are not
        return None
    found = [one for one in prefixes if name.startswith(one) and len(name) > len(one)]
    return max(found, key=len, default=None)


def is_products(name: str) -> bool:
    """Whether a word of ``name`` is the product's (``MILLIMETRIC``, ``AOA``, ``MM``)."""
    return any(word in PRODUCT_WORDS for word in words(name))


def says_secret(name: str) -> bool:
    """Whether ``name`` itself says that it holds a secret of this product: it ends in ``SK`` or has
    ``SECRET`` in a word, together with the product's word."""
    parts = words(name)
    secret = parts[-1:] == ["SK"] or any("SECRET" in part for part in parts)
    return secret and is_products(name)


def says_kind(name: str) -> Kind | None:
    """Return which kind of key ``name`` itself says that it holds, with the product's word: by its
    last word (``AOA_PK``), or as what is secret or publishable."""
    parts = words(name)
    if not parts or not is_products(name):
        return None
    if says_secret(name):
        return "sk"
    if "PUBLISHABLE" in parts or parts[-2:] == ["PUBLIC", "KEY"]:
        return "pk"
    return _KINDS.get(parts[-1])
