"""Python statements, functions, classes and imports, lowered from LibCST into ``model.syntax``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final
from typing import Literal as Choices

import libcst as cst

from mmlint.languages.python.spans import Spans
from mmlint.languages.python.values import OPERATORS, Values
from mmlint.model import syntax as s

Statements = list[s.Statement]


def lower(tree: cst.Module, data: bytes, spans: Spans, salt: bytes = b"") -> s.Module:
    """Return the module ``tree`` of the file ``data``, whose nodes stand at ``spans``.

    Offsets are bytes of ``data``, from 0. ``salt``: for the fingerprints of keys. Raises
    ``RecursionError`` on deep nesting.
    """
    return _Lowering(Values(data, spans, salt)).module(tree)


class _Lowering:
    """Lowers one file. ``values`` lowers the expressions, and holds the scopes and functions."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self.spans = values.spans
        self.scopes = values.scopes
        self.classes: list[s.Class | None] = []
        self.imports: list[s.Import] = []
        self._members: list[list[s.ClassMember]] = []
        self._class = -1  # the class whose body is being lowered; -1 inside functions
        self._typing = False  # inside ``if TYPE_CHECKING:``

    def module(self, tree: cst.Module) -> s.Module:
        size = len(self._values.data)
        self._values.open_function()
        body = self.statements(tree.body)
        first = self.spans.of(tree.body[0])[0] if tree.body else size
        last = self.spans.of(tree.body[-1])[1] if tree.body else size
        self._values.functions[0] = s.Function(0, size, None, "module", (), body, first, last, -1)
        return s.Module(
            0,
            size,
            "python",
            None,
            bindings=self.scopes.finish(),
            functions=tuple(one for one in self._values.functions if one is not None),
            classes=tuple(one for one in self.classes if one is not None),
            imports=tuple(self.imports),
            exports=(),
            executable=self._values.data.startswith((b"#!", b"\xef\xbb\xbf#!")),
        )

    # --- statements -----------------------------------------------------------------------------

    def statements(self, nodes: Iterable[cst.CSTNode]) -> tuple[s.Statement, ...]:
        found: Statements = []
        for node in nodes:
            if isinstance(node, cst.SimpleStatementLine):
                found += self.statements(node.body)
                continue
            lower = _LOWERINGS.get(type(node))
            if lower is not None:
                found += lower(self, node)
            elif type(node).__name__ in _LAZY_IMPORTS:
                _LAZY_IMPORTS[type(node).__name__](self, node)
        return tuple(found)

    def _suite(
        self, node: cst.BaseSuite | cst.Else | cst.Finally | None
    ) -> tuple[s.Statement, ...]:
        """Lower a block, or the block of an ``else`` or ``finally``; none is empty."""
        if node is None:
            return ()
        suite = node.body if isinstance(node, cst.Else | cst.Finally) else node
        return self.statements(suite.body)

    def lower_expression(self, node: cst.Expr) -> Statements:
        return [s.ExpressionStatement(*self.spans.of(node), self._values.value(node.value))]

    def lower_assign(self, node: cst.Assign) -> Statements:
        """``a = b = v`` binds ``v`` to the plainest target, and the others to that target, so that
        calls inside ``v`` are there once."""
        span = self.spans.of(node)
        value = self._values.value(node.value)
        targets = [self._values.target(one.target) for one in node.targets]
        carrier = min(targets, key=_plainness)
        rest = carrier if _plainness(carrier) < 2 else s.Unknown(carrier.start, carrier.end)
        others = [one for one in targets if one is not carrier]
        return [s.Assign(*span, carrier, value), *(s.Assign(*span, one, rest) for one in others)]

    def lower_annotated(self, node: cst.AnnAssign) -> Statements:
        span = self.spans.of(node)
        if node.value is not None:
            value = self._values.value(node.value)
            return [s.Assign(*span, self._values.target(node.target), value)]
        if isinstance(node.target, cst.Name):
            name = node.target.value
            self.scopes.declare(name, self.spans.of(node.target), assigned=False)
            if self.scopes.current.kind == "class":
                self._members[-1].append(s.ClassMember(*span, name, -1, None))
        return []

    def lower_augmented(self, node: cst.AugAssign) -> Statements:
        operator = OPERATORS[type(node.operator).__name__.removesuffix("Assign")] + "="
        value = self._values.value(node.value)
        return [
            s.Assign(
                *self.spans.of(node), self._values.target(node.target), value, operator=operator
            )
        ]

    def lower_return(self, node: cst.Return) -> Statements:
        return [
            s.Return(*self.spans.of(node), self._values.value(node.value) if node.value else None)
        ]

    def lower_raise(self, node: cst.Raise) -> Statements:
        start, end = self.spans.of(node)
        value = self._values.value(node.exc) if node.exc else None
        if value is not None and node.cause is not None:
            operands = (value, self._values.value(node.cause.item))
            value = s.Operation(value.start, end, "from", operands)
        return [s.Throw(start, end, value)]

    def lower_jump(self, node: cst.Break | cst.Continue) -> Statements:
        return [
            s.Jump(*self.spans.of(node), "break" if isinstance(node, cst.Break) else "continue")
        ]

    def lower_assert(self, node: cst.Assert) -> Statements:
        span = self.spans.of(node)
        operands = self._values.values([node.test, node.msg] if node.msg else [node.test])
        return [s.ExpressionStatement(*span, s.Operation(*span, "assert", operands))]

    def lower_delete(self, node: cst.Del) -> Statements:
        span = self.spans.of(node)
        return [
            s.ExpressionStatement(
                *span, s.Operation(*span, "del", (self._values.target(node.target),))
            )
        ]

    def lower_global(self, node: cst.Global) -> Statements:
        self.scopes.current.globals.update(item.name.value for item in node.names)
        return []

    def lower_nonlocal(self, node: cst.Nonlocal) -> Statements:
        self.scopes.current.nonlocals.update(item.name.value for item in node.names)
        return []

    def lower_alias(self, node: cst.TypeAlias) -> Statements:
        self.scopes.declare(node.name.value, self.spans.of(node.name))
        return []

    def lower_if(self, node: cst.If) -> Statements:
        test = self._values.value(node.test)
        typing, self._typing = self._typing, self._typing or _is_type_checking(node.test)
        body = self._suite(node.body)
        self._typing = typing
        if isinstance(node.orelse, cst.If):
            orelse = tuple(self.lower_if(node.orelse))
        else:
            orelse = self._suite(node.orelse)
        return [s.If(*self.spans.of(node), test, body, orelse)]

    def lower_for(self, node: cst.For) -> Statements:
        iterable = self._values.value(node.iter)
        return [
            s.Loop(
                *self.spans.of(node),
                kind="each",
                head=(),
                test=None,
                target=self._values.target(node.target),
                iterable=iterable,
                body=self._suite(node.body),
                update=(),
                orelse=self._suite(node.orelse),
                is_async=node.asynchronous is not None,
            )
        ]

    def lower_while(self, node: cst.While) -> Statements:
        test = self._values.value(node.test)
        return [
            s.Loop(
                *self.spans.of(node),
                kind="while",
                head=(),
                test=test,
                target=None,
                iterable=None,
                body=self._suite(node.body),
                update=(),
                orelse=self._suite(node.orelse),
                endless=isinstance(test, s.Literal) and bool(test.value),
            )
        ]

    def lower_with(self, node: cst.With) -> Statements:
        items = tuple(self._with_item(item) for item in node.items)
        is_async = node.asynchronous is not None
        return [s.With(*self.spans.of(node), items, self._suite(node.body), is_async)]

    def _with_item(self, item: cst.WithItem) -> s.Statement:
        span = self.spans.of(item)
        value = self._values.value(item.item)
        if item.asname is None:
            return s.ExpressionStatement(*span, value)
        return s.Assign(*span, self._values.target(item.asname.name), value)

    def lower_try(self, node: cst.Try | cst.TryStar) -> Statements:
        return [
            s.Try(
                *self.spans.of(node),
                body=self._suite(node.body),
                handlers=tuple(self._handler(one) for one in node.handlers),
                orelse=self._suite(node.orelse),
                final=None if node.finalbody is None else self._suite(node.finalbody),
            )
        ]

    def _handler(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> s.Handler:
        test = self._values.value(node.type) if node.type else None
        if node.name is not None:
            self._values.target(node.name.name, "catch")
        return s.Handler(*self.spans.of(node), self._suite(node.body), test)

    # --- match ----------------------------------------------------------------------------------

    def lower_match(self, node: cst.Match) -> Statements:
        subject = self._values.value(node.subject)
        cases = tuple(self._case(case) for case in node.cases)
        return [s.Switch(*self.spans.of(node), subject, cases, falls_through=False)]

    def _case(self, node: cst.MatchCase) -> s.Case:
        """Alternatives become several tests, a guard one more; what always matches has none."""
        pattern = node.pattern
        if isinstance(pattern, cst.MatchOr):
            tests = [self._pattern(one.pattern) for one in pattern.patterns]
        elif isinstance(pattern, cst.MatchAs) and pattern.pattern is None:
            self._pattern(pattern)
            tests = []
        else:
            tests = [self._pattern(pattern)]
        if node.guard is not None:
            tests.append(self._values.value(node.guard))
        return s.Case(*self.spans.of(node), tuple(tests), self._suite(node.body))

    def _pattern(self, node: cst.CSTNode) -> s.Value:
        span = self.spans.of(node)
        if isinstance(node, cst.MatchValue | cst.MatchSingleton):
            return self._values.value(node.value)
        if isinstance(node, cst.MatchAs):
            return self._capture(node)
        if isinstance(node, cst.MatchOr):
            alternatives = tuple(self._pattern(one.pattern) for one in node.patterns)
            return s.Operation(*span, "|", alternatives)
        if isinstance(node, cst.MatchList | cst.MatchTuple):
            return s.Sequence(*span, tuple(self._item(one) for one in node.patterns))
        if isinstance(node, cst.MatchMapping):
            return self._mapping(node)
        if isinstance(node, cst.MatchClass):
            patterns = [one.value for one in node.patterns] + [one.pattern for one in node.kwds]
            parts = (self._values.value(node.cls), *(self._pattern(one) for one in patterns))
            return s.Unknown(*span, parts)
        return s.Unknown(*span)

    def _item(self, node: cst.MatchSequenceElement | cst.MatchStar) -> s.Value:
        if isinstance(node, cst.MatchSequenceElement):
            return self._pattern(node.value)
        span = self.spans.of(node)
        return s.Spread(*span, self._values.target(node.name) if node.name else s.Unknown(*span))

    def _capture(self, node: cst.MatchAs) -> s.Value:
        span = self.spans.of(node)
        inner = self._pattern(node.pattern) if node.pattern else None
        name = self._values.target(node.name) if node.name else s.Unknown(*span)
        return name if inner is None else s.Unknown(*span, (inner, name))

    def _mapping(self, node: cst.MatchMapping) -> s.Value:
        entries = []
        for element in node.elements:
            start, end = self.spans.of(element)
            key, value = self._values.value(element.key), self._pattern(element.pattern)
            if isinstance(key, s.Literal) and isinstance(key.value, str):
                entries.append(s.Entry(start, end, key.value, value, key.start))
            else:
                entries.append(s.Entry(start, end, None, value, start, "computed"))
        if node.rest is not None:
            rest = self._values.target(node.rest)
            entries.append(s.Entry(rest.start, rest.end, None, rest, rest.start, "spread"))
        return s.Object(*self.spans.of(node), tuple(entries))

    # --- functions and classes ------------------------------------------------------------------

    def lower_function(self, node: cst.FunctionDef) -> Statements:
        decorators = self._values.values(one.decorator for one in node.decorators)
        index, outer, owner = self._values.open_function(), self._values.function, self._class
        name = node.name.value
        self.scopes.declare(name, self.spans.of(node.name), "function", index)
        self.scopes.enter("function", index)
        parameters = self._values.parameters(node.params)
        self._values.function, self._class = index, -1
        body = self._suite(node.body)
        self._values.function, self._class = outer, owner
        body_start, body_end = self.spans.of(node.body)
        self.scopes.leave(body_start, body_end)
        span = self.spans.of(node)
        self._values.functions[index] = s.Function(
            *span,
            name=name,
            kind=_kind(name, owner),
            parameters=parameters,
            body=body,
            body_start=body_start,
            body_end=body_end,
            parent=outer,
            is_async=node.asynchronous is not None,
            is_generator=index in self._values.generators,
            owner=owner,
            decorators=decorators,
        )
        if owner >= 0:
            static = any(_names_static(decorator) for decorator in decorators)
            self._members[-1].append(s.ClassMember(*span, name, index, None, static))
        return []

    def lower_class_definition(self, node: cst.ClassDef) -> Statements:
        """A class yields no statement, but what its body runs besides methods and fields does: one
        block in the function around it."""
        decorators = self._values.values(one.decorator for one in node.decorators)
        bases = self._values.values(one.value for one in (*node.bases, *node.keywords))
        index, outer = len(self.classes), self._class
        self.classes.append(None)
        self.scopes.declare(node.name.value, self.spans.of(node.name), "class", index)
        self.scopes.enter("class", self._values.function)
        self._members.append([])
        self._class = index
        rest = self._fields(self._suite(node.body))
        self._class = outer
        self.scopes.leave(*self.spans.of(node.body))
        members = sorted(self._members.pop(), key=lambda member: member.start)
        span = self.spans.of(node)
        self.classes[index] = s.Class(
            *span, node.name.value, bases, tuple(members), decorators, self._values.function
        )
        return [s.Block(*span, rest)] if rest else []

    def _fields(self, statements: Iterable[s.Statement]) -> tuple[s.Statement, ...]:
        """Take the fields out of a class body's statements and return the others."""
        rest = []
        for one in statements:
            if isinstance(one, s.Assign) and isinstance(one.target, s.Name) and one.operator == "=":
                member = s.ClassMember(one.start, one.end, one.target.name, -1, one.value)
                self._members[-1].append(member)
            elif not (isinstance(one, s.ExpressionStatement) and isinstance(one.value, s.Literal)):
                rest.append(one)
        return tuple(rest)

    # --- imports --------------------------------------------------------------------------------

    def lower_import(self, node: cst.Import) -> Statements:
        for alias in node.names:
            module = _dotted(alias.name)
            if alias.asname is not None:
                self._bound_import(node, module, "*", alias.asname.name)
                continue
            root: cst.BaseExpression = alias.name
            while isinstance(root, cst.Attribute):
                root = root.value
            self._bound_import(node, _dotted(root), "*", root)
            if module != _dotted(root):
                self._import_of(node, module, "*", -1)
        return []

    def lower_import_from(self, node: cst.ImportFrom) -> Statements:
        module = "." * len(node.relative) + (_dotted(node.module) if node.module else "")
        if isinstance(node.names, cst.ImportStar):
            self._import_of(node, module, "*", -1, everything=True)
            return []
        for alias in node.names:
            bound = alias.asname.name if alias.asname is not None else alias.name
            self._bound_import(node, module, _dotted(alias.name), bound)
        return []

    def _bound_import(self, node: cst.CSTNode, module: str, name: str, bound: cst.CSTNode) -> None:
        binding = self.scopes.declare(_dotted(bound), self.spans.of(bound), "import")
        self._import_of(node, module, name, binding)

    def _import_of(
        self, node: cst.CSTNode, module: str, name: str, binding: int, everything: bool = False
    ) -> None:
        span = self.spans.of(node)
        self.imports.append(
            s.Import(*span, module, name, binding, type_only=self._typing, everything=everything)
        )


# The table's key is the type of the method's argument, which a type checker cannot express.
_LOWERINGS: Final[dict[type[cst.CSTNode], Callable[[_Lowering, Any], Statements]]] = {
    cst.AnnAssign: _Lowering.lower_annotated,
    cst.Assert: _Lowering.lower_assert,
    cst.Assign: _Lowering.lower_assign,
    cst.AugAssign: _Lowering.lower_augmented,
    cst.Break: _Lowering.lower_jump,
    cst.ClassDef: _Lowering.lower_class_definition,
    cst.Continue: _Lowering.lower_jump,
    cst.Del: _Lowering.lower_delete,
    cst.Expr: _Lowering.lower_expression,
    cst.For: _Lowering.lower_for,
    cst.FunctionDef: _Lowering.lower_function,
    cst.Global: _Lowering.lower_global,
    cst.If: _Lowering.lower_if,
    cst.Import: _Lowering.lower_import,
    cst.ImportFrom: _Lowering.lower_import_from,
    cst.Match: _Lowering.lower_match,
    cst.Nonlocal: _Lowering.lower_nonlocal,
    cst.Raise: _Lowering.lower_raise,
    cst.Return: _Lowering.lower_return,
    cst.Try: _Lowering.lower_try,
    cst.TryStar: _Lowering.lower_try,
    cst.TypeAlias: _Lowering.lower_alias,
    cst.While: _Lowering.lower_while,
    cst.With: _Lowering.lower_with,
}
# Newer LibCST releases know lazy imports (PEP 810); their nodes have the fields of the plain ones.
_LAZY_IMPORTS: Final[dict[str, Callable[[_Lowering, Any], Statements]]] = {
    "LazyImport": _Lowering.lower_import,
    "LazyImportFrom": _Lowering.lower_import_from,
}


def _plainness(target: s.Value) -> int:
    """How well another target can repeat this one: a name best, then a member of a name."""
    if isinstance(target, s.Name):
        return 0
    while isinstance(target, s.Member):
        target = target.object
    return 1 if isinstance(target, s.Name) else 2


def _kind(name: str, owner: int) -> Choices["function", "method", "constructor"]:
    if owner < 0:
        return "function"
    return "constructor" if name == "__init__" else "method"


def _names_static(decorator: s.Value) -> bool:
    return isinstance(decorator, s.Name) and decorator.name in ("staticmethod", "classmethod")


def _is_type_checking(test: cst.BaseExpression) -> bool:
    name = test.attr if isinstance(test, cst.Attribute) else test
    return isinstance(name, cst.Name) and name.value == "TYPE_CHECKING"


def _dotted(node: cst.CSTNode) -> str:
    """Return ``a.b.c`` as written, without the blanks around its dots."""
    names = []
    while isinstance(node, cst.Attribute):
        names.append(node.attr.value)
        node = node.value
    if isinstance(node, cst.Name):
        names.append(node.value)
    return ".".join(reversed(names))
