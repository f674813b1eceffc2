"""The edits of one call: a field of its event is set, or it is removed; where ids come from."""

from __future__ import annotations

import pytest

from mmlint.project.events.sends import Send
from mmlint.project.fixes.attribution import add_anonymous_id, without_browser
from mmlint.project.fixes.call_edits import remove_call, set_field, written_at
from mmlint.project.project import Project
from tests.project import linking

NODE = 'import { track } from "@millimetric/track-node";\n'


def last_send(text: str, path: str = "a.ts") -> tuple[Project, Send, str]:
    head = "from millimetric import track\n" if path.endswith(".py") else NODE
    project = linking.project({path: head + text})
    return project, max(project.sends, key=lambda one: one.call.start), head + text


def edits(text: str, path: str = "a.ts", name: str = "event_id") -> list[tuple[str, ...]] | None:
    """The edits that set a field of the last send to ``x``, each with its kind and place."""
    project, send, whole = last_send(text, path)
    found = set_field(project, send, name, "x")
    if found is None:
        return None
    return [(type(one).__name__, whole[one.start : one.end]) for one in found]


@pytest.mark.parametrize(
    "text",
    [
        "track(event);",
        "export const e = load(); track(e);",
        "function send(o) { track({ event: o.name, event_id: o.id }); } send(load());",
        "function send(o) { track({ event: o.name, event_id: o.id }); } send({ ...rest });",
        "function send(a, b, id) { track({ event: a, event_id: id }); } send('a');",
    ],
)
def test_where_the_event_is_not_at_hand_nothing_is_set(text: str) -> None:
    assert edits(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("track({ event: 'a' });", [("AddEntry", "{ event: 'a' }")]),
        ("track({ event: 'a', event_id: old });", [("Replace", "old")]),
        (
            "function send(name, id) { track({ event: name, event_id: id }); } send('a', old);",
            [("Replace", "old")],
        ),
        (
            "function send(name, id) { track({ event: name, event_id: id }); } send('a');",
            [("Replace", "")],
        ),
        (
            "function send(o) { track({ event: o.name, event_id: o.id }); } send({ name: 'a' });",
            [("AddEntry", "{ name: 'a' }")],
        ),
    ],
)
def test_a_field_is_set_where_it_is_written(text: str, expected: list[tuple[str, str]]) -> None:
    assert edits(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("track('a', **more)\n", [("AddArgument", "track('a', **more)")]),
        ("track('a')\n", [("AddArgument", "track('a')")]),
        ("track('a', event_id=old)\n", [("Replace", "old")]),
        (
            "def send(name, event_id=None):\n    track(name, event_id=event_id)\nsend('a')\n",
            [("AddArgument", "send('a')")],
        ),
    ],
)
def test_python_takes_a_keyword(text: str, expected: list[tuple[str, str]]) -> None:
    assert edits(text, "a.py") == expected


def test_the_place_that_setting_a_field_would_change() -> None:
    _, send, whole = last_send("track({ event: 'a', event_id: old });")
    for name, text in (("event_id", "old"), ("user_id", "{ event: 'a', event_id: old }")):
        place = written_at(send, name)
        assert place is not None
        assert whole[place.start : place.end] == text
    assert written_at(last_send("track(event);")[1], "user_id") is None


# --- removal --------------------------------------------------------------------------------------


def removed(text: str) -> str | None:
    """What is removed with the last send."""
    project, send, whole = last_send(text)
    fix = remove_call(project, send.unit, send.call, "remove it", "unsafe")
    if fix is None:
        return None
    (edit,) = fix.edits
    assert (fix.title, fix.safety) == ("remove it", "unsafe")
    return whole[edit.start : edit.end]


@pytest.mark.parametrize(
    "text",
    ["const a = track({});", "other() && track({});", "async () => track({});", "f(track({}));"],
)
def test_a_call_whose_value_is_used_stays(text: str) -> None:
    assert removed(text) is None


@pytest.mark.parametrize("text", ["track({});", "await track({});"])
def test_a_call_that_is_a_statement_goes_with_it(text: str) -> None:
    assert removed(text) == text


# --- attribution ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text", "without"),
    [
        ("lib/a.ts", "export function f() { track({}); }", False),
        ("lib/queue.ts", "export function f() { track({}); }", True),
        ("jobs/cron.ts", "export function f() { track({}); }", True),
        ("scripts/a.ts", "#!/usr/bin/env node\ntrack({});", True),
    ],
)
def test_where_no_browser_is_at_hand(path: str, text: str, without: bool) -> None:
    first, _, rest = text.partition("\n") if text.startswith("#!") else ("", "", text)
    source = "\n".join(filter(None, (first, NODE + rest)))
    project = linking.project({path: source})
    (send,) = project.sends
    assert without_browser(project, send) is without


@pytest.mark.parametrize(
    ("text", "title", "safety"),
    [
        (
            "function f(anonymousId) { track({ event: 'a' }); }",
            "pass anonymousId as anonymous_id",
            "safe",
        ),
        (
            "const anonymous_id = load(); track({ event: 'a' });",
            "pass anonymous_id as anonymous_id",
            "safe",
        ),
    ],
)
def test_an_id_in_scope_is_passed(text: str, title: str, safety: str) -> None:
    project, send, _ = last_send(text)
    fix = add_anonymous_id(project, send)
    assert fix is not None
    assert (fix.title, fix.safety) == (title, safety)


@pytest.mark.parametrize(
    "text",
    [
        "track({ event: 'a' });",
        "function g() { const anonymousId = 1; } track({ event: 'a' });",
        "const anonymousId = 1; track(event);",
    ],
)
def test_where_no_id_is_at_hand_nothing_is_passed(text: str) -> None:
    project, send, _ = last_send(text)
    assert add_anonymous_id(project, send) is None
