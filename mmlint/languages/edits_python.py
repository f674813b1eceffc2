"""Write named edits into Python, from the syntax tree's positions and the tokens between them.

The standard library's parser is used: an edit needs places, and it gives them in milliseconds. A
file it cannot read (newer syntax than the running Python's) gets no fixes.
"""

from __future__ import annotations

import ast
import io
import json
import re
import sys
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from mmlint.languages import edits_layout as layout
from mmlint.languages import edits_order as order
from mmlint.languages.edits_layout import Change, Listing, Span
from mmlint.model import finding as f
from mmlint.model.regex import regex

_BOM: Final = b"\xef\xbb\xbf"
_QUIET: Final = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
_OPEN: Final = {"(", "[", "{"}
_CLOSE: Final = {")", "]", "}"}
_PROPERTY: Final = regex(r"\b(?:cached_)?property\b|\.(?:setter|getter|deleter)\b")

_Placed = ast.stmt | ast.expr | ast.alias
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class _Token(msgspec.Struct, frozen=True):
    start: int
    end: int
    text: str
    kind: int


class _Script(msgspec.Struct, frozen=True):
    """A parsed file: its tree, its tokens without line breaks, and where its lines start."""

    source: bytes
    tree: ast.Module
    tokens: tuple[_Token, ...]
    lines: tuple[int, ...]

    def start(self, node: _Placed) -> int:
        return self.lines[node.lineno - 1] + node.col_offset

    def end(self, node: _Placed) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.lines[node.end_lineno - 1] + node.end_col_offset

    def first(self, statement: ast.stmt) -> int:
        """Where the statement starts with its decorators."""
        if isinstance(statement, _Function | ast.ClassDef) and statement.decorator_list:
            return self.source.rfind(b"@", 0, self.start(statement.decorator_list[0]))
        return self.start(statement)

    def comments(self) -> list[Span]:
        return [(t.start, t.end) for t in self.tokens if t.kind == tokenize.COMMENT]


def changes(edit: f.Edit, source: bytes) -> Sequence[Change] | None:
    """Return the text changes that do ``edit``, or None where that is not safe.

    Offsets are bytes of ``source``, from 0. An edit that asks for what is already there needs no
    changes: an empty list.
    """
    script = _parse(source)
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
        return _add_entry(edit, script)
    if isinstance(edit, f.AddArgument):
        return _add_argument(edit, script)
    if isinstance(edit, f.RemoveEntry):
        return _remove_entry(edit, script)
    if isinstance(edit, f.WrapEntry):
        return _wrap_entry(edit, script)
    if isinstance(edit, f.MoveEntry):
        return _move_entry(edit, script)
    if isinstance(edit, f.Rewrite):
        return layout.rewrite(source, edit.start, edit.end, edit.pieces, script.comments())
    if isinstance(edit, f.ImportName):
        return _import_name(edit, script)
    if isinstance(edit, f.ImportModule):
        return _import_module(edit.name, script)
    if isinstance(edit, f.MakeAsync):
        return _make_async(edit, script)
    return None


# --- the tree -----------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _parse(source: bytes) -> _Script | None:
    skipped = len(_BOM) if source.startswith(_BOM) else 0
    if re.search(rb"\r(?!\n)", source):
        return None
    try:
        text = source[skipped:].decode()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        lines = _line_starts(source, skipped)
        return _Script(source, tree, tuple(_tokens(text, lines)), lines)
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
        return None


def _line_starts(source: bytes, first: int) -> tuple[int, ...]:
    return (first, *(match.end() for match in re.finditer(rb"\n", source)))


def _tokens(text: str, lines: tuple[int, ...]) -> Iterator[_Token]:
    rows = text.split("\n")
    for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
        if token.type in _QUIET or not token.string:
            continue
        row, column = token.start
        start = lines[row - 1] + len(rows[row - 1][:column].encode())
        end = start + len(token.string.encode())
        yield _Token(start, end, token.string, token.type)


def _suites(tree: ast.AST) -> Iterator[tuple[ast.AST, list[ast.stmt]]]:
    """Yield every list of statements with what it belongs to, outer before inner."""
    for node in ast.walk(tree):
        for _, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                yield node, value


def _found(script: _Script, edit: f.Edit) -> tuple[ast.stmt, list[ast.stmt], ast.AST] | None:
    """Return the statement at the span, its suite, and the suite's owner.

    A span inside a simple statement stands for that statement.
    """
    for owner, suite in _suites(script.tree):
        for statement in suite:
            if script.first(statement) == edit.start and edit.end <= script.end(statement):
                return statement, suite, owner
            inside = script.first(statement) <= edit.start and edit.end <= script.end(statement)
            if inside and not _nests(statement):
                return statement, suite, owner
    return None


