"""Find places in the syntax tree of JavaScript and TypeScript, alone or in a component's script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from mmlint.languages.edits.layout import Listing, Span
from mmlint.model import finding as f
from mmlint.model.facts import Language
from mmlint.model.regex import regex

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

FUNCTIONS: Final = {
    "arrow_function",
    "function_expression",
    "function_declaration",
    "generator_function",
    "generator_function_declaration",
    "method_definition",
    "class_static_block",
    "class_body",
}
COMMENTS: Final = {"comment", "html_comment"}
_SCRIPT_TAG: Final = regex(rb"""<script\b(?:"[^"]*"|'[^']*'|[^>"'])*>""", re.IGNORECASE)
_SCRIPT_LANGUAGE: Final = regex(rb"""\blang\s*=\s*["']?(tsx?|jsx?)\b""", re.IGNORECASE)
_FENCE: Final = regex(rb"^---[ \t]*$", re.MULTILINE)


def root_of(edit: f.Edit, language: Language, source: bytes) -> Node | None:
    """Return the tree of the program the edit lies in; offsets in it are those of the file."""
    if language in ("javascript", "typescript", "tsx"):
        return _parse(language, source)
    region = _region(language, source, edit.start)
    if region is None or edit.end > region[1]:
        return None
    start, end, grammar = region
    blank = re.compile(rb"[^\r\n]")
    masked = blank.sub(b" ", source[:start]) + source[start:end] + blank.sub(b" ", source[end:])
    return _parse(grammar, masked)


def _region(language: Language, source: bytes, offset: int) -> tuple[int, int, str] | None:
    """Return start, end and grammar of the script region that ``offset`` lies in."""
    if language == "astro":
        fences = [match for _, match in zip(range(2), _FENCE.finditer(source), strict=False)]
        if len(fences) == 2 and not source[: fences[0].start()].strip(b"\xef\xbb\xbf \t\r\n"):
            start, end = fences[0].end(), fences[1].start()
            if start <= offset <= end:
                return start, end, "typescript"
    lower = source.lower()
    tag = _SCRIPT_TAG.match(source, max(lower.rfind(b"<script", 0, offset), 0))
    if tag is None or tag.end() > offset:
        return None
    end = lower.find(b"</script", tag.end())
    if end < offset:
        return None
    named = _SCRIPT_LANGUAGE.search(tag.group())
    name = named.group(1).lower() if named else b"ts" if language == "astro" else b"js"
    grammar = {b"ts": "typescript", b"tsx": "tsx"}.get(name, "javascript")
    return tag.end(), end, grammar


@lru_cache(maxsize=4)
def _parse(grammar: str, source: bytes) -> Node:
    return _parser(grammar).parse(source).root_node


@lru_cache(maxsize=3)
def _parser(grammar: str) -> Parser:
    import tree_sitter

    if grammar == "javascript":
        import tree_sitter_javascript

        return tree_sitter.Parser(tree_sitter.Language(tree_sitter_javascript.language()))
    import tree_sitter_typescript

    pointer = (
        tree_sitter_typescript.language_tsx()
        if grammar == "tsx"
        else tree_sitter_typescript.language_typescript()
    )
    return tree_sitter.Parser(tree_sitter.Language(pointer))


def ancestors(node: Node) -> Iterator[Node]:
    """Yield ``node`` and everything around it, inner before outer."""
    current: Node | None = node
    while current is not None:
        yield current
        current = current.parent


def sound(node: Node) -> bool:
    """Whether the parser understood ``node`` and where it stands."""
    return not node.has_error and all(outer.type != "ERROR" for outer in ancestors(node))


def covering(root: Node, edit: f.Edit, kinds: Iterable[str]) -> Node | None:
    """Return the innermost node of one of ``kinds`` around the span, within its function."""
    node = root.descendant_for_byte_range(edit.start, edit.end)
    for outer in ancestors(node) if node is not None else ():
        if outer.type in kinds:
            return outer if sound(outer) else None
        if outer.type in FUNCTIONS:
            return None
    return None


def meaningful(nodes: Iterable[Node]) -> list[Node]:
    return [node for node in nodes if node.type not in COMMENTS]


def comments(node: Node) -> tuple[Span, ...]:
    """Return every comment inside ``node``."""
    found: list[Span] = []
    stack = [node]
    while stack:
        current = stack.pop()
        if current.type in COMMENTS:
            found.append((current.start_byte, current.end_byte))
        stack.extend(current.children)
    return tuple(sorted(found))


def listing_of(node: Node) -> Listing | None:
    """Return what stands between the brackets of an object, a pattern, an import list or a call."""
    if len(node.children) < 2 or node.children[0].type not in ("{", "(") or not sound(node):
        return None
    comments = [child for child in node.children if child.type in COMMENTS]
    items = meaningful(node.named_children)
    return Listing(
        start=node.start_byte + 1,
        end=node.end_byte - 1,
        items=tuple((item.start_byte, item.end_byte) for item in items),
        comments=tuple((comment.start_byte, comment.end_byte) for comment in comments),
        padding=" " if node.children[0].type == "{" else "",
    )
