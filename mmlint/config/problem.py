"""What is wrong with a configuration, in words that say what to do about it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from mmlint.model.suggest import did_you_mean
from mmlint.sdk.keys import redact

Keys = tuple[str | int, ...]
"""Where a value stands: names of keys, and indexes (from 0) into lists."""

_SHOWN: Final = 40
"""Characters of a wrong value that are shown."""


class ConfigError(Exception):
    """The configuration cannot be used. The message begins with file and line (from 1)."""


class Problem(Exception):
    """Something wrong at ``keys``; ``near``: the text that is wrong there, to find its line."""

    def __init__(self, message: str, keys: Keys = (), near: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.keys = keys
        self.near = near


def dotted(keys: Keys) -> str:
    """Return ``keys`` as a user writes them: ``overrides[0].paths``."""
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return shown(text)


def shown(value: object) -> str:
    """Return a value fit for a message: short, one line, no secret in it."""
    text = redact(value if isinstance(value, str) else str(value))
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def expected(word: str, allowed: Collection[str], listed: str | None = None) -> str:
    """Return what may stand in place of ``word``, with a guess at what was meant.

    ``listed``: how to speak of ``allowed`` where there are too many of them.
    """
    guess = did_you_mean(word, allowed)
    hint = f' Did you mean "{guess}"?' if guess else ""
    return f"allowed: {listed or ', '.join(allowed)}.{hint}"