def _nests(statement: ast.stmt) -> bool:
    """Whether functions or other statements stand inside ``statement``."""
    inner = (node for node in ast.walk(statement) if node is not statement)
    return any(isinstance(node, ast.stmt | ast.Lambda) for node in inner)


def _own_line(script: _Script, statement: ast.stmt) -> bool:
    """Whether ``statement`` starts a line that does not continue the one above."""
    start = script.first(statement)
    above = script.source[: layout.line_start(script.source, start)].rstrip(b"\r\n")
    return layout.starts_line(script.source, start) and not above.endswith(b"\\")


def _alone(script: _Script, statement: ast.stmt) -> bool:
    """Whether no other code shares a line with ``statement`` (a comment behind it may)."""
    end = script.end(statement)
    rest = script.source[end : layout.line_end(script.source, end)].strip(layout.BLANKS)
    return _own_line(script, statement) and (not rest or rest.startswith(b"#"))


def _break(source: bytes, offset: int) -> str:
    """A newline and the indentation of the line of ``offset``."""
    return layout.newline(source, offset) + layout.indentation(source, offset)


# --- statements ---------------------------------------------------------------------------------


def _prepend(edit: f.AddStatement, script: _Script) -> list[Change] | None:
    found = _found(script, edit)
    if found is None or not _own_line(script, found[0]) or _must_come_first(found[0]):
        return None
    start = script.first(found[0])
    gap = _break(script.source, start)
    place = layout.above_comments(script.source, start, script.comments())
    return [(place, place, f"{_laid_out(edit.text, gap, script)}{gap}")]


def _must_come_first(statement: ast.stmt) -> bool:
    """Whether ``statement`` loses its meaning behind another one: a docstring, a future import."""
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "__future__"
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _append(edit: f.AddStatement, script: _Script) -> list[Change] | None:
    """Make ``edit.text`` the last statement of the suite that ends at the empty span."""
    suite = _suite_ending(script, len(script.source[: edit.start].rstrip()))
    if suite is None or not _alone(script, suite[-1]):
        return None
    place = layout.line_end(script.source, script.end(suite[-1]))
    gap = _break(script.source, script.first(suite[-1]))
    return [(place, place, f"{gap}{_laid_out(edit.text, gap, script)}")]


def _suite_ending(script: _Script, offset: int) -> list[ast.stmt] | None:
    """Return the suite whose last statement ends at ``offset``.

    Several nested suites may end there: the function's own is meant, and where there is not
    exactly one function, nobody can tell.
    """
    ending = [
        (owner, suite) for owner, suite in _suites(script.tree) if script.end(suite[-1]) == offset
    ]
    of_functions = [suite for owner, suite in ending if isinstance(owner, _Function)]
    if len(of_functions) == 1:
        return of_functions[0]
    return ending[0][1] if len(ending) == 1 else None


def _hoist(edit: f.HoistReturn, script: _Script) -> list[Change] | None:
    """Compute the returned value first, then run ``edit.text``, then return the value."""
    found = _found(script, edit)
    if found is None or not isinstance(found[0], ast.Return) or not _alone(script, found[0]):
        return None
    if found[0].value is None:
        return None
    name = layout.fresh_name(script.source)
    start, end = script.start(found[0]), script.end(found[0])
    gap = _break(script.source, start)
    return [
        layout.assign(script.source, start, f"{name} ={' await' * edit.awaits}"),
        (end, end, f"{gap}{_laid_out(edit.text, gap, script)}{gap}return {name}"),
    ]


def _laid_out(text: str, gap: str, script: _Script) -> str:
    """The lines of a statement behind each other, indented as the file does it. ``gap``: a line
    break and the indentation of the statement."""
    step = layout.indent_step(script.source)
    return text.replace("\n", gap).replace("\t", step)


def _keep(edit: f.KeepReceiver, script: _Script) -> list[Change] | None:
    """Name the receiver of a call, so that ``edit.text`` can call it once more."""
    found = _found(script, edit)
    if found is None or not isinstance(found[0], ast.Expr) or not _alone(script, found[0]):
        return None
    name = layout.fresh_name(script.source, "client")
    start, end = script.start(found[0]), script.end(found[0])
    gap = _break(script.source, start)
    receiver = script.source[edit.value_start : edit.value_end].decode()
    return [
        (start, start, f"{name} = {receiver}{gap}"),
        (edit.value_start, edit.value_end, name),
        (end, end, f"{gap}{_laid_out(edit.text.replace('$', name), gap, script)}"),
    ]


