"""Write imports into Python: one more name, or a module of the standard library."""

from __future__ import annotations

import ast
import sys

from mmlint.languages.edits import layout, order
from mmlint.languages.edits import python_tree as tree
from mmlint.languages.edits.layout import Change, Listing
from mmlint.languages.edits.python_tree import Script
from mmlint.model import finding as f


def add_name(edit: f.ImportName, script: Script) -> list[Change] | None:
    found = tree.found(script, edit)
    statement = found[0] if found is not None else None
    if not isinstance(statement, ast.ImportFrom) or tree.must_come_first(statement):
        return None
    if any(alias.name == edit.name and alias.asname is None for alias in statement.names):
        return []
    if statement.names[0].name == "*" or _is_taken(script.tree, edit.name):
        return None
    index = _index(script, statement, edit.name)
    closing = script.end(statement) - 1
    if script.source[closing : closing + 1] == b")":
        opening = tree.opening(script, closing)
        if opening is None:
            return None
        listing = tree.listing(script, opening, closing)
    else:
        start, end = script.start(statement.names[0]), script.end(statement.names[-1])
        if b"\n" in script.source[start:end]:  # continued with backslashes
            return [(end, end, f", {edit.name}")]
        spans = tuple((script.start(one), script.end(one)) for one in statement.names)
        listing = Listing(start, end, spans, ())
    first, last = script.start(statement), script.end(statement)
    grown = len(f", {edit.name}")
    if listing.comments or not layout.too_long(script.source, first, last, grown, 88):
        return list(layout.insert_item(script.source, listing, index, edit.name))
    written = [script.source[slice(*one)].decode() for one in listing.items]
    written.insert(index, edit.name)
    at, until, text = layout.spread_out(script.source, listing, written)
    bare = listing.end == last
    return [(at, until, f"({text})" if bare else text)]


def _index(script: Script, statement: ast.ImportFrom, name: str) -> int:
    """Return the number that ``name`` shall have among the names that are imported."""
    others = [
        [_imported(alias) for alias in other.names]
        for other in script.tree.body
        if isinstance(other, ast.ImportFrom) and other.lineno != statement.lineno
    ]
    names = [_imported(alias) for alias in statement.names]
    return order.place(order.PYTHON, names, name, others)


def _imported(alias: ast.alias) -> order.Imported:
    return order.Imported(alias.name, alias.asname or alias.name)


def add_module(name: str, script: Script) -> list[Change] | None:
    """Import a module of the standard library: in its sorted place among the others of its kind
    that stand at the top, else above all other imports, and apart from them."""
    body = script.tree.body
    first = next((n for n, one in enumerate(body) if not tree.must_come_first(one)), len(body))
    if first == len(body) or not tree.own_line(script, body[first]):
        return None
    group = _standard_group(script, first)
    plain = [one for one in group if isinstance(one, ast.Import)]
    sorted_apart = plain == group[: len(plain)]
    behind = [one for one in (plain if sorted_apart else group) if _module(one) < name]
    if behind:
        end = script.end(behind[-1])
        place = layout.line_end(script.source, end)
        return [(place, place, f"{tree.line_break(script.source, end)}import {name}")]
    start = script.first(body[first])
    gap = layout.newline(script.source, start)
    if not group:
        gap *= 3 if isinstance(body[first], tree.Function | ast.ClassDef) else 2
    return [(start, start, f"import {name}{gap}")]


def _standard_group(script: Script, first: int) -> list[ast.stmt]:
    """Return the imports of the standard library, line below line, that the file begins with."""
    found: list[ast.stmt] = []
    for one in script.tree.body[first:]:
        if not isinstance(one, ast.Import | ast.ImportFrom) or not tree.alone(script, one):
            break
        if _module(one).partition(".")[0] not in sys.stdlib_module_names:
            break
        if found and one.lineno != (found[-1].end_lineno or 0) + 1:
            break
        found.append(one)
    return found


def _module(statement: ast.stmt) -> str:
    """Return the module that a statement imports first or imports from; a relative one has none."""
    if isinstance(statement, ast.ImportFrom):
        return "" if statement.level else statement.module or ""
    return statement.names[0].name if isinstance(statement, ast.Import) else ""


def _is_taken(module: ast.AST, name: str) -> bool:
    """Whether the file binds ``name`` anywhere already."""
    return any(_bound(node) == name for node in ast.walk(module))


def _bound(node: ast.AST) -> str | None:
    """Return the name that ``node`` itself binds, or None."""
    if isinstance(node, ast.Name):
        return None if isinstance(node.ctx, ast.Load) else node.id
    if isinstance(node, tree.Function | ast.ClassDef | ast.ExceptHandler):
        return node.name
    if isinstance(node, ast.alias):
        return node.asname or node.name.partition(".")[0]
    return node.arg if isinstance(node, ast.arg) else None
