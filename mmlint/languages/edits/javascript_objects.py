"""Write named edits of objects, and of lists of arguments, into JavaScript and TypeScript."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from mmlint.languages.edits import javascript_tree as tree
from mmlint.languages.edits import layout
from mmlint.languages.edits.layout import Change
from mmlint.model import finding as f
from mmlint.model.regex import regex

if TYPE_CHECKING:
    from tree_sitter import Node

_WRAPPED: Final = ("pair", "shorthand_property_identifier")
_CLOSED: Final = regex(rb"\)*[;,]?[ \t]*(?://.*)?")
_IDENTIFIER: Final = regex(r"[A-Za-z_$][\w$]*")


def _key(entry: Node) -> str:
    """Return the name an entry of an object, pattern or import list stands under, or nothing."""
    node = entry.child_by_field_name("key") or entry.child_by_field_name("name") or entry
    text = (node.text or b"").decode(errors="replace")
    return text[1:-1] if node.type == "string" else text


def changes(edit: f.Edit, root: Node, source: bytes) -> list[Change] | None:
    """Return the text changes that do ``edit``, or None where that is not safe or not known here.

    Offsets are bytes of ``source``, from 0.
    """
    if isinstance(edit, f.AddEntry):
        return _add_entry(edit, root, source)
    if isinstance(edit, f.RemoveEntry):
        return _remove_entry(edit, root, source)
    if isinstance(edit, f.WrapEntry):
        return _wrap_entry(edit, root)
    if isinstance(edit, f.MoveEntry):
        return _move_entry(edit, root, source)
    if isinstance(edit, f.Rewrite):
        return _rewrite(edit, root, source)
    return None


def _add_entry(edit: f.AddEntry, root: Node, source: bytes) -> list[Change] | None:
    node = tree.covering(root, edit, {"object"})
    listing = tree.listing_of(node) if node is not None else None
    if node is None or listing is None or node.start_byte != edit.start:
        return None
    entries = [_key(entry) for entry in tree.meaningful(node.named_children)]
    if edit.key in entries:
        return None
    plain = _IDENTIFIER.fullmatch(edit.key)
    written = edit.key if plain else json.dumps(edit.key)
    text = written if plain and edit.key == edit.value else f"{written}: {edit.value}"
    index = int(entries[:1] == ["event"])
    grown = len(f", {text}")
    too_long = layout.too_long(source, node.start_byte, node.end_byte, grown, 80)
    if too_long and _may_spread(node, listing, source):
        items = [source[slice(*one)].decode(errors="replace") for one in listing.items]
        return [layout.spread_out(source, listing, [*items[:index], text, *items[index:]])]
    return list(layout.insert_item(source, listing, index, text))


def _may_spread(node: Node, listing: layout.Listing, source: bytes) -> bool:
    """Whether a formatter would break the line up at this object, and nowhere else: nothing but the
    brackets of calls closes behind it."""
    rest = source[node.end_byte : layout.line_end(source, node.end_byte)]
    return bool(listing.items) and not listing.comments and _CLOSED.fullmatch(rest) is not None


def _item(root: Node, edit: f.Edit, kinds: tuple[str, ...]) -> Node | None:
    """Return the entry or argument that starts at the span, in a bracket of one of ``kinds``."""
    node = root.descendant_for_byte_range(edit.start, edit.end)
    for outer in tree.ancestors(node) if node is not None else ():
        owner = outer.parent
        if owner is not None and owner.type in kinds:
            return outer if outer.start_byte == edit.start and tree.sound(owner) else None
    return None


def _remove_entry(edit: f.Edit, root: Node, source: bytes) -> list[Change] | None:
    item = _item(root, edit, ("object", "arguments"))
    listing = tree.listing_of(item.parent) if item is not None and item.parent else None
    place = (item.start_byte, item.end_byte) if item is not None else (0, 0)
    if item is None or listing is None or place not in listing.items or tree.comments(item):
        return None
    return layout.remove_item(source, listing, listing.items.index(place))


def _wrap_entry(edit: f.WrapEntry, root: Node) -> list[Change] | None:
    item = _item(root, edit, ("object",))
    if item is None or item.type not in _WRAPPED or item.start_point.row != item.end_point.row:
        return None
    key = item.child_by_field_name("key")
    text = (key.text or b"") if key is not None else b""
    quote = text[:1].decode() if text[:1] in (b'"', b"'") else ""
    opening = f"{quote}{edit.key}{quote}: {{ "
    return [(item.start_byte, item.start_byte, opening), (item.end_byte, item.end_byte, " }")]


def _move_entry(edit: f.MoveEntry, root: Node, source: bytes) -> list[Change] | None:
    target = root.descendant_for_byte_range(*edit.into)
    item = _item(root, edit, ("object", "arguments"))
    removed = _remove_entry(edit, root, source)
    if target is None or target.type != "object" or item is None or removed is None:
        return None
    listing = tree.listing_of(target)
    if listing is None or item.start_point.row != item.end_point.row:
        return None
    if (item.type in _WRAPPED) is bool(edit.key):
        return None
    entries = [_key(entry) for entry in tree.meaningful(target.named_children)]
    if (edit.key or _key(item)) in entries:
        return None
    text = source[item.start_byte : item.end_byte].decode(errors="replace")
    index = 0 if edit.key == "event" else len(listing.items)
    written = f"{edit.key}: {text}" if edit.key else text
    return [*removed, *layout.insert_item(source, listing, index, written)]


def _rewrite(edit: f.Rewrite, root: Node, source: bytes) -> list[Change] | None:
    return layout.rewrite(source, edit.start, edit.end, edit.pieces, tree.comments(root))