def _remove(edit: f.RemoveStatement, script: _Script) -> list[Change] | None:
    found = _found(script, edit)
    if found is None or not _alone(script, found[0]) or any(_suites(found[0])):
        return None
    statement, suite, owner = found
    start, end = script.start(statement), script.end(statement)
    if (start, end) != (edit.start, edit.end) or layout.holds_any(script.comments(), start, end):
        return None
    if len(suite) == 1 and not isinstance(owner, ast.Module):
        return [(start, end, "pass")]
    return [(*layout.removable(script.source, start, end), "")]


# --- dicts, calls, imports ----------------------------------------------------------------------


def _listing(script: _Script, opening: int, closing: int) -> Listing:
    """Return what stands between the brackets at the offsets ``opening`` and ``closing``."""
    items: list[Span] = []
    comments: list[Span] = []
    waiting: list[Span] = []
    depth = 0
    fresh = True
    for token in script.tokens:
        if not opening < token.start < closing:
            continue
        span = (token.start, token.end)
        if token.kind == tokenize.COMMENT:
            waiting.extend([span] if depth == 0 else [])
            continue
        mark = token.text if token.kind == tokenize.OP else ""
        depth += (mark in _OPEN) - (mark in _CLOSE)
        divides = mark == "," and depth == 0
        if divides or fresh:
            comments.extend(waiting)
        waiting.clear()
        if not divides:
            items.append(span if fresh else (items.pop()[0], token.end))
        fresh = divides
    return Listing(opening + 1, closing, tuple(items), (*comments, *waiting))


def _opening(script: _Script, closing: int) -> int | None:
    """Return where the bracket opens that closes at ``closing``."""
    stack: list[int] = []
    for token in script.tokens:
        if token.kind != tokenize.OP:
            continue
        if token.text in _OPEN:
            stack.append(token.start)
        elif token.text in _CLOSE and stack:
            opened = stack.pop()
            if token.start == closing:
                return opened
    return None


def _expression(script: _Script, edit: f.Edit) -> ast.Dict | ast.Call | None:
    """Return the dict display or call whose span this is."""
    for node in ast.walk(script.tree):
        if isinstance(node, ast.Dict | ast.Call):
            span = script.start(node), script.end(node)
            if span == (edit.start, edit.end):
                return node
    return None


def _add_entry(edit: f.AddEntry, script: _Script) -> list[Change] | None:
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
    listing = _listing(script, edit.start, edit.end - 1)
    return list(layout.insert_item(script.source, listing, int(keys[:1] == ["event"]), text))


def _quoted(script: _Script, node: ast.Dict, key: str) -> str:
    """Return ``key`` as a string in the quotes of the dict's first literal key."""
    written = json.dumps(key, ensure_ascii=False)
    literals = [key for key in node.keys if isinstance(key, ast.Constant)]
    single = literals and script.source[script.start(literals[0])] == ord("'")
    return f"'{key}'" if single and written == f'"{key}"' and "'" not in key else written


def _add_argument(edit: f.AddArgument, script: _Script) -> list[Change] | None:
    node = _expression(script, edit)
    name, equals, value = edit.text.partition("=")
    if not isinstance(node, ast.Call) or not equals:
        return None
    return _insert_argument(script, node, name.strip(), value.strip())


def _insert_argument(script: _Script, call: ast.Call, name: str, value: str) -> list[Change] | None:
    """Add ``name=value`` behind the other arguments, but before ``**keywords``."""
    if not name.isidentifier() or any(keyword.arg == name for keyword in call.keywords):
        return None
    if len(call.args) == 1 and isinstance(call.args[0], ast.GeneratorExp):
        return None
    closing = script.end(call) - 1
    opening = _opening(script, closing)
    if opening is None:
        return None
    listing = _listing(script, opening, closing)
    doubled = (i for i, item in enumerate(listing.items) if _is_double(script, item))
    index = next(doubled, len(listing.items))
    return list(layout.insert_item(script.source, listing, index, f"{name}={value}"))


def _is_double(script: _Script, item: Span) -> bool:
    return script.source.startswith(b"**", item[0])


