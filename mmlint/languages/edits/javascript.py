"""Write named edits into JavaScript and TypeScript, alone or inside a component's script.

The syntax tree says where statements stand; the text around them says how they are laid out.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final

import msgspec

from mmlint.languages.edits import javascript_imports as imports
from mmlint.languages.edits import javascript_objects as objects
from mmlint.languages.edits import javascript_tree as tree
from mmlint.languages.edits import layout
from mmlint.languages.edits.layout import Change
from mmlint.model import finding as f
from mmlint.model.facts import Language

if TYPE_CHECKING:
    from tree_sitter import Node

_BLOCKS: Final = {"program", "statement_block"}
_CASES: Final = {"switch_case", "switch_default"}
_OWNERS: Final = {
    "if_statement",
    "else_clause",
    "for_statement",
    "for_in_statement",
    "while_statement",
    "do_statement",
    "with_statement",
}
"""What may have a statement without braces as its body."""

_ENDED_BY_SEMICOLON: Final = {
    "expression_statement",
    "lexical_declaration",
    "variable_declaration",
    "return_statement",
    "throw_statement",
    "break_statement",
    "continue_statement",
    "import_statement",
    "do_statement",
    "debugger_statement",
}
_CONTINUES: Final = b"([`+-/*.,"
"""What, at the start of a line, belongs to the line above unless a semicolon stands between."""


def changes(edit: f.Edit, language: Language, source: bytes) -> Sequence[Change] | None:
    """Return the text changes that do ``edit``, or None where that is not safe.

    Offsets are bytes of ``source``, from 0. An edit that asks for what is already there needs no
    changes: an empty list.
    """
    root = tree.root_of(edit, language, source)
    if root is None:
        return None
    if isinstance(edit, f.AddStatement):
        if edit.start == edit.end:
            return _append(edit, root, source)
        return _prepend(edit, root, source)
    if isinstance(edit, f.HoistReturn):
        return _hoist(edit, root, source)
    if isinstance(edit, f.KeepReceiver):
        return _keep(edit, root, source)
    if isinstance(edit, f.RemoveStatement):
        return _remove(edit, root, source)
    if isinstance(edit, f.ImportName):
        return imports.add_name(edit, root, source)
    if isinstance(edit, f.ImportFrom):
        return imports.add_import(edit, root, source)
    if isinstance(edit, f.MakeAsync):
        return _make_async(edit, root, source)
    return objects.changes(edit, root, source)


def _statement(root: Node, edit: f.Edit) -> Node | None:
    """Return the statement that holds the span: one of a block's, a case's, or a bare body."""
    node = root.descendant_for_byte_range(edit.start, edit.end)
    while node is not None:
        parent = node.parent
        if parent is None or parent.type in tree.FUNCTIONS:
            return None
        if parent.type in _BLOCKS or _is_branch(node, parent):
            is_statement = node.is_named and node.type not in tree.COMMENTS
            return node if is_statement and tree.sound(node) else None
        node = parent
    return None


def _is_branch(node: Node, parent: Node) -> bool:
    """Whether ``node`` is a statement of a case, or the unbraced body of ``parent``."""
    is_statement = node.type.endswith(("_statement", "_declaration"))
    return is_statement and (
        parent.type in _CASES
        or parent.type == "else_clause"
        or (parent.type in _OWNERS and node in _bodies(parent))
    )


def _bodies(owner: Node) -> list[Node]:
    fields = [owner.child_by_field_name(name) for name in ("body", "consequence")]
    return [node for node in fields if node is not None]


def _is_unbraced(statement: Node) -> bool:
    return statement.parent is not None and statement.parent.type in _OWNERS


def _end(statement: Node) -> int:
    """Return where people see the statement end: before a comment that the parser counts in, and
    before a semicolon that stands at the head of a later line."""
    node = statement
    while children := tree.meaningful(node.children):
        last = children[-1]
        if last.type == ";" and len(children) > 1:
            before = children[-2]
            if before.end_point.row == last.start_point.row:
                return last.end_byte
            last = before
        if not last.type.endswith(("_statement", "_clause", "_declaration")):
            return last.end_byte
        node = last
    return node.end_byte


# --- semicolons ---------------------------------------------------------------------------------


def _ends_with_semicolon(statement: Node, source: bytes) -> bool:
    return source[statement.start_byte : _end(statement)].endswith(b";")


def _uses_semicolons(statement: Node, source: bytes) -> bool:
    """Whether the nearest statement that may end with a semicolon does."""
    around = (child for outer in tree.ancestors(statement) for child in outer.children)
    for node in chain([statement], around):
        if node.type in _ENDED_BY_SEMICOLON:
            return _ends_with_semicolon(node, source)
    return True


def _styled(text: str, statement: Node, source: bytes, following: int | None) -> str:
    """Return ``text`` as this file writes statements. ``following``: what starts the next line."""
    bare = text.rstrip().rstrip(";")
    if _uses_semicolons(statement, source):
        return f"{bare};"
    if following is not None and following in _CONTINUES:
        return f"{bare};"
    return bare


def _open_ended(statement: Node | None, source: bytes) -> bool:
    """Whether more code on the same line would need a semicolon first."""
    return (
        statement is not None
        and statement.type in _ENDED_BY_SEMICOLON
        and not _ends_with_semicolon(statement, source)
    )


def _may_lead(text: str) -> bool:
    """Whether ``text`` can start a statement behind a line without semicolon."""
    return bool(text) and ord(text[0]) not in _CONTINUES


# --- statements ---------------------------------------------------------------------------------


class _Frame(msgspec.Struct, frozen=True):
    """What a statement needs around it to become several.

    ``gap``: what divides them: a blank, or a line break with indentation. ``before``/``after``:
    texts at its start and end. ``apart``: changes elsewhere.
    """

    gap: str
    before: str = ""
    after: str = ""
    apart: tuple[Change, ...] = ()

    @property
    def inline(self) -> bool:
        """Whether the statements stand on one line."""
        return self.gap == " "


def _frame(statement: Node, source: bytes, *, scoped: bool = False) -> _Frame:
    """Return the frame of ``statement``; ``scoped``: one of the statements declares a name."""
    start, end = statement.start_byte, _end(statement)
    owner = statement.parent
    own_line = layout.starts_line(source, start)
    gap = _break(source, start)
    in_case = owner is not None and owner.type in _CASES
    if owner is None or not (_is_unbraced(statement) or (scoped and in_case)):
        return _Frame(gap if own_line else " ")
    head = _head(statement)
    line_end = layout.line_end(source, end)
    rest = source[end:line_end].strip(layout.BLANKS)
    crowded = in_case and _has_neighbours(statement)
    if crowded or head is None or (rest and not rest.startswith(b"//")):
        return _Frame(" ", before="{ ", after=" }")
    closing = f"{_break(source, owner.start_byte)}}}"
    before = ""
    apart: tuple[Change, ...] = ((head, head, " {"),)
    if not own_line:
        if source[head:start].strip(layout.BLANKS):
            return _Frame(" ", before="{ ", after=" }")
        gap += layout.indent_step(source)
        before, apart = f"{{{gap}", ()
    if not rest:
        return _Frame(gap, before, closing, apart)
    return _Frame(gap, before, apart=(*apart, (line_end, line_end, closing)))


def _has_neighbours(statement: Node) -> bool:
    """Whether other statements, or comments, stand beside it in its case."""
    before, after = statement.prev_sibling, statement.next_sibling
    return before is None or before.type != ":" or after is not None


def _head(statement: Node) -> int | None:
    """Return where the words before a body without braces end: behind ``)``, ``else`` or ``:``."""
    before = statement.prev_sibling
    while before is not None and before.type in tree.COMMENTS:
        before = before.prev_sibling
    return None if before is None else before.end_byte


def _prepend(edit: f.AddStatement, root: Node, source: bytes) -> list[Change] | None:
    statement = _statement(root, edit)
    if statement is None or _is_directive(statement) or not _may_lead(edit.text):
        return None
    start, end = statement.start_byte, _end(statement)
    frame = _frame(statement, source)
    text = _closed(edit.text)
    if not frame.inline:
        text = _styled(edit.text, statement, source, source[start])
    text = f"{frame.before}{text}{frame.gap}"
    closing = [(end, end, frame.after)] if frame.after else []
    place = start
    if layout.starts_line(source, start):
        place = layout.above_comments(source, start, _comments_before(statement))
    return [(place, place, text), *closing, *frame.apart]


def _comments_before(statement: Node) -> list[layout.Span]:
    """Return the comments between ``statement`` and what stands before it, in source order."""
    found: list[layout.Span] = []
    before = statement.prev_sibling
    while before is not None and before.type in tree.COMMENTS:
        found.append((before.start_byte, before.end_byte))
        before = before.prev_sibling
    return found[::-1]


def _is_directive(statement: Node) -> bool:
    children = tree.meaningful(statement.children)
    return statement.type == "expression_statement" and children[0].type == "string"


def _closed(text: str) -> str:
    return f"{text.rstrip().rstrip(';')};"


def _break(source: bytes, offset: int) -> str:
    """A newline and the indentation of the line of ``offset``."""
    return layout.newline(source, offset) + layout.indentation(source, offset)


def _append(edit: f.AddStatement, root: Node, source: bytes) -> list[Change] | None:
    """Make ``edit.text`` the last statement of the block that ends at the empty span."""
    if not _may_lead(edit.text):
        return None
    brace = root.descendant_for_byte_range(edit.start, min(edit.start + 1, len(source)))
    if brace is not None and brace.type == "}" and brace.start_byte == edit.start:
        block = brace.parent
        if block is None or block.type != "statement_block" or not tree.sound(block):
            return None
        return _append_to_block(block, edit, source)
    return _append_to_program(root, edit, source)


def _append_to_program(root: Node, edit: f.AddStatement, source: bytes) -> list[Change] | None:
    statements = tree.meaningful(root.children)
    if root.has_error or not statements:
        return None
    last = statements[-1]
    place = layout.line_end(source, _end(last))
    in_comment = any(start < place < end for start, end in tree.comments(root))
    if place > edit.start or in_comment or not layout.starts_line(source, last.start_byte):
        return None
    text = _styled(edit.text, last, source, None)
    return [(place, place, f"{_break(source, last.start_byte)}{text}")]


def _append_to_block(block: Node, edit: f.AddStatement, source: bytes) -> list[Change]:
    brace = edit.start
    inside = block.children[1:-1]
    statements = tree.meaningful(inside)
    last = statements[-1] if statements else None
    if layout.starts_line(source, brace):
        line = layout.line_start(source, brace)
        text = _styled(edit.text, last or block, source, None)
        indent = _block_indent(block, statements, source)
        return [(line, line, f"{indent}{text}{layout.newline(source, block.start_byte)}")]
    if not inside:
        return [(block.start_byte + 1, brace, f" {_closed(edit.text)} ")]
    done: list[Change] = []
    place = inside[-1].end_byte if last is not inside[-1] else _end(inside[-1])
    if last is not None and _open_ended(last, source):
        if place == _end(last):
            return [(place, place, f"; {_styled(edit.text, last, source, None)}")]
        done.append((_end(last), _end(last), ";"))
    return [*done, (place, place, f" {_styled(edit.text, last or block, source, None)}")]


def _block_indent(block: Node, statements: Sequence[Node], source: bytes) -> str:
    for statement in reversed(statements):
        if layout.starts_line(source, statement.start_byte):
            return layout.indentation(source, statement.start_byte)
    return layout.indentation(source, block.end_byte - 1) + layout.indent_step(source)


def _hoist(edit: f.HoistReturn, root: Node, source: bytes) -> list[Change] | None:
    """Compute the returned value first, then run ``edit.text``, then return the value."""
    statement = _statement(root, edit)
    if statement is None or statement.type != "return_statement" or not _may_lead(edit.text):
        return None
    value = tree.meaningful(statement.named_children)
    if len(value) != 1 or value[0].type == "sequence_expression":
        return None
    name = layout.fresh_name(source)
    start, end = statement.start_byte, _end(statement)
    frame = _frame(statement, source, scoped=True)
    ended = _ends_with_semicolon(statement, source)
    gap, text = frame.gap, _closed(edit.text)
    if not frame.inline:
        text = _styled(edit.text, statement, source, None)
    before = ";" if frame.inline and not ended else ""
    after = ";" if frame.inline or ended else ""
    return [
        layout.assign(source, start, f"{frame.before}const {name} ={' await' * edit.awaits}"),
        (end, end, f"{before}{gap}{text}{gap}return {name}{after}{frame.after}"),
        *frame.apart,
    ]


def _keep(edit: f.KeepReceiver, root: Node, source: bytes) -> list[Change] | None:
    """Name the receiver of a call, so that ``edit.text`` can call it once more."""
    statement = _statement(root, edit)
    if statement is None or statement.start_byte != edit.start:
        return None
    name = layout.fresh_name(source, "client")
    text = edit.text.replace("$", name)
    start, end = statement.start_byte, _end(statement)
    frame = _frame(statement, source, scoped=True)
    receiver = source[edit.value_start : edit.value_end].decode()
    ended = _ends_with_semicolon(statement, source)
    if frame.inline:
        gap, declared, called = " ", f"const {name} = {receiver};", _closed(text)
    else:
        gap = _break(source, start)
        declared = _styled(f"const {name} = {receiver}", statement, source, None)
        called = _styled(text, statement, source, None)
    before = ";" if frame.inline and not ended else ""
    return [
        (start, start, f"{frame.before}{declared}{gap}"),
        (edit.value_start, edit.value_end, name),
        (end, end, f"{before}{gap}{called}{frame.after}"),
        *frame.apart,
    ]


def _remove(edit: f.RemoveStatement, root: Node, source: bytes) -> list[Change] | None:
    statement = _statement(root, edit)
    if statement is None or statement.start_byte != edit.start:
        return None
    start, end = statement.start_byte, _end(statement)
    if edit.end < end and source[edit.end : end].strip(layout.BLANKS) != b";":
        return None
    if layout.holds_any(tree.comments(statement), start, end):
        return None
    around = statement.parent.children if statement.parent is not None else []
    comments = [(one.start_byte, one.end_byte) for one in around if one.type in tree.COMMENTS]
    if layout.has_comment(source, start, end, comments):
        return None
    if _is_alone(statement) or _joins_neighbours(statement, source):
        return None
    return [(*layout.removable(source, start, end), "")]


def _is_alone(statement: Node) -> bool:
    """Whether nothing but an empty function, guard or loop would be left without ``statement``."""
    block = statement.parent
    if _is_unbraced(statement):
        return True
    if block is None or block.type != "statement_block":
        return False
    return len(tree.meaningful(block.named_children)) == 1


def _joins_neighbours(statement: Node, source: bytes) -> bool:
    """Whether the statements around ``statement`` would run into one another without it."""
    before, after = statement.prev_named_sibling, statement.next_named_sibling
    while before is not None and before.type in tree.COMMENTS:
        before = before.prev_named_sibling
    while after is not None and after.type in tree.COMMENTS:
        after = after.next_named_sibling
    if after is None or not _open_ended(before, source):
        return False
    return source[after.start_byte] in _CONTINUES


# --- functions ----------------------------------------------------------------------------------


def _make_async(edit: f.MakeAsync, root: Node, source: bytes) -> list[Change] | None:
    function = _function(root, edit)
    if function is None or function.type.startswith("generator"):
        return None
    words = {child.type for child in function.children}
    if "async" in words:
        return []
    name = function.child_by_field_name("name")
    place = function.start_byte
    if function.type == "method_definition":
        if words & {"*", "get", "set"} or name is None or name.text == b"constructor":
            return None
        place = name.start_byte
    annotated = _promised(function)
    return None if annotated is None else [(place, place, "async "), *annotated]


def _function(root: Node, edit: f.MakeAsync) -> Node | None:
    """Return the function whose span this is (an export's span stands for what it exports)."""
    node = root.descendant_for_byte_range(edit.start, edit.end)
    if node is not None and node.type == "export_statement":
        node = node.child_by_field_name("declaration") or node.child_by_field_name("value")
    while node is not None and node.start_byte >= edit.start and node.end_byte <= edit.end:
        if node.type in tree.FUNCTIONS and node.type not in ("class_body", "class_static_block"):
            return node if tree.sound(node) else None
        node = node.parent
    return None


def _promised(function: Node) -> list[Change] | None:
    """Return the changes that let a return type be a promise; None where that is not plain."""
    annotation = function.child_by_field_name("return_type")
    if annotation is None:
        return []
    kinds = tree.meaningful(annotation.named_children)
    if annotation.type != "type_annotation" or len(kinds) != 1:
        return None
    text = kinds[0].text or b""
    if text.startswith(b"Promise<"):
        return []
    if b"Promise" in text:
        return None
    return [
        (kinds[0].start_byte, kinds[0].start_byte, "Promise<"),
        (kinds[0].end_byte, kinds[0].end_byte, ">"),
    ]
