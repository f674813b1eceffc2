"""Write named edits into Python, from the syntax tree's positions and the tokens between them."""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from typing import Final

from mmlint.languages.edits import layout
from mmlint.languages.edits import python_imports as imports
from mmlint.languages.edits import python_lines as lines
from mmlint.languages.edits import python_tree as tree
from mmlint.languages.edits.layout import Change, Listing, Span
from mmlint.languages.edits.python_tree import Script
from mmlint.model import finding as f
from mmlint.model.regex import regex

_PROPERTY: Final = regex(r"\b(?:cached_)?property\b|\.(?:setter|getter|deleter)\b")
_SIMPLE: Final = ast.Expr | ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return


def changes(edit: f.Edit, source: bytes) -> Sequence[Change] | None:
    """Return the text changes that do ``edit``, or None where that is not safe.

    Offsets are bytes of ``source``, from 0. An edit that asks for what is already there needs no
    changes: an empty list.
    """
    script = tree.parse(source)
    if script is None:
        return None
    if isinstance(edit, f.AddStatement):
        if edit.start == edit.end:
            return _append(edit, script)
        return _prepend(edit, script)
    if isinstance(edit, f.HoistReturn):
        return _hoist(edit, script)
    if isinstance(edit, f.KeepReceiver):
        return _keep(edit, script)
    if isinstance(edit, f.RemoveStatement):
        return _remove(edit, script)
    if isinstance(edit, f.AddEntry):
        return _fitted(_add_entry(edit, script), script)
    if isinstance(edit, f.AddArgument):
        return _fitted(_add_argument(edit, script), script)
    if isinstance(edit, f.RemoveEntry):
        return _remove_entry(edit, script)
    if isinstance(edit, f.WrapEntry):
        return _wrap_entry(edit, script)
    if isinstance(edit, f.MoveEntry):
        return _move_entry(edit, script)
    if isinstance(edit, f.Rewrite):
        return layout.rewrite(source, edit.start, edit.end, edit.pieces, script.comments())
    if isinstance(edit, f.ImportName):
        return imports.add_name(edit, script)
    if isinstance(edit, f.ImportModule):
        return imports.add_module(edit.name, script)
    if isinstance(edit, f.MakeAsync):
        return _make_async(edit, script)
    return None


# --- statements ---------------------------------------------------------------------------------


def _prepend(edit: f.AddStatement, script: Script) -> list[Change] | None:
    found = tree.found(script, edit)
    if found is None or not tree.own_line(script, found[0]) or tree.must_come_first(found[0]):
        return None
    start = script.first(found[0])
    gap = tree.line_break(script.source, start)
    place = layout.above_comments(script.source, start, script.comments())
    return [(place, place, f"{_laid_out(edit.text, gap, script)}{gap}")]


def _append(edit: f.AddStatement, script: Script) -> list[Change] | None:
    """Make ``edit.text`` the last statement of the suite that ends at the empty span."""
    suite = _suite_ending(script, len(script.source[: edit.start].rstrip()))
    if suite is None or not tree.alone(script, suite[-1]):
        return None
    place = layout.line_end(script.source, script.end(suite[-1]))
    gap = tree.line_break(script.source, script.first(suite[-1]))
    return [(place, place, f"{gap}{_laid_out(edit.text, gap, script)}")]


def _suite_ending(script: Script, offset: int) -> list[ast.stmt] | None:
    """Return the suite whose last statement ends at ``offset``.

    Several nested suites may end there: the function's own is meant, and where there is not
    exactly one function, it is unknown.
    """
    ending = [
        (owner, suite)
        for owner, suite in tree.suites(script.tree)
        if script.end(suite[-1]) == offset
    ]
    of_functions = [suite for owner, suite in ending if isinstance(owner, tree.Function)]
    if len(of_functions) == 1:
        return of_functions[0]
    return ending[0][1] if len(ending) == 1 else None


def _hoist(edit: f.HoistReturn, script: Script) -> list[Change] | None:
    """Compute the returned value first, then run ``edit.text``, then return the value."""
    found = tree.found(script, edit)
    if found is None or not isinstance(found[0], ast.Return) or not tree.alone(script, found[0]):
        return None
    if found[0].value is None:
        return None
    name = layout.fresh_name(script.source)
    start, end = script.start(found[0]), script.end(found[0])
    gap = tree.line_break(script.source, start)
    return [
        layout.assign(script.source, start, f"{name} ={' await' * edit.awaits}"),
        (end, end, f"{gap}{_laid_out(edit.text, gap, script)}{gap}return {name}"),
    ]


