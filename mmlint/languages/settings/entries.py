"""Makes the entries of configuration: what kind of thing a value is, what it refers to.

The value itself is looked at here and dropped; nothing else of it is kept.
"""

from __future__ import annotations

import re
from typing import Literal as Choices

from mmlint.languages.comments import Span
from mmlint.model.facts import EnvEntry, Reference
from mmlint.model.key import Key
from mmlint.model.regex import regex
from mmlint.sdk.addresses import address
from mmlint.sdk.keys import find_key, is_placeholder

Kind = Choices["empty", "key", "placeholder", "reference", "unknown", "other"]

_REFERENCE = regex(
    rb"(?<![\\$])\$(?:"
    rb"\{(?:env[:.]|param:)?(?P<braced>[A-Za-z_]\w*)(?=\}|:?[-=?+]|[,#%/^@])"
    rb"|\((?P<round>[A-Za-z_]\w*)\)"
    rb"|(?P<bare>[A-Za-z_]\w*))"
)
"""``$X``, ``${X:-default}``, ``$(X)`` of Kubernetes, ``${env:X}`` of Serverless."""

_TEMPLATE = regex(rb"\{\{((?:[^{}|\r\n]|\|\||\{\d*\}){0,300})(?:\|[^{}\r\n]{0,300})?\}\}")
_TEMPLATE_NAME = regex(
    rb"(?<![\w.\"'-])\.?(?:[A-Za-z_][\w-]*\.)*(?P<name>[A-Za-z_][\w-]*)(?![\w.(\[\"'-])"
    rb"|\[[\"'](?P<index>[\w-]+)[\"']\]"
)
"""``${{ secrets.X }}`` of GitHub, ``{{ .Values.x }}`` of Helm: the last member of the chain."""

Store = Choices["", "secrets", "vars"]
_STORE = regex(rb"(?<![\w.])(secrets|vars)\s*(?:\.|\[\s*[\"'])\s*\Z")
"""What stands before a name that GitHub keeps. Of ``.Values.secrets`` in Helm it is no part."""

_COMPUTED = regex(rb"(?<![\\$])\$[{(]|\{\{|<%|<<|`|!\{")
"""What some tool will put something in place of, though no variable's name can be seen."""

_LONGEST_STAND_IN = 1000
"""Characters. A longer value is real, and too long for a search that may look at it repeatedly."""


def entry(
    data: bytes,
    name: Span,
    value: Span | None,
    salt: bytes,
    *,
    text: str | None = None,
    quoted: bool = False,
    unknown: bool = False,
    shorthand: bool = False,
    slots: tuple[str, ...] = (),
) -> EnvEntry | None:
    """Return the entry whose name and value are these bytes of ``data``.

    ``value``: without quotes; None where nothing is written. ``text``: what the value says, if
    that is more than its bytes do. ``unknown``: the value is no text, and cannot be known.
    ``shorthand``: the name is its own value. None for a name that is itself a key: a slip, or a
    hostile file, and names are printed whole.
    """
    spelled = decoded(data[slice(*name)])
    if find_key(spelled):
        return None
    found: tuple[Reference, ...] = ()
    key = None
    host: str | None = None
    kind: Kind = "unknown" if unknown else "empty"
    if shorthand:
        kind, found = "reference", (Reference(*name, spelled),)
    elif value is not None and not unknown:
        said = decoded(data[slice(*value)]) if text is None else text
        found = references(data, value)
        kind, key = _kind(said, bool(found), data, value, salt)
        host = said if kind == "other" and address(said) is not None else None
    start, end = value or (name[1], name[1])
    return EnvEntry(
        *name,
        name=spelled,
        value=kind,
        value_start=start,
        value_end=end,
        key=key,
        references=found,
        quoted=quoted,
        shorthand=shorthand,
        slots=slots,
        address=host,
    )


def references(data: bytes, value: Span) -> tuple[Reference, ...]:
    """Return the names of variables in these bytes of ``data``, in order."""
    start, end = value
    if data.find(b"$", start, end) < 0 and data.find(b"{{", start, end) < 0:
        return ()
    found: list[Reference] = []
    for template in _TEMPLATE.finditer(data, start, end):
        for match in _TEMPLATE_NAME.finditer(data, *template.span(1)):
            found.append(_reference(match, match.lastgroup or "", _store(data, match)))
    for match in _REFERENCE.finditer(data, start, end):
        found.append(_reference(match, match.lastgroup or ""))
    return tuple(sorted(found, key=lambda one: one.start))


def _reference(match: re.Match[bytes], group: str, store: Store = "") -> Reference:
    return Reference(*match.span(group), decoded(match[group]), store)


def _store(data: bytes, match: re.Match[bytes]) -> Store:
    """The store that the name comes from: ``secrets.NAME``, ``vars['NAME']``."""
    at = match.start(match.lastgroup or "")
    before = _STORE.search(data, max(at - 40, 0), at)
    if before is None:
        return ""
    return "secrets" if before[1] == b"secrets" else "vars"


def decoded(data: bytes) -> str:
    """Return the text of bytes, whatever they are."""
    return data.decode("utf-8", "replace")


def _kind(
    text: str, refers: bool, data: bytes, value: Span, salt: bytes
) -> tuple[Kind, Key | None]:
    if not text.strip():
        return "empty", None
    key = find_key(text, salt)
    if key:
        return ("placeholder" if key.shape == "placeholder" else "key"), key
    if refers:
        return "reference", None
    if _COMPUTED.search(data, *value):
        return "unknown", None
    if len(text) <= _LONGEST_STAND_IN and is_placeholder(text):
        return "placeholder", None
    return "other", None
