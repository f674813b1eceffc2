"""Python expressions, lowered from LibCST into the small language of ``model.syntax``."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final
from typing import Literal as Choices

import libcst as cst

from mmlint.languages.python.scope import BindingKind, Scopes
from mmlint.languages.python.spans import Span, Spans
from mmlint.model import syntax as s
from mmlint.model.regex import regex
from mmlint.sdk.keys import find_key, redact

ParameterKind = Choices["positional", "keyword", "rest", "keywords"]

OPERATORS: Final = {
    "Add": "+",
    "BitAnd": "&",
    "BitInvert": "~",
    "BitOr": "|",
    "BitXor": "^",
    "Divide": "/",
    "Equal": "==",
    "FloorDivide": "//",
    "GreaterThan": ">",
    "GreaterThanEqual": ">=",
    "In": "in",
    "Is": "is",
    "IsNot": "is not",
    "LeftShift": "<<",
    "LessThan": "<",
    "LessThanEqual": "<=",
    "MatrixMultiply": "@",
    "Minus": "-",
    "Modulo": "%",
    "Multiply": "*",
    "Not": "not",
    "NotEqual": "!=",
    "NotIn": "not in",
    "Plus": "+",
    "Power": "**",
    "RightShift": ">>",
    "Subtract": "-",
}
"""LibCST's names of operators, and how they are spelled."""

