"""Lowers what ties JavaScript modules together: imports, exports, and whole programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from mmlint.languages.javascript.functions import Functions
from mmlint.languages.javascript.scope import (
    CLASS_DECLARATIONS,
    block_names,
    function_names,
    inner,
    local_name,
)
from mmlint.languages.javascript.statements import Statements
from mmlint.languages.javascript.values import Values
from mmlint.languages.javascript.walk import Walk
from mmlint.model import syntax as s
from mmlint.model.regex import regex

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax


class Program:
    """Lowers one program. ``walk``: what was met on the way."""

    def __init__(self, data: bytes, salt: bytes = b"") -> None:
        self.walk = Walk(data, salt)
        self._values = Values(self.walk)
        self._functions = Functions(self.walk, self._values)
        self._statements = Statements(self.walk, self._values, self._functions)
        self._values.bodies = self._functions
        self._functions.kinds = self

    def module(self, root: Syntax, side: Literal["client", "server"] | None) -> s.Module:
        """Lower the whole tree."""
        end = len(self.walk.data)
        top = s.Function(0, end, None, "module", (), (), 0, end, -1)
        self.walk.functions.append(top)
        self.walk.scopes.open()
        nodes = [node for node in inner(root) if node.type != "hash_bang_line"]
        self._functions.declare(nodes, (0, end), whole=True)
        directives, body = self._functions.directed(nodes)
        self.walk.functions[0] = msgspec.structs.replace(top, body=body, directives=directives)
        return s.Module(
            0,
            end,
            "javascript",
            side,
            self.walk.scopes.finished(),
            tuple(self.walk.functions),
            tuple(self.walk.classes),
            tuple(self.walk.imports),
            tuple(self.walk.exports),
            directives,
            self.walk.esm,
            executable=any(node.type == "hash_bang_line" for node in inner(root)),
        )

    def statement(self, node: Syntax, out: list[s.Statement]) -> None:
        """Lower one statement into ``out``."""
        lower = _MODULE_STATEMENTS.get(node.type)
        if lower is not None:
            lower(self, node, out)
        else:
            self._statements.statement(node, out)

    # --- imports ----------------------------------------------------------------------------------

    def lower_import(self, node: Syntax, out: list[s.Statement]) -> None:
        for clause in node.named_children:
            if clause.type == "import_require_clause":
                self._import_require(node, clause)
                return
        self.walk.esm = True
        module = self._source(node)
        if module is None:
            return
        type_only = _has_token(node, "type", "typeof")
        found = [
            (name, binding, type_only or typed)
            for clause in node.named_children
            if clause.type == "import_clause"
            for name, binding, typed in self._imported(clause)
        ]
        for name, binding, typed in found or [("*", -1, type_only)]:
            self.walk.imports.append(
                s.Import(node.start_byte, node.end_byte, module, name, binding, type_only=typed)
            )

    def _imported(self, clause: Syntax) -> list[tuple[str, int, bool]]:
        """Return name, binding and whether it is only a type, of everything the clause imports."""
        found: list[tuple[str, int, bool]] = []
        for part in inner(clause):
            if part.type == "identifier":
                found.append(("default", self._binding(part), False))
            elif part.type == "namespace_import":
                found += [("*", self._binding(name), False) for name in inner(part)]
            elif part.type == "named_imports":
                for specifier in inner(part):
                    name = self.walk.name_of(specifier.child_by_field_name("name")) or ""
                    typed = _has_token(specifier, "type", "typeof")
                    found.append((name, self._binding(local_name(specifier)), typed))
        return found

    def _import_require(self, node: Syntax, clause: Syntax) -> None:
        """``import fs = require("fs")``."""
        module = self._source(clause)
        if module is not None:
            binding = self._binding(clause.named_children[0])
            start, end = node.start_byte, node.end_byte
            typed = _has_token(node, "type")
            self.walk.imports.append(s.Import(start, end, module, "*", binding, "require", typed))

    def lower_import_alias(self, node: Syntax, out: list[s.Statement]) -> None:
        """``import A = B.C`` gives a member of a namespace a shorter name."""
        children = inner(node)
        if len(children) > 1:
            target = self._values.objects.target(children[0], writes=True)
            value = self._qualified(children[1])
            out.append(s.Assign(node.start_byte, node.end_byte, target, value))

    def _qualified(self, node: Syntax) -> s.Value:
        names: list[Syntax] = []
        holder: Syntax | None = node
        while holder is not None and holder.type == "nested_identifier":
            names += holder.children_by_field_name("property")
            holder = holder.child_by_field_name("object")
        if holder is None or len(names) > _LONGEST_PATH:
            return self.walk.cut(node)
        value = self._values.value(holder)
        for name in reversed(names):
            value = s.Member(
                node.start_byte, name.end_byte, value, self.walk.text(name), name.start_byte
            )
        return value

    # --- exports ----------------------------------------------------------------------------------

    def lower_export(self, node: Syntax, out: list[s.Statement]) -> None:
        declaration = node.child_by_field_name("declaration")
        if not self.walk.namespaces:
            self._note_exports(node, declaration)
        if declaration is not None:
            if declaration.type in CLASS_DECLARATIONS:
                self._functions.class_declaration(
                    declaration, out, self._functions.decorators(node)
                )
            else:
                self.statement(declaration, out)
            return
        value = node.child_by_field_name("value")
        name = "default"
        if value is None and _has_token(node, "="):
            children = inner(node)
            value, name = (children[-1] if children else None), "="
        if value is not None:
            lowered = self._values.value(value)
            out.append(s.ExpressionStatement(node.start_byte, node.end_byte, lowered))
            if not self.walk.namespaces:
                self._add_export(node, name, value=lowered)

    def _note_exports(self, node: Syntax, declaration: Syntax | None) -> None:
        """Remember what an export statement exports by name."""
        self.walk.esm = self.walk.esm or not _has_token(node, "=")
        if declaration is not None:
            shown = "default" if _has_token(node, "default") else None
            for name in _declared(declaration):
                self._add_export(node, shown or self.walk.text(name), binding=self._binding(name))
            return
        module = self._source(node)
        type_only = _TYPE_EXPORT.match(self.walk.data, node.start_byte) is not None
        for part in inner(node):
            if part.type == "export_clause":
                for specifier in inner(part):
                    self._note_specifier(specifier, module, type_only)
            elif part.type == "namespace_export":
                for name in inner(part):
                    shown = self.walk.name_of(name) or ""
                    self._add_export(node, shown, module=module, type_only=type_only)
        if module is not None and _has_token(node, "*"):
            self._add_export(node, "*", module=module, type_only=type_only)

    def _note_specifier(self, node: Syntax, module: str | None, type_only: bool) -> None:
        """Remember one ``a as b`` of an export clause."""
        name = node.child_by_field_name("name")
        if name is None:
            return
        local = self.walk.name_of(name) or ""
        shown = self.walk.name_of(node.child_by_field_name("alias")) or local
        typed = type_only or _has_token(node, "type")
        if module is not None:
            self._add_export(node, shown, module=module, imported=local, type_only=typed)
            return
        binding = self.walk.scopes.resolve(local)
        value = s.Name(name.start_byte, name.end_byte, local, -1) if binding < 0 else None
        self._add_export(node, shown, binding=binding, value=value, type_only=typed)

    def _add_export(
        self,
        node: Syntax,
        name: str,
        binding: int = -1,
        value: s.Value | None = None,
        module: str | None = None,
        imported: str = "*",
        type_only: bool = False,
    ) -> None:
        self.walk.exports.append(
            s.Export(
                node.start_byte,
                node.end_byte,
                name,
                binding,
                value,
                module,
                None if module is None else imported,
                type_only,
            )
        )

    # --- small questions --------------------------------------------------------------------------

    def _source(self, node: Syntax) -> str | None:
        """Return the module specifier of an import or export statement."""
        source = node.child_by_field_name("source")
        return None if source is None else self.walk.name_of(source)

    def _binding(self, name: Syntax) -> int:
        return self.walk.scopes.resolve(self.walk.text(name))


_TYPE_EXPORT: Final = regex(rb"export\s+type\s*[{*]")

_LONGEST_PATH: Final = 100
"""Names in an import alias; a program of people has a few."""


def _declared(declaration: Syntax) -> list[Syntax]:
    """Return the identifiers that an exported declaration declares."""
    if declaration.type == "variable_declaration":
        return list(function_names([declaration]))
    return [name for name, _ in block_names([declaration])]


def _has_token(node: Syntax, *tokens: str) -> bool:
    """Whether one of these words or signs stands directly in ``node``."""
    return any(child.type in tokens and not child.is_named for child in node.children)


_MODULE_STATEMENTS: Final[dict[str, Callable[[Program, Syntax, list[s.Statement]], None]]] = {
    "export_statement": Program.lower_export,
    "import_alias": Program.lower_import_alias,
    "import_statement": Program.lower_import,
}
