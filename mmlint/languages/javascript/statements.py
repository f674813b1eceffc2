"""Lowers JavaScript statements into the small language of ``model.syntax``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from mmlint.languages.javascript.functions import Functions
from mmlint.languages.javascript.scope import (
    NAMESPACES,
    inner,
    namespace_name,
    pattern_names,
    using_assignment,
)
from mmlint.languages.javascript.values import EXPRESSIONS, Values
from mmlint.languages.javascript.walk import DEEPEST, Walk, last_name, unwrapped
from mmlint.model import syntax as s

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_ASSIGNMENTS: Final = frozenset({"assignment_expression", "augmented_assignment_expression"})


class Statements:
    """Lowers everything except import and export statements."""

    def __init__(self, walk: Walk, values: Values, functions: Functions) -> None:
        self._walk = walk
        self._values = values
        self._functions = functions

    def statement(self, node: Syntax, out: list[s.Statement]) -> None:
        """Lower one statement into ``out``; types, empty statements and the like leave nothing."""
        lower = _STATEMENTS.get(node.type)
        if lower is not None:
            lower(self, node, out)

    # --- simple statements ------------------------------------------------------------------------

    def lower_expression(self, node: Syntax, out: list[s.Statement]) -> None:
        using = using_assignment(node)
        if using is not None:
            assignment, keyword = using
            target, _, value = self._values.assigned(assignment)
            start, end = node.start_byte, node.end_byte
            out.append(s.Assign(start, end, target, value, using=keyword))
            return
        children = inner(node)
        if children and children[0].type in NAMESPACES:
            self.lower_namespace(children[0], out)
        elif children:
            out.append(self.evaluated(children[0], node))

    def evaluated(self, expression: Syntax, whole: Syntax) -> s.Statement:
        """Lower an expression that stands where a statement does; ``whole`` gives the span."""
        start, end = whole.start_byte, whole.end_byte
        bare = unwrapped(expression)
        if bare.type in _ASSIGNMENTS:
            target, operator, value = self._values.assigned(bare)
            return s.Assign(start, end, target, value, operator=operator)
        return s.ExpressionStatement(start, end, self._values.value(expression))

    def lower_declaration(self, node: Syntax, out: list[s.Statement]) -> None:
        declarators = [
            child for child in node.named_children if child.type == "variable_declarator"
        ]
        using = None
        if node.type == "using_declaration":
            using = "await using" if node.children[0].type == "await" else "using"
        for declarator in declarators:
            name = declarator.child_by_field_name("name")
            value = declarator.child_by_field_name("value")
            if name is None or value is None:
                continue
            whole = node if len(declarators) == 1 else declarator
            target = self._values.objects.target(name, writes=True)
            taken = self._values.named(value, last_name(target))
            out.append(s.Assign(whole.start_byte, whole.end_byte, target, taken, using=using))

    def lower_return(self, node: Syntax, out: list[s.Statement]) -> None:
        children = inner(node)
        value = self._values.value(children[0]) if children else None
        out.append(s.Return(node.start_byte, node.end_byte, value))

    def lower_throw(self, node: Syntax, out: list[s.Statement]) -> None:
        children = inner(node)
        value = self._values.value(children[0]) if children else None
        out.append(s.Throw(node.start_byte, node.end_byte, value))

    def lower_break(self, node: Syntax, out: list[s.Statement]) -> None:
        out.append(s.Jump(node.start_byte, node.end_byte, "break", self._label(node)))

    def lower_continue(self, node: Syntax, out: list[s.Statement]) -> None:
        out.append(s.Jump(node.start_byte, node.end_byte, "continue", self._label(node)))

    def _label(self, node: Syntax) -> str | None:
        label = node.child_by_field_name("label")
        return None if label is None else self._walk.text(label)

    def lower_broken(self, node: Syntax, out: list[s.Statement]) -> None:
        """Keep what is whole inside a syntax error: its statements, and its values as unknown."""
        values: list[s.Value] = []
        for child in inner(node):
            if child.type in EXPRESSIONS:
                values.append(self._values.value(child))
            else:
                out.extend(self._functions.statements([child]))
        if values:
            start, end = node.start_byte, node.end_byte
            out.append(s.ExpressionStatement(start, end, s.Unknown(start, end, tuple(values))))

    # --- branches and loops -----------------------------------------------------------------------

    def lower_if(self, node: Syntax, out: list[s.Statement]) -> None:
        """Lower a chain of ``else if`` from its end, without recursion."""
        arms: list[tuple[Syntax, s.Value, tuple[s.Statement, ...]]] = []
        depth = self._walk.depth
        arm: Syntax | None = node
        rest: tuple[s.Statement, ...] = ()
        while arm is not None:
            body = arm.child_by_field_name("consequence")
            arms.append((arm, self._values.field(arm, "condition"), self._functions.suite(body)))
            otherwise = arm.child_by_field_name("alternative")
            children = inner(otherwise) if otherwise is not None else []
            self._walk.depth += 1
            if children and children[0].type == "if_statement" and self._walk.depth < DEEPEST:
                arm = children[0]
            else:
                rest = self._functions.suite(children[0]) if children else ()
                arm = None
        self._walk.depth = depth
        for branch, test, lowered in reversed(arms):
            rest = (s.If(branch.start_byte, branch.end_byte, test, lowered, rest),)
        out.extend(rest)

    def lower_for(self, node: Syntax, out: list[s.Statement]) -> None:
        depth = self._walk.scopes.depth
        self._walk.scopes.open()
        first = node.child_by_field_name("initializer")
        condition = node.child_by_field_name("condition")
        increment = node.child_by_field_name("increment")
        if first is not None:
            self._functions.declare([first], (node.start_byte, node.end_byte), whole=False)
        head = () if first is None else self._step(first)
        test = None if condition is None else self._condition(condition)
        update = () if increment is None else self._step(increment)
        body = self._functions.suite(node.child_by_field_name("body"))
        self._walk.scopes.close(depth)
        out.append(self._loop(node, "for", test, body, head, update))

    def _step(self, node: Syntax) -> tuple[s.Statement, ...]:
        """Lower what stands in the head of a ``for``: a declaration or a bare expression."""
        bare = node.type in EXPRESSIONS
        return (self.evaluated(node, node),) if bare else self._functions.statements([node])

    def _condition(self, node: Syntax) -> s.Value | None:
        """Lower a loop's test; some grammars give it as a statement."""
        if node.type in EXPRESSIONS:
            return self._values.value(node)
        children = inner(node)
        return self._values.value(children[0]) if children else None

    def lower_while(self, node: Syntax, out: list[s.Statement]) -> None:
        test = self._values.field(node, "condition")
        body = self._functions.suite(node.child_by_field_name("body"))
        out.append(self._loop(node, "while", test, body))

    def lower_do(self, node: Syntax, out: list[s.Statement]) -> None:
        body = self._functions.suite(node.child_by_field_name("body"))
        out.append(self._loop(node, "do", self._values.field(node, "condition"), body))

    def _loop(
        self,
        node: Syntax,
        kind: Literal["for", "while", "do"],
        test: s.Value | None,
        body: tuple[s.Statement, ...],
        head: tuple[s.Statement, ...] = (),
        update: tuple[s.Statement, ...] = (),
    ) -> s.Loop:
        endless = test is None or (isinstance(test, s.Literal) and bool(test.value))
        start, end = node.start_byte, node.end_byte
        return s.Loop(start, end, kind, head, test, None, None, body, update, (), endless)

    def lower_for_each(self, node: Syntax, out: list[s.Statement]) -> None:
        start, end = node.start_byte, node.end_byte
        iterable = self._values.field(node, "right")
        waits = any(child.type == "await" for child in node.children)
        self._walk.esm = self._walk.esm or (waits and self._walk.inside == 0)
        depth = self._walk.scopes.depth
        self._walk.scopes.open()
        left = node.child_by_field_name("left")
        kind = node.child_by_field_name("kind")
        if kind is not None and kind.type != "var":
            for name in pattern_names(left):
                self._functions.declare_name(name, "variable", (start, end))
        target = None if left is None else self._values.objects.target(left, writes=True)
        body = self._functions.suite(node.child_by_field_name("body"))
        self._walk.scopes.close(depth)
        out.append(
            s.Loop(start, end, "each", (), None, target, iterable, body, (), (), is_async=waits)
        )

    def lower_switch(self, node: Syntax, out: list[s.Statement]) -> None:
        subject = self._values.field(node, "value")
        body = node.child_by_field_name("body")
        arms = [] if body is None else inner(body)
        depth = self._walk.scopes.depth
        self._walk.scopes.open()
        held = [(arm, arm.children_by_field_name("body")) for arm in arms]
        for arm, nodes in held:
            region = body or arm
            self._functions.declare(nodes, (region.start_byte, region.end_byte), whole=False)
        cases = tuple([self._case(arm, nodes) for arm, nodes in held])
        self._walk.scopes.close(depth)
        out.append(s.Switch(node.start_byte, node.end_byte, subject, cases, falls_through=True))

    def _case(self, node: Syntax, nodes: Sequence[Syntax]) -> s.Case:
        value = node.child_by_field_name("value")
        tests = () if value is None else (self._values.value(value),)
        return s.Case(node.start_byte, node.end_byte, tests, self._functions.statements(nodes))

    # --- blocks -----------------------------------------------------------------------------------

    def lower_block(self, node: Syntax, out: list[s.Statement]) -> None:
        out.append(s.Block(node.start_byte, node.end_byte, self._functions.suite(node)))

    def lower_labelled(self, node: Syntax, out: list[s.Statement]) -> None:
        body = node.child_by_field_name("body")
        lowered = () if body is None else self._functions.statements([body])
        label, start, end = self._label(node), node.start_byte, node.end_byte
        only = lowered[0] if len(lowered) == 1 else None
        if isinstance(only, s.Loop | s.Switch | s.Block) and only.label is None:
            out.append(msgspec.structs.replace(only, start=start, label=label))
        else:
            out.append(s.Block(start, end, lowered, label))

    def lower_with(self, node: Syntax, out: list[s.Statement]) -> None:
        start, end = node.start_byte, node.end_byte
        holder = self._values.field(node, "object")
        body = self._functions.suite(node.child_by_field_name("body"))
        out.append(
            s.Block(start, end, (s.ExpressionStatement(holder.start, holder.end, holder), *body))
        )

    def lower_try(self, node: Syntax, out: list[s.Statement]) -> None:
        body = self._functions.suite(node.child_by_field_name("body"))
        handler = node.child_by_field_name("handler")
        finalizer = node.child_by_field_name("finalizer")
        handlers = () if handler is None else (self._catch(handler),)
        final = None
        if finalizer is not None:
            final = self._functions.suite(finalizer.child_by_field_name("body"))
        out.append(s.Try(node.start_byte, node.end_byte, body, handlers, (), final))

    def _catch(self, node: Syntax) -> s.Handler:
        depth = self._walk.scopes.depth
        self._walk.scopes.open()
        seen = (node.start_byte, node.end_byte)
        for name in pattern_names(node.child_by_field_name("parameter")):
            self._functions.declare_name(name, "catch", seen)
        body = self._functions.suite(node.child_by_field_name("body"))
        self._walk.scopes.close(depth)
        return s.Handler(*seen, body)

    # --- declarations -----------------------------------------------------------------------------

    def lower_function_declaration(self, node: Syntax, out: list[s.Statement]) -> None:
        name = node.child_by_field_name("name")
        binding = -1 if name is None else self._walk.scopes.resolve(self._walk.text(name))
        self._walk.scopes.aim(binding, self._functions.function(node))

    def lower_class_declaration(self, node: Syntax, out: list[s.Statement]) -> None:
        self._functions.class_declaration(node, out, ())

    # --- TypeScript's own statements --------------------------------------------------------------

    def lower_enum(self, node: Syntax, out: list[s.Statement]) -> None:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is None or body is None:
            return
        entries: list[s.Entry] = []
        following: int | None = 0
        for member in inner(body):
            entry = self._enum_member(member, following)
            entries.append(entry)
            value = entry.value.value if isinstance(entry.value, s.Literal) else None
            following = value + 1 if isinstance(value, int) else None
        start, end = node.start_byte, node.end_byte
        members = s.Object(body.start_byte, body.end_byte, tuple(entries))
        out.append(s.Assign(start, end, self._values.objects.target(name, writes=True), members))

    def _enum_member(self, node: Syntax, following: int | None) -> s.Entry:
        """Lower an enum member. ``following``: the number it has where none is written."""
        start, end = node.start_byte, node.end_byte
        key = node.child_by_field_name("name") if node.type == "enum_assignment" else node
        value = node.child_by_field_name("value") if node.type == "enum_assignment" else None
        if value is not None:
            lowered = self._values.value(value)
        elif following is not None:
            lowered = s.Literal(start, end, following)
        else:
            lowered = s.Unknown(start, end)
        name = self._walk.name_of(key)
        kind: Literal["pair", "computed"] = "computed" if name is None else "pair"
        key_start = start if key is None or name is None else key.start_byte
        return s.Entry(start, end, name, lowered, key_start, kind)

    def lower_namespace(self, node: Syntax, out: list[s.Statement]) -> None:
        body = node.child_by_field_name("body")
        if body is not None and namespace_name(node) is not None:
            self._walk.namespaces += 1
            lowered = self._functions.scoped(inner(body), body, whole=True)
            self._walk.namespaces -= 1
            out.append(s.Block(node.start_byte, node.end_byte, lowered))