_ESCAPE = regex(
    r"\\(N\{[^}]*\}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)", re.DOTALL
)
_ESCAPED = {
    "\n": "",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
_LARGEST = 2**63


class Values:
    """Lowers expressions. One object serves one file and remembers its functions and scopes."""

    def __init__(self, data: bytes, spans: Spans, salt: bytes = b"") -> None:
        self.data = data
        self.salt = salt
        self.spans = spans
        self.scopes = Scopes(len(data))
        self.functions: list[s.Function | None] = []
        self.generators: set[int] = set()
        self.function = 0

    def value(self, node: cst.CSTNode) -> s.Value:
        """Lower one expression; what has no counterpart becomes ``Unknown`` around its parts."""
        lower = _LOWERINGS.get(type(node))
        return lower(self, node) if lower else self._unknown(node)

    def values(self, nodes: Iterable[cst.CSTNode]) -> tuple[s.Value, ...]:
        """Lower several expressions in order."""
        return tuple(self.value(node) for node in nodes)

    def target(
        self, node: cst.CSTNode, kind: BindingKind = "variable", *, walrus: bool = False
    ) -> s.Value:
        """Lower what an assignment, loop, ``with`` or ``del`` writes to, and declare its names."""
        span = self.spans.of(node)
        if isinstance(node, cst.Name):
            self.scopes.declare(node.value, span, kind, walrus=walrus)
            return self.scopes.refer(node.value, span)
        if isinstance(node, cst.Tuple | cst.List):
            items = tuple(self.target(element, kind) for element in node.elements)
            return s.Sequence(*span, items)
        if isinstance(node, cst.Element):
            return self.target(node.value, kind)
        if isinstance(node, cst.StarredElement):
            return s.Spread(*span, self.target(node.value, kind))
        return self.value(node)

    # --- functions ------------------------------------------------------------------------------

    def open_function(self) -> int:
        """Reserve the next index of ``functions``, so that outer functions come before inner."""
        self.functions.append(None)
        return len(self.functions) - 1

    def parameters(self, node: cst.Parameters) -> tuple[s.Parameter, ...]:
        """Lower and declare parameters; call it inside the function's scope.

        Defaults run in the scope around the function, so they are lowered there.
        """
        found: list[tuple[cst.Param, ParameterKind]] = []
        found += [(one, "positional") for one in (*node.posonly_params, *node.params)]
        if isinstance(node.star_arg, cst.Param):
            found.append((node.star_arg, "rest"))
        found += [(one, "keyword") for one in node.kwonly_params]
        if node.star_kwarg is not None:
            found.append((node.star_kwarg, "keywords"))
        return tuple(self._parameter(param, kind) for param, kind in found)

    def _parameter(self, param: cst.Param, kind: ParameterKind) -> s.Parameter:
        inside = self.scopes.current
        default = None
        if param.default is not None and inside.parent is not None:
            self.scopes.current = inside.parent
            default = self.value(param.default)
            self.scopes.current = inside
        target = self.target(param.name, "parameter")
        start, end = self.spans.of(param)
        annotation = None
        if param.annotation is not None:
            type_start, end = self.spans.whole(param.annotation.annotation)
            annotation = redact(self.data[type_start:end].decode(errors="replace"))
        if param.default is not None:
            end = self.spans.whole(param.default)[1]
        return s.Parameter(start, end, param.name.value, target, default, kind, annotation)

    def lower_lambda(self, node: cst.Lambda) -> s.Value:
        index, outer = self.open_function(), self.function
        self.scopes.enter("function", index)
        self.function = index
        parameters = self.parameters(node.params)
        start, end = self.spans.whole(node.body)
        body = (s.Return(start, end, self.value(node.body)),)
        self.function = outer
        self.scopes.leave(start, end)
        self.functions[index] = s.Function(
            *self.spans.of(node),
            name=None,
            kind="function",
            parameters=parameters,
            body=body,
            body_start=start,
            body_end=end,
            parent=outer,
            is_generator=index in self.generators,
            expression=True,
        )
        return s.Lambda(*self.spans.of(node), index)

    # --- names, members, calls ------------------------------------------------------------------

    def lower_name(self, node: cst.Name) -> s.Value:
        span = self.spans.of(node)
        if node.value in _CONSTANTS:
            return s.Literal(*span, _CONSTANTS[node.value])
        return self.scopes.refer(node.value, span)

    def lower_attribute(self, node: cst.Attribute) -> s.Value:
        name_start = self.spans.of(node.attr)[0]
        return s.Member(*self.spans.of(node), self.value(node.value), node.attr.value, name_start)

    def lower_subscript(self, node: cst.Subscript) -> s.Value:
        span = self.spans.of(node)
        owner = self.value(node.value)
        indexes = tuple(self._index(element) for element in node.slice)
        if len(indexes) > 1:
            return s.Index(*span, owner, s.Sequence(indexes[0].start, indexes[-1].end, indexes))
        index = indexes[0]
        name = _plain_text(index)
        if name is not None:
            return s.Member(*span, owner, name, index.start)
        return s.Index(*span, owner, index)

    def _index(self, element: cst.SubscriptElement) -> s.Value:
        if not isinstance(element.slice, cst.Index):
            return self._unknown(element.slice)
        value = self.value(element.slice.value)
        if element.slice.star:
            return s.Spread(*self.spans.of(element), value)
        return value

    def lower_call(self, node: cst.Call) -> s.Value:
        callee = self.value(node.func)
        return s.Call(*self.spans.of(node), callee, tuple(map(self._argument, node.args)))

    def _argument(self, node: cst.Arg) -> s.Argument:
        span = self.spans.of(node)
        value = self.value(node.value)
        if node.star:
            value = s.Spread(*span, value, node.star == "**")
        return s.Argument(*span, node.keyword.value if node.keyword else None, value)

    # --- displays and comprehensions ------------------------------------------------------------

    def lower_sequence(self, node: cst.Tuple | cst.List | cst.Set) -> s.Value:
        return s.Sequence(*self.spans.of(node), self.values(node.elements))

    def lower_element(self, node: cst.Element) -> s.Value:
        return self.value(node.value)

    def lower_starred(self, node: cst.StarredElement) -> s.Value:
        return s.Spread(*self.spans.of(node), self.value(node.value))

    def lower_dict(self, node: cst.Dict) -> s.Value:
        return s.Object(*self.spans.of(node), tuple(map(self._entry, node.elements)))

    def _entry(self, node: cst.BaseDictElement) -> s.Entry:
        start, end = self.spans.of(node)
        if not isinstance(node, cst.DictElement):
            return s.Entry(start, end, None, self.value(node.value), start, "spread")
        key, value = self.value(node.key), self.value(node.value)
        name = _plain_text(key)
        if name is not None:
            return s.Entry(start, end, name, value, key.start)
        if not isinstance(key, s.Name | s.Member | s.Literal) or _holds_key(key):
            value = s.Unknown(start, end, (key, value))  # what the key evaluates must not be lost
        return s.Entry(start, end, None, value, start, "computed")

    def lower_comprehension(
        self, node: cst.GeneratorExp | cst.ListComp | cst.SetComp | cst.DictComp
    ) -> s.Value:
        start, end = self.spans.of(node)
        # The first source is evaluated outside, the rest in the comprehension's own scope.
        sources = [self.value(node.for_in.iter)]
        targets: list[s.Value] = []
        self.scopes.enter("comprehension", self.function)
        clause: cst.CompFor | None = node.for_in
        while clause is not None:
            if clause is not node.for_in:
                sources.append(self.value(clause.iter))
            targets.append(self.target(clause.target))
            sources += self.values(condition.test for condition in clause.ifs)
            clause = clause.inner_for_in
        element = self._produced(node)
        self.scopes.leave(start, end)
        return s.Comprehension(start, end, element, tuple(sources), tuple(targets))

    def _produced(self, node: cst.BaseComp) -> s.Value:
        if isinstance(node, cst.DictComp):
            pair = self.values((node.key, node.value))
            return s.Sequence(self.spans.whole(node.key)[0], self.spans.whole(node.value)[1], pair)
        if isinstance(node, cst.BaseSimpleComp):
            return self.value(node.elt)
        return self._unknown(node)

    # --- operators ------------------------------------------------------------------------------

    def lower_unary(self, node: cst.UnaryOperation) -> s.Value:
        operator = _operator(node.operator)
        return s.Operation(*self.spans.of(node), operator, (self.value(node.expression),))

    def lower_binary(self, node: cst.BinaryOperation) -> s.Value:
        operands = self.values((node.left, node.right))
        return s.Operation(*self.spans.of(node), _operator(node.operator), operands)

    def lower_comparison(self, node: cst.Comparison) -> s.Value:
        operators = " ".join(_operator(one.operator) for one in node.comparisons)
        operands = self.values((node.left, *(one.comparator for one in node.comparisons)))
        return s.Operation(*self.spans.of(node), operators, operands)

    def lower_boolean(self, node: cst.BooleanOperation) -> s.Value:
        span = self.spans.of(node)
        left, right = self.values((node.left, node.right))
        if isinstance(node.operator, cst.Or):
            return s.Choice(*span, "||", left, (left, right))
        return s.Choice(*span, "&&", left, (right,))

    def lower_conditional(self, node: cst.IfExp) -> s.Value:
        test = self.value(node.test)
        return s.Choice(*self.spans.of(node), "?:", test, self.values((node.body, node.orelse)))

    def lower_await(self, node: cst.Await) -> s.Value:
        return s.Await(*self.spans.of(node), self.value(node.expression))

    def lower_yield(self, node: cst.Yield) -> s.Value:
        self.generators.add(self.function)
        span = self.spans.of(node)
        if isinstance(node.value, cst.From):
            return s.Operation(*span, "yield from", (self.value(node.value.item),))
        return s.Operation(*span, "yield", self.values([node.value] if node.value else []))

    def lower_walrus(self, node: cst.NamedExpr) -> s.Value:
        target = self.target(node.target, walrus=True)
        return s.Operation(*self.spans.of(node), ":=", (target, self.value(node.value)))

    # --- literals -------------------------------------------------------------------------------

    def lower_integer(self, node: cst.Integer) -> s.Value:
        span = self.spans.of(node)
        # A cache holds 64 bits, and converting thousands of digits is refused by Python itself.
        number = int(node.value, 0) if len(node.value) < 80 else _LARGEST
        return s.Literal(*span, number) if number < _LARGEST else s.Unknown(*span)

    def lower_float(self, node: cst.Float) -> s.Value:
        span = self.spans.of(node)
        number = float(node.value)
        return s.Literal(*span, number) if math.isfinite(number) else s.Unknown(*span)

    def lower_string(
        self, node: cst.SimpleString | cst.FormattedString | cst.ConcatenatedString
    ) -> s.Value:
        start, end = self.spans.of(node)
        if _is_bytes(node):
            return s.Unknown(start, end)
        parts: list[s.Value] = []
        text = ""
        text_start = text_end = start
        for piece, (piece_start, piece_end) in self._pieces(node):
            if isinstance(piece, str):
                text_start = piece_start if not text else text_start
                text, text_end = text + piece, piece_end
                continue
            if text:
                parts.append(self._text(text_start, text_end, text))
                text = ""
            parts.append(piece)
        if not parts:
            return self._text(start, end, text)
        if text:
            parts.append(self._text(text_start, text_end, text))
        return s.Template(start, end, tuple(parts))

    def _text(self, start: int, end: int, text: str) -> s.Literal:
        """A string literal: no key leaves this function in the clear."""
        return s.Literal(start, end, redact(text), find_key(text, self.salt))

    def _pieces(self, node: cst.CSTNode) -> Iterator[tuple[str | s.Value, Span]]:
        """Yield the texts and holes of a string, however many literals it is joined from."""
        while isinstance(node, cst.ConcatenatedString):
            yield from self._pieces(node.left)
            node = node.right
        span = self.spans.of(node)
        if isinstance(node, cst.SimpleString):
            yield _unescaped(node.raw_value, "r" in node.prefix), span
        elif isinstance(node, cst.FormattedString):
            for part in node.parts:
                where = self.spans.of(part)
                if isinstance(part, cst.FormattedStringText):
                    text = part.value.replace("{{", "{").replace("}}", "}")
                    yield _unescaped(text, "r" in node.prefix), where
                elif isinstance(part, _HOLE):
                    yield self._hole(part), where
        else:
            yield self._unknown(node), span

    def _hole(self, node: cst.FormattedStringExpression) -> s.Value:
        value = self.value(node.expression)
        inner = [part for part in node.format_spec or () if isinstance(part, _HOLE)]
        if not inner:
            return value
        holes = tuple(self._hole(part) for part in inner)
        return s.Unknown(*self.spans.of(node), (value, *holes))

    def _unknown(self, node: cst.CSTNode) -> s.Value:
        """Keep the values found inside a node that has no counterpart."""
        return s.Unknown(*self.spans.of(node), tuple(self._inside(node)))

    def _inside(self, node: cst.CSTNode) -> Iterator[s.Value]:
        for child in node.children:
            if type(child) in _LOWERINGS:
                yield self.value(child)
            else:
                yield from self._inside(child)


_HOLE = cst.FormattedStringExpression
_CONSTANTS: dict[str, bool | None] = {"None": None, "True": True, "False": False}

# The table's key is the type of the method's argument, which a type checker cannot express.
_LOWERINGS: Final[dict[type[cst.CSTNode], Callable[[Values, Any], s.Value]]] = {
    cst.Attribute: Values.lower_attribute,
    cst.Await: Values.lower_await,
    cst.BinaryOperation: Values.lower_binary,
    cst.BooleanOperation: Values.lower_boolean,
    cst.Call: Values.lower_call,
    cst.Comparison: Values.lower_comparison,
    cst.ConcatenatedString: Values.lower_string,
    cst.Dict: Values.lower_dict,
    cst.DictComp: Values.lower_comprehension,
    cst.Element: Values.lower_element,
    cst.Float: Values.lower_float,
    cst.FormattedString: Values.lower_string,
    cst.GeneratorExp: Values.lower_comprehension,
    cst.IfExp: Values.lower_conditional,
    cst.Integer: Values.lower_integer,
    cst.Lambda: Values.lower_lambda,
    cst.List: Values.lower_sequence,
    cst.ListComp: Values.lower_comprehension,
    cst.Name: Values.lower_name,
    cst.NamedExpr: Values.lower_walrus,
    cst.Set: Values.lower_sequence,
    cst.SetComp: Values.lower_comprehension,
    cst.SimpleString: Values.lower_string,
    cst.StarredElement: Values.lower_starred,
    cst.Subscript: Values.lower_subscript,
    cst.Tuple: Values.lower_sequence,
    cst.UnaryOperation: Values.lower_unary,
    cst.Yield: Values.lower_yield,
}


def _operator(node: cst.CSTNode) -> str:
    name = type(node).__name__
    return OPERATORS.get(name, name)


def _plain_text(value: s.Value) -> str | None:
    """Return the text of a string literal that can serve as a name."""
    if isinstance(value, s.Literal) and isinstance(value.value, str) and value.key is None:
        return value.value
    return None


def _is_bytes(node: cst.CSTNode) -> bool:
    while isinstance(node, cst.ConcatenatedString):
        node = node.left
    return isinstance(node, cst.SimpleString) and "b" in node.prefix


def _holds_key(value: s.Value) -> bool:
    return isinstance(value, s.Literal) and value.key is not None


def _unescaped(text: str, raw: bool) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if raw or "\\" not in text:
        return text
    # A lone surrogate can be written but not encoded, so it could not be stored.
    return _ESCAPE.sub(_character, text).encode(errors="replace").decode()


def _character(match: re.Match[str]) -> str:
    """Return what an escape stands for; an unknown one stands for itself."""
    code: str = match.group(1)
    if code in _ESCAPED:
        return _ESCAPED[code]
    if code[0] in "01234567":
        return chr(int(code, 8))
    try:
        if code[0] in "xuU":
            return chr(int(code[1:], 16))
        if code[0] == "N":
            return unicodedata.lookup(code[2:-1])
    except (KeyError, ValueError, OverflowError):
        pass
    return match.group()
