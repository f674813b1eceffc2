"""Whether a file's bytes can hold facts of their own, decided without parsing them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mmlint.model.facts import Language
from mmlint.sdk.environment import PUBLIC_PREFIXES
from mmlint.sdk.surface import NEEDLES

_SUPPRESSION = b"mmlint:"
_NOQA = re.compile(rb"noqa\s*:[^\r\n]*\bmm[0-9]")
_SECRETS = (b"sk_", b"rk_", b"ak_")
_PUBLIC = tuple(prefix.encode() for prefix in PUBLIC_PREFIXES)


def may_matter(
    data: bytes,
    language: Language,
    *,
    needles: Iterable[bytes] = (),
    prefixes: Iterable[str] = (),
) -> bool:
    """Whether a file can send, hold a key in a public place, or suppress a finding.

    ``needles``: further byte strings to look for (lower case: case does not count), such as the
    names of modules that are known to send. ``prefixes``: further public environment prefixes.
    False is certain, True is a guess.
    """
    if language == "dotenv":
        return True
    lowered = data.lower()
    if any(needle in lowered for needle in NEEDLES):
        return True
    if _SUPPRESSION in lowered or (b"noqa" in lowered and _NOQA.search(lowered)):
        return True
    if any(needle in lowered for needle in needles):
        return True
    if not any(secret in data for secret in _SECRETS):
        return False
    return any(prefix in data for prefix in (*_PUBLIC, *map(str.encode, prefixes)))
