"""`mmlint explain PATH:LINE` and `mmlint runtimes`: why there is a verdict, or silence."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from mmlint import app
from mmlint.app import UsageError

FILES = {
    "package.json": '{"dependencies": {"next": "15.0.0"}}',
    "lib/analytics.ts": (
        'import { track, flush } from "@millimetric/track-node";\n'
        "export function joined(anonymous_id: string) {\n"
        '  track({ event: "joined", anonymous_id });\n'
        "}\n"
        "export async function finish() {\n"
        "  await flush();\n"
        "}\n"
    ),
    "app/api/join/route.ts": (
        'import { joined, finish } from "../../../lib/analytics";\n'
        "export async function POST(request: Request) {\n"
        "  const { anonymous_id } = await request.json();\n"
        "  joined(anonymous_id);\n"
        "  await finish();\n"
        '  return new Response("ok");\n'
        "}\n"
    ),
    "docs/plain.ts": "export const nothing = 1;\n",
}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.chdir(tmp_path)


def test_the_chain_that_ends_in_silence_is_told() -> None:
    told = app.explain("app/api/join/route.ts:5")
    assert "in POST(): runtime serverless: route handler under app/, exported POST" in told
    assert "finish() → finish at lib/analytics.ts:5" in told
    assert "lib/analytics.ts:5 flushes on every path, and its promise must be awaited" in told


def test_a_helper_that_leaves_an_event_queued_is_told() -> None:
    told = app.explain("app/api/join/route.ts:4")
    assert "leaves an event queued, sent at lib/analytics.ts:3" in told


def test_a_send_is_told_with_its_fields() -> None:
    told = app.explain("lib/analytics.ts:3")
    assert 'sends "joined" from the server (queued)' in told
    assert "fields: anonymous_id (maybe), event (present)" in told


@pytest.mark.parametrize("place", ["docs/plain.ts:1", "lib/analytics.ts:7"])
def test_a_line_of_which_nothing_is_known_says_so(place: str) -> None:
    assert "othing" in app.explain(place)


def test_a_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UsageError, match="no such file"):
        app.explain("gone.ts:3")


def test_handlers_are_listed_with_their_evidence() -> None:
    [one] = msgspec.json.decode(app.runtimes(".", "json"))
    assert (one["path"], one["line"], one["name"]) == ("app/api/join/route.ts", 2, "POST")
    assert one["runtime"] == "serverless"
    assert "route handler under app/" in app.runtimes(".", "text")
