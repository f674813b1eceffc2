"""Findings, the places they speak of, and the fixes they offer."""

from __future__ import annotations

from typing import Final
from typing import Literal as Choices

import msgspec

Severity = Choices["error", "warning"]

Safety = Choices["safe", "unsafe", "shown"]
"""``safe``: by ``--fix``. ``unsafe``: only with ``--unsafe-fixes``. ``shown``: never applied."""


KEY: Final = "key"
"""The first word of the state of a finding whose value is a real key, not a stand-in for one."""


class Place(msgspec.Struct, frozen=True, order=True):
    """A stretch of a file: project-relative path with ``/``, byte offsets from 0, end exclusive."""

    path: str
    start: int
    end: int


class Related(msgspec.Struct, frozen=True, order=True):
    """Another place of the story, and what it has to do with it.

    ``cause``: a change there can bring the finding about, so that a run that is asked about that
    file reports the finding, wherever its own place lies.
    """

    place: Place
    message: str
    cause: bool = False


# --- edits: what should change, named; the adapter of the file's language writes the text ---------


class Edit(msgspec.Struct, frozen=True):
    """A change of one file. Offsets are bytes of the file as it was observed."""

    path: str
    start: int
    end: int


class Replace(Edit, frozen=True):
    """Put ``text`` in place of the bytes; an empty span inserts."""

    text: str


class AddStatement(Edit, frozen=True):
    """Put the statement ``text`` on a line of its own before the statement at the span.

    In Python it may have several lines, which tabs indent in steps of the file's own.

    Where the span is empty it is the end of a block (the offset of its closing brace, or the end of
    a Python suite's last statement) and the statement becomes the block's last.
    """

    text: str


class HoistReturn(Edit, frozen=True):
    """Turn ``return <value>`` at the span into ``const <name> = <value>; text; return <name>``.

    ``awaits``: the value is a promise, and is awaited before ``text``.
    """

    value_start: int
    value_end: int
    text: str
    awaits: bool = False


class KeepReceiver(Edit, frozen=True):
    """Turn ``<receiver>.call();`` at the span into ``const <name> = <receiver>; <name>.call();
    text``, where ``text`` calls the receiver ``$``."""

    value_start: int
    value_end: int
    text: str


class RemoveStatement(Edit, frozen=True):
    """Delete the statement at the span, and its line where nothing else stands on it."""


class AddEntry(Edit, frozen=True):
    """Add ``key: value`` (or the shorthand ``key``) to the object literal at the span."""

    key: str
    value: str


class AddArgument(Edit, frozen=True):
    """Add the Python keyword argument ``text`` at the end of the call at the span."""

    text: str


class RenameKey(Edit, frozen=True):
    """Call the key that stands at the start of the span ``name`` instead of ``key``."""

    key: str
    name: str


class RenameVariable(Edit, frozen=True):
    """Call the environment variable ``name``, one of whose names stands at the span, ``to`` in all
    files of the project."""

    name: str
    to: str


class RemoveEntry(Edit, frozen=True):
    """Delete the entry or argument at the span, with its comma, and its line where it is alone."""


class WrapEntry(Edit, frozen=True):
    """Put the entry or keyword argument at the span into an object of its own, under ``key``."""

    key: str


class MoveEntry(Edit, frozen=True):
    """Move the entry or argument at the span into the object literal at ``into``.

    ``key``: what a positional argument shall be called there; empty for what has a key already.
    """

    into: tuple[int, int]
    key: str = ""


class Rewrite(Edit, frozen=True):
    """Put ``pieces`` in place of the span: new texts, and spans of the file to be kept as they are.

    It is not done where a comment would be lost.
    """

    pieces: tuple[str | tuple[int, int], ...]


class ImportName(Edit, frozen=True):
    """Add ``name`` to the import statement at the span (it already imports from that module)."""

    name: str


class ImportFrom(Edit, frozen=True):
    """Import ``name`` from the package ``module`` into an ES module that imports nothing from it
    yet. The span is empty and stands for the whole file."""

    name: str
    module: str


class ImportModule(Edit, frozen=True):
    """Import the module ``name`` of Python's standard library at the top of the file, which does
    not import it yet. The span is empty and stands for the whole file."""

    name: str


class MakeAsync(Edit, frozen=True):
    """Make the function at the span async."""


class Fix(msgspec.Struct, frozen=True):
    """One repair: all its edits or none.

    ``reveals``: what it puts right hid mistakes from the other rules, so that more findings of
    theirs are no harm.
    """

    title: str
    safety: Safety
    edits: tuple[Edit, ...]
    reveals: bool = False


class Finding(msgspec.Struct, frozen=True):
    """One verdict of one rule.

    ``extent``: the bytes of the whole statement or call the place lies in (an ignore comment on any
    of its lines counts). ``related``: the other places of the story. ``evidence``: sentences that
    let a reader check the verdict in ten seconds ("serverless: route handler under app/, …").
    ``state``: what a baseline has to know of the value beside its place: with another one, the
    finding may be another. Empty where the place says all; for a real key, ``KEY`` and what may be
    shown of it.
    """

    code: str
    name: str
    severity: Severity
    message: str
    place: Place
    extent: tuple[int, int] | None = None
    related: tuple[Related, ...] = ()
    evidence: tuple[str, ...] = ()
    fix: Fix | None = None
    state: str = ""

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Path, byte offsets, code and message: a total order whatever found it first."""
        return (self.place.path, self.place.start, self.place.end, self.code, self.message)
