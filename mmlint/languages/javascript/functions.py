"""Lowers JavaScript functions and classes, and the names that a list of statements declares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from mmlint.languages.javascript.parts import FunctionKind, StatementKinds
from mmlint.languages.javascript.scope import (
    Kind,
    block_names,
    function_names,
    inner,
    pattern_names,
)
from mmlint.languages.javascript.values import EXPRESSIONS, Values
from mmlint.languages.javascript.walk import DEEPEST, Walk, last_name
from mmlint.model import syntax as s
from mmlint.sdk.keys import redact

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_SELF_NAMED: Final = frozenset({"function_expression", "generator_function"})
_MAKES_FIELD: Final = frozenset({"accessibility_modifier", "override_modifier", "readonly"})
"""What turns a parameter of a TypeScript constructor into a field."""


class Functions:
    """Lowers functions and classes. ``kinds`` lowers the statements in them."""

    kinds: StatementKinds

    def __init__(self, walk: Walk, values: Values) -> None:
        self._walk = walk
        self._values = values

    # --- statement lists and their names ----------------------------------------------------------

    def statements(self, nodes: Sequence[Syntax]) -> tuple[s.Statement, ...]:
        """Lower a statement list whose names are declared already."""
        if self._walk.depth >= DEEPEST:
            return tuple([self._cut_statement(node) for node in nodes[:1]])
        self._walk.depth += 1
        state = (self._walk.depth, self._walk.inside, self._walk.doublings, self._walk.namespaces)
        scopes = self._walk.scopes.depth
        lowered: list[s.Statement] = []
        for node in nodes:
            try:
                self.kinds.statement(node, lowered)
            except RecursionError:  # the callers had used up most of the stack
                self._walk.depth, self._walk.inside, self._walk.doublings, self._walk.namespaces = (
                    state
                )
                self._walk.scopes.close(scopes)
                lowered.append(self._cut_statement(node))
        self._walk.depth -= 1
        return tuple(lowered)

    def scoped(
        self, nodes: Sequence[Syntax], region: Syntax, whole: bool = False
    ) -> tuple[s.Statement, ...]:
        """Lower a statement list in a scope of its own. ``whole``: ``var`` belongs to it too."""
        depth = self._walk.scopes.depth
        self._walk.scopes.open()
        self.declare(nodes, (region.start_byte, region.end_byte), whole)
        lowered = self.statements(nodes)
        self._walk.scopes.close(depth)
        return lowered

    def declare(self, nodes: Sequence[Syntax], seen: tuple[int, int], whole: bool) -> None:
        """Declare what these statements declare, before any of them is lowered."""
        if whole and self._walk.data.find(b"var", *seen) >= 0:
            for name in function_names(nodes):
                self.declare_name(name, "variable", seen)
        for name, kind in block_names(nodes):
            self.declare_name(name, kind, seen)

    def declare_name(
        self,
        node: Syntax,
        kind: Kind,
        seen: tuple[int, int],
        target: int = -1,
    ) -> None:
        """Declare an identifier in the innermost scope; ``seen``: bytes in which it is seen."""
        span = (node.start_byte, node.end_byte)
        self._walk.scopes.declare(
            self._walk.text(node), kind, self._walk.inside, span, seen, target
        )

    def suite(self, node: Syntax | None) -> tuple[s.Statement, ...]:
        """Lower the body of an ``if`` or a loop: a block, or one statement without braces."""
        if node is None:
            return ()
        return self.scoped(inner(node) if node.type == "statement_block" else [node], node)

    def _cut_statement(self, node: Syntax) -> s.Statement:
        return s.ExpressionStatement(node.start_byte, node.end_byte, self._walk.cut(node))

    # --- functions --------------------------------------------------------------------------------

    def function(
        self,
        node: Syntax,
        name: str | None = None,
        kind: FunctionKind = "function",
        owner: int = -1,
        decorators: tuple[s.Value, ...] = (),
    ) -> int:
        """Lower a function and return its index."""
        index = len(self._walk.functions)
        own = None if node.type == "method_definition" else node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        shown = name if own is None else self._walk.text(own)
        made = self._head(node, body, shown, kind, owner, decorators)
        self._walk.functions.append(made)  # stands until its body is known, and where it never is
        outer, depth = self._walk.inside, self._walk.scopes.depth
        self._walk.inside = index
        if own is not None and node.type in _SELF_NAMED:
            self._walk.scopes.open()
            self.declare_name(own, "function", (node.start_byte, node.end_byte), index)
        self._walk.scopes.open()
        parameters, fields = self._parameters(node, made.kind == "constructor")
        directives, statements = self._body(body)
        self._walk.scopes.close(depth)
        self._walk.inside = outer
        self._walk.functions[index] = msgspec.structs.replace(
            made, parameters=parameters, body=fields + statements, directives=directives
        )
        return index

    def _head(
        self,
        node: Syntax,
        body: Syntax | None,
        name: str | None,
        kind: FunctionKind,
        owner: int,
        decorators: tuple[s.Value, ...],
    ) -> s.Function:
        """Make a function whose parameters and statements are still missing."""
        marks = {child.type for child in node.children if not child.is_named}
        if kind == "method" and "get" in marks:
            kind = "getter"
        elif kind == "method" and "set" in marks:
            kind = "setter"
        body_start, body_end = (node.end_byte, node.end_byte) if body is None else _within(body)
        return s.Function(
            _undecorated_start(node),
            node.end_byte,
            name,
            kind,
            (),
            (),
            body_start,
            body_end,
            self._walk.inside,
            is_async="async" in marks,
            is_generator="*" in marks,
            expression=body is not None and body.type != "statement_block",
            owner=owner,
            decorators=decorators,
        )

    def _body(self, node: Syntax | None) -> tuple[tuple[str, ...], tuple[s.Statement, ...]]:
        """Lower a function's body: its directives and its statements."""
        if node is None:
            return (), ()
        start, end = node.start_byte, node.end_byte
        if node.type != "statement_block":
            return (), (s.Return(start, end, self._values.value(node)),)
        nodes = inner(node)
        self.declare(nodes, (start, end), whole=True)
        return self.directed(nodes)

    def directed(self, nodes: Sequence[Syntax]) -> tuple[tuple[str, ...], tuple[s.Statement, ...]]:
        """Lower statements that may begin with directives (``"use server"``), which leave no
        statement behind."""
        directives: list[str] = []
        for node in nodes:
            text = self._directive(node)
            if text is None:
                break
            directives.append(text)
        return tuple(directives), self.statements(nodes[len(directives) :])

    def _directive(self, node: Syntax) -> str | None:
        if node.type != "expression_statement":
            return None
        children = inner(node)
        if len(children) != 1 or children[0].type != "string":
            return None
        return self._walk.name_of(children[0])

    # --- parameters -------------------------------------------------------------------------------

    def _parameters(
        self, node: Syntax, constructs: bool
    ) -> tuple[tuple[s.Parameter, ...], tuple[s.Statement, ...]]:
        """Declare and lower parameters; also return the assignments of TypeScript's parameter
        properties (``constructor(private client: Client)``)."""
        seen = (node.start_byte, node.end_byte)
        single = node.child_by_field_name("parameter")
        listed = node.child_by_field_name("parameters")
        for name in pattern_names(single or listed):
            self.declare_name(name, "parameter", seen)
        nodes = [single] if single is not None else inner(listed) if listed is not None else []
        parameters: list[s.Parameter] = []
        fields: list[s.Statement] = []
        for child in nodes:
            parameter = self._parameter(child)
            if parameter is None:
                continue
            parameters.append(parameter)
            if constructs and any(part.type in _MAKES_FIELD for part in child.children):
                fields += _field_from(parameter)
        return tuple(parameters), tuple(fields)

    def _parameter(self, node: Syntax) -> s.Parameter | None:
        pattern: Syntax | None = node
        default: Syntax | None = None
        annotation: str | None = None
        if node.type == "required_parameter" or node.type == "optional_parameter":
            pattern = node.child_by_field_name("pattern")
            default = node.child_by_field_name("value")
            written = node.child_by_field_name("type")
            if written is not None:
                annotation = redact(self._walk.text(written).removeprefix(":").strip())
        elif node.type == "assignment_pattern":
            pattern = node.child_by_field_name("left")
            default = node.child_by_field_name("right")
        if pattern is None or pattern.type == "this" or node.type == "decorator":
            return None
        rest = pattern.type == "rest_pattern"
        if rest:
            children = inner(pattern)
            pattern = children[0] if children else pattern
        target = self._values.objects.target(pattern, writes=False)
        name = last_name(target)
        return s.Parameter(
            node.start_byte,
            node.end_byte,
            name,
            target,
            None if default is None else self._values.named(default, name),
            "rest" if rest else "positional",
            annotation,
        )

    # --- classes ----------------------------------------------------------------------------------

    def class_declaration(
        self, node: Syntax, out: list[s.Statement], decorators: tuple[s.Value, ...]
    ) -> None:
        """Lower a class declaration; its static parts become statements of ``out``."""
        index, statics = self._class(node, None, decorators)
        name = self._walk.classes[index].name
        self._walk.scopes.aim(-1 if name is None else self._walk.scopes.resolve(name), index)
        out.extend(statics)

    def class_value(self, node: Syntax, name: str | None) -> int:
        """Lower a class expression and return its index."""
        return self._class(node, name, ())[0]

    def _class(
        self, node: Syntax, name: str | None, decorators: tuple[s.Value, ...]
    ) -> tuple[int, list[s.Statement]]:
        index = len(self._walk.classes)
        own = node.child_by_field_name("name")
        name = name if own is None else self._walk.text(own)
        start, end = node.start_byte, node.end_byte
        self._walk.classes.append(s.Class(start, end, name, (), (), (), self._walk.inside))
        depth = self._walk.scopes.depth
        if own is not None and node.type == "class":
            self._walk.scopes.open()
            self.declare_name(own, "class", (start, end), index)
        decorators += self.decorators(node)
        bases = self._bases(node)
        members, statics = self._members(node.child_by_field_name("body"), index)
        self._walk.scopes.close(depth)
        self._walk.classes[index] = s.Class(
            start, end, name, bases, members, decorators, self._walk.inside
        )
        return index, statics

    def decorators(self, node: Syntax) -> tuple[s.Value, ...]:
        """Lower the decorators that the grammar keeps inside ``node``."""
        return tuple([self._decorator(one) for one in node.children_by_field_name("decorator")])

    def _decorator(self, node: Syntax) -> s.Value:
        children = inner(node)
        return (
            self._values.value(children[0])
            if children
            else s.Unknown(node.start_byte, node.end_byte)
        )

    def _bases(self, node: Syntax) -> tuple[s.Value, ...]:
        bases: list[s.Value] = []
        for heritage in node.named_children:
            if heritage.type != "class_heritage":
                continue
            for part in inner(heritage):
                if part.type == "extends_clause":
                    bases += self._values.values(part.children_by_field_name("value"))
                elif part.type in EXPRESSIONS:
                    bases.append(self._values.value(part))
        return tuple(bases)

    def _members(
        self, body: Syntax | None, owner: int
    ) -> tuple[tuple[s.ClassMember, ...], list[s.Statement]]:
        """Lower a class body: its members, and the statements that run when the class is made."""
        members: list[s.ClassMember] = []
        statics: list[s.Statement] = []
        decorators: tuple[s.Value, ...] = ()
        for node in [] if body is None else inner(body):
            if node.type == "decorator":  # the TypeScript grammar puts them in front of methods
                decorators += (self._decorator(node),)
                continue
            if node.type == "method_definition":
                members.append(self._method(node, owner, decorators))
            elif node.type == "field_definition" or node.type == "public_field_definition":
                member = self._class_field(node, owner)
                members.append(member)
                if member.static and member.value is not None:
                    statics.append(self._static_field(member, owner))
            elif node.type == "class_static_block":
                block = node.child_by_field_name("body")
                if block is not None:
                    lowered = self.scoped(inner(block), block, whole=True)
                    statics.append(s.Block(node.start_byte, node.end_byte, lowered))
            decorators = ()
        return tuple(members), statics

    def _method(self, node: Syntax, owner: int, decorators: tuple[s.Value, ...]) -> s.ClassMember:
        name = self._walk.name_of(node.child_by_field_name("name"))
        static = any(child.type == "static" for child in node.children)
        kind: FunctionKind = "constructor" if name == "constructor" and not static else "method"
        decorators += self.decorators(node)
        index = self.function(node, name=name, kind=kind, owner=owner, decorators=decorators)
        return s.ClassMember(
            _undecorated_start(node), node.end_byte, name or "", index, None, static
        )

    def _class_field(self, node: Syntax, owner: int) -> s.ClassMember:
        key = node.child_by_field_name("property") or node.child_by_field_name("name")
        name = self._walk.name_of(key)
        given = node.child_by_field_name("value")
        value = None if given is None else self._values.named(given, name, owner)
        static = any(child.type == "static" for child in node.children)
        return s.ClassMember(_undecorated_start(node), node.end_byte, name or "", -1, value, static)

    def _static_field(self, member: s.ClassMember, owner: int) -> s.Statement:
        start, end = member.start, member.end
        value = member.value or s.Unknown(start, end)
        name = self._walk.classes[owner].name
        if name is None or not member.name:
            return s.ExpressionStatement(start, end, value)
        holder = s.Name(start, start, name, self._walk.scopes.resolve(name))
        return s.Assign(start, end, s.Member(start, start, holder, member.name, start), value)


def _undecorated_start(node: Syntax) -> int:
    """Return where a member begins once its decorators are left out, in bytes."""
    if not node.child_by_field_name("decorator"):
        return node.start_byte
    rest = [child for child in node.children if child.type != "decorator"]
    return rest[0].start_byte if rest else node.start_byte


def _within(body: Syntax) -> tuple[int, int]:
    """Return the bytes between a block's braces; an expression's own bytes."""
    start, end = body.start_byte, body.end_byte
    if body.type != "statement_block":
        return start, end
    last = body.children[-1]
    return start + 1, end if last.is_missing else last.start_byte


def _field_from(parameter: s.Parameter) -> list[s.Statement]:
    """``this.name = name``, which TypeScript writes for a parameter property."""
    if parameter.name is None:
        return []
    start, end = parameter.start, parameter.end
    this = s.Name(start, start, "this", -1)
    field = s.Member(start, start, this, parameter.name, parameter.target.start)
    return [s.Assign(start, end, field, parameter.target)]
