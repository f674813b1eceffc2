"""Where Millimetric's host is written, and which tags load the browser script."""

from __future__ import annotations

import pytest

from mmlint.languages import observe
from mmlint.model.facts import EnvEntry
from mmlint.project.events.clients import setups
from mmlint.project.events.hosts import Host, hosts
from mmlint.project.events.tags import Tagged, is_loader, tags
from tests.project import linking

NODE = 'import { MillimetricClient } from "@millimetric/track-node";\n'
HOST = "https://api.millimetric.ai"
LOADER = "https://cdn.millimetric.ai/v1/a.js"


def written(text: str, env: str = "", env_path: str = ".env") -> list[Host]:
    linked = linking.program({"a.ts": text})
    entries: list[tuple[str, EnvEntry]] = []
    if env:
        facts = observe(env.encode(), "dotenv")
        entries = [(env_path, one) for one in facts.entries]
    return list(hosts(linked, tuple(setups(linked)), entries, ()))


@pytest.mark.parametrize(
    "text",
    [
        'f("https://example.com/v1/track");',
        'f("millimetric.ai");',
        "f(`${host}/v1/track`);",
        'f("https://api.millimetric.ai.example.com");',
    ],
)
def test_other_addresses_are_no_hosts(text: str) -> None:
    assert written(text) == []


def test_tests_are_not_asked() -> None:
    facts = linking.facts({"a.test.ts": f'f("{HOST}");'})
    linked = linking.Program(facts, tests=frozenset(facts))
    assert list(hosts(linked, (), (), ())) == []


def test_an_address_in_code_is_found_without_its_quotes() -> None:
    (one,) = written(f'f("{HOST}/v1/track");')
    assert (one.place.start, one.place.end) == (3, 3 + len(f"{HOST}/v1/track"))
    assert (one.exact, one.is_base) == (True, False)


def test_the_host_of_a_set_up_is_a_base_and_counted_once() -> None:
    (one,) = written(f'{NODE}new MillimetricClient({{ host: "{HOST}" }});')
    assert one.is_base


@pytest.mark.parametrize(
    ("name", "path", "is_base", "production"),
    [
        ("OTHER_URL", ".env.production", False, False),
        ("MILLIMETRIC_NAME", ".env", False, False),
        ("MILLIMETRIC_HOST", ".env", True, False),
        ("MILLIMETRIC_HOST", ".env.production", True, True),
    ],
)
def test_an_address_in_the_environment(
    name: str, path: str, is_base: bool, production: bool
) -> None:
    (one,) = written("", f"{name}={HOST}\n", path)
    assert (one.place.path, one.is_base, one.production) == (path, is_base, production)


# --- tags -----------------------------------------------------------------------------------------


def tagged(text: str, path: str = "a.html") -> list[Tagged]:
    facts = {path: observe(text.encode(), "html" if path.endswith("html") else "tsx")}
    return list(tags(facts, linking.Program(facts)))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('<script src="/app.js"></script>', "a.html"),
        ('<link href="https://cdn.millimetric.ai/v1/a.js">', "a.html"),
        ('const a = <script src="/app.js" />;', "a.tsx"),
        ('const a = <img data-key="pk" />;', "a.tsx"),
    ],
)
def test_other_tags_load_nothing(text: str, path: str) -> None:
    assert tagged(text, path) == []


@pytest.mark.parametrize(
    ("text", "path", "component"),
    [
        (f'<script src="{LOADER}"></script>', "a.html", False),
        (f'const a = <script src="{LOADER}" />;', "a.tsx", False),
        (f'import Script from "next/script"; const a = <Script src="{LOADER}" />;', "a.tsx", True),
    ],
)
def test_the_snippet_is_found_in_pages_and_components(
    text: str, path: str, component: bool
) -> None:
    (one,) = tagged(text, path)
    assert (one.tag.component, one.unit is None) == (component, path == "a.html")
    assert is_loader(one.tag)


def test_what_is_spread_into_a_tag_may_be_anything() -> None:
    (one,) = tagged(f'const a = <script src="{LOADER}" {{...rest}} async />;', "a.tsx")
    assert one.tag.open
    (source, given) = one.tag.attributes
    assert (source.name, source.value) == ("src", LOADER)
    assert (given.name, given.value) == ("async", "")


@pytest.mark.parametrize(
    ("source", "loads"),
    [
        ("https://example.com/v1/a.js", False),
        ("/v1/a.js", False),
        ("https://cdn.millimetric.ai/v1/a.js.map", False),
        (LOADER, True),
        ("//cdn.millimetric.ai/v1/a.js?v=2", True),
    ],
)
def test_only_a_host_of_millimetric_certainly_loads_the_snippet(source: str, loads: bool) -> None:
    (one,) = tagged(f'<script data-key="k" src="{source}"></script>')
    assert is_loader(one.tag) is loads
