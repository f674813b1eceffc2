"""Which events both sides of a project send."""

from __future__ import annotations

from mmlint.project.events.duplicates import duplicates
from tests.project import linking

BROWSER = 'import { track } from "@millimetric/track";\n'
SERVER = 'import { track } from "@millimetric/track-node";\n'


def found(browser: str, server: str) -> list[tuple[str, int]]:
    project = linking.project({"web/a.ts": BROWSER + browser, "api/a.ts": SERVER + server})
    return [(one.name, len(one.servers)) for one in duplicates(project.sends)]


def test_what_one_side_sends_is_no_duplicate() -> None:
    assert found("track('a'); track('a');", "track({ event: 'b' });") == []


def test_names_that_are_unknown_or_the_vendors_are_no_duplicates() -> None:
    assert found("track(name);", "track({ event: name });") == []
    assert found("track('$pageview');", "track({ event: '$pageview' });") == []


def test_each_send_of_the_browser_is_told_with_all_of_the_servers() -> None:
    both = "track({ event: 'a' }); track({ event: 'a' });"
    assert found("track('a'); track('a'); track('b');", both) == [("a", 2), ("a", 2)]
