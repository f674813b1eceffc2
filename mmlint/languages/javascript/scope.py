"""Which names a piece of JavaScript declares, how far each is seen, and what a use refers to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from mmlint.model.syntax import Binding

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

Kind = Literal["import", "parameter", "variable", "function", "class", "catch"]

COMMENTS: Final = frozenset({"comment", "html_comment"})
FUNCTION_DECLARATIONS: Final = frozenset({"function_declaration", "generator_function_declaration"})
CLASS_DECLARATIONS: Final = frozenset({"class_declaration", "abstract_class_declaration"})
NAMESPACES: Final = frozenset({"internal_module", "module"})

_HOLDS_STATEMENTS: Final = frozenset(
    {
        "ERROR",
        "catch_clause",
        "do_statement",
        "else_clause",
        "export_statement",
        "finally_clause",
        "for_in_statement",
        "for_statement",
        "if_statement",
        "labeled_statement",
        "statement_block",
        "switch_body",
        "switch_case",
        "switch_default",
        "switch_statement",
        "try_statement",
        "while_statement",
        "with_statement",
    }
)
"""Nodes that ``var`` looks through on its way up to the function."""


def inner(node: Syntax) -> list[Syntax]:
    """Return the named children of ``node`` that are no comments."""
    return [child for child in node.named_children if child.type not in COMMENTS]


# --- what a statement list declares ---------------------------------------------------------------


def block_names(statements: Iterable[Syntax]) -> Iterator[tuple[Syntax, Kind]]:
    """Yield the identifiers that these statements declare for the block they stand in.

    That is everything except ``var``, whose names belong to the whole function.
    """
    waiting = list(statements)[::-1]
    while waiting:
        node = waiting.pop()
        shape = node.type
        if shape == "lexical_declaration" or shape == "using_declaration":
            for name in _declarators(node):
                yield name, "variable"
        elif shape in FUNCTION_DECLARATIONS:
            yield from _field(node, "function")
        elif shape in CLASS_DECLARATIONS:
            yield from _field(node, "class")
        elif shape == "enum_declaration":
            yield from _field(node, "variable")
        elif shape == "import_statement":
            for name in imported_names(node):
                yield name, "import"
        elif shape == "export_statement" or shape == "ERROR" or shape == "labeled_statement":
            waiting.extend(reversed(node.named_children))
        elif shape == "expression_statement":
            waiting.extend(child for child in node.named_children if child.type in NAMESPACES)
            using = using_assignment(node)
            if using is not None:
                for name in pattern_names(using[0].child_by_field_name("left")):
                    yield name, "variable"
        elif shape == "import_alias":
            yield node.named_children[0], "variable"
        elif shape in NAMESPACES:
            opening = namespace_name(node)
            if opening is not None:
                yield opening, "variable"


def function_names(statements: Iterable[Syntax]) -> Iterator[Syntax]:
    """Yield the identifiers that ``var`` declares in these statements, however deep in blocks."""
    waiting = list(statements)
    while waiting:
        node = waiting.pop()
        if node.type == "variable_declaration":
            yield from _declarators(node)
        elif node.type in _HOLDS_STATEMENTS:
            if node.type == "for_in_statement":
                kind = node.child_by_field_name("kind")
                if kind is not None and kind.type == "var":
                    yield from pattern_names(node.child_by_field_name("left"))
            waiting.extend(node.named_children)


def pattern_names(pattern: Syntax | None) -> Iterator[Syntax]:
    """Yield the identifiers that a parameter, declarator or destructuring pattern declares."""
    waiting = [] if pattern is None else [pattern]
    while waiting:
        node = waiting.pop()
        shape = node.type
        if shape == "identifier" or shape == "shorthand_property_identifier_pattern":
            yield node
            continue
        part = _DECLARING_PART.get(shape)
        if part is not None:
            child = node.child_by_field_name(part)
            waiting.extend([] if child is None else [child])
        elif shape in _PATTERNS:
            waiting.extend(reversed(node.named_children))


_DECLARING_PART: Final = {
    "assignment_pattern": "left",
    "object_assignment_pattern": "left",
    "optional_parameter": "pattern",
    "pair_pattern": "value",
    "required_parameter": "pattern",
}
_PATTERNS: Final = frozenset(
    {"array_pattern", "object_pattern", "rest_pattern", "formal_parameters"}
)


def imported_names(statement: Syntax) -> Iterator[Syntax]:
    """Yield the local identifiers that an import statement declares."""
    for clause in statement.named_children:
        if clause.type == "import_require_clause":
            yield clause.named_children[0]
        elif clause.type == "import_clause":
            for part in clause.named_children:
                if part.type == "identifier":
                    yield part
                elif part.type == "namespace_import":
                    yield from (child for child in inner(part) if child.type == "identifier")
                elif part.type == "named_imports":
                    yield from map(local_name, inner(part))


def local_name(specifier: Syntax) -> Syntax:
    """Return what an import specifier is called here."""
    return (
        specifier.child_by_field_name("alias") or specifier.child_by_field_name("name") or specifier
    )


def namespace_name(node: Syntax) -> Syntax | None:
    """Return the identifier a TypeScript namespace declares (``A`` of ``A.B``), if it has one."""
    name = node.child_by_field_name("name")
    while name is not None and name.type == "nested_identifier":
        name = name.child_by_field_name("object")
    return name if name is not None and name.type == "identifier" else None


def using_assignment(statement: Syntax) -> tuple[Syntax, str] | None:
    """Return the assignment and keyword of a ``using`` declaration in an expression statement.

    The TypeScript grammar reads ``using a = b`` as an assignment with a word in front.
    """
    expression = statement.named_child(0) if statement.named_child_count else None
    keyword = "using"
    if expression is not None and expression.type == "await_expression":
        keyword = "await using"
        expression = expression.named_child(0) if expression.named_child_count else None
    if expression is None or expression.type != "assignment_expression":
        return None
    first = expression.child(0)
    return (expression, keyword) if first is not None and first.type == "using" else None


def _declarators(declaration: Syntax) -> Iterator[Syntax]:
    for declarator in declaration.named_children:
        if declarator.type == "variable_declarator":
            yield from pattern_names(declarator.child_by_field_name("name"))


def _field(declaration: Syntax, kind: Kind) -> Iterator[tuple[Syntax, Kind]]:
    name = declaration.child_by_field_name("name")
    if name is not None:
        yield name, kind


# --- what a name refers to ------------------------------------------------------------------------


class _Declared(msgspec.Struct):
    """A binding in the making."""

    name: str
    kind: Kind
    owner: int
    start: int
    end: int
    scope_start: int
    scope_end: int
    target: int
    declarations: int = 1
    writes: int = 0

    def finished(self) -> Binding:
        allowed = 1 if self.kind == "variable" else 0
        return Binding(
            self.start,
            self.end,
            self.name,
            self.kind,
            self.owner,
            self.scope_start,
            self.scope_end,
            self.target,
            self.declarations == 1 and self.writes <= allowed,
        )


class Scopes:
    """The scopes that are open at one point of the walk, and every binding made so far."""

    def __init__(self) -> None:
        self._declared: list[_Declared] = []
        self._open: list[dict[str, int]] = []

    @property
    def depth(self) -> int:
        """How many scopes are open."""
        return len(self._open)

    def open(self) -> None:
        """Open a scope inside the present one."""
        self._open.append({})

    def close(self, depth: int) -> None:
        """Close scopes until only ``depth`` are open."""
        del self._open[depth:]

    def declare(
        self,
        name: str,
        kind: Kind,
        owner: int,
        span: tuple[int, int],
        seen: tuple[int, int],
        target: int = -1,
    ) -> int:
        """Declare ``name`` in the innermost scope and return the index of its binding.

        ``span``: bytes of the identifier. ``seen``: bytes in which the name can be seen. A name
        that the scope already has keeps its binding.
        """
        names = self._open[-1]
        known = names.get(name)
        if known is not None:
            if kind in ("function", "class"):
                self._declared[known].declarations += 1
            return known
        index = len(self._declared)
        names[name] = index
        self._declared.append(_Declared(name, kind, owner, *span, *seen, target))
        return index

    def resolve(self, name: str) -> int:
        """Return the index of the binding that ``name`` means here, or -1 if it is global."""
        for names in reversed(self._open):
            index = names.get(name)
            if index is not None:
                return index
        return -1

    def aim(self, binding: int, target: int) -> None:
        """Say which function or class a binding stands for."""
        if binding >= 0:
            self._declared[binding].target = target

    def write(self, binding: int) -> None:
        """Count one assignment to a binding."""
        if binding >= 0:
            self._declared[binding].writes += 1

    def finished(self) -> tuple[Binding, ...]:
        """Return all bindings, in the order of their indices."""
        return tuple(declared.finished() for declared in self._declared)
