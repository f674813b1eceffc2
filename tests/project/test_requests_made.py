"""The headers that plain requests are sent with, and why a request cannot work."""

from __future__ import annotations

import pytest

from mmlint.project.http.headers import headers, is_headers, made, options
from mmlint.project.http.refusals import Refusals
from mmlint.project.semantic.program import Call, Program
from mmlint.project.semantic.shape import Shapes
from tests.project import linking

URL = "https://api.millimetric.ai/v1/track"
TOKEN = "`Bearer ${key}`"


def sent(text: str, path: str) -> tuple[Program, Call]:
    """The request in ``text``, which is the last of the calls that have a URL."""
    linked = linking.program({path: text})
    call = [
        one
        for one in linked.calls
        if any("/v1/track" in text[x.start : x.end] for x in one.call.arguments)
    ][-1]
    return linked, call


def seen(text: str, path: str = "a.ts") -> tuple[bool, bool | None, bool | None]:
    """Whether the token is certain, and what is known of ``Origin`` and ``Authorization``."""
    linked, call = sent(text, path)
    found = headers(Shapes(linked), call)
    return found.authorization is not None, found.origin, found.signed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"fetch('{URL}');", (False, False, False)),
        (f"fetch('{URL}', {{ headers: {{ Authorization: {TOKEN} }} }});", (True, False, True)),
        (f"fetch('{URL}', {{ headers: {{ Origin: 'x' }} }});", (False, True, False)),
        (f"fetch('{URL}', {{ headers: load() }});", (False, None, None)),
        (f"fetch('{URL}', {{ headers: {{ ...base }} }});", (False, None, None)),
        (f"fetch('{URL}', {{ headers: [['authorization', {TOKEN}]] }});", (True, None, True)),
        (
            f"const h = new Headers(); h.set('Authorization', {TOKEN}); "
            f"fetch('{URL}', {{ headers: h }});",
            (True, False, True),
        ),
        (
            f"const h = new Headers(); h.set('Authorization', a); h.set('Authorization', b); "
            f"fetch('{URL}', {{ headers: h }});",
            (False, False, True),
        ),
        (
            f"const h = new Headers(); fill(h); fetch('{URL}', {{ headers: h }});",
            (False, None, None),
        ),
    ],
)
def test_what_is_known_of_the_headers_of_a_fetch(
    text: str, expected: tuple[bool, bool | None, bool | None]
) -> None:
    assert seen(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"requests.post('{URL}')", (False, False, False)),
        (f"requests.post('{URL}', headers={{'Authorization': key}})", (True, False, True)),
        (
            f"s = requests.Session()\ns.headers[name] = key\ns.post('{URL}')",
            (False, None, None),
        ),
        (
            f"s = requests.Session()\ns.headers['Authorization'] = key\ns.post('{URL}')",
            (True, False, True),
        ),
        (
            f"s = requests.Session()\ns.headers.update({{'Authorization': key}})\ns.post('{URL}')",
            (True, False, True),
        ),
    ],
)
def test_what_is_known_of_the_headers_of_a_python_client(
    text: str, expected: tuple[bool, bool | None, bool | None]
) -> None:
    assert seen(f"import requests\n{text}\n", "a.py") == expected


def test_the_call_that_made_a_client() -> None:
    text = f"import httpx\nc = httpx.Client(headers=a)\nc.post('{URL}')\nhttpx.post('{URL}')\n"
    linked = linking.program({"a.py": text})
    by_client, bare = [one for one in linked.calls if len(one.call.arguments) == 1][-2:]
    maker = made(by_client)
    assert maker is not None
    assert text[maker.start : maker.end] == "httpx.Client(headers=a)"
    assert made(bare) is None
    found = options(Shapes(linked), by_client.unit, maker, ("headers",))
    assert [text[one.start : one.end] for one in found] == ["a"]
    assert list(options(Shapes(linked), by_client.unit, None, ("headers",))) == []


def test_only_the_class_of_the_platform_makes_headers() -> None:
    text = "const h = new Headers(); ask(h); ask(new Other()); ask({});"
    linked = linking.program({"a.ts": text})
    found = [is_headers(unit, value) for unit, value in linking.asked_each(linked)]
    assert found == [True, False, False]


