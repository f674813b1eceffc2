"""What every part of the JavaScript lowering shares: the state of the walk, and small steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmlint.languages.javascript.scope import Scopes, inner
from mmlint.languages.javascript.text import cooked
from mmlint.model import syntax as s
from mmlint.sdk.keys import find_key, redact

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

DEEPEST: Final = 300
"""How many levels are followed: everything that later walks the facts must survive their depth."""

MOST_DOUBLINGS: Final = 4
"""``a || b`` names ``a`` twice, so nesting on the left doubles the facts; past this it is cut."""

WRAPPERS: Final = frozenset(
    {
        "as_expression",
        "instantiation_expression",
        "non_null_expression",
        "parenthesized_expression",
        "satisfies_expression",
        "type_assertion",
    }
)
"""What changes nothing about the value it stands around."""

FUNCTIONS: Final = frozenset({"arrow_function", "function_expression", "generator_function"})


class Walk:
    """A walk over one program: where it is, and the functions, classes, imports and exports that
    it met. All parts of the lowering share it; each knows one kind of syntax."""

    def __init__(self, data: bytes, salt: bytes = b"") -> None:
        self.data = data
        self.salt = salt
        self.scopes = Scopes()
        self.functions: list[s.Function] = []
        self.classes: list[s.Class] = []
        self.imports: list[s.Import] = []
        self.exports: list[s.Export] = []
        self.esm = False
        self.depth = 0
        self.inside = 0
        """The function being lowered."""
        self.too_deep: tuple[int, int] | None = None
        """Bytes of the first place that was nested too deeply."""
        self.doublings = 0
        """How many left sides of ``||`` and ``??`` the walk is in."""
        self.namespaces = 0
        """How many TypeScript namespaces the walk is in: their exports are not the module's."""

    # --- text -------------------------------------------------------------------------------------
    def text(self, node: Syntax) -> str:
        """Return the source of a node."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def string(self, node: Syntax) -> str:
        """Return what a string (or a template without holes) says, its escapes decoded."""
        start, end = node.start_byte, node.end_byte
        closed = end - start >= 2 and self.data[end - 1] == self.data[start]
        return self.cooked(start + 1, end - 1 if closed else end)

    def cooked(self, start: int, end: int) -> str:
        """Return what these bytes of a string or template say."""
        return cooked(self.data[start:end].decode("utf-8", "replace"))

    def name_of(self, key: Syntax | None) -> str | None:
        """Return the name that a property key spells, or None where it is computed."""
        if key is None:
            return None
        if key.type == "computed_property_name":
            children = inner(key)
            key = children[0] if children and children[0].type == "string" else None
            return None if key is None else redact(self.string(key))
        if key.type == "string":
            return redact(self.string(key))
        return self.text(key)

    def literal(self, start: int, end: int, text: str) -> s.Literal:
        """Make the literal of a text, with any key in it redacted."""
        key = find_key(text, self.salt) if "_" in text else None
        return s.Literal(start, end, redact(text), key)

    # --- steps ------------------------------------------------------------------------------------
    def cut(self, node: Syntax) -> s.Unknown:
        """Give up on what is nested too deeply."""
        if self.too_deep is None:
            self.too_deep = (node.start_byte, node.end_byte)
        return s.Unknown(node.start_byte, node.end_byte)

    def name(self, node: Syntax) -> s.Name:
        """Lower an identifier that is used."""
        name = self.text(node)
        return s.Name(node.start_byte, node.end_byte, name, self.scopes.resolve(name))


def unwrapped(node: Syntax) -> Syntax:
    """Return what stands inside parentheses, type assertions and the like."""
    while node.type in WRAPPERS:
        children = inner(node)
        if not children:
            break
        node = children[-1] if node.type == "type_assertion" else children[0]
    return node


def last_name(target: s.Value) -> str | None:
    """Return the name that a function takes when it is stored in ``target``."""
    if isinstance(target, s.Name):
        return target.name
    if isinstance(target, s.Member) and target.name != "exports":
        return target.name
    return None
