"""The Python adapter: bytes in, the small language of ``model.syntax`` out, through LibCST.

LibCST reads every Python 3 syntax whatever version runs mmlint. It is imported with the first file.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import Final, NamedTuple

from mmlint.languages.python.scan import outline
from mmlint.model.facts import SyntaxProblem
from mmlint.model.syntax import Function, Module

TOO_DEEP: Final = "nested too deeply to follow"


class Script(NamedTuple):
    """A Python file. ``comments``: byte spans of all comments, in order.

    ``problem``: where reading stopped; the module is empty then.
    """

    module: Module
    comments: tuple[tuple[int, int], ...]
    problem: SyntaxProblem | None


class _Unreadable(Exception):
    """No parser can be asked, or it refused: byte offsets from 0 and a sentence."""

    def __init__(self, start: int, end: int, message: str) -> None:
        super().__init__(message)
        self.problem = SyntaxProblem(start, end, message)


def observe(data: bytes, salt: bytes = b"") -> Script:
    """Return what the file ``data`` says. Offsets are bytes from 0. Never raises.

    ``salt``: for the fingerprints of keys.
    """
    scanned = outline(data)
    try:
        _check(data, scanned.too_deep)
        return _read(data, salt)
    except _Unreadable as error:
        problem = error.problem
    except RecursionError:
        problem = SyntaxProblem(0, 0, TOO_DEEP)
    size = len(data)
    top = Function(0, size, None, "module", (), (), size, size, -1)
    module = Module(0, size, "python", None, (), (top,), (), (), ())
    return Script(module, scanned.comments, problem)


def _check(data: bytes, too_deep: int | None) -> None:
    """Refuse a file that cannot be handed to a parser at all."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        message = f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise _Unreadable(error.start, error.start + 1, message) from None
    null = data.find(b"\0")
    if null >= 0:
        raise _Unreadable(null, null + 1, "a NUL byte; Python source cannot hold any")
    if too_deep is not None:
        raise _Unreadable(too_deep, too_deep, TOO_DEEP)


def _read(data: bytes, salt: bytes) -> Script:
    import libcst

    from mmlint.languages.python.lowering import lower
    from mmlint.languages.python.spans import Lost, Spans

    text = data.decode()
    try:
        tree = libcst.parse_module(text)
    except RecursionError:
        raise
    except Exception as error:  # syntax errors, and the parser's own failures on broken syntax
        offset, message = _explain(text, error)
        raise _Unreadable(offset, offset, message) from None
    try:
        spans = Spans(tree, text)
    except Lost:
        raise _Unreadable(0, 0, "laid out in a way that could not be followed") from None
    return Script(lower(tree, data, spans, salt), spans.comments, None)


def _explain(text: str, error: Exception) -> tuple[int, str]:
    """Return the byte offset in ``text`` and a sentence for a syntax error.

    LibCST's tokenizer errors have no position and its parser errors list tokens, so the running
    Python is asked first.
    """
    body = text.lstrip("\ufeff")
    mark = len(text.encode()) - len(body.encode())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(body)
    except SyntaxError as found:
        line, column = found.lineno or 1, max((found.offset or 1) - 1, 0)
        return mark + _offset(body, line, column), f"not valid Python: {found.msg}"
    except (ValueError, RecursionError, MemoryError):
        pass
    place = re.search(r"error at (\d+):(\d+)", str(error))
    line, column = (int(place.group(1)), int(place.group(2))) if place else (1, 0)
    return mark + _offset(body, line, column), "not readable as Python"


def _offset(text: str, line: int, column: int) -> int:
    """Return the byte offset of a place given as line (from 1) and column (characters, from 0)."""
    lines = re.split("(?<=\n)|(?<=\r)(?!\n)", text)
    before = "".join(lines[: line - 1])
    here = lines[line - 1] if line <= len(lines) else ""
    return len((before + here[:column]).encode())
