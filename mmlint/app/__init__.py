"""The verbs: check, fix, explain, list rules and handlers, show the configuration, clean."""

from __future__ import annotations

from mmlint.app.checking import check, fix, run
from mmlint.app.commands import clean, rules, runtimes, show_config
from mmlint.app.explaining import explain
from mmlint.app.plain import plain, plain_error, plain_traceback
from mmlint.app.request import Request, UsageError

__all__ = [
    "Request",
    "UsageError",
    "check",
    "clean",
    "explain",
    "fix",
    "plain",
    "plain_error",
    "plain_traceback",
    "rules",
    "run",
    "runtimes",
    "show_config",
]
