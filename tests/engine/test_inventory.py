"""Every event of a project with its call sites and fields."""

from __future__ import annotations

import pytest

from mmlint.engine.analysis.inventory import inventory
from mmlint.languages import observe
from mmlint.model.inventory import Event, Inventory
from mmlint.project.project import Project

NODE = 'import { track } from "@millimetric/track-node";\n'
WEB = 'import { track } from "@millimetric/track";\n'


def gathered(files: dict[str, str]) -> Inventory:
    facts = {path: observe(text.encode(), "typescript") for path, text in files.items()}
    return inventory(Project(facts))


def event(text: str, head: str = NODE) -> Event:
    (one,) = gathered({"a.ts": head + text}).events
    return one


def test_a_project_that_sends_nothing_has_no_events() -> None:
    found = gathered({"a.ts": 'import { track } from "other"; track("a");'})
    assert (found.events, found.unnamed) == ((), ())


def test_a_send_whose_name_is_unknown_is_listed_apart() -> None:
    found = gathered({"a.ts": NODE + "track({ event: name });"})
    assert found.events == ()
    assert [one.place.path for one in found.unnamed] == ["a.ts"]


def test_a_wrapper_counts_where_it_is_called() -> None:
    one = event("function send(event) { track({ event }); } send('a');")
    assert (one.name, [site.through for site in one.sites]) == ("a", ["wrapper"])


@pytest.mark.parametrize(
    ("text", "presence"),
    [
        ("track({ event: 'a' });", "never"),
        ("track({ event: 'a', user_id: '' });", "never"),
        ("track({ event: 'a', ...rest });", "sometimes"),
        ("track({ event: 'a' }); track({ event: 'a', user_id: u });", "sometimes"),
        ("track({ event: 'a', user_id: u });", "always"),
    ],
)
def test_whether_a_field_is_there(text: str, presence: str) -> None:
    assert event(text).user_id == presence


def test_the_browser_adds_the_id_of_the_device() -> None:
    one = event("track('a');", WEB)
    assert (one.sides, one.anonymous_id, one.user_id) == (("browser",), "always", "sometimes")


def test_fields_and_properties_are_told_apart() -> None:
    one = event("track({ event: 'a', timestamp: t, properties: { plan: 1, seats: 2 } });")
    assert (one.fields, one.properties) == (("timestamp",), ("plan", "seats"))


def test_a_site_names_its_handler_and_its_runtime() -> None:
    text = NODE + "export async function GET() { track({ event: 'a' }); }"
    (one,) = gathered({"app/api/a/route.ts": text}).events
    (site,) = one.sites
    assert (site.handler, site.runtime, site.side) == ("GET", "serverless", "server")
    assert event("track({ event: 'a' });").sites[0].handler == ""


def test_no_name_shows_a_secret() -> None:
    secret = "sk_live_" + "a1B2c3D4" + "_" + "k5L6m7N8" * 2
    assert secret not in event(f"track({{ event: '{secret}' }});").name