def _laid_out(text: str, gap: str, script: Script) -> str:
    """The lines of a statement behind each other, indented as the file does it. ``gap``: a line
    break and the indentation of the statement."""
    step = layout.indent_step(script.source)
    return text.replace("\n", gap).replace("\t", step)


def _keep(edit: f.KeepReceiver, script: Script) -> list[Change] | None:
    """Name the receiver of a call, so that ``edit.text`` can call it once more."""
    found = tree.found(script, edit)
    if found is None or not isinstance(found[0], ast.Expr) or not tree.alone(script, found[0]):
        return None
    name = layout.fresh_name(script.source, "client")
    start, end = script.start(found[0]), script.end(found[0])
    gap = tree.line_break(script.source, start)
    receiver = script.source[edit.value_start : edit.value_end].decode()
    return [
        (start, start, f"{name} = {receiver}{gap}"),
        (edit.value_start, edit.value_end, name),
        (end, end, f"{gap}{_laid_out(edit.text.replace('$', name), gap, script)}"),
    ]


def _remove(edit: f.RemoveStatement, script: Script) -> list[Change] | None:
    found = tree.found(script, edit)
    if found is None or not tree.alone(script, found[0]) or any(tree.suites(found[0])):
        return None
    statement, suite, owner = found
    start, end = script.start(statement), script.end(statement)
    if (start, end) != (edit.start, edit.end) or layout.holds_any(script.comments(), start, end):
        return None
    if len(suite) == 1 and not isinstance(owner, ast.Module):
        return None  # nothing but a guard, or an empty function, would be left
    if layout.has_comment(script.source, start, end, script.comments()):
        return None
    return [(*layout.removable(script.source, start, end), "")]


def _fitted(made: list[Change] | None, script: Script) -> list[Change] | None:
    """Return an insertion so that its line does not grow too long: where that is all of a simple
    statement, it is broken up instead, as formatters do."""
    if made is None or len(made) != 1 or made[0][0] != made[0][1]:
        return made
    source, (place, _, text) = script.source, made[0]
    if not layout.too_long(source, place, place, len(text), 88):
        return made
    for _, suite in tree.suites(script.tree):
        for one in suite:
            start, end = script.start(one), script.end(one)
            if start < place < end and isinstance(one, _SIMPLE) and tree.alone(script, one):
                if not layout.ends_line(source, end) or b"\n" in source[start:end]:
                    return made
                whole = f"{source[start:place].decode()}{text}{source[place:end].decode()}"
                width, step = layout.width(source, 88), layout.indent_step(source)
                broken = lines.broken(whole, tree.line_break(source, start), step, width)
                return [(start, end, broken)] if broken is not None else made
    return made


# --- dicts and calls ----------------------------------------------------------------------------


def _expression(script: Script, edit: f.Edit) -> ast.Dict | ast.Call | None:
    """Return the dict display or call whose span this is."""
    for node in ast.walk(script.tree):
        if isinstance(node, ast.Dict | ast.Call):
            span = script.start(node), script.end(node)
            if span == (edit.start, edit.end):
                return node
    return None


def _add_entry(edit: f.AddEntry, script: Script) -> list[Change] | None:
    node = _expression(script, edit)
    if isinstance(node, ast.Call):
        is_dict = isinstance(node.func, ast.Name) and node.func.id == "dict"
        return _insert_argument(script, node, edit.key, edit.value) if is_dict else None
    if node is None:
        return None
    keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
    if edit.key in keys:
        return None
    text = f"{_quoted(script, node, edit.key)}: {edit.value}"
    listing = tree.listing(script, edit.start, edit.end - 1)
    return list(layout.insert_item(script.source, listing, int(keys[:1] == ["event"]), text))


def _quoted(script: Script, node: ast.Dict, key: str) -> str:
    """Return ``key`` as a string in the quotes of the dict's first literal key."""
    written = json.dumps(key, ensure_ascii=False)
    literals = [key for key in node.keys if isinstance(key, ast.Constant)]
    single = literals and script.source[script.start(literals[0])] == ord("'")
    return f"'{key}'" if single and written == f'"{key}"' and "'" not in key else written


def _add_argument(edit: f.AddArgument, script: Script) -> list[Change] | None:
    node = _expression(script, edit)
    name, equals, value = edit.text.partition("=")
    if not isinstance(node, ast.Call) or not equals:
        return None
    return _insert_argument(script, node, name.strip(), value.strip())


