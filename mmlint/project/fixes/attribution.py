"""Where an event's identity can come from: the request in scope, a variable, or nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Fix
from mmlint.model.regex import regex
from mmlint.project.events.sends import Send
from mmlint.project.fixes.call_edits import set_field
from mmlint.project.project import Project
from mmlint.sdk.surface import COOKIE

_NAMES = ("anonymous_id", "anonymousId", "anonId")
_UNATTENDED = regex(r"\b(scheduled|queue|cron|alarm)\b")


def without_browser(project: Project, send: Send) -> bool:
    """Whether no browser is at hand where the event is sent: webhooks, scripts, scheduled jobs."""
    unit, function = send.unit, send.site.function
    if project.evidence(unit, function).runtime == "script":
        return True
    if any(project.runtimes.is_unattended(one.unit, one.site.function) for one in _chain(send)):
        return True
    if _UNATTENDED.search(send.unit.path):
        return True
    return project.webhooks.reaching(unit, function) is not None


def _chain(send: Send) -> Iterator[Send]:
    """The send; where it only enqueues a task, also what the task does."""
    yield send
    while send.enqueued and send.via is not None:
        send = send.via
        yield send


def add_anonymous_id(project: Project, send: Send) -> Fix | None:
    """Return the fix that passes the id: from a variable (safe) or from the request (unsafe)."""
    name = project.in_scope(send.unit, send.call.start, _NAMES)
    if name is not None:
        edits = set_field(project, send, "anonymous_id", name)
        return Fix(f"pass {name} as anonymous_id", "safe", edits) if edits else None
    source = project.choices.anonymous_id_source or project.cookies.read(
        send.unit, send.call.start, COOKIE
    )
    edits = set_field(project, send, "anonymous_id", source) if source else None
    return Fix(f"pass {source} as anonymous_id", "unsafe", edits) if edits else None
