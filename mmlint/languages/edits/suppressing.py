"""Where a comment that ignores a rule can be written, in the comment syntax of a file.

The results are proposals: only a parser knows whether text at a place is a comment, so the caller
checks that the comment hides what it shall hide.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mmlint.model.facts import Language
from mmlint.model.report import TextEdit
from mmlint.sdk.keys import redact

_SLASHES, _HASH = ("// ", ""), ("# ", "")
_BRACES, _TAG = ("{/* ", " */}"), ("<!-- ", " -->")

_STYLES: Final[dict[Language, tuple[tuple[str, str], ...]]] = {
    "javascript": (_SLASHES, _BRACES),
    "typescript": (_SLASHES,),
    "tsx": (_SLASHES, _BRACES),
    "python": (_HASH,),
    "html": (_SLASHES, _TAG),
    "vue": (_SLASHES, _TAG),
    "svelte": (_SLASHES, _TAG),
    "astro": (_SLASHES, _TAG, _BRACES),
    "dotenv": (_HASH,),
    "yaml": (_HASH,),
    "toml": (_HASH,),
    "dockerfile": (_HASH,),
    "shell": (_HASH,),
    "json": (_SLASHES,),
}
"""The comments of a language, from the opening to the closing mark; the likelier one first."""

_COMMENTED_JSON = (".jsonc", ".json5")
_BESIDE: Final = frozenset({"javascript", "typescript", "tsx", "python"})
"""Where a comment may stand behind code as well."""

_BOM = b"\xef\xbb\xbf"


def proposals(
    path: str, language: Language, source: bytes, starts: tuple[int, ...], rule: str, reason: str
) -> Iterator[TextEdit]:
    """Yield edits of ``source`` that may add the comment, the best one first: on a line of its own
    above one of ``starts`` (byte offsets, from 0), else behind the last one's line.

    ``rule``: its code or name. ``reason``: one line for people.
    """
    if language == "json" and not path.endswith(_COMMENTED_JSON):
        return
    plain = " ".join("".join(one if one.isprintable() else " " for one in reason).split())
    said = f"mmlint: ignore[{rule}] {redact(plain)}".rstrip()
    end_of_line = "\r\n" if b"\r\n" in source else "\n"
    for opening, closing in _STYLES.get(language, ()):
        if closing.strip() and closing.strip().rstrip("}>") in said:
            continue
        comment = f"{opening}{said}{closing}"
        for start in dict.fromkeys(_line_start(source, one) for one in starts):
            if not source[:start].rstrip(b"\r\n").endswith(b"\\"):
                indent = _indent(source, start)
                yield TextEdit(path, start, start, f"{indent}{comment}{end_of_line}")
    if language in _BESIDE and starts:
        end = _line_end(source, starts[-1])
        opening, _ = _STYLES[language][0]
        yield TextEdit(path, end, end, f"  {opening}{said}")


def _line_start(source: bytes, offset: int) -> int:
    start = max(source.rfind(b"\n", 0, offset), source.rfind(b"\r", 0, offset)) + 1
    return len(_BOM) if start == 0 and source.startswith(_BOM) else start


def _line_end(source: bytes, offset: int) -> int:
    ends = [at for mark in (b"\r", b"\n") if (at := source.find(mark, offset)) >= 0]
    return min(ends, default=len(source))


def _indent(source: bytes, start: int) -> str:
    line = source[start : _line_end(source, start)]
    return line[: len(line) - len(line.lstrip(b" \t"))].decode()
