"""The Python adapter: bytes in, the small language of ``model.syntax`` out, through LibCST.

LibCST reads every Python 3 syntax whatever version runs mmlint. It is imported with the first file.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import Final, NamedTuple

from mmlint.languages.python_scan import outline
from mmlint.model.facts import SyntaxProblem
from mmlint.model.syntax import Function, Module

TOO_DEEP: Final = "nested too deeply to follow"

_BOM = b"\xef\xbb\xbf"
_FORM_FEED = re.compile(rb"^[ \t\f]*\f", re.MULTILINE)
"""Page breaks before a line. They count nothing, and LibCST does not write them back."""


class Script(NamedTuple):
    """A Python file. ``comments``: byte spans of all comments, in order.

    ``problem``: where reading stopped; the module is empty then.
    """

    module: Module
    comments: tuple[tuple[int, int], ...]
    problem: SyntaxProblem | None


def observe(data: bytes) -> Script:
    """Return what the file ``data`` says. Offsets are bytes from 0. Never raises."""
    scanned = outline(data)
    refused = _refused(data, scanned.too_deep)
    if refused is not None:
        return Script(_empty(len(data)), scanned.comments, refused)

    from libcst import CSTValidationError, ParserSyntaxError

    from mmlint.languages.python_lowering import lower
    from mmlint.languages.python_spans import Cuts

    cut = _cut(data)
    cuts = Cuts(cut)
    text = _without(data, cut).decode()
    try:
        module, comments = lower(text, data, cuts)
    except (ParserSyntaxError, CSTValidationError) as error:
        offset, message = _explain(text, error)
        offset = min(cuts.original(offset), len(data))
        problem = SyntaxProblem(offset, offset, message)
    except RecursionError:
        problem = SyntaxProblem(0, 0, TOO_DEEP)
    else:
        return Script(module, comments, None)
    return Script(_empty(len(data)), scanned.comments, problem)


def _empty(size: int) -> Module:
    top = Function(0, size, None, "module", (), (), size, size, -1)
    return Module(0, size, "python", None, (), (top,), (), (), ())


def _refused(data: bytes, too_deep: int | None) -> SyntaxProblem | None:
    """Return why the file cannot be handed to a parser at all."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        message = f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        return SyntaxProblem(error.start, error.start + 1, message)
    null = data.find(b"\0")
    if null >= 0:
        return SyntaxProblem(null, null + 1, "a NUL byte; Python source cannot hold any")
    if too_deep is not None:
        return SyntaxProblem(too_deep, too_deep, TOO_DEEP)
    return None


def _cut(data: bytes) -> list[tuple[int, int]]:
    """Return (offset, length) of the bytes that the parser must not see."""
    bom = len(_BOM) if data.startswith(_BOM) else 0
    cut = [(0, bom)] if bom else []
    if b"\f" in data:
        for match in _FORM_FEED.finditer(data):
            cut.append((match.start(), match.end() - match.start()))
    return cut


def _without(data: bytes, cut: list[tuple[int, int]]) -> bytes:
    kept, position = [], 0
    for offset, length in cut:
        kept.append(data[position:offset])
        position = offset + length
    return b"".join((*kept, data[position:]))


def _explain(text: str, error: Exception) -> tuple[int, str]:
    """Return the byte offset in ``text`` and a sentence for a syntax error.

    LibCST's tokenizer errors have no position and its parser errors list tokens, so the running
    Python is asked first; it may know less syntax than LibCST, but this text is wrong for both.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as found:
        line, column = found.lineno or 1, max((found.offset or 1) - 1, 0)
        return _offset(text, line, column), f"not valid Python: {found.msg}"
    except (ValueError, RecursionError, MemoryError):
        pass
    place = re.search(r"error at (\d+):(\d+)", str(error))
    line, column = (int(place.group(1)), int(place.group(2))) if place else (1, 0)
    return _offset(text, line, column), "not valid Python"


def _offset(text: str, line: int, column: int) -> int:
    """Return the byte offset of a place given as line (from 1) and column (characters, from 0)."""
    lines = re.split("(?<=\n)|(?<=\r)(?!\n)", text)
    before = "".join(lines[: line - 1])
    here = lines[line - 1] if line <= len(lines) else ""
    return len((before + here[:column]).encode())