def _item(script: _Script, edit: f.Edit) -> tuple[ast.Dict | ast.Call, Listing, int] | None:
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
        opening = script.start(node) if isinstance(node, ast.Dict) else _opening(script, closing)
        if opening is None or opening >= edit.start:
            continue
        listing = _listing(script, opening, closing)
        starts = [start for start, _ in listing.items]
        return (node, listing, starts.index(edit.start)) if edit.start in starts else None
    return None


def _remove_entry(edit: f.Edit, script: _Script) -> list[Change] | None:
    found = _item(script, edit)
    return layout.remove_item(script.source, found[1], found[2]) if found else None


def _wrap_entry(edit: f.WrapEntry, script: _Script) -> list[Change] | None:
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


def _move_entry(edit: f.MoveEntry, script: _Script) -> list[Change] | None:
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
    inner = _listing(script, edit.into[0], edit.into[1] - 1)
    return [*removed, *layout.insert_item(script.source, inner, len(inner.items), text)]


def _entry_text(
    script: _Script,
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


def _import_name(edit: f.ImportName, script: _Script) -> list[Change] | None:
    found = _found(script, edit)
    statement = found[0] if found is not None else None
    if not isinstance(statement, ast.ImportFrom) or _must_come_first(statement):
        return None
    if any(alias.name == edit.name and alias.asname is None for alias in statement.names):
        return []
    if statement.names[0].name == "*" or _is_taken(script.tree, edit.name):
        return None
    index = _index(script, statement, edit.name)
    closing = script.end(statement) - 1
    if script.source[closing : closing + 1] == b")":
        opening = _opening(script, closing)
        if opening is None:
            return None
        listing = _listing(script, opening, closing)
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


def _index(script: _Script, statement: ast.ImportFrom, name: str) -> int:
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


def _import_module(name: str, script: _Script) -> list[Change] | None:
    """Import a module of the standard library: in its sorted place among the others of its kind
    that stand at the top, else above all other imports, and apart from them."""
    body = script.tree.body
    first = next((n for n, one in enumerate(body) if not _must_come_first(one)), len(body))
    if first == len(body) or not _own_line(script, body[first]):
        return None
    group = _standard_group(script, first)
    plain = [one for one in group if isinstance(one, ast.Import)]
    sorted_apart = plain == group[: len(plain)]
    behind = [one for one in (plain if sorted_apart else group) if _module(one) < name]
    if behind:
        end = script.end(behind[-1])
        place = layout.line_end(script.source, end)
        return [(place, place, f"{_break(script.source, end)}import {name}")]
    start = script.first(body[first])
    gap = layout.newline(script.source, start)
    if not group:
        gap *= 3 if isinstance(body[first], _Function | ast.ClassDef) else 2
    return [(start, start, f"import {name}{gap}")]


def _standard_group(script: _Script, first: int) -> list[ast.stmt]:
    """Return the imports of the standard library, line below line, that the file begins with."""
    found: list[ast.stmt] = []
    for one in script.tree.body[first:]:
        if not isinstance(one, ast.Import | ast.ImportFrom) or not _alone(script, one):
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


def _is_taken(tree: ast.AST, name: str) -> bool:
    """Whether the file binds ``name`` anywhere already."""
    return any(_bound(node) == name for node in ast.walk(tree))


def _bound(node: ast.AST) -> str | None:
    """Return the name that ``node`` itself binds, or None."""
    if isinstance(node, ast.Name):
        return None if isinstance(node.ctx, ast.Load) else node.id
    if isinstance(node, _Function | ast.ClassDef | ast.ExceptHandler):
        return node.name
    if isinstance(node, ast.alias):
        return node.asname or node.name.partition(".")[0]
    return node.arg if isinstance(node, ast.arg) else None


# --- functions ----------------------------------------------------------------------------------


def _make_async(edit: f.MakeAsync, script: _Script) -> list[Change] | None:
    for node in ast.walk(script.tree):
        if not isinstance(node, _Function) or script.end(node) != edit.end:
            continue
        if edit.start not in (script.first(node), script.start(node)):
            continue
        if isinstance(node, ast.AsyncFunctionDef):
            return []
        start = script.start(node)
        return None if _must_stay_sync(node) else [(start, start, "async ")]
    return None


def _must_stay_sync(function: ast.FunctionDef) -> bool:
    """Whether somebody relies on the function's plain result: Python itself, or an iteration."""
    if function.name.startswith("__") and function.name.endswith("__"):
        return True
    if any(_PROPERTY.search(ast.unparse(mark)) for mark in function.decorator_list):
        return True
    stack: list[ast.AST] = list(function.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, _Function | ast.Lambda | ast.ClassDef):
            stack.extend(ast.iter_child_nodes(node))
    return False
