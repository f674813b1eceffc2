"""Environment variables in settings files (JSON, YAML, TOML), read as data and never executed.

Which key paths hold variables is a table (``sdk.carriers``); the file's own name is not asked here,
so that equal bytes give equal facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from mmlint.languages.comments import Span, ignores
from mmlint.languages.key_literals import key_literals
from mmlint.languages.settings.connections import connections
from mmlint.languages.settings.entries import decoded, entry
from mmlint.languages.settings.levels import (
    Document,
    Format,
    Level,
    Listing,
    Mapping,
    Pair,
    Text,
)
from mmlint.model.facts import EnvEntry, FileFacts, IgnoreComment, Reference
from mmlint.model.regex import regex
from mmlint.sdk.carriers import all_slots

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

Slots = tuple[str, ...]
State = frozenset[tuple[int, int]]
"""How far each slot is matched: its number, and how many of its keys."""

_NAME_KEYS = ("name", "key", "variable", "Name", "Key")
_VALUE_KEYS = ("value", "Value", "default")
_NAME = regex(rb"[A-Za-z_][\w.-]{0,199}")
_LINE = regex(rb"[^\r\n]+")
_ASSIGNED = regex(rb"[ \t]*([A-Za-z_][\w.-]{0,199})[ \t]*(?:(=)[ \t]*|\Z)")
_VAULT = regex(rb"@([A-Za-z_][\w-]*)")
"""How a Vercel file names a secret."""
_PLAIN_TAGS = ("", "!!str", "!Sub", "!", "!!binary")


def observe(data: bytes, language: Format, salt: bytes = b"") -> FileFacts:
    """Return the entries of every slot, the connections, keys and suppressions; offsets are bytes.

    Any bytes are fine, and so are templates of such files: what does not parse says nothing.
    ``salt``: for the fingerprints of keys.
    """
    document = Document(data, language)
    comments = document.comments
    return FileFacts(
        language=language,
        entries=_once(_Walk(document, salt).entries()),
        ignores=tuple(_reaching(document, one) for one in ignores(data, comments, language)),
        keys=key_literals(data, salt, comments=comments),
        connections=tuple(connections(document, salt)) if language == "json" else (),
    )


def _reaching(document: Document, comment: IgnoreComment) -> IgnoreComment:
    """Return the comment with the text block below it, in which no comment can be written."""
    end = document.block_below(comment.end) if comment.alone else 0
    return msgspec.structs.replace(comment, reach=end) if end else comment


def _once(entries: Iterable[EnvEntry]) -> tuple[EnvEntry, ...]:
    """Return each entry once, in order, with all slots by which it was reached."""
    found: dict[int, EnvEntry] = {}
    for one in entries:
        known = found.get(one.start)
        slots = sorted({*one.slots, *known.slots}) if known else one.slots
        found[one.start] = msgspec.structs.replace(one, slots=tuple(slots)) if known else one
    return tuple(found[start] for start in sorted(found))


class _Walk:
    """Follows the keys of a document as far as a slot may still begin there."""

    def __init__(self, document: Document, salt: bytes) -> None:
        self.document = document
        self.data = document.data
        self.salt = salt

    def entries(self) -> Iterator[EnvEntry]:
        todo = [(root, _start(self._kind(root))) for root in self.document.roots]
        seen: set[tuple[int, State]] = set()
        while todo:
            node, state = todo.pop()
            if not state or (node.id, state) in seen:
                continue
            seen.add((node.id, state))
            level = self.document.level(node)
            if isinstance(level, Mapping):
                todo += [(one, state) for one in level.merged]
                for pair in level.pairs:
                    before, after = self._along(state, pair)
                    if slots := _reached(before):
                        yield from self._named(pair.keys[-1], pair.value, slots)
                    if pair.value is not None:
                        todo.append((pair.value, after))
                continue
            if slots := _reached(state):
                yield from self._listed(level, slots)
            if isinstance(level, Listing):
                after = _advance(state, "")
                todo += [(item, after) for item in level.items]

    def _kind(self, root: Syntax) -> str:
        """What a Kubernetes document says it is."""
        level = self.document.level(root)
        for pair in level.pairs if isinstance(level, Mapping) else ():
            if self.document.text(pair.keys[0]) == "kind" and pair.value is not None:
                kind = self.document.level(pair.value)
                return self.document.text(kind[:2]) if isinstance(kind, Text) else ""
        return ""

    def _along(self, state: State, pair: Pair) -> tuple[State, State]:
        before = state
        for key in pair.keys:
            before, state = state, _advance(state, self.document.text(key))
        return before, state

    def _listed(self, level: Level, slots: Slots) -> Iterator[EnvEntry]:
        """The entries of a list of variables, or of lines of them."""
        if isinstance(level, Text):
            yield from self._lines(level, slots)
        for item in level.items if isinstance(level, Listing) else ():
            inner = self.document.level(item)
            if isinstance(inner, Text):
                yield from self._lines(inner, slots)
            elif isinstance(inner, Mapping):
                name = self._given(inner, _NAME_KEYS)
                text = self.document.level(name) if name is not None else None
                if isinstance(text, Text):
                    value = self._given(inner, _VALUE_KEYS)
                    yield from self._named(text[:2], value, slots, unknown=value is None)

    def _given(self, level: Mapping, keys: tuple[str, ...]) -> Syntax | None:
        for pair in level.pairs:
            if self.document.text(pair.keys[-1]) in keys and len(pair.keys) == 1:
                return pair.value
        return None

    def _named(
        self, name: Span, value: Syntax | None, slots: Slots, unknown: bool = False
    ) -> Iterator[EnvEntry]:
        """The entry whose name stands at ``name``, if it can be one."""
        if not _NAME.fullmatch(self.data, *name):
            return
        level = self.document.level(value) if value is not None else None
        if isinstance(level, Mapping):
            inner = self._given(level, _VALUE_KEYS)
            level = self.document.level(inner) if inner is not None else level
        made: EnvEntry | None
        if isinstance(level, Text):
            made = self._valued(name, level, slots)
        else:
            unknown = unknown or level is not None
            made = entry(self.data, name, None, self.salt, unknown=unknown, slots=slots)
        if made is not None:
            yield made

    def _valued(self, name: Span, text: Text, slots: Slots) -> EnvEntry | None:
        value = text.start, text.end
        vault = _VAULT.fullmatch(self.data, *value)
        target = vault.span(1) if vault else value if text.tag == "!Ref" else None
        unknown = target is not None or text.tag not in _PLAIN_TAGS
        made = entry(
            self.data, name, value, self.salt, quoted=text.quoted, unknown=unknown, slots=slots
        )
        if made is None or target is None:
            return made
        reference = Reference(*target, decoded(self.data[slice(*target)]))
        return _referring(made, reference)

    def _lines(self, text: Text, slots: Slots) -> Iterator[EnvEntry]:
        for line in _LINE.finditer(self.data, text.start, text.end):
            end = line.start() + len(line[0].rstrip())
            match = _ASSIGNED.match(self.data, line.start(), end)
            if match is None:
                continue
            value = (match.end(), end) if match[2] else None
            made = entry(
                self.data, match.span(1), value, self.salt, shorthand=value is None, slots=slots
            )
            if made is not None:
                yield made


def _referring(made: EnvEntry, reference: Reference) -> EnvEntry:
    return msgspec.structs.replace(made, value="reference", references=(reference,))


# --- slots ----------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _slots() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Each slot as written, the kind of document it is for, and its keys."""
    found = []
    for slot in all_slots():
        guard, _, path = slot.rpartition(":")
        found.append((slot, guard.removeprefix("kind="), tuple(path.split("."))))
    return tuple(found)


def _start(kind: str) -> State:
    return frozenset(
        (number, 0) for number, (_, guard, _) in enumerate(_slots()) if guard in ("", kind)
    )


@lru_cache(maxsize=8192)
def _advance(state: State, key: str) -> State:
    found: set[tuple[int, int]] = set()
    for number, at in state:
        keys = _slots()[number][2]
        if at == len(keys):
            continue
        if keys[at] == "**":
            found.add((number, at))
            at += 1
        if keys[at] == "*" or keys[at] == key or (keys[at] == "x-*" and key.startswith("x-")):
            found.add((number, at + 1))
    return frozenset(found)


@lru_cache(maxsize=8192)
def _reached(state: State) -> Slots:
    slots = _slots()
    return tuple(sorted(slots[number][0] for number, at in state if at == len(slots[number][2])))
