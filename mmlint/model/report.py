"""The outcome of a run, as every report format reads it."""

from __future__ import annotations

from typing import Literal as Choices

import msgspec

from mmlint.model.finding import Finding, Severity


class TextEdit(msgspec.Struct, frozen=True, order=True):
    """Replace the bytes ``start`` to ``end`` (from 0, end exclusive) of ``path`` by ``text``."""

    path: str
    start: int
    end: int
    text: str


class Reported(msgspec.Struct, frozen=True):
    """A finding that survived every filter, with its fix written out (None where it has none).

    ``baselined``: the baseline holds it, so that it is neither reported nor fixed. ``beyond``: the
    files that the fix edits too and that the run was not asked about; then it is not applied.
    """

    finding: Finding
    edits: tuple[TextEdit, ...] | None = None
    baselined: bool = False
    beyond: tuple[str, ...] = ()


class Notice(msgspec.Struct, frozen=True, order=True):
    """Something about the run itself, for stderr. ``failed``: the exit code becomes 2.

    ``detail``: more of it, for who asks with ``-v``; like the message, it quotes no file.
    """

    message: str
    failed: bool = False
    detail: str = ""


class Summary(msgspec.Struct, frozen=True):
    """Counts of a run. ``skipped``: reason to number of files. ``fixable``: with safe fixes.
    ``limits``: each limit of ``model.limits`` that was hit, and at how many places.
    ``baselined``: findings that the baseline holds. ``stale``: its entries whose findings are gone.
    """

    files: int
    parsed: int
    skipped: dict[str, int]
    errors: int
    warnings: int
    ignored: int
    fixable: int
    fixed: int = 0
    limits: dict[str, int] = {}
    baselined: int = 0
    stale: int = 0


class Result(msgspec.Struct, frozen=True):
    """A whole run. Findings are sorted; the same tree gives the same result."""

    findings: tuple[Reported, ...]
    summary: Summary
    notices: tuple[Notice, ...] = ()


class RuleInfo(msgspec.Struct, frozen=True):
    """What a report may say of a rule. ``doc`` is its page, in Markdown, without examples' paths.

    ``fixable``: the strongest safety any of its fixes has, or None.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    doc: str
    url: str
    fixable: Choices["safe", "unsafe", "shown"] | None = None
    enabled: bool = True
