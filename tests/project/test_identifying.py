"""Who events are about: identify calls, ids that are set or removed, names that say personal."""

from __future__ import annotations

import pytest

from mmlint.project.events.identity import (
    identifications,
    removals,
    resets,
    same,
    says_personal,
    written,
)
from tests.project import linking

BROWSER = 'import { identify, setAnonymousId } from "@millimetric/track";\n'
NODE = 'import { identify } from "@millimetric/track-node";\n'


def identified(text: str, path: str = "a.ts") -> list[list[str]]:
    found = identifications(linking.program({path: text}))
    return [sorted(one.event.fields) for one in found]


def test_another_vendors_identify_says_nothing() -> None:
    assert identified('import { identify } from "other"; identify("u");') == []


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (f"{BROWSER}identify('u');", ["user_id"]),
        (f"{NODE}identify({{ user_id: 'u', anonymous_id: a }});", ["anonymous_id", "user_id"]),
    ],
)
def test_an_identify_call_is_an_event_with_its_ids(text: str, fields: list[str]) -> None:
    assert identified(text) == [fields]


def test_a_call_of_a_wrapper_identifies_too() -> None:
    assert len(identified(f"{BROWSER}function who(u) {{ identify(u); }} who('u');")) == 2


def test_the_id_that_the_browser_is_given() -> None:
    linked = linking.program({"a.ts": f"{BROWSER}setAnonymousId(made());"})
    ((_, field),) = resets(linked)
    at = written(field)
    assert at is not None
    assert list(resets(linking.program({"a.ts": "setAnonymousId(1);"}))) == []


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("localStorage.removeItem('theme');", 0),
        ("localStorage.clear();", 0),
        ("store.removeItem('mm_aid');", 0),
        ("localStorage.removeItem('mm_aid');", 1),
        ("const forget = (k) => localStorage.removeItem(k); forget('mm_aid');", 1),
    ],
)
def test_which_calls_remove_the_stored_id(line: str, count: int) -> None:
    assert len(list(removals(linking.program({"a.ts": line})))) == count


@pytest.mark.parametrize(
    ("name", "personal"),
    [
        ("plan", False),
        ("email_verified", False),
        ("emailHash", False),
        ("email", True),
        ("userEmail", True),
        ("phone_number", True),
    ],
)
def test_which_names_say_personal(name: str, personal: bool) -> None:
    assert says_personal(name) is personal


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("a", "b", False),
        ("crypto.randomUUID()", "crypto.randomUUID()", False),
        ("all.pop()", "all.pop()", False),
        ("'x'", "'y'", False),
        ("a.id", "a.id", True),
        ("'x'", "'x'", True),
        ("String(a.id)", "a.id", True),
    ],
)
def test_whether_two_ids_are_one_expression(one: str, other: str, alike: bool) -> None:
    text = f"{NODE}identify({{ user_id: {one}, anonymous_id: {other} }});"
    linked = linking.program({"a.ts": text})
    (send,) = identifications(linked)
    first, second = (send.field(name) for name in ("user_id", "anonymous_id"))
    assert first is not None
    assert second is not None
    places = written(first), written(second)
    assert places[0] is not None
    assert places[1] is not None
    assert same(linked, places[0], places[1]) is alike
