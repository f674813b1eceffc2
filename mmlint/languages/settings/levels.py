"""Reads JSON, YAML and TOML one level at a time: maps, lists and texts, where they stand.

Only what is asked for is unfolded, and an alias is the node it names, so that neither a large file
nor one that expands without end costs more than what is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from typing import Literal as Choices

from mmlint.languages.comments import Span
from mmlint.languages.trees import Endless, comments, parse
from mmlint.model.regex import regex

if TYPE_CHECKING:
    from tree_sitter import Language as Grammar
    from tree_sitter import Node as Syntax

Format = Choices["json", "yaml", "toml"]

MOST_ANCHORS = 1000

_BOM = b"\xef\xbb\xbf"
_MARKS = {"json": regex(rb"//|/\*"), "yaml": regex(rb"#"), "toml": regex(rb"#")}
_ANCHOR = regex(rb"&([^\s,\[\]{}]+)")
_TEMPLATE = regex(rb"\{\{(?!\{)[^\r\n]{0,300}?\}\}")
_TEMPLATE_LINE = regex(rb"^[ \t]*\{\{[^\r\n]{0,300}\}\}[ \t]*(?=\r?$)", re.MULTILINE)
_TOO_DEEP = regex(rb"^[ \t]*(?:[-?:][ \t]+)*", re.MULTILINE)
_DEEPEST = 100
"""Columns. Past about 250 levels, of which two fit into a column, the grammar for YAML writes over
memory that is not its own."""
_TABS = regex(rb"^[ \t]*\t[ \t]*", re.MULTILINE)
_BLOCK_HEADER = regex(
    rb"[^\r\n]*(?:\r\n|\r|\n)[^\r\n]*?(?P<mark>[|>])[-+0-9]{0,2}[ \t]*(?:#[^\r\n]*)?(?=[\r\n]|\Z)"
)
_NULL = (b"null", b"Null", b"NULL", b"~", b"")


class Text(NamedTuple):
    """A scalar, without its quotes. ``tag``: YAML's tag as written, or empty."""

    start: int
    end: int
    quoted: bool = False
    tag: str = ""


class Pair(NamedTuple):
    """``keys``: the spans of its key, without quotes; several where it is dotted."""

    keys: tuple[Span, ...]
    value: Syntax | None


class Mapping(NamedTuple):
    """``merged``: the maps that ``<<`` takes in."""

    pairs: Sequence[Pair]
    merged: Sequence[Syntax] = ()


class Listing(NamedTuple):
    items: Sequence[Syntax]


Level = Mapping | Listing | Text | None
"""None is a null, or nothing that could be read."""


