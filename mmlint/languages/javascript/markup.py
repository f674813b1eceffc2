"""Lowers JSX: elements, their attributes and children."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from mmlint.languages.javascript.parts import Expressions
from mmlint.languages.javascript.scope import inner
from mmlint.languages.javascript.walk import Walk
from mmlint.model import syntax as s
from mmlint.sdk.keys import redact

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_JSX_CHILDREN: Final = frozenset(
    {
        "html_character_reference",
        "jsx_element",
        "jsx_expression",
        "jsx_self_closing_element",
        "jsx_text",
    }
)


class Markup:
    """Lowers JSX elements."""

    def __init__(self, walk: Walk, values: Expressions) -> None:
        self._walk = walk
        self._values = values

    def element(self, node: Syntax) -> s.Value:
        """Lower an element with children, or a fragment."""
        opening = node.child_by_field_name("open_tag")
        children = [self._child(child) for child in inner(node) if child.type in _JSX_CHILDREN]
        name, attributes = ("", ()) if opening is None else self._opening(opening)
        kept = tuple([child for child in children if child is not None])
        return s.Element(node.start_byte, node.end_byte, name, attributes, kept)

    def single_element(self, node: Syntax) -> s.Value:
        """Lower an element that closes itself."""
        return s.Element(node.start_byte, node.end_byte, *self._opening(node), ())

    def _opening(self, node: Syntax) -> tuple[str, tuple[s.Entry, ...]]:
        name = node.child_by_field_name("name")
        attributes = [
            self._attribute(child)
            for child in node.named_children
            if child.type == "jsx_attribute" or child.type == "jsx_expression"
        ]
        return "" if name is None else self._walk.text(name), tuple(attributes)

    def _attribute(self, node: Syntax) -> s.Entry:
        start, end = node.start_byte, node.end_byte
        children = inner(node)
        if node.type == "jsx_expression":
            spread = unspread(children[0]) if children else None
            value = s.Unknown(start, end) if spread is None else self._values.value(spread)
            return s.Entry(start, end, None, value, start, "spread")
        name = redact(self._walk.text(children[0])) if children else None
        if len(children) < 2:
            return s.Entry(start, end, name, s.Literal(start, end, True), start)
        given = children[1]
        if given.type == "string":
            value = self._markup(given.start_byte, given.end_byte, self._quoted(given))
        elif given.type == "jsx_expression":
            braced = inner(given)
            value = self._values.named(braced[0], name) if braced else self._values.pieces(given)
        else:
            value = self._values.value(given)
        return s.Entry(start, end, name, value, start)

    def _child(self, node: Syntax) -> s.Value | None:
        if node.type == "jsx_expression":
            children = inner(node)
            return self._values.value(children[0]) if children else None
        if node.type == "jsx_text" or node.type == "html_character_reference":
            text = self._walk.text(node)
            return self._markup(node.start_byte, node.end_byte, text) if text.strip() else None
        return self._values.value(node)

    def _quoted(self, node: Syntax) -> str:
        """The text between an attribute's quotes; a backslash is a backslash there."""
        return self._walk.text(node)[1:-1]

    def _markup(self, start: int, end: int, text: str) -> s.Value:
        if "&" in text:
            from html import unescape  # only a few files need it

            text = unescape(text)
        return self._walk.literal(start, end, text)


def unspread(node: Syntax) -> Syntax | None:
    """Return what a spread element spreads; anything else comes back as it is."""
    if node.type != "spread_element":
        return node
    children = inner(node)
    return children[0] if children else None


ELEMENTS: Final[dict[str, Callable[[Markup, Syntax], s.Value]]] = {
    "jsx_element": Markup.element,
    "jsx_self_closing_element": Markup.single_element,
}
