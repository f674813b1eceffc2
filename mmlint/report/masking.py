"""Hides secrets in text that is about to be shown, and knows where its characters went.

Masking always comes first and cutting later: a secret that is cut before it is recognised leaks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

import msgspec

from mmlint.model.regex import regex
from mmlint.sdk import environment, keys

_GLUED = regex(
    r"(pk|sk|rk|ak)_(live|test|[a-z]+(?=_[A-Za-z0-9_-]{0,60}[0-9]))_([A-Za-z0-9]{8})_"
    r"[A-Za-z0-9_-]{8,}"
)
"""A key with a word right before it, as in ``"\\nsk_live_…"`` or ``key%3Dsk_live_…``. Without a
word's beginning to go by, it takes a digit or one of the known environments to tell it."""

_GLUED_FOREIGN = regex(r"(?:sk|rk|ak)_(?:live|test)_[A-Za-z0-9_-]{8,}")

_NAMED = regex(
    r"""(?<![\w.-])([A-Za-z_][\w.-]*)        # a name,
    (["'\]]*\s*(?::=|=>|[:=])\s*)            # what gives it a value,
    (?:(["'`])((?:(?!\3).){4,})\3            # and the value: quoted,
    |([^\s"'`(){}\[\]<>$;,.]{8,}))           # or bare, as in YAML and Dockerfiles""",
    re.VERBOSE,
)
_WORDS = regex(r"([A-Za-z0-9_-]+)")
_CONSTANT_NAME = regex(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")

_ANYBODYS = frozenset({"PASSWORD", "PASSWD", "SECRET", "TOKEN", "KEY", "CREDENTIAL", "CREDENTIALS"})
"""Last words of a constant's name that say of anybody's value that it is secret."""

_PASSWORD = regex(r"(?<=://)([\w.%-]{0,80}:)([^\s:@/\"'`{}$<>]{3,})(?=@)")
"""Where a URL has its password."""

_ASSIGNMENT = regex(
    r"(\s*(?:export\s+|set\s+)?([A-Za-z_][\w.-]*)\s*(?:=(?!=)|:(?=\s))\s*)(.*)", re.DOTALL
)
_QUOTED = regex(r"""(["'`])((?:\\.|(?!\1)[^\\])*)\1""", re.DOTALL)
_TRAILING_COMMENT = regex(r"(?<!\s)\s+#")
_LONG_WORD = regex(r"[A-Za-z0-9+_=-]{20,}")
"""With a digit in it, and in a comment of a carrier, likely to be an old value."""

_LISTED_NAME = regex(
    r"""(?<![\w.-])["']?(?:name|key|variable)["']?\s*[:=]\s*["']?([A-Za-z_]\w*)["']?\s*(?=[,}#]|$)""",
    re.IGNORECASE,
)
_LISTED_VALUE = regex(
    r"""((?<![\w.-])["']?(?:value|default)["']?\s*[:=]\s*)
    (?:(["'])((?:\\.|(?!\2)[^\\])*)\2|([^\s"'{[&*#|>](?:(?!\s\#|,\s|\s\}|\}).)*)|([|>][+-]?\d?\s*$))""",
    re.VERBOSE | re.IGNORECASE,
)
"""The two lines of a variable that is listed: ``- name: X`` and ``value: …``, also in JSON and
TOML, quoted, bare, or as a block of lines that follows."""
_MAYBE_LISTED = regex(rb"(?i)(?:name|key|variable)[\"']?\s{0,9}[:=]\s{0,9}[\"']?[a-z_]")
_NEAR = 3
"""Lines between the two."""

_CUT = regex(r".{3}… \(\d+ characters\)")
"""What ``keys.cut`` leaves behind."""

_HARMLESS = regex(
    r"""
    | (?i:true|false|yes|no|on|off|null|none)
    | [+-]?\d{1,9}(?:\.\d{1,9})?
    | \$[A-Za-z_]\w* | \$\{[A-Za-z_]\w*\}
    | (?i:https?)://[\w.-]{1,80}(?::\d{1,5})?(?:/[\w.~-]{0,15})*
    """,
    re.VERBOSE | re.ASCII,
)
"""Values that no one needs to hide. Long parts of a URL's path may be tokens (webhooks have them),
so may its query, and its user part is a password's place."""


def mask(text: str) -> str:
    """Return ``text`` with every secret in it cut to what may be shown."""
    text = _NAMED.sub(_mask_named, text) if _may_name_a_secret(text) else text
    if "@" in text:
        text = _PASSWORD.sub(lambda match: match[1] + keys.cut(match[2]), text)
    if "_" in text:
        text = _GLUED.sub(r"\1_\2_\3_…", text)
        text = _GLUED_FOREIGN.sub(_mask_glued_foreign, text)
    return keys.redact(text)


def mask_path(path: str) -> str:
    """Return the path of a file with every key in it cut. Only keys are: names of files must stay
    what they are for as long as possible."""
    if "_" not in path:
        return path
    return _GLUED_FOREIGN.sub(_mask_glued_foreign, keys.redact_complete(path))


def mask_lines(lines: Sequence[str], carrier: bool) -> list[str]:
    """Return ``lines`` (of one whole file, in order, without their ends) masked.

    ``carrier``: they are of the ``.env`` family, where every value that is not plainly harmless is
    hidden, with all lines of a quoted value that spans several. Elsewhere, a value may stand on
    another line than the name that says of it that it is secret.
    """
    if carrier:
        return _mask_carrier(lines)
    return [mask(line) for line in _mask_listed(lines)]


class Masked(msgspec.Struct, frozen=True, dict=True):
    """A line before and after masking."""

    original: str
    text: str

    def column(self, original: int) -> int:
        """Map an index into the original line (characters from 0) to one into the masked text.

        What lies inside a hidden stretch maps to the place where the hidden stretch begins.
        """
        shift = 0
        for start, end, replacement in self._changes:
            if original <= start:
                break
            if original < end:
                return start + shift
            shift += len(replacement) - (end - start)
        return min(original + shift, len(self.text))

    @cached_property
    def _changes(self) -> list[tuple[int, int, str]]:
        """Return start and end in the original, and the replacement, of each hidden stretch."""
        if self.original == self.text:
            return []
        words = _WORDS.split(self.original)
        masked = [mask(word) for word in words]
        if "".join(masked) != self.text:
            # Something was hidden for what stands around it: take all from the first difference
            # to the last as one stretch.
            words, masked = [self.original], [self.text]
        changes = []
        position = 0
        for before, after in zip(words, masked, strict=True):
            if before != after:
                changes.append(_difference(position, before, after))
            position += len(before)
        return changes


def _difference(position: int, before: str, after: str) -> tuple[int, int, str]:
    """Narrow the replacement of ``before`` (at ``position``) by ``after`` to what differs."""
    limit = min(len(before), len(after))
    head = 0
    while head < limit and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < limit - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    return position + head, position + len(before) - tail, after[head : len(after) - tail]


def _mask_glued_foreign(match: re.Match[str]) -> str:
    word = match.group()
    return word if keys.FULL_SHOWN.match(word) or not _has_digit(word) else keys.cut(word)


def _may_name_a_secret(text: str) -> bool:
    upper = text.upper()
    return "SK" in upper or any(word in upper for word in _ANYBODYS)


def _mask_named(match: re.Match[str]) -> str:
    name, sign, quote, quoted, bare = match.groups()
    value = quoted if quote else bare
    if not _is_secret(name, value, bool(quote)):
        return match.group()
    return f"{name}{sign}{quote or ''}{_shown(value)}{quote or ''}"


def _is_secret(name: str, value: str, quoted: bool) -> bool:
    """Whether the name says of its value that it is secret, and it may well be."""
    ours = environment.says_secret(name)
    if not (ours or _is_anybodys(name)) or _harmless(value) or _CONSTANT_NAME.fullmatch(value):
        return False
    if not _has_digit(value) and not (ours and quoted):
        return False
    # What is short is none, and a key shows its own kind.
    return ours or (len(value) >= 8 and keys.find_key(value) is None)


def _is_anybodys(name: str) -> bool:
    constant = _CONSTANT_NAME.fullmatch(name) is not None
    return constant and name.rpartition("_")[2] in _ANYBODYS


def _harmless(value: str) -> bool:
    if _HARMLESS.fullmatch(value) or _CUT.fullmatch(value):
        return True
    return len(value) <= 40 and not _has_digit(value) and keys.is_placeholder(value)


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _shown(value: str) -> str:
    return keys.redact(value) if keys.FULL.fullmatch(value) else keys.cut(value)


# --- variables in lists ---------------------------------------------------------------------------


def lists_secrets(data: bytes) -> bool:
    """Whether a file may hold a variable whose name says on one line that the value on another is
    secret. False is certain."""
    return (b"alue" in data or b"efault" in data) and _MAYBE_LISTED.search(data) is not None


def _mask_listed(lines: Sequence[str]) -> Sequence[str]:
    """Hide the values whose name stands on a line nearby: ``- name: X`` above ``value: …``."""
    names = {number: match[1] for number, line in enumerate(lines) if (match := _named(line))}
    if not names:
        return lines
    shown = list(lines)
    for number, line in enumerate(lines):
        match = _LISTED_VALUE.search(line) if "alue" in line or "efault" in line else None
        name = _name_of(names, lines, number) if match is not None else None
        if match is None or name is None:
            continue
        if match[5] is not None:
            if environment.says_secret(name) or _is_anybodys(name):
                _hide_block(lines, number, shown)
            continue
        value = match[3] if match[2] else match[4]
        # In settings a value is a text with quotes or without them.
        if _is_secret(name, value.strip(), True):
            start, end = match.span(3 if match[2] else 4)
            shown[number] = line[:start] + _shown(value.strip()) + line[end:]
    return shown


def _named(line: str) -> re.Match[str] | None:
    lowered = line.lower()
    if not any(word in lowered for word in ("name", "key", "variable")):
        return None
    match = _LISTED_NAME.search(line)
    return (
        match if match and (environment.says_secret(match[1]) or _is_anybodys(match[1])) else None
    )


def _name_of(names: dict[int, str], lines: Sequence[str], number: int) -> str | None:
    """The nearest name of the same item of the list: on the line, above it, else below it."""
    for at in range(number, max(number - _NEAR, 0) - 1, -1):
        if at in names:
            return names[at]
        if lines[at].lstrip().startswith(("- ", "{", "[[")):
            break
    for at in range(number + 1, min(number + _NEAR + 1, len(lines))):
        if lines[at].lstrip().startswith(("- ", "{", "[[", "}")):
            break
        if at in names:
            return names[at]
    return None


def _hide_block(lines: Sequence[str], number: int, shown: list[str]) -> None:
    """Hide the lines of a block of text that the line opens."""
    depth = _depth(lines[number])
    for at in range(number + 1, len(lines)):
        line = lines[at]
        if line.strip() and _depth(line) <= depth:
            return
        shown[at] = _hidden(line)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" -"))


