"""What is known of the SDKs' functions: one table, which answers for every way to call them."""

from __future__ import annotations

import pytest

from mmlint.languages import observe
from mmlint.model.facts import Language
from mmlint.project.project import Project
from mmlint.project.semantic.entity import SdkFunction
from mmlint.sdk.methods import METHODS, OWN_CLIENT, UNKNOWN_METHOD, Method


def called(text: str, language: Language = "typescript") -> list[Method]:
    """What each call of an SDK's function in ``text`` does, in source order."""
    path = "src/a.py" if language == "python" else "src/a.ts"
    project = Project({path: observe(text.encode(), language)})
    calls = (call.callee for call in project.program.call_graph.of(SdkFunction))
    return [callee.does for callee in calls if isinstance(callee, SdkFunction)]


def test_a_function_that_no_sdk_documents_does_nothing_that_a_rule_asks_about() -> None:
    assert called('import * as mm from "@millimetric/track-node";\nmm.rollback();\n') == [
        UNKNOWN_METHOD
    ]


def test_the_browsers_queue_needs_no_flush() -> None:
    assert not any(one.queues or one.flushes for one in METHODS["browser"].values())


@pytest.mark.parametrize("name", sorted(METHODS["node"]))
def test_a_method_of_a_client_does_what_the_function_of_that_name_does(name: str) -> None:
    text = (
        'import * as mm from "@millimetric/track-node";\n'
        f'mm.{name}({{ event: "a" }});\n'
        f'new mm.MillimetricClient({{ key }}).{name}({{ event: "a" }});\n'
    )
    assert called(text) == [METHODS["node"][name]] * 2


def test_a_python_module_is_a_client_of_the_server_sdk() -> None:
    text = 'from millimetric import track, flush\ntrack(event="a")\nflush()\n'
    assert called(text, "python") == [METHODS["node"]["track"], METHODS["node"]["flush"]]


def test_a_teams_own_python_client_has_what_queues_and_what_flushes() -> None:
    assert sorted(OWN_CLIENT) == ["flush", "track"]