# --- refusals -------------------------------------------------------------------------------------


def why(text: str, path: str = "a.ts") -> list[str]:
    return [one.why for one in Refusals(linking.program({path: text})).all()]


GOOD = f"headers: {{ Authorization: {TOKEN} }}, body: JSON.stringify(event)"


@pytest.mark.parametrize(
    "text",
    [
        f"fetch('{URL}', {{ method: 'POST', {GOOD} }});",
        f"fetch('{URL}', {{ method, {GOOD} }});",
        f"fetch('{URL}', {{ ...options }});",
        f"fetch('{URL}', options);",
        "fetch('https://example.com/v1/track');",
        "navigator.sendBeacon('https://example.com/v1/track', body);",
    ],
)
def test_what_may_work_is_not_refused(text: str) -> None:
    assert why(text) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"fetch('{URL}', {{ {GOOD} }});", "without a method this is a GET request: use POST"),
        (f"fetch('{URL}', {{ method: 'GET', {GOOD} }});", "a GET request sends no event: use POST"),
        (
            f"fetch('{URL}', {{ method: 'HEAD', {GOOD} }});",
            "a HEAD request sends no event: use POST",
        ),
        (
            f"fetch('{URL}', {{ method: 'POST', mode: 'no-cors', {GOOD} }});",
            '"no-cors" drops the Authorization header',
        ),
        (
            f"fetch('{URL}', {{ method: 'POST', headers: {{}}, body: JSON.stringify(e) }});",
            "it has no Authorization header: send Bearer and a key",
        ),
        (
            f"fetch('{URL}', {{ method: 'POST', headers: {{ Authorization: a }}, body: {{}} }});",
            "the body is an object: send JSON.stringify of it",
        ),
        (
            f"navigator.sendBeacon('{URL}', body);",
            "sendBeacon cannot send the Authorization header; use fetch",
        ),
    ],
)
def test_why_a_request_of_javascript_is_refused(text: str, reason: str) -> None:
    assert why(text) == [reason]


@pytest.mark.parametrize(
    ("line", "reasons"),
    [
        (f"requests.post('{URL}', json=event, headers={{'Authorization': key}})", []),
        (f"requests.post('{URL}', json=event, auth=auth)", []),
        (f"requests.post('{URL}', json=event, **more)", []),
        (f"requests.get('{URL}')", ["a GET request sends no event: use POST"]),
        (
            f"requests.post('{URL}', json=event)",
            ["it has no Authorization header: send Bearer and a key"],
        ),
        (
            f"requests.post('{URL}', data={{}}, headers={{'Authorization': key}})",
            ["data= sends a form: use json="],
        ),
        (f"requests.request('POST', '{URL}', json=event, headers={{'Authorization': key}})", []),
        (f"requests.request('GET', '{URL}')", ["a GET request sends no event: use POST"]),
        (
            f"requests.request(url='{URL}', method='GET')",
            ["a GET request sends no event: use POST"],
        ),
        (
            f"urllib.request.urlopen(urllib.request.Request('{URL}', data, headers=headers))",
            [],
        ),
        (
            f"urllib.request.urlopen(urllib.request.Request('{URL}', data, {{}}))",
            [],
        ),
        (
            f"urllib.request.urlopen(urllib.request.Request('{URL}', data, headers={{'A': 'b'}}))",
            ["it has no Authorization header: send Bearer and a key"],
        ),
        (
            f"urllib.request.urlopen(urllib.request.Request('{URL}', data=data, "
            "headers={'Authorization': key}))",
            [],
        ),
        (f"urllib.request.urlopen('{URL}')", []),
        (
            f"urllib.request.urlopen(urllib.request.Request('{URL}'))",
            ["without data this is a GET request"],
        ),
    ],
)
def test_why_a_request_of_python_is_refused(line: str, reasons: list[str]) -> None:
    assert why(f"import requests, urllib.request\n{line}\n", "a.py") == reasons