_STATEMENTS: Final[dict[str, Callable[[Statements, Syntax, list[s.Statement]], None]]] = {
    "ERROR": Statements.lower_broken,
    "abstract_class_declaration": Statements.lower_class_declaration,
    "break_statement": Statements.lower_break,
    "class_declaration": Statements.lower_class_declaration,
    "continue_statement": Statements.lower_continue,
    "do_statement": Statements.lower_do,
    "enum_declaration": Statements.lower_enum,
    "expression_statement": Statements.lower_expression,
    "for_in_statement": Statements.lower_for_each,
    "for_statement": Statements.lower_for,
    "function_declaration": Statements.lower_function_declaration,
    "generator_function_declaration": Statements.lower_function_declaration,
    "if_statement": Statements.lower_if,
    "internal_module": Statements.lower_namespace,
    "labeled_statement": Statements.lower_labelled,
    "lexical_declaration": Statements.lower_declaration,
    "module": Statements.lower_namespace,
    "return_statement": Statements.lower_return,
    "statement_block": Statements.lower_block,
    "switch_statement": Statements.lower_switch,
    "throw_statement": Statements.lower_throw,
    "try_statement": Statements.lower_try,
    "using_declaration": Statements.lower_declaration,
    "variable_declaration": Statements.lower_declaration,
    "while_statement": Statements.lower_while,
    "with_statement": Statements.lower_with,
}
