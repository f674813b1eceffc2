"""The tree of a settings file (``model.settings``): the one reader of JSON, YAML and TOML that
configure handlers, layers, packages and names of modules.

Trees hold values that may be secret. They are read anew in every run, and never kept.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from mmlint.model.settings import SettingsFile, Tagged, Tree

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

    from mmlint.languages.settings.levels import Document, Text

MAX_NODES: Final = 200_000
"""Values of a YAML file that are read; a file of a megabyte, which is the most, has fewer."""

_DEEPEST: Final = 60
"""Levels. Nothing that is asked for stands deeper than ten."""

_BOM: Final = b"\xef\xbb\xbf"
_QUOTE, _COMMA = b'",'
_CLOSING: Final = b"}]"
_SPACE: Final = b" \t\r\n"
_PLAIN_TAGS: Final = ("", "!", "!!str")


def settings_file(path: str, data: bytes) -> SettingsFile:
    """Return the settings file of this name. What is neither JSON, YAML nor TOML is a script."""
    return SettingsFile(data, _READERS.get(path.rpartition(".")[2]))


def settings_files(files: Mapping[str, bytes]) -> dict[str, SettingsFile]:
    """Return the settings files, path to bytes, as such."""
    return {path: settings_file(path, data) for path, data in files.items()}


# --- JSON -----------------------------------------------------------------------------------------


def read_json(data: bytes) -> Tree:
    """Return what JSON says, comments and trailing commas allowed; None where it does not parse."""
    data = data.removeprefix(_BOM)
    found = _decoded(data)
    return _decoded(plain_json(data)) if found is None else found


def _decoded(data: bytes) -> Tree:
    try:
        found: Tree = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return found


def plain_json(data: bytes) -> bytes:
    """Return JSON, as long as it was, with blanks in place of comments and trailing commas."""
    found = bytearray(data)
    comma = -1
    at = 0
    while at < len(data):
        byte = data[at]
        end = at + 1
        if byte == _QUOTE:
            end = _end_of_string(data, at)
        elif byte == _COMMA:
            comma, at = at, end
            continue
        elif byte in _SPACE:
            at = end
            continue
        elif data.startswith((b"//", b"/*"), at):
            mark = b"\n" if data.startswith(b"//", at) else b"*/"
            closed = data.find(mark, at + 2)
            end = len(data) if closed < 0 else closed + len(mark)
            found[at:end] = b" " * (end - at)
            at = end
            continue
        elif byte in _CLOSING and comma >= 0:
            found[comma] = _SPACE[0]
        comma, at = -1, end
    return bytes(found)


def _end_of_string(data: bytes, start: int) -> int:
    at, quote = start + 1, -1
    while True:
        if quote < at:
            quote = data.find(b'"', at)
        escape = data.find(b"\\", at, len(data) if quote < 0 else quote)
        if escape < 0:
            return len(data) if quote < 0 else quote + 1
        at = escape + 2


# --- TOML -----------------------------------------------------------------------------------------


def read_toml(data: bytes) -> Tree:
    """Return what TOML says; None where it does not parse."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        found: Tree = tomllib.loads(data.removeprefix(_BOM).decode("utf-8", "replace"))
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    return found


# --- YAML -----------------------------------------------------------------------------------------


def read_yaml(data: bytes) -> Tree:
    """Return what YAML says, in block and in flow style, as far as it parses; a list of documents
    where there are several. Aliases are what they name, and ``<<`` is merged."""
    from mmlint.languages.settings.levels import Document

    document = Document(data, "yaml")
    unfolding = _Unfolding(document)
    found = [unfolding.of(root, 0) for root in document.roots]
    return found[0] if len(found) == 1 else [one for one in found if one is not None] or None


class _Unfolding:
    """Reads the nodes of a document, each once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.left = MAX_NODES
        self.known: dict[int, Tree] = {}

    def of(self, node: Syntax, depth: int) -> Tree:
        if node.id in self.known:
            return self.known[node.id]
        self.left -= 1
        self.known[node.id] = None  # what a node means inside itself
        if depth < _DEEPEST and self.left > 0:
            self.known[node.id] = self._read(node, depth + 1)
        return self.known[node.id]

    def _read(self, node: Syntax, depth: int) -> Tree:
        from mmlint.languages.settings.levels import Listing, Mapping, Text

        level = self.document.level(node)
        if isinstance(level, Text):
            return self._scalar(level)
        if isinstance(level, Listing):
            return [self.of(item, depth) for item in level.items]
        if not isinstance(level, Mapping):
            return None
        found: dict[str, Tree] = {}
        for one in level.merged:
            inherited = self.of(one, depth)
            for key, value in inherited.items() if isinstance(inherited, dict) else ():
                found.setdefault(key, value)
        for pair in level.pairs:
            key = self.document.text(pair.keys[-1])
            found[key] = self.of(pair.value, depth) if pair.value is not None else None
        return found

    def _scalar(self, text: Text) -> Tree:
        written = self.document.text((text.start, text.end))
        if text.tag == "*":
            return None  # an alias of nothing
        if text.quoted and self.document.data[text.start - 1 : text.start] == b"'":
            written = written.replace("''", "'")
        elif text.quoted and "\\" in written:
            unescaped = _decoded(f'"{written}"'.encode())
            written = unescaped if isinstance(unescaped, str) else written
        elif not text.quoted:  # a block, or a plain text of several lines
            written = "\n".join(line.strip() for line in written.splitlines()).strip()
        return written if text.tag in _PLAIN_TAGS else Tagged(text.tag, written)


_READERS: Final[Mapping[str, Callable[[bytes], Tree]]] = {
    "json": read_json,
    "jsonc": read_json,
    "toml": read_toml,
    "yaml": read_yaml,
    "yml": read_yaml,
}
