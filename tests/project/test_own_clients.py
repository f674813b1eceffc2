"""What the ``track`` of a Python client that a project wrote makes of its arguments."""

from __future__ import annotations

import pytest

from mmlint.project.events.own_clients import method, written_event
from mmlint.project.semantic.shape import Shapes
from tests.project import linking

CLIENT = """class Client:
    def track(self, {parameters}):
        self.queue.append({event})
    def flush(self):
        post("https://api.millimetric.ai/v1/batch")
client = Client()
{call}
"""


def event(parameters: str, written: str, call: str) -> dict[str, str | None] | None:
    """The fields of the event that ``call`` writes; ``...``: there may be more."""
    text = CLIENT.format(parameters=parameters, event=written, call=call)
    linked = linking.program({"a.py": text})
    made = linked.calls[-1]
    found = written_event(Shapes(linked), made.unit, made.call)
    if found is None:
        return None
    assert all(one.entry is None for one in found.fields.values())  # no key stands in the call
    fields = {}
    for name, one in found.fields.items():
        known = linked.text(one.unit, one.value, one.substitution) if one.value else None
        fields[name] = known[0] if known is not None else None
    return {**fields, **({"...": None} if found.open else {})}


def test_another_method_is_no_client_of_the_project() -> None:
    linked = linking.program({"a.py": "other.track('a')\n", "b.ts": "client.track('a');"})
    for call in linked.calls:
        assert method(linked, call.unit, call.call) is None


def test_the_method_that_a_call_runs() -> None:
    text = CLIENT.format(parameters="name", event="{}", call="client.track('a')")
    linked = linking.program({"a.py": text})
    call = linked.calls[-1]
    found = method(linked, call.unit, call.call)
    assert found is not None
    assert found.function.name == "track"


@pytest.mark.parametrize(
    ("parameters", "written"),
    [
        ("name, user", "{'event': name, 'user_id': user}"),
        ("user, name", "{'other': name}"),
        ("user, name", "[{'event': name}, {'event': 'x'}]"),
    ],
)
def test_the_order_of_the_sdk_needs_no_second_reading(parameters: str, written: str) -> None:
    assert event(parameters, written, "client.track('a', 'b')") is None


def test_another_order_is_read_as_the_method_writes_it() -> None:
    written = "{'event': name, 'user_id': user}"
    assert event("user, name", written, "client.track('u', 'a')") == {"event": "a", "user_id": "u"}
    assert event("user, name", written, "client.track(who, 'a')") == {"event": "a", "user_id": None}


def test_arguments_that_are_spread_may_say_anything() -> None:
    assert event("user, name", "{'event': name}", "client.track(*given)") == {"...": None}
