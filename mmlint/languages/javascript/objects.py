"""Lowers JavaScript's objects, arrays, and the patterns that take them apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from mmlint.languages.javascript.parts import Expressions
from mmlint.languages.javascript.scope import inner, pattern_names
from mmlint.languages.javascript.walk import (
    DEEPEST,
    MOST_DOUBLINGS,
    WRAPPERS,
    Walk,
    last_name,
    unwrapped,
)
from mmlint.model import syntax as s

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax


class Objects:
    """Lowers object and array literals and patterns."""

    def __init__(self, walk: Walk, values: Expressions) -> None:
        self._walk = walk
        self._values = values

    # --- objects and arrays -----------------------------------------------------------------------
    def array(self, node: Syntax) -> s.Value:
        """Lower an array literal; a hole in it is unknown."""
        items = tuple(
            s.Unknown(hole, hole) if isinstance(hole, int) else self._values.value(hole)
            for hole in _items(node)
        )
        return s.Sequence(node.start_byte, node.end_byte, items)

    def object(self, node: Syntax) -> s.Value:
        """Lower an object literal."""
        entries = tuple([self._entry(child) for child in inner(node)])
        return s.Object(node.start_byte, node.end_byte, entries)

    def _entry(self, node: Syntax) -> s.Entry:
        start, end = node.start_byte, node.end_byte
        if node.type == "pair":
            key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
            name = self._walk.name_of(key)
            if key is not None and value is not None:
                before = self._computed(key)
                return self._pair(start, end, key, name, self._values.named(value, name), before)
        elif node.type == "shorthand_property_identifier":
            return s.Entry(
                start, end, self._walk.text(node), self._walk.name(node), start, "shorthand"
            )
        elif node.type == "spread_element":
            children = inner(node)
            spread = self._values.value(children[0]) if children else s.Unknown(start, end)
            return s.Entry(start, end, None, spread, start, "spread")
        elif node.type == "method_definition":
            return self._method_entry(node)
        return s.Entry(start, end, None, self._values.pieces(node), start, "computed")

    def _method_entry(self, node: Syntax) -> s.Entry:
        start, end = node.start_byte, node.end_byte
        key = node.child_by_field_name("name")
        name = self._walk.name_of(key)
        before = None if key is None else self._computed(key)
        method = s.Lambda(start, end, self._values.bodies.function(node, name=name, kind="method"))
        key_start = start if key is None else key.start_byte
        if name is None:
            return s.Entry(start, end, None, _after(before, method), start, "computed")
        return s.Entry(start, end, name, method, key_start, "method")

    def _pair(
        self,
        start: int,
        end: int,
        key: Syntax,
        name: str | None,
        value: s.Value,
        before: s.Value | None,
    ) -> s.Entry:
        if name is None:
            return s.Entry(start, end, None, _after(before, value), start, "computed")
        return s.Entry(start, end, name, value, key.start_byte, name_start=_name_start(key))

    def _computed(self, key: Syntax) -> s.Value | None:
        """Return the value of a computed key, where evaluating it may do something."""
        if key.type != "computed_property_name":
            return None
        values = self._values.values(inner(key))
        plain = (s.Literal, s.Name, s.Member, s.Template)
        return values[0] if values and not isinstance(values[0], plain) else None

    # --- patterns ---------------------------------------------------------------------------------
    def target(self, node: Syntax, writes: bool) -> s.Value:
        """Lower what a value is bound to. ``writes``: it counts as an assignment of each name."""
        lower = _TARGETS.get(node.type)
        if lower is None:
            return self._values.value(node)
        if self._walk.depth >= DEEPEST:
            return self._walk.cut(node)
        self._walk.depth += 1
        result = lower(self, node, writes)
        self._walk.depth -= 1
        return result

    def lower_target_name(self, node: Syntax, writes: bool) -> s.Value:
        name = self._walk.text(node)
        binding = self._walk.scopes.resolve(name)
        if writes:
            self._walk.scopes.write(binding)
        return s.Name(node.start_byte, node.end_byte, name, binding)

    def lower_target_wrapped(self, node: Syntax, writes: bool) -> s.Value:
        bare = unwrapped(node)
        return self._values.pieces(node) if bare.type in WRAPPERS else self.target(bare, writes)

    def lower_target_default(self, node: Syntax, writes: bool) -> s.Value:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return self._values.pieces(node)
        self._walk.doublings += 1
        target = self.target(left, writes)
        self._walk.doublings -= 1
        default = self._values.named(right, last_name(target))
        test: s.Value = target
        if self._walk.doublings >= MOST_DOUBLINGS:
            test = s.Unknown(target.start, target.end)
        return s.Choice(node.start_byte, node.end_byte, "??", test, (target, default))

    def lower_target_rest(self, node: Syntax, writes: bool) -> s.Value:
        children = inner(node)
        if not children:
            return s.Unknown(node.start_byte, node.end_byte)
        return s.Spread(node.start_byte, node.end_byte, self.target(children[0], writes))

    def lower_target_array(self, node: Syntax, writes: bool) -> s.Value:
        items = tuple(
            s.Unknown(hole, hole) if isinstance(hole, int) else self.target(hole, writes)
            for hole in _items(node)
        )
        return s.Sequence(node.start_byte, node.end_byte, items)

    def lower_target_object(self, node: Syntax, writes: bool) -> s.Value:
        entries = tuple([self._target_entry(child, writes) for child in inner(node)])
        return s.Object(node.start_byte, node.end_byte, entries)

    def _target_entry(self, node: Syntax, writes: bool) -> s.Entry:
        start, end = node.start_byte, node.end_byte
        if node.type == "pair_pattern":
            key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
            if key is not None and value is not None:
                before = self._computed(key)
                name, target = self._walk.name_of(key), self.target(value, writes)
                return self._pair(start, end, key, name, target, before)
        elif node.type == "rest_pattern":
            children = inner(node)
            rest = self.target(children[0], writes) if children else s.Unknown(start, end)
            return s.Entry(start, end, None, rest, start, "spread")
        else:
            names = list(pattern_names(node))
            if len(names) == 1:
                target = self.target(node, writes)
                return s.Entry(start, end, self._walk.text(names[0]), target, start, "shorthand")
        return s.Entry(start, end, None, self._values.pieces(node), start, "computed")


def _items(node: Syntax) -> list[Syntax | int]:
    """Return the items of an array or array pattern; a hole is the byte offset where it is."""
    found: list[Syntax | int] = []
    expected = True
    for child in node.children:
        if child.type == ",":
            if expected:
                found.append(child.start_byte)
            expected = True
        elif child.is_named and not child.is_extra:
            found.append(child)
            expected = False
    return found


def _after(before: s.Value | None, value: s.Value) -> s.Value:
    """``value``, once ``before`` has been evaluated: what the comma operator means."""
    if before is None:
        return value
    return s.Operation(before.start, value.end, ",", (before, value))


_TARGETS: Final[dict[str, Callable[[Objects, Syntax, bool], s.Value]]] = {
    "array_pattern": Objects.lower_target_array,
    "as_expression": Objects.lower_target_wrapped,
    "assignment_pattern": Objects.lower_target_default,
    "identifier": Objects.lower_target_name,
    "non_null_expression": Objects.lower_target_wrapped,
    "object_assignment_pattern": Objects.lower_target_default,
    "object_pattern": Objects.lower_target_object,
    "parenthesized_expression": Objects.lower_target_wrapped,
    "rest_pattern": Objects.lower_target_rest,
    "satisfies_expression": Objects.lower_target_wrapped,
    "shorthand_property_identifier_pattern": Objects.lower_target_name,
    "type_assertion": Objects.lower_target_wrapped,
}


def _name_start(key: Syntax) -> int:
    """Return where the name that a key spells begins: behind the quote of a string."""
    if key.type == "computed_property_name":
        children = inner(key)
        key = children[0] if children else key
    return key.start_byte + (key.type == "string")


LITERALS: Final[dict[str, Callable[[Objects, Syntax], s.Value]]] = {
    "array": Objects.array,
    "array_pattern": Objects.array,
    "object": Objects.object,
}
