"""What events say, where code is longer or deeper than anybody writes it: no crash, no wait."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from mmlint.languages import observe
from mmlint.project.events.values import size_as_json
from mmlint.project.project import Project


def project(text: str) -> Project:
    return Project({"src/a.ts": observe(text.encode(), "typescript")})


def browser(call: str, before: str = "") -> Project:
    return project(f'import {{ track }} from "@millimetric/track";\n{before}\n{call}\n')


def server(call: str, before: str = "") -> Project:
    return project(f'import {{ track }} from "@millimetric/track-node";\n{before}\n{call}\n')


def test_a_name_put_together_from_a_thousand_parts_is_dynamic() -> None:
    parts = " + ".join(["'a'", *(f"x{n}" for n in range(1000))])
    found = browser(f"track({parts});")
    (given,) = found.payloads.given_names
    assert found.values.has_hole(given)
    assert found.payloads.names == ()


def test_an_address_put_together_from_a_thousand_parts_is_a_path_if_its_first_is() -> None:
    parts = " + ".join(["'/a'", *(f"x{n}" for n in range(1000))])
    found = server(f"track({{ event: 'a', url: {parts} }});")
    (url,) = found.payloads.values("url")
    assert found.values.path(url.value)


def test_objects_that_hold_each_other_again_and_again_are_left_at_some_point() -> None:
    before = "const o0 = { a: 'x' };\n" + "\n".join(
        f"const o{n} = {{ {', '.join(f'k{m}: o{n - 1}' for m in range(12))} }};"
        for n in range(1, 9)
    )
    found = browser("track('a', o8);", before)
    assert 0 < len(found.payloads.properties) <= 2000
    (properties,) = found.payloads.values("properties")
    assert found.values.json_size(properties.value) > 8192


def test_an_object_that_holds_itself_is_finite() -> None:
    found = browser("track('a', o);", "const o = { o, email: 1 };")
    assert {key.name for key in found.payloads.properties} == {"o", "email"}


def test_a_value_alone_is_no_option_and_a_fallback_is_one() -> None:
    (alone,) = server("track({ event: 'a', user_id: '' });").payloads.values("user_id")
    assert not alone.option
    found = server(
        "track({ event: 'a', user_id: user?.id ?? '' });",
        "declare const user: { id: string } | undefined;",
    )
    empty = [one for one in found.payloads.values("user_id") if one.text == ""]
    assert [one.option for one in empty] == [True]


def test_numbers_that_are_made_of_each_other_are_looked_at_once() -> None:
    before = "const n0 = Date.now();\n" + "\n".join(
        f"const n{n} = n{n - 1} + n{n - 1};" for n in range(1, 40)
    )
    found = server("track({ event: 'a', timestamp: n39 });", before)
    (timestamp,) = found.payloads.values("timestamp")
    assert found.values.unfit_time(timestamp.value) == "a number"


@given(st.text() | st.integers() | st.floats() | st.booleans() | st.none(), st.booleans())
def test_a_value_has_the_size_that_json_gives_it(value: str | float | None, plain: bool) -> None:
    assert size_as_json(value, plain=plain) == len(json.dumps(value, ensure_ascii=plain).encode())
