"""What may be remembered of a key: everything but its secret."""

from __future__ import annotations

from typing import Literal as Choices

import msgspec

Kind = Choices["pk", "sk", "rk", "ak"]
Shape = Choices["full", "foreign", "placeholder", "malformed"]


class Key(msgspec.Struct, frozen=True, array_like=True):
    """A redacted key-like text.

    ``kind``: ``pk``, ``sk``, ``rk`` or ``ak``. ``env``: ``live``, ``test``, …, or empty.
    ``prefix``: the 8-character public part of a Millimetric key, else empty.
    ``shape``: ``full`` is the real four segments; ``foreign`` another vendor's (Stripe's) key;
    ``placeholder`` a stand-in that keeps the kind (``sk_live_...``, ``sk_xxx``); ``malformed``
    starts like a key but is none.
    ``length``: characters of the original text.
    ``fingerprint``: equal for equal texts of one run, and of no use without the run's salt; empty
    where the key was read without a salt.
    """

    kind: Kind
    env: str
    prefix: str
    shape: Shape
    length: int
    fingerprint: str = ""

    @property
    def shown(self) -> str:
        """The most of the key that may ever be printed."""
        if self.shape == "full":
            return f"{self.kind}_{self.env}_{self.prefix}_…"
        return f"{self.kind}_… ({self.length} characters)"