# --- carriers -------------------------------------------------------------------------------------


def _mask_carrier(lines: Sequence[str]) -> list[str]:
    last_seen = {
        quote: number for number, line in enumerate(lines) for quote in "\"'`" if quote in line
    }
    shown = []
    quote = ""
    for number, line in enumerate(lines):
        if quote:
            shown.append(_hidden(line))
            if _closes(line, quote):
                quote = ""
            continue
        shown.append(_mask_carrier_line(line))
        opened = _opens(line)
        # A quote that nothing closes opens no value: the parser gives up on its line alone.
        if opened and last_seen[opened] > number:
            quote = opened
    return shown


def _mask_carrier_line(line: str) -> str:
    stripped = line.strip()
    if not stripped:
        return line
    if stripped.startswith("#"):
        return _mask_comment(line)
    assignment = _ASSIGNMENT.fullmatch(line)
    if assignment is None:
        return _hidden(line)
    head, name, rest = assignment.groups()
    if not rest.strip() and not (name.isupper() or name.islower()):
        # The padded end of base64 text looks like a name without a value.
        return _hidden(line)
    value, comment = _value_and_comment(rest)
    if _harmless(value):
        return mask(head + rest[: len(rest) - len(comment)]) + _mask_comment(comment)
    return mask(head) + _shown(value)


