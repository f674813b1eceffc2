"""Write imports into JavaScript and TypeScript: one more name, or one more statement."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mmlint.languages.edits import javascript_tree as tree
from mmlint.languages.edits import layout, order
from mmlint.languages.edits.layout import Change
from mmlint.model import finding as f
from mmlint.model.regex import regex

if TYPE_CHECKING:
    from tree_sitter import Node


_PACKAGE = regex(r"(@[a-z0-9][\w.~-]*/)?[a-z0-9][\w.~-]*(/|$)")
"""A specifier that begins with the name of a package, and not with an alias such as ``@/``."""


def add_name(edit: f.ImportName, root: Node, source: bytes) -> list[Change] | None:
    statement = tree.covering(root, edit, {"import_statement", "variable_declarator"})
    if statement is None:
        statement = _only_declarator(tree.covering(root, edit, {"lexical_declaration"}))
    if statement is None or any(child.type in ("type", "typeof") for child in statement.children):
        return None
    if statement.type == "variable_declarator":
        return _extend_names(statement.child_by_field_name("name"), edit.name, source)
    clause = next((c for c in statement.children if c.type == "import_clause"), None)
    parts = tree.meaningful(clause.named_children) if clause is not None else []
    if not parts or any(part.type == "namespace_import" for part in parts):
        return None
    if parts[-1].type == "named_imports":
        return _extend_names(parts[-1], edit.name, source)
    if _is_taken(source, edit.name):
        return None
    end = parts[-1].end_byte
    return [(end, end, f", {{ {edit.name} }}")]


def add_import(edit: f.ImportFrom, root: Node, source: bytes) -> list[Change] | None:
    """Import a name from a package that nothing is imported from yet, written as the imports there
    are: in its sorted place among those of packages, behind the last of them where they are not
    sorted, above all others where there are none. None where the file imports nothing, or has the
    name."""
    every = _imports(root)
    if not every or _is_taken(source, edit.name):
        return None
    packages = [one for one in every if _PACKAGE.match(_module(one))]
    ranks = [_rank(_module(one)) for one in packages]
    after = packages
    if ranks == sorted(ranks):
        last = _rank(edit.module)
        after = [one for one, rank in zip(packages, ranks, strict=True) if rank <= last]
    model = after[-1] if after else (packages or every)[0]
    if not layout.starts_line(source, model.start_byte):
        return None
    quote = (_source(model).text or b'"').decode()[:1]
    end = ";" if source[model.end_byte - 1 : model.end_byte] == b";" else ""
    text = f"import {{ {edit.name} }} from {quote}{edit.module}{quote}{end}"
    gap = layout.newline(source, model.start_byte)
    if not after:
        return [(model.start_byte, model.start_byte, f"{text}{gap}")]
    place = layout.line_end(source, model.end_byte)
    return [(place, place, f"{gap}{text}")]


def _rank(module: str) -> str:
    """What import sorters compare: a package's own parts come before those of longer names."""
    return module.lower().replace("/", "\0")


def _imports(root: Node) -> list[Node]:
    """The import statements that the file begins with and that import values."""
    found: list[Node] = []
    for one in root.named_children:
        if one.type == "import_statement":
            kinds = {child.type for child in one.children}
            plain = "import_clause" in kinds and not kinds & {"type", "typeof"}
            if plain and one.child_by_field_name("source") is not None:
                found.append(one)
        elif found:
            break
    return found


def _source(statement: Node) -> Node:
    found = statement.child_by_field_name("source")
    assert found is not None
    return found


def _module(statement: Node) -> str:
    return (_source(statement).text or b"").decode(errors="replace").strip("'\"")


def _only_declarator(declaration: Node | None) -> Node | None:
    found = tree.meaningful(declaration.named_children) if declaration is not None else []
    return found[0] if len(found) == 1 and found[0].type == "variable_declarator" else None


def _extend_names(names: Node | None, name: str, source: bytes) -> list[Change] | None:
    listing = tree.listing_of(names) if names is not None else None
    if names is None or listing is None or names.type not in ("named_imports", "object_pattern"):
        return None
    items = tree.meaningful(names.named_children)
    if any((item.text or b"").decode(errors="replace") == name for item in items):
        return []
    if _is_taken(source, name):
        return None
    index = _index(names, items, name)
    written = [(item.text or b"").decode(errors="replace") for item in items]
    grown = len(f", {name}")
    if not listing.comments and layout.too_long(
        source, names.start_byte, names.end_byte, grown, 80
    ):
        written.insert(index, name)
        return [layout.spread_out(source, listing, written)]
    return list(layout.insert_item(source, listing, index, name))


def _index(names: Node, items: Sequence[Node], name: str) -> int:
    """Return the number that ``name`` shall have among ``items``, which ``names`` lists."""
    if names.type == "object_pattern":
        return len(items) - any(item.type == "rest_pattern" for item in items)
    program = list(tree.ancestors(names))[-1]
    others = [
        [_imported(item) for item in tree.meaningful(listed.named_children)]
        for listed in _named_imports(program)
        if listed.start_byte != names.start_byte
    ]
    return order.place(order.JAVASCRIPT, [_imported(item) for item in items], name, others)


def _named_imports(program: Node) -> Iterator[Node]:
    for statement in program.named_children:
        if statement.type == "import_statement":
            for clause in statement.named_children:
                yield from (one for one in clause.named_children if one.type == "named_imports")


def _imported(item: Node) -> order.Imported:
    texts = [
        (node.text or b"").decode(errors="replace") if node is not None else ""
        for node in (item.child_by_field_name("name"), item.child_by_field_name("alias"))
    ]
    is_type = any(child.type == "type" for child in item.children)
    return order.Imported(texts[0], texts[1] or texts[0], is_type)


def _is_taken(source: bytes, name: str) -> bool:
    """Whether the file seems to declare ``name`` already; in doubt it does."""
    word = re.escape(name.encode())
    declared = rb"\b(?:const|let|var|function\*?|class|as|import)\s+%s\b" % word
    listed = rb"[{,]\s*(?:type\s+|[\w$]+\s*:\s*)?%s\s*(?:=[^=>]|[,}])" % word
    return re.search(declared, source) is not None or re.search(listed, source) is not None
