"""Where an event's identity can come from: the request in scope, a variable, or nowhere."""

from __future__ import annotations

import re

from mmlint.model import syntax as s
from mmlint.model.finding import AddArgument, AddEntry, Edit, Fix, Replace
from mmlint.project.entity import External
from mmlint.project.sends import Send
from mmlint.project.unit import Unit
from mmlint.project.view import Project
from mmlint.sdk.surface import COOKIE

_NAMES = ("anonymous_id", "anonymousId", "anonId")
_WEBHOOK = re.compile(r"(^|[^a-z])webhooks?([^a-z]|$)", re.IGNORECASE)
_WEBHOOK_NAME = re.compile(r"(^|_|[a-z])[wW]eb_?[hH]ooks?([A-Z_]|$)|^webhook", re.MULTILINE)
_UNATTENDED = re.compile(r"\b(scheduled|queue|cron|alarm)\b")
_SIGNATURES = (
    "stripe-signature",
    "svix-signature",
    "x-slack-signature",
    "x-hub-signature",
    "x-hub-signature-256",
)
_VERIFIERS = ("constructEvent", "constructEventAsync", "construct_event")


def without_browser(project: Project, send: Send) -> bool:
    """Whether no browser is at hand where the event is sent: webhooks, scripts, scheduled jobs."""
    unit, function = send.unit, send.site.function
    if project.evidence(unit, function).runtime == "script":
        return True
    if project.runtimes.is_unattended(unit, function):
        return True
    return _UNATTENDED.search(send.unit.path) is not None or is_webhook(send)


def is_webhook(send: Send) -> bool:
    """Whether the send stands in a webhook's handler: its path or name says so, or it verifies a
    provider's signature (Stripe, svix, Slack, GitHub)."""
    unit = send.unit
    if _WEBHOOK.search(unit.path):
        return True
    index = send.site.function
    while index > 0:
        name = unit.module.functions[index].name
        if name and _WEBHOOK_NAME.search(name):
            return True
        index = unit.module.functions[index].parent
    return _verifies(unit)


def _verifies(unit: Unit) -> bool:
    for value in unit.every_value():
        if isinstance(value, s.Literal) and isinstance(value.value, str):
            if value.value.lower() in _SIGNATURES:
                return True
        elif isinstance(value, s.Member) and value.name in _VERIFIERS:
            return True
    return False


def add_anonymous_id(project: Project, send: Send) -> Fix | None:
    """Return the fix that passes the id: from a variable (safe) or from the request (unsafe)."""
    if send.via is not None:
        return None
    name = project.in_scope(send.unit, send.call.start, _NAMES)
    if name is not None:
        edits = _write(send, name)
        return Fix(f"pass {name} as anonymous_id", "safe", edits) if edits else None
    source = project.choices.anonymous_id_source or _request(project, send)
    edits = _write(send, source) if source else None
    return Fix(f"pass {source} as anonymous_id", "unsafe", edits) if edits else None


def _write(send: Send, value: str) -> tuple[Edit, ...] | None:
    """The edit that sets the field in the event's own literal, or in the call's keywords."""
    found = send.field("anonymous_id")
    if found is not None:
        entry = found.entry
        if found.unit is not send.unit or entry is None:
            return None
        return (Replace(send.unit.path, entry.value.start, entry.value.end, value),)
    if send.event.literal is not None and send.event.literal[0] is send.unit:
        literal = send.event.literal[1]
        return (AddEntry(send.unit.path, literal.start, literal.end, "anonymous_id", value),)
    if send.event.call is not None and send.event.call[0] is send.unit:
        call = send.event.call[1]
        return (AddArgument(send.unit.path, call.start, call.end, f"anonymous_id={value}"),)
    return None


def _request(project: Project, send: Send) -> str | None:
    """The expression that reads the mirror cookie from the request in scope."""
    unit = send.unit
    if unit.python and _is_flask_request(project, unit):
        return f'request.cookies.get("{COOKIE}")'
    index = send.site.function
    while index > 0:
        function = unit.module.functions[index]
        for parameter in function.parameters:
            if parameter.name in ("req", "request"):
                return _cookie(project, unit, function, parameter)
        index = unit.module.functions[index].parent
    return None


def _cookie(
    project: Project, unit: Unit, function: s.Function, parameter: s.Parameter
) -> str | None:
    name = parameter.name
    if unit.python:
        django = any(one.module.split(".")[0] == "django" for one in unit.module.imports)
        return f'{name}.COOKIES.get("{COOKIE}")' if django else f'{name}.cookies.get("{COOKIE}")'
    if parameter.annotation == "NextRequest":
        return f'{name}.cookies.get("{COOKIE}")?.value'
    position = [one.name for one in function.parameters].index(name)
    answers = len(function.parameters) > position + 1
    return f"{name}.cookies.{COOKIE}" if answers and position == 0 else None


def _is_flask_request(project: Project, unit: Unit) -> bool:
    index = unit.globals.get("request")
    if index is None:
        return False
    found = project.program.binding(unit, index)
    return isinstance(found, External) and found.module == "flask" and found.path == ("request",)