def _value_and_comment(rest: str) -> tuple[str, str]:
    """Split what follows the sign into the bare value and the comment after it."""
    quoted = _QUOTED.match(rest)
    if quoted:
        after = rest[quoted.end() :]
        if not after.strip() or after.lstrip().startswith("#"):
            return quoted.group(2), after
    comment = _TRAILING_COMMENT.search(rest)
    end = comment.start() if comment and not quoted else len(rest)
    return rest[:end].strip().strip("\"'`"), rest[end:]


def _mask_comment(comment: str) -> str:
    """Mask a comment: old values like to stay behind in them."""
    head, sign, value = comment.partition("=")
    if sign and not _harmless(value.strip().strip("\"'`")):
        return _mask_opaque(mask(head)) + sign + _shown(value.strip().strip("\"'`"))
    return _mask_opaque(mask(head)) + sign + value


def _mask_opaque(text: str) -> str:
    return _LONG_WORD.sub(_mask_long_word, text)


def _mask_long_word(match: re.Match[str]) -> str:
    word = match.group()
    return keys.cut(word) if _has_digit(word) and not keys.FULL_SHOWN.match(word) else word


def _hidden(line: str) -> str:
    return f"… ({len(line)} characters)" if line else ""


def _opens(line: str) -> str:
    """Return the quote that opens a value on ``line`` and does not close it there, or nothing."""
    assignment = _ASSIGNMENT.fullmatch(line)
    rest = assignment.group(3) if assignment else ""
    return rest[0] if rest[:1] in tuple("\"'`") and not _QUOTED.match(rest) else ""


def _closes(line: str, quote: str) -> bool:
    return quote in re.sub(r"\\.", "", line)
