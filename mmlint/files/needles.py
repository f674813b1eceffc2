"""Whether a file's bytes can hold facts of their own, decided without parsing them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mmlint.model.facts import Language
from mmlint.sdk.environment import PUBLIC_PREFIXES
from mmlint.sdk.surface import NEEDLES

_SUPPRESSION = b"mmlint:"
_NOQA = re.compile(rb"noqa\s*:[^\r\n]*\bmm[0-9]")
_SECRET = re.compile(rb"(?<![a-z0-9_])[sra]k_|\b\w*(?:aoa|mm)_(?:sk|secret)")
"""Beginnings of keys, and names that say they hold one; as words, so that ``task_`` is none."""


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
    public = [prefix.encode() for prefix in (*PUBLIC_PREFIXES, *prefixes)]
    if not any(prefix in data for prefix in public):
        return False
    return _SECRET.search(lowered) is not None and any(
        re.search(rb"(?<![A-Za-z0-9_])" + re.escape(prefix), data) for prefix in public
    )