class Document:
    """A settings file. ``roots``: the nodes it consists of (several in YAML)."""

    def __init__(self, data: bytes, format_: Format) -> None:
        self.data = data
        self._format = format_
        readable = _readable(data, format_)
        try:
            self.root = parse(_grammar(format_), readable)
        except Endless:
            self.root = parse(_grammar(format_), b"")
        self._anchors = dict(_anchors(self.root, data)) if format_ == "yaml" else {}

    @property
    def roots(self) -> list[Syntax]:
        if self._format != "yaml":
            return [self.root]
        return [child for child in self.root.named_children if child.type != "comment"]

    @property
    def comments(self) -> tuple[Span, ...]:
        """The spans of all comments."""
        return comments(self.root, self.data, _MARKS[self._format], ("comment",))

    def block_below(self, offset: int) -> int:
        """Return the end of YAML's text block whose header (``key: |``) is the line behind that of
        ``offset``; 0 where there is none."""
        header = _BLOCK_HEADER.match(self.data, offset) if self._format == "yaml" else None
        if header is None:
            return 0
        at = header.start("mark")
        node = self.root.descendant_for_byte_range(at, at + 1)
        while node is not None and node.type != "block_scalar" and node.start_byte == at:
            node = node.parent
        return node.end_byte if node is not None and node.type == "block_scalar" else 0

    def level(self, node: Syntax) -> Level:
        """Return what ``node`` is, one level deep."""
        if self._format == "yaml":
            return self._yaml(node)
        return self._toml(node) if self._format == "toml" else self._json(node)

    def text(self, span: Span) -> str:
        return self.data[slice(*span)].decode("utf-8", "replace")

    # --- JSON ------------------------------------------------------------------------------------

    def _json(self, node: Syntax) -> Level:
        kind = node.type
        if kind == "document":
            inner = [child for child in node.named_children if child.type != "comment"]
            return self._json(inner[0]) if inner else None
        if kind == "object" or kind == "ERROR":
            pairs = []
            for child in node.named_children:
                key = child.child_by_field_name("key") if child.type == "pair" else None
                if key is not None:
                    value = child.child_by_field_name("value")
                    pairs.append(Pair((self._unquoted(key)[:2],), value))
            return Mapping(pairs)
        if kind == "array":
            return Listing([child for child in node.named_children if child.type != "comment"])
        return None if kind == "null" else self._unquoted(node)

    # --- TOML ------------------------------------------------------------------------------------

    def _toml(self, node: Syntax) -> Level:
        kind = node.type
        if kind == "document" or kind == "ERROR":
            return Mapping(list(self._toml_pairs(node)))
        if kind == "inline_table":
            return Mapping(list(self._toml_pairs(node)))
        if kind == "array":
            return Listing([child for child in node.named_children if child.type != "comment"])
        return self._unquoted(node)

    def _toml_pairs(self, node: Syntax, before: tuple[Span, ...] = ()) -> Iterator[Pair]:
        for child in node.named_children:
            parts = [one for one in child.named_children if one.type not in ("comment", "ERROR")]
            if child.type == "pair" and len(parts) >= 2:
                yield Pair((*before, *self._toml_key(parts[0])), parts[1])
            elif child.type in ("table", "table_array_element") and parts:
                table = self._toml_key(parts[0])
                yield from self._toml_pairs(child, table)

    def _toml_key(self, node: Syntax) -> tuple[Span, ...]:
        if node.type != "dotted_key":
            return (self._unquoted(node)[:2],)
        return tuple(span for child in node.named_children for span in self._toml_key(child))

    # --- YAML ------------------------------------------------------------------------------------

    def _yaml(self, node: Syntax) -> Level:
        tag = ""
        for _ in range(8):
            if node.type not in ("document", "block_node", "flow_node", "alias"):
                break
            if node.type == "alias":
                target = self._anchors.get(self.text((node.start_byte + 1, node.end_byte)))
                if target is None:
                    return Text(node.start_byte, node.end_byte, tag="*")
                node = target
                continue
            inner = None
            for child in node.named_children:
                if child.type == "tag":
                    tag = self.text((child.start_byte, child.end_byte))
                elif child.type not in ("anchor", "comment"):
                    inner = child
            if inner is None:
                return None
            node = inner
        return self._yaml_content(node, tag)

    def _yaml_content(self, node: Syntax, tag: str) -> Level:
        kind = node.type
        if kind in ("block_mapping", "flow_mapping", "ERROR"):
            return self._yaml_mapping(node)
        if kind == "block_sequence" or kind == "flow_sequence":
            items = [child for child in node.named_children if child.type != "comment"]
            return Listing([self._item(child) for child in items])
        if kind == "block_scalar":
            start = self.data.find(b"\n", node.start_byte, node.end_byte)
            return Text(start + 1 if start >= 0 else node.end_byte, node.end_byte, tag=tag)
        found = self._unquoted(node)._replace(tag=tag)
        empty = not found.quoted and self.data[found.start : found.end] in _NULL
        return None if empty else found

    def _item(self, node: Syntax) -> Syntax:
        inner = [child for child in node.named_children if child.type != "comment"]
        return inner[0] if node.type == "block_sequence_item" and inner else node

    def _yaml_mapping(self, node: Syntax) -> Mapping:
        pairs: list[Pair] = []
        merged: list[Syntax] = []
        for child in node.named_children:
            if child.type not in ("block_mapping_pair", "flow_pair"):
                continue
            key = child.child_by_field_name("key")
            spelled = self._yaml(key) if key is not None else None
            value = child.child_by_field_name("value")
            if not isinstance(spelled, Text):
                continue
            if self.data[spelled.start : spelled.end] != b"<<":
                pairs.append(Pair(((spelled.start, spelled.end),), value))
            elif value is not None:
                level = self._yaml(value)
                merged += level.items if isinstance(level, Listing) else [value]
        return Mapping(pairs, merged)

    def _unquoted(self, node: Syntax) -> Text:
        start, end = node.start_byte, node.end_byte
        for quote in (b'"""', b"'''", b'"', b"'"):
            inner = start + len(quote), end - len(quote)
            written = self.data[start : inner[0]], self.data[inner[1] : end]
            if inner[0] <= inner[1] and written == (quote, quote):
                return Text(*inner, quoted=True)
        return Text(start, end)


def _readable(data: bytes, format_: Format) -> bytes:
    """Return ``data``, as long as it was, without what no grammar takes: byte order marks, tabs in
    YAML's indentation, and the tags of template engines that still have to run over it."""
    if data.startswith(_BOM):
        data = b"  \n" + data[3:]  # blanks would indent YAML's first line
    if format_ == "yaml":
        data = _TABS.sub(lambda match: b" " * len(match[0]), data)
        if b"{{" in data:
            data = _TEMPLATE_LINE.sub(lambda match: b" " * len(match[0]), data)
            data = _TEMPLATE.sub(lambda match: b"_" * len(match[0]), data)
        if any(match.end() - match.start() > _DEEPEST for match in _TOO_DEEP.finditer(data)):
            return b""
    return data


def _anchors(root: Syntax, data: bytes) -> Iterator[tuple[str, Syntax]]:
    """Yield the names of anchors with the nodes that they name."""
    if b"*" not in data:
        return
    for number, match in enumerate(_ANCHOR.finditer(data)):
        if number >= MOST_ANCHORS:
            return
        node = root.named_descendant_for_byte_range(match.start(1), match.end(1))
        if node is None or node.type != "anchor_name" or node.parent is None:
            continue
        if owner := node.parent.parent:
            yield match[1].decode("utf-8", "replace"), owner


@cache
def _grammar(format_: Format) -> Grammar:
    from tree_sitter import Language

    if format_ == "json":
        import tree_sitter_json

        return Language(tree_sitter_json.language())
    if format_ == "yaml":
        import tree_sitter_yaml

        return Language(tree_sitter_yaml.language())
    import tree_sitter_toml

    return Language(tree_sitter_toml.language())
