"""Where an event's identity can come from: the request in scope, a variable, or nowhere."""

from __future__ import annotations

from mmlint.model import syntax as s
from mmlint.model.finding import Fix
from mmlint.model.regex import regex
from mmlint.project.entity import External
from mmlint.project.sends import Send
from mmlint.project.setting import set_field
from mmlint.project.unit import Unit
from mmlint.project.view import Project
from mmlint.sdk.surface import COOKIE

_NAMES = ("anonymous_id", "anonymousId", "anonId")
_UNATTENDED = regex(r"\b(scheduled|queue|cron|alarm)\b")


def without_browser(project: Project, send: Send) -> bool:
    """Whether no browser is at hand where the event is sent: webhooks, scripts, scheduled jobs."""
    unit, function = send.unit, send.site.function
    if project.evidence(unit, function).runtime == "script":
        return True
    if project.runtimes.is_unattended(unit, function):
        return True
    if _UNATTENDED.search(send.unit.path):
        return True
    return project.webhooks.reaching(unit, function) is not None


def add_anonymous_id(project: Project, send: Send) -> Fix | None:
    """Return the fix that passes the id: from a variable (safe) or from the request (unsafe)."""
    if send.via is not None:
        return None
    name = project.in_scope(send.unit, send.call.start, _NAMES)
    if name is not None:
        edits = set_field(send, "anonymous_id", name)
        return Fix(f"pass {name} as anonymous_id", "safe", edits) if edits else None
    source = project.choices.anonymous_id_source or _request(project, send)
    edits = set_field(send, "anonymous_id", source) if source else None
    return Fix(f"pass {source} as anonymous_id", "unsafe", edits) if edits else None


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
