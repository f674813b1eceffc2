"""Finds and reads configuration: files, and what is set on the command line."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from mmlint.config.places import json_line, toml_line
from mmlint.config.problem import ConfigError, Keys, Problem, shown
from mmlint.model.regex import regex
from mmlint.model.regular import read_regular

FILES: Final = ("mmlint.toml", ".mmlint.toml", "pyproject.toml", "package.json")
"""Names that are looked for; the first one of a folder that speaks of mmlint counts."""

MOST_BYTES: Final = 16 * 1024 * 1024
"""Bytes of a configuration file; a larger one is none, and would cost its size in memory."""

COMMAND_LINE: Final = "command line"

_SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "pyproject.toml": ("tool", "mmlint"),
    "package.json": ("mmlint",),
}
"""Where mmlint's part of a shared file stands; other files are mmlint's as a whole."""

_PAIR = regex(r"\s*([A-Za-z][\w-]*(?:\.(?:[\w-]+|\"[^\"]*\"))*)\s*=(.*)", re.ASCII | re.DOTALL)
_WORD = regex(r"\s*(?!(?:true|false)\s*$)([A-Za-z./][\w./@:-]*)\s*", re.ASCII)
_AT_LINE = regex(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


class Layer(Protocol):
    """Values from one source, as they were decoded."""

    values: Mapping[str, object]

    def where(self, keys: Keys, near: str | None = None) -> str:
        """Return the words for the place of ``keys``, for errors; ``near``: text at the place."""

    def origin(self, keys: Keys) -> str:
        """Return the words for the place of ``keys``, for provenance."""


class FileLayer:
    """A configuration file. ``section``: the keys above mmlint's part; None where there is none.

    Raises ConfigError if it cannot be read or is broken.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.label = _label(path)
        self.is_json = path.suffix == ".json"
        self.section = _SECTIONS.get(path.name, ())
        self.text = _text(path, self.label)
        try:
            decoded = _json(self.text) if self.is_json else toml(self.text)
        except Problem as problem:
            raise ConfigError(f"{self.label}:{problem.message}") from problem
        self.found = _below(decoded, self.section)
        self.values: Mapping[str, object] = {}
        if isinstance(self.found, dict):
            self.values = self.found
        elif self.found is not None:
            raise ConfigError(f"{self.where(())}: the configuration must be a table")

    def where(self, keys: Keys, near: str | None = None) -> str:
        line = json_line if self.is_json else toml_line
        return f"{self.label}:{line(self.text, (*self.section, *keys), near)}"

    def origin(self, keys: Keys) -> str:
        return self.where(keys)


class PairsLayer:
    """The ``key=value`` pairs of ``--config``. Raises ConfigError for a value that is no TOML."""

    def __init__(self, pairs: Iterable[str]) -> None:
        self.values: Mapping[str, object] = {}
        for pair in pairs:
            self.values = merged(self.values, _pair(pair))

    def where(self, keys: Keys, near: str | None = None) -> str:
        return "--config"

    def origin(self, keys: Keys) -> str:
        return COMMAND_LINE


class OptionsLayer:
    """``--select`` and ``--ignore``; what is not given is not set."""

    def __init__(self, select: Sequence[str], ignore: Sequence[str]) -> None:
        given = {"select": list(select), "ignore": list(ignore)}
        self.values: Mapping[str, object] = {key: value for key, value in given.items() if value}

    def where(self, keys: Keys, near: str | None = None) -> str:
        return f"--{keys[0]}" if keys else "command line"

    def origin(self, keys: Keys) -> str:
        return COMMAND_LINE


def is_pair(text: str) -> bool:
    """Whether an argument of ``--config`` sets a key; else it is the path of a file."""
    return _PAIR.fullmatch(text) is not None and not os.path.isfile(text)


def nearest(start: Path, root: Path) -> FileLayer | None:
    """Return the file that speaks of mmlint and is nearest to the folder ``start``, looking upward
    as far as ``root``; None where there is none. Raises ConfigError for a broken one."""
    for folder in (start, *start.parents):
        for name in FILES:
            path = folder / name
            if os.path.isfile(path) and _may_speak(path):
                layer = FileLayer(path)
                if layer.found is not None:
                    return layer
        if folder == root:
            return None
    return None


def _may_speak(path: Path) -> bool:
    """Whether a file is worth decoding: one that does not even name mmlint may well be broken."""
    if path.name not in _SECTIONS:
        return True
    try:
        return b"mmlint" in read_regular(path, MOST_BYTES)
    except OSError as error:
        return error.errno == errno.EFBIG  # which is told when it is decoded


def merged(first: Mapping[str, object], second: Mapping[str, object]) -> dict[str, object]:
    """Return both tables in one, ``second`` winning; tables in them are merged in the same way."""
    result = dict(first)
    for key, value in second.items():
        before = result.get(key)
        both = isinstance(before, dict) and isinstance(value, dict)
        result[key] = merged(before, value) if both else value  # type: ignore[arg-type]
    return result


# --- decoding -------------------------------------------------------------------------------------


def toml(text: str) -> dict[str, object]:
    """Decode TOML. Raises Problem, whose message begins with the line."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        line = int(at[1]) if at and at[1] else text.count("\n") + 1
        raise Problem(f"{line}: broken TOML: {_AT_LINE.sub('', str(error))}") from error
    except RecursionError as error:
        raise Problem("1: broken TOML: nested too deeply") from error


def _json(text: str) -> object:
    import json

    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Problem(f"{error.lineno}: broken JSON: {error.msg}") from error
    except (RecursionError, ValueError) as error:
        raise Problem("1: broken JSON: nested too deeply or out of range") from error


def _below(decoded: object, section: Sequence[str]) -> object:
    """Return what stands under the keys, or None."""
    for key in section:
        if not isinstance(decoded, dict) or key not in decoded:
            return None
        decoded = decoded[key]
    return decoded


def _text(path: Path, label: str) -> str:
    try:
        return read_regular(path, MOST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{label}:{line}: not UTF-8") from error
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ConfigError(f"{label}: cannot be read: {reason}") from error


def _label(path: Path) -> str:
    """Return the path as the user would write it: relative to the current folder if below it."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def _pair(pair: str) -> dict[str, object]:
    found = _PAIR.fullmatch(pair)
    key, value = (found[1], found[2]) if found else (pair, "")
    # A shell takes the quotes away from runtime="server"; a word can mean nothing else.
    word = _WORD.fullmatch(value)
    text = f'{key} = "{word[1]}"' if word else f"{key} = {value}"
    try:
        return toml(text)
    except Problem as problem:
        raise ConfigError(
            f"--config: the value of `{shown(key)}` is no TOML. Write text in quotes and lists in "
            f"brackets, such as: --config '{shown(key)}=[\"MM1\"]'"
        ) from problem
