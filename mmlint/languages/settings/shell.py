"""Environment variables that commands set: shell scripts and Dockerfiles.

Read word by word instead of parsed: whatever looks like ``NAME=value`` where a shell would see a
word of its own is an assignment, also behind ``export``, ``env``, ``-e`` or ``--build-arg``, in a
string that ``echo`` writes into a file, and in a here-document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from mmlint.languages.comments import Span, ignores
from mmlint.languages.key_literals import key_literals
from mmlint.languages.settings.entries import entry
from mmlint.model.facts import EnvEntry, FileFacts, Language
from mmlint.model.regex import regex

_ASSIGNMENT = regex(rb"(?<![^\s;&|({`\"'])([A-Za-z_]\w{0,199})=(?!=)")
_VALUE = regex(
    rb'"(?P<double>(?:[^"\\]|\\.)*)"(?=[\s;&|)}`]|\Z)'
    rb"|'(?P<single>[^']*)'(?=[\s;&|)}`]|\Z)"
    rb"|(?P<bare>(?:\$\{\{[^\r\n}]{0,200}\}\}|\$\{[^\r\n}]{0,200}\}|\$\([^\r\n)]{0,200}\)"
    rb"|[^\s;&|)}\"'`\\]|\\[^\r\n])*)",
    re.DOTALL,
)
_SETS = regex(
    rb"(?:^|[;&|({]|--build-arg[ \t=]|--env[ \t=]|(?<!\S)-[a-zA-Z]*e[ \t]"
    rb"|^[ \t]*RUN[ \t](?:[ \t]*--\S+[ \t])*"
    rb"|\b(?:then|do|else|export|env|declare|local|readonly|typeset)[ \t](?:-\w+[ \t])?)"
    rb"[ \t]*(?:[A-Za-z_]\w*=(?:\"[^\"]*\"|'[^']*'|[^\s\"']*)[ \t]+)*[\"']?$"
)
"""What stands on a line before an assignment that is certainly one."""
_LOOK_BACK = 120
"""Bytes."""

_MOST = 5_000
"""Assignments that are looked at in one file."""

_PASSED = regex(rb"--build-arg[ \t=]+([A-Za-z_]\w{0,199})(?=[\s\\]|\Z)")
"""``--build-arg NAME`` hands on what the shell has under that name."""

_COMMENT = regex(
    rb"\\.|\"(?:[^\"\\\r\n]|\\.)*\"|'[^'\r\n]*'|(?P<comment>(?<![^\s;&|()])#[^\r\n]*)", re.DOTALL
)
_INSTRUCTION = regex(rb"^[ \t]*(?:ONBUILD[ \t]+)?(ENV|ARG)[ \t]+", re.MULTILINE | re.IGNORECASE)
_CONTINUED = regex(rb"\\[ \t]*(?:\r?\n(?:[ \t]*#[^\r\n]*)?)+")
_BLANK = regex(rb"[ \t\r]*")
_REST = regex(rb"(?:[^\r\n\\]|\\(?![ \t]*\r?\n).?|\\[ \t]*\r?\n)*", re.DOTALL)
_DECLARED = regex(rb"([A-Za-z_][\w.-]{0,199})(=|[ \t]+(?=\S)|)")
_BOM = b"\xef\xbb\xbf"
_BLANKED = bytes(byte if byte in b"\r\n" else 0x20 for byte in range(256))


def observe(data: bytes, language: Language, salt: bytes = b"") -> FileFacts:
    """Return the variables that a script or Dockerfile sets; offsets are bytes of ``data``.

    Any bytes are fine. ``salt``: for the fingerprints of keys.
    """
    code = b"   " + data[3:] if data.startswith(_BOM) else data
    comments = [one.span("comment") for one in _COMMENT.finditer(code) if one["comment"]]
    code = _without(code, comments)
    entries: list[EnvEntry | None] = []
    if language == "dockerfile":
        instructions = [*_instructions(code)]
        for word, span in instructions:
            entries += _declared(code, word == b"ARG", span, salt)
        code = _without(code, [span for _, span in instructions])
    entries += _assigned(code, salt)
    made = sorted((one for one in entries if one), key=lambda one: one.start)
    return FileFacts(
        language=language,
        entries=tuple(made),
        ignores=ignores(data, comments, language),
        keys=key_literals(data, salt, comments=comments),
    )


def _without(data: bytes, spans: Iterable[Span]) -> bytes:
    """Return ``data`` with these bytes blank, line ends kept."""
    code = bytearray(data)
    for start, end in spans:
        code[start:end] = code[start:end].translate(_BLANKED)
    return bytes(code)


# --- shell ----------------------------------------------------------------------------------------


def _assigned(code: bytes, salt: bytes) -> Iterator[EnvEntry | None]:
    for match in _PASSED.finditer(code):
        yield entry(code, match.span(1), None, salt, shorthand=True)
    for match in islice(_ASSIGNMENT.finditer(code), _MOST):
        value, quoted, _ = _value(code, match.end())
        made = entry(code, match.span(1), value, salt, quoted=quoted)
        # ``grep NAME= file`` gives nothing a value; what holds a key or a reference does.
        if made and (made.key or made.references or _is_certain(code, match.start())):
            yield made


def _value(code: bytes, at: int) -> tuple[Span, bool, int]:
    """Return the bytes of the value that begins at ``at``, whether it is quoted, and its end."""
    found = _VALUE.match(code, at)
    if found is None:
        return (at, at), False, at
    group = found.lastgroup or "bare"
    return found.span(group), group != "bare", found.end()


def _is_certain(code: bytes, at: int) -> bool:
    line = max(code.rfind(b"\n", 0, at) + 1, at - _LOOK_BACK)
    return _SETS.search(code[line:at]) is not None


# --- Dockerfiles ----------------------------------------------------------------------------------


def _instructions(code: bytes) -> Iterator[tuple[bytes, Span]]:
    """Yield each ``ENV`` and ``ARG`` with the bytes behind it, continued lines included."""
    at = 0
    while match := _INSTRUCTION.search(code, at):
        rest = _REST.match(code, match.end())
        at = rest.end() if rest else match.end()
        yield match[1].upper(), (match.end(), at)


def _declared(code: bytes, argument: bool, span: Span, salt: bytes) -> Iterator[EnvEntry | None]:
    at, end = span
    while at < end:
        at = _next(code, at, end)
        name = _DECLARED.match(code, at, end)
        if name is None:
            at = _value(code, at + 1)[2]
        elif name[2] == b"=":
            value, quoted, at = _value(code, name.end())
            yield entry(code, name.span(1), value, salt, quoted=quoted)
        elif argument:
            yield entry(code, name.span(1), None, salt, shorthand=True)
            at = name.end()
        else:
            # ``ENV NAME all the rest``, the older way to write it.
            value = name.end(), len(code[:end].rstrip())
            yield entry(code, name.span(1), (value[0], max(value)), salt)
            return


def _next(code: bytes, at: int, end: int) -> int:
    """Return where the next word begins, past blanks and the ends of continued lines."""
    while at < end:
        here = at
        for pattern in (_BLANK, _CONTINUED):
            if match := pattern.match(code, at, end):
                at = match.end()
        if at == here:
            break
    return at
