"""Where an SDK is set up, with which options, and whether it takes them."""

from __future__ import annotations

import pytest

from mmlint.project.events.clients import Setup, setups
from mmlint.project.events.options import lacks_host, wrong_options
from tests.project import linking

NODE = 'import { MillimetricClient, init } from "@millimetric/track-node";\n'
BROWSER = 'import { init } from "@millimetric/track";\n'


def found(text: str) -> list[Setup]:
    return list(setups(linking.program({"src/a.ts": text})))


def client(options: str) -> Setup:
    (setup,) = found(f"{NODE}new MillimetricClient({options});")
    return setup


@pytest.mark.parametrize(
    "text",
    [
        'import { init } from "other"; init({ host: "x" });',
        f"{NODE}new MillimetricClient();",
        f"{NODE}const client = MillimetricClient;",
    ],
)
def test_what_is_given_no_options_is_no_set_up(text: str) -> None:
    assert found(text) == []


def test_a_test_sets_nothing_up() -> None:
    facts = linking.facts({"a.test.ts": f"{NODE}new MillimetricClient({{}});"})
    program = linking.Program(facts, tests=frozenset(facts))
    assert list(setups(program)) == []


def test_pythons_clients_are_the_projects_own() -> None:
    text = "from millimetric import MillimetricClient\nMillimetricClient({'host': 'x'})\n"
    assert list(setups(linking.program({"a.py": text}))) == []


def test_a_client_and_a_call_of_init_set_an_sdk_up() -> None:
    assert [one.sdk for one in found(f"{NODE}new MillimetricClient({{}});")] == ["node"]
    assert [one.sdk for one in found(f"{BROWSER}init({{}});")] == ["browser"]


@pytest.mark.parametrize(
    ("value", "number"),
    [("load()", None), ("'20'", None), ("a ? 1 : 2", None), ("20", 20), ("SIZE", 30)],
)
def test_an_option_is_a_number_only_where_that_is_certain(value: str, number: int | None) -> None:
    text = f"{NODE}const SIZE = 30; new MillimetricClient({{ flushAt: {value} }});"
    linked = linking.program({"a.ts": text})
    (setup,) = setups(linked)
    known = setup.number(linked, "flushAt")
    assert (known[1] if known is not None else None) == number
    assert setup.number(linked, "missing") is None


# --- options --------------------------------------------------------------------------------------


def wrong(options: str) -> list[tuple[str, str, str | None]]:
    return [(one.name, one.kind, one.meant) for one in wrong_options(client(options))]


@pytest.mark.parametrize(
    "options", ["{ host: 'x', key: k }", "{ zebra: 1 }", "{ [name]: 1 }", "{ ...rest }"]
)
def test_what_is_an_option_or_resembles_none_is_right(options: str) -> None:
    assert wrong(options) == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("{ hosts: 'x' }", ("hosts", "slip", "host")),
        ("{ flushBatchSize: 5 }", ("flushBatchSize", "other", "flushAt")),
        ("{ autoPageView: true }", ("autoPageView", "other", None)),
        ("{ writeKey: k }", ("writeKey", "foreign", "key")),
        ("{ writeKey: k, key: k }", ("writeKey", "foreign", None)),
        ("{ hosst: value }", ("hosst", "slip", "host")),
    ],
)
def test_which_option_was_meant(options: str, expected: tuple[str, str, str | None]) -> None:
    assert wrong(options) == [expected]


@pytest.mark.parametrize(
    ("options", "lacks"),
    [
        ("{ host: 'x' }", False),
        ("{ ...rest }", False),
        ("{ hosts: 'x' }", False),
        ("load()", False),
        ("{ key: k }", True),
    ],
)
def test_whether_the_required_host_is_missing(options: str, lacks: bool) -> None:
    assert lacks_host(client(options)) is lacks


def test_the_browser_needs_no_host() -> None:
    (setup,) = found(f"{BROWSER}init({{ key: k }});")
    assert not lacks_host(setup)