def _insert_argument(script: Script, call: ast.Call, name: str, value: str) -> list[Change] | None:
    """Add ``name=value`` behind the other arguments, but before ``**keywords``."""
    if not name.isidentifier() or any(keyword.arg == name for keyword in call.keywords):
        return None
    if len(call.args) == 1 and isinstance(call.args[0], ast.GeneratorExp):
        return None
    closing = script.end(call) - 1
    opening = tree.opening(script, closing)
    if opening is None:
        return None
    listing = tree.listing(script, opening, closing)
    doubled = (i for i, item in enumerate(listing.items) if _is_double(script, item))
    index = next(doubled, len(listing.items))
    return list(layout.insert_item(script.source, listing, index, f"{name}={value}"))


def _is_double(script: Script, item: Span) -> bool:
    return script.source.startswith(b"**", item[0])


def _item(script: Script, edit: f.Edit) -> tuple[ast.Dict | ast.Call, Listing, int] | None:
    """Return the dict or call that the span is an item of, what it lists, and the item's number."""
    around = [
        node
        for node in ast.walk(script.tree)
        if isinstance(node, ast.Dict | ast.Call)
        and script.start(node) < edit.start
        and edit.end <= script.end(node)
    ]
    for node in sorted(around, key=lambda one: script.end(one) - script.start(one)):
        closing = script.end(node) - 1
        opening = (
            script.start(node) if isinstance(node, ast.Dict) else tree.opening(script, closing)
        )
        if opening is None or opening >= edit.start:
            continue
        listing = tree.listing(script, opening, closing)
        starts = [start for start, _ in listing.items]
        return (node, listing, starts.index(edit.start)) if edit.start in starts else None
    return None


def _remove_entry(edit: f.Edit, script: Script) -> list[Change] | None:
    found = _item(script, edit)
    return layout.remove_item(script.source, found[1], found[2]) if found else None


def _wrap_entry(edit: f.WrapEntry, script: Script) -> list[Change] | None:
    found = _item(script, edit)
    if found is None:
        return None
    node, listing, index = found
    start, end = listing.items[index]
    text = _entry_text(script, node, edit.start, (start, end), node)
    if text is None:
        return None
    if isinstance(node, ast.Call):
        return [(start, end, f"{edit.key}={{{text}}}")]
    return [(start, start, f"{_quoted(script, node, edit.key)}: {{"), (end, end, "}")]


def _move_entry(edit: f.MoveEntry, script: Script) -> list[Change] | None:
    found = _item(script, edit)
    targets = [one for one in ast.walk(script.tree) if isinstance(one, ast.Dict)]
    target = next((t for t in targets if (script.start(t), script.end(t)) == edit.into), None)
    if found is None or target is None or edit.key:
        return None
    node, listing, index = found
    text = _entry_text(script, node, edit.start, listing.items[index], target)
    removed = layout.remove_item(script.source, listing, index)
    if text is None or removed is None:
        return None
    inner = tree.listing(script, edit.into[0], edit.into[1] - 1)
    return [*removed, *layout.insert_item(script.source, inner, len(inner.items), text)]


def _entry_text(
    script: Script,
    owner: ast.Dict | ast.Call,
    start: int,
    item: Span,
    target: ast.Dict | ast.Call,
) -> str | None:
    """Return the item of ``owner`` as an entry of a dict, in the quotes of ``target``; None where
    it takes several lines, or has no key."""
    whole = script.source[item[0] : item[1]]
    if b"\n" in whole:
        return None
    if isinstance(owner, ast.Dict):
        return None if whole.startswith(b"**") else whole.decode()
    for keyword in owner.keywords:
        first = script.lines[keyword.lineno - 1] + keyword.col_offset
        if first == start and keyword.arg is not None:
            value = script.source[script.start(keyword.value) : item[1]].decode()
            literal = target if isinstance(target, ast.Dict) else ast.Dict([], [])
            return f"{_quoted(script, literal, keyword.arg)}: {value}"
    return None


# --- functions ----------------------------------------------------------------------------------


def _make_async(edit: f.MakeAsync, script: Script) -> list[Change] | None:
    for node in ast.walk(script.tree):
        if not isinstance(node, tree.Function) or script.end(node) != edit.end:
            continue
        if edit.start not in (script.first(node), script.start(node)):
            continue
        if isinstance(node, ast.AsyncFunctionDef):
            return []
        start = script.start(node)
        return None if _must_stay_sync(node) else [(start, start, "async ")]
    return None


def _must_stay_sync(function: ast.FunctionDef) -> bool:
    """Whether the function's plain result is relied on: Python itself, or an iteration."""
    if function.name.startswith("__") and function.name.endswith("__"):
        return True
    if any(_PROPERTY.search(ast.unparse(mark)) for mark in function.decorator_list):
        return True
    stack: list[ast.AST] = list(function.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, tree.Function | ast.Lambda | ast.ClassDef):
            stack.extend(ast.iter_child_nodes(node))
    return False
