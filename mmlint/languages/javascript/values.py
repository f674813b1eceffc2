"""Lowers JavaScript expressions into the small language of ``model.syntax``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import MethodType
from typing import TYPE_CHECKING, Final, Literal

from mmlint.languages.javascript.markup import ELEMENTS, Markup
from mmlint.languages.javascript.objects import LITERALS, Objects
from mmlint.languages.javascript.parts import Bodies
from mmlint.languages.javascript.scope import inner
from mmlint.languages.javascript.text import number
from mmlint.languages.javascript.walk import (
    DEEPEST,
    FUNCTIONS,
    MOST_DOUBLINGS,
    WRAPPERS,
    Walk,
    last_name,
    unwrapped,
)
from mmlint.model import syntax as s

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_LINKS: Final = {
    "call_expression": "function",
    "member_expression": "object",
    "subscript_expression": "object",
}
"""The links of a chain such as ``a.b(c).d``, and the field that leads to the link before."""

_LOGICAL: Final[dict[str, Literal["&&", "||", "??"]]] = {"&&": "&&", "||": "||", "??": "??"}


class Values:
    """Lowers expressions. ``bodies`` lowers the functions and classes in them."""

    bodies: Bodies

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self.objects = Objects(walk, self)
        markup = Markup(walk, self)
        self._lowerings: dict[str, Callable[[Syntax], s.Value]] = {
            "identifier": walk.name,
            **{kind: MethodType(lower, self) for kind, lower in _VALUES.items()},
            **{kind: MethodType(lower, self.objects) for kind, lower in LITERALS.items()},
            **{kind: MethodType(lower, markup) for kind, lower in ELEMENTS.items()},
        }

    # --- values -----------------------------------------------------------------------------------

    def value(self, node: Syntax) -> s.Value:
        """Lower an expression."""
        lower = self._lowerings.get(node.type)
        if lower is None:
            return self.pieces(node)
        if self._walk.depth >= DEEPEST:
            return self._walk.cut(node)
        self._walk.depth += 1
        result = lower(node)
        self._walk.depth -= 1
        return result

    def pieces(self, node: Syntax) -> s.Value:
        """Keep the expressions inside something that has no counterpart."""
        if self._walk.depth >= DEEPEST:
            return self._walk.cut(node)
        self._walk.depth += 1
        known = (child for child in node.named_children if child.type in _PIECES)
        parts = self.values(known)
        self._walk.depth -= 1
        return s.Unknown(node.start_byte, node.end_byte, parts)

    def values(self, nodes: Iterable[Syntax]) -> tuple[s.Value, ...]:
        """Lower expressions in order."""
        return tuple([self.value(node) for node in nodes])

    def field(self, node: Syntax, name: str) -> s.Value:
        """Lower the expression in a field of ``node``; a broken tree may lack it."""
        child = node.child_by_field_name(name)
        return s.Unknown(node.start_byte, node.end_byte) if child is None else self.value(child)

    def named(self, node: Syntax, name: str | None, owner: int = -1) -> s.Value:
        """Lower what is stored under ``name``: a function or class without a name takes it."""
        bare = unwrapped(node)
        if bare.type in FUNCTIONS:
            index = self.bodies.function(bare, name=name, owner=owner)
            return s.Lambda(bare.start_byte, bare.end_byte, index)
        if bare.type == "class":
            return s.ClassValue(bare.start_byte, bare.end_byte, self.bodies.class_value(bare, name))
        return self.value(node)

    def lower_wrapped(self, node: Syntax) -> s.Value:
        bare = unwrapped(node)
        return self.pieces(node) if bare.type in WRAPPERS else self.value(bare)

    def lower_platform_name(self, node: Syntax) -> s.Value:
        """``this`` and ``super``: names that no program can declare."""
        return s.Name(node.start_byte, node.end_byte, self._walk.text(node), -1)

    def lower_meta(self, node: Syntax) -> s.Value:
        """``import.meta`` and ``new.target``."""
        start, end = node.start_byte, node.end_byte
        head, _, tail = self._walk.text(node).partition(".")
        head, tail = head.strip(), tail.strip()
        self._walk.esm = self._walk.esm or head == "import"
        return s.Member(
            start, end, s.Name(start, start + len(head), head, -1), tail, end - len(tail)
        )

    # --- literals ---------------------------------------------------------------------------------

    def lower_string(self, node: Syntax) -> s.Value:
        return self._walk.literal(node.start_byte, node.end_byte, self._walk.string(node))

    def lower_number(self, node: Syntax) -> s.Value:
        value = number(self._walk.text(node))
        if value is None:
            return s.Unknown(node.start_byte, node.end_byte)
        return s.Literal(node.start_byte, node.end_byte, value)

    def lower_true(self, node: Syntax) -> s.Value:
        return s.Literal(node.start_byte, node.end_byte, True)

    def lower_false(self, node: Syntax) -> s.Value:
        return s.Literal(node.start_byte, node.end_byte, False)

    def lower_nothing(self, node: Syntax) -> s.Value:
        return s.Literal(node.start_byte, node.end_byte, None)

    def lower_template(self, node: Syntax) -> s.Value:
        if any(child.type == "template_substitution" for child in node.named_children):
            return self._template_parts(node)
        return self.lower_string(node)

    def _template_parts(self, node: Syntax) -> s.Template:
        start, end = node.start_byte, node.end_byte
        parts: list[s.Value] = []
        at = start + 1
        for hole in node.named_children:
            if hole.type == "template_substitution":
                self._add_text(parts, at, hole.start_byte)
                parts += self.values(inner(hole))
                at = hole.end_byte
        closed = end - 1 if end - start >= 2 and self._walk.data[end - 1 : end] == b"`" else end
        self._add_text(parts, at, closed)
        return s.Template(start, end, tuple(parts))

    def _add_text(self, parts: list[s.Value], start: int, end: int) -> None:
        if start < end:
            parts.append(self._walk.literal(start, end, self._walk.cooked(start, end)))

    # --- chains: members and calls ----------------------------------------------------------------

    def lower_chain(self, node: Syntax) -> s.Value:
        """Lower ``a.b(c).d[e]`` from its innermost link outwards, without recursion."""
        links: list[Syntax] = []
        room = DEEPEST - self._walk.depth
        before: Syntax | None = node
        while before is not None and before.type in _LINKS and len(links) < room:
            links.append(before)
            before = before.child_by_field_name(_LINKS[before.type])
            before = None if before is None else unwrapped(before)
        depth = self._walk.depth
        self._walk.depth = depth + len(links)
        if before is None:
            result: s.Value = s.Unknown(node.start_byte, node.start_byte)
        else:
            result = self._callable(before)
        for position in range(len(links) - 1, -1, -1):
            self._walk.depth = depth + position
            result = self._link(links[position], result)
        self._walk.depth = depth
        return result

    def _callable(self, node: Syntax) -> s.Value:
        if node.type == "import":
            return s.Name(node.start_byte, node.end_byte, "import", -1)
        return self.value(node)

    def _link(self, node: Syntax, before: s.Value) -> s.Value:
        if node.type == "member_expression":
            return self._member(node, before)
        if node.type == "call_expression":
            return self._call(node, before)
        return self._subscript(node, before)

    def _member(self, node: Syntax, before: s.Value) -> s.Value:
        name = node.child_by_field_name("property")
        if name is None:
            return s.Unknown(node.start_byte, node.end_byte, (before,))
        optional = node.child_by_field_name("optional_chain") is not None
        return s.Member(
            node.start_byte, node.end_byte, before, self._walk.text(name), name.start_byte, optional
        )

    def _subscript(self, node: Syntax, before: s.Value) -> s.Value:
        index = self.field(node, "index")
        if isinstance(index, s.Literal) and isinstance(index.value, str):
            optional = node.child_by_field_name("optional_chain") is not None
            return s.Member(
                node.start_byte, node.end_byte, before, index.value, index.start + 1, optional
            )
        return s.Index(node.start_byte, node.end_byte, before, index)

    def _call(self, node: Syntax, callee: s.Value) -> s.Value:
        start, end = node.start_byte, node.end_byte
        passed = node.child_by_field_name("arguments")
        if passed is None:
            return s.Unknown(start, end, (callee,))
        if passed.type == "template_string":
            text = self._template_parts(passed)
            return s.Call(start, end, callee, (s.Argument(text.start, text.end, None, text),))
        between = self._walk.data[callee.end : passed.start_byte]
        call = s.Call(start, end, callee, self._arguments(passed), optional=b"?." in between)
        self._note_import(call)
        return call

    def _arguments(self, node: Syntax) -> tuple[s.Argument, ...]:
        return tuple(
            [
                s.Argument(child.start_byte, child.end_byte, None, self.value(child))
                for child in inner(node)
            ]
        )

    def _note_import(self, call: s.Call) -> None:
        """Remember ``require("x")`` and ``import("x")``."""
        callee = call.callee
        if not isinstance(callee, s.Name) or callee.binding >= 0 or not call.arguments:
            return
        module = call.arguments[0].value
        if not isinstance(module, s.Literal) or not isinstance(module.value, str):
            return
        if callee.name == "import":
            self._walk.imports.append(
                s.Import(call.start, call.end, module.value, "*", -1, kind="dynamic")
            )
        elif callee.name == "require" and len(call.arguments) == 1:
            self._walk.imports.append(
                s.Import(call.start, call.end, module.value, "*", -1, kind="require")
            )

    def lower_new(self, node: Syntax) -> s.Value:
        callee = self.field(node, "constructor")
        passed = node.child_by_field_name("arguments")
        arguments = () if passed is None else self._arguments(passed)
        return s.Call(node.start_byte, node.end_byte, callee, arguments, new=True)

    # --- operators --------------------------------------------------------------------------------

    def lower_ternary(self, node: Syntax) -> s.Value:
        test = self.field(node, "condition")
        options = (self.field(node, "consequence"), self.field(node, "alternative"))
        return s.Choice(node.start_byte, node.end_byte, "?:", test, options)

    def lower_binary(self, node: Syntax) -> s.Value:
        sign = node.child_by_field_name("operator")
        operator = "" if sign is None else sign.type
        start, end = node.start_byte, node.end_byte
        logical = _LOGICAL.get(operator)
        if logical is not None:
            return self._choice(node, logical)
        if operator == "+":
            return s.Operation(start, end, "+", self.values(self._operands(node, "+")))
        return s.Operation(
            start, end, operator, (self.field(node, "left"), self.field(node, "right"))
        )

    def _operands(self, node: Syntax, operator: str) -> list[Syntax]:
        """Return the operands of ``a + b + c``, which the grammar nests to the left, in order."""
        found: list[Syntax] = []
        while True:
            right = node.child_by_field_name("right")
            left = node.child_by_field_name("left")
            if right is not None:
                found.append(right)
            if left is None:
                break
            sign = left.child_by_field_name("operator")
            if left.type != "binary_expression" or sign is None or sign.type != operator:
                found.append(left)
                break
            node = left
        return found[::-1]

    def _choice(self, node: Syntax, operator: Literal["&&", "||", "??"]) -> s.Value:
        """Lower ``a || b || c`` as ``a || (b || c)``, which means the same.

        The test of ``||`` is also its first option, so a chain that nests to the left would
        double with every operand.
        """
        operands = self._operands(node, operator)
        room = DEEPEST - self._walk.depth
        if len(operands) > room:
            last: s.Value = self._walk.cut(operands[room])
            operands = operands[:room]
        else:
            last = self._at_depth(operands.pop(), len(operands))
        end = node.end_byte
        for level in range(len(operands) - 1, -1, -1):
            left = operands[level]
            start = left.start_byte
            if operator == "&&":
                last = s.Choice(start, end, operator, self._at_depth(left, level), (last,))
                continue
            self._walk.doublings += 1
            test = self._at_depth(left, level)
            self._walk.doublings -= 1
            if self._walk.doublings < MOST_DOUBLINGS:
                last = s.Choice(start, end, operator, test, (test, last))
            else:
                last = s.Operation(start, end, operator, (test, last))
        return last

    def _at_depth(self, node: Syntax, level: int) -> s.Value:
        self._walk.depth += level
        result = self.value(node)
        self._walk.depth -= level
        return result

    def lower_unary(self, node: Syntax) -> s.Value:
        sign = node.child_by_field_name("operator")
        operator = "" if sign is None else sign.type
        return s.Operation(
            node.start_byte, node.end_byte, operator, (self.field(node, "argument"),)
        )

    def lower_update(self, node: Syntax) -> s.Value:
        sign = node.child_by_field_name("operator")
        argument = node.child_by_field_name("argument")
        operands = () if argument is None else (self.objects.target(argument, writes=True),)
        operator = "" if sign is None else sign.type
        return s.Operation(node.start_byte, node.end_byte, operator, operands)

    def lower_sequence(self, node: Syntax) -> s.Value:
        return s.Operation(node.start_byte, node.end_byte, ",", self.values(inner(node)))

    def lower_await(self, node: Syntax) -> s.Value:
        if self._walk.inside == 0:
            self._walk.esm = True
        children = inner(node)
        if not children:
            return s.Unknown(node.start_byte, node.end_byte)
        return s.Await(node.start_byte, node.end_byte, self.value(children[0]))

    def lower_yield(self, node: Syntax) -> s.Value:
        operator = "yield*" if any(child.type == "*" for child in node.children) else "yield"
        return s.Operation(node.start_byte, node.end_byte, operator, self.values(inner(node)))

    def lower_spread(self, node: Syntax) -> s.Value:
        children = inner(node)
        if not children:
            return s.Unknown(node.start_byte, node.end_byte)
        return s.Spread(node.start_byte, node.end_byte, self.value(children[0]))

    def lower_assignment(self, node: Syntax) -> s.Value:
        target, operator, value = self.assigned(node)
        return s.Operation(node.start_byte, node.end_byte, operator, (target, value))

    def assigned(self, node: Syntax) -> tuple[s.Value, str, s.Value]:
        """Lower an assignment: its target, its operator and its value."""
        sign = node.child_by_field_name("operator")
        left = node.child_by_field_name("left")
        right = node.child_by_field_name("right")
        operator = "=" if sign is None else sign.type
        target: s.Value = s.Unknown(node.start_byte, node.start_byte)
        if left is not None:
            target = self.objects.target(left, writes=True)
        value: s.Value = s.Unknown(node.end_byte, node.end_byte)
        if right is not None:
            value = self.named(right, last_name(target))
        if operator == "=":
            self._note_export(node, target, value)
        return target, operator, value

    def _note_export(self, node: Syntax, target: s.Value, value: s.Value) -> None:
        """Remember ``module.exports = …``, ``module.exports.x = …`` and ``exports.x = …``."""
        name = _exported_name(target)
        while isinstance(value, s.Operation) and value.operator == "=":
            value = value.operands[1]
        if name is None or (isinstance(value, s.Operation) and value.operator == "void"):
            return  # compilers write `exports.x = void 0` first and the real value later
        self._walk.exports.append(s.Export(node.start_byte, node.end_byte, name, value=value))

    # --- functions and classes --------------------------------------------------------------------

    def lower_lambda(self, node: Syntax) -> s.Value:
        return self.named(node, None)


def _exported_name(target: s.Value) -> str | None:
    """Return what a CommonJS assignment exports: ``=`` for everything, a name, or None."""
    if not isinstance(target, s.Member):
        return None
    if _is_whole_export(target):
        return "="
    holder = target.object
    whole = _is_whole_export(holder) or _is_global(holder, "exports")
    return target.name if whole else None


def _is_whole_export(value: s.Value) -> bool:
    return (
        isinstance(value, s.Member)
        and value.name == "exports"
        and _is_global(value.object, "module")
    )


def _is_global(value: s.Value, name: str) -> bool:
    return isinstance(value, s.Name) and value.name == name and value.binding < 0


_VALUES: Final[dict[str, Callable[[Values, Syntax], s.Value]]] = {
    "arrow_function": Values.lower_lambda,
    "as_expression": Values.lower_wrapped,
    "assignment_expression": Values.lower_assignment,
    "augmented_assignment_expression": Values.lower_assignment,
    "await_expression": Values.lower_await,
    "binary_expression": Values.lower_binary,
    "call_expression": Values.lower_chain,
    "class": Values.lower_lambda,
    "false": Values.lower_false,
    "function_expression": Values.lower_lambda,
    "generator_function": Values.lower_lambda,
    "instantiation_expression": Values.lower_wrapped,
    "member_expression": Values.lower_chain,
    "meta_property": Values.lower_meta,
    "new_expression": Values.lower_new,
    "non_null_expression": Values.lower_wrapped,
    "null": Values.lower_nothing,
    "number": Values.lower_number,
    "parenthesized_expression": Values.lower_wrapped,
    "satisfies_expression": Values.lower_wrapped,
    "sequence_expression": Values.lower_sequence,
    "spread_element": Values.lower_spread,
    "string": Values.lower_string,
    "subscript_expression": Values.lower_chain,
    "super": Values.lower_platform_name,
    "template_string": Values.lower_template,
    "ternary_expression": Values.lower_ternary,
    "this": Values.lower_platform_name,
    "true": Values.lower_true,
    "type_assertion": Values.lower_wrapped,
    "unary_expression": Values.lower_unary,
    "undefined": Values.lower_nothing,
    "update_expression": Values.lower_update,
    "yield_expression": Values.lower_yield,
}

EXPRESSIONS: Final = frozenset({"identifier", *_VALUES, *LITERALS, *ELEMENTS})

_PIECES: Final = EXPRESSIONS | {"ERROR", "arguments", "pair"}
"""What may hold values inside a construct that is unknown or broken."""
