"""`mmlint explain PATH:LINE` and `mmlint runtimes`: why there is a verdict, or silence."""

from __future__ import annotations

from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
import pytest

from mmlint import app
from mmlint.app import Request, UsageError
from mmlint.project.delivery.state import EXITS, Exit

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
    "lib/around.ts": (
        'import { flush } from "@millimetric/track-node";\n'
        "export const after = (run) => async (request) => {\n"
        "  const answer = await run(request);\n"
        "  await flush();\n"
        "  return answer;\n"
        "};\n"
        "export const before = (run) => async (request) => {\n"
        "  await flush();\n"
        "  return run(request);\n"
        "};\n"
        "export const kept = (run) => (held.push(run), flush);\n"
    ),
    "app/api/left/route.ts": (
        'import { track, flush } from "@millimetric/track-node";\n'
        'import { after, before, kept } from "../../../lib/around";\n'
        "async function left(request: Request) {\n"
        '  track({ event: "left", anonymous_id: request.aid });\n'
        '  return new Response("ok");\n'
        "}\n"
        "export const GET = after(left);\n"
        "export const POST = before(async (request) => {\n"
        '  track({ event: "posted", anonymous_id: request.aid });\n'
        '  return new Response("ok");\n'
        "});\n"
        "export const PUT = kept(async (request) => {\n"
        '  track({ event: "put", anonymous_id: request.aid });\n'
        '  return new Response("ok");\n'
        "});\n"
        "export async function DELETE(request: Request) {\n"
        "  flush();\n"
        '  return new Response("ok");\n'
        "}\n"
    ),
    "scripts/run.ts": (
        'import { track } from "@millimetric/track-node";\n'
        'track({ event: "ran", anonymous_id: "a" + process.pid });\n'
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


@pytest.mark.parametrize(
    ("line", "chain"),
    [
        (
            4,
            "left() returns without a flush at app/api/left/route.ts:5\n"
            "after() at lib/around.ts:2, which is wrapped around it, flushes after it on every "
            "path → accepted",
        ),
        (
            9,
            "the handler returns without a flush at app/api/left/route.ts:10\n"
            "before() at lib/around.ts:7, which is wrapped around it, leaves without a flush at "
            "lib/around.ts:9\nsends",
        ),
        (
            13,
            "kept() at lib/around.ts:11, which is wrapped around it, may flush; that cannot be "
            "known → silent",
        ),
        (17, "not accepted: its promise is dropped"),
    ],
)
def test_the_fate_of_an_event_is_told(line: int, chain: str) -> None:
    told = app.explain(f"app/api/left/route.ts:{line}")
    assert chain in "\n".join(one.strip() for one in told.splitlines())


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("app/api/join/route.ts:4", "  flushed on every path out of POST() → accepted"),
        ("app/api/join/route.ts:5", "  its promise is awaited, or need not be → accepted"),
        ("lib/analytics.ts:3", "  no handler is known here, so the callers of this function"),
        ("scripts/run.ts:2", "  no handler is known here"),
    ],
)
def test_why_there_is_silence_is_told(place: str, told: str) -> None:
    assert told in app.explain(place)


UNKNOWN = """\
import { track } from "@millimetric/track-node";
import { register } from "elsewhere";
export async function POST(request) {
  register(() => { track({ event: "later", anonymous_id: request.aid }); });
  quiet(request);
  return new Response("ok");
}
function quiet(request) {
  try { track({ event: "tried", anonymous_id: request.aid }); } catch {}
}
"""


@pytest.mark.parametrize("line", [4, 5, 9])
def test_a_flush_that_is_not_there_is_not_told(line: int) -> None:
    Path("app/api/unknown").mkdir(parents=True)
    Path("app/api/unknown/route.ts").write_text(UNKNOWN)
    told = app.explain(f"app/api/unknown/route.ts:{line}")
    assert "accepted" not in told
    assert "flushes on" not in told


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("docs/plain.ts:1", "docs/plain.ts holds nothing that mmlint looks for"),
        ("lib/analytics.ts:7", "No Millimetric call, key or handler on this line."),
    ],
)
def test_a_line_of_which_nothing_is_known_says_so(place: str, says: str) -> None:
    assert says in app.explain(place)


@pytest.mark.parametrize("place", ["docs/plain.ts:2", "lib/analytics.ts:0", "lib/analytics.ts:99"])
def test_a_line_past_the_end_is_an_error(place: str) -> None:
    with pytest.raises(UsageError, match="the file has"):
        app.explain(place)


def test_a_column_of_a_report_is_taken() -> None:
    told = app.explain("lib/analytics.ts:3:3")
    assert told.startswith("lib/analytics.ts:3:3\n")
    assert 'sends "joined"' in told


WIDE = (
    '\ufeffimport { track } from "@millimetric/track-node";\r\n'
    "export async function POST() { const s = '\u00fc\u20ac\U0001f600e\u0301';"
    ' track({ event: "one" }); track({ event: "two" }); }\r\n'
)


def test_columns_are_the_characters_that_reports_print(capfd: pytest.CaptureFixture[str]) -> None:
    Path("app/api/wide").mkdir(parents=True)
    Path("app/api/wide/route.ts").write_bytes(WIDE.encode())
    request = Request(paths=("app/api/wide",), select=("MM301",), format="concise")
    assert app.run(request) == 1
    places = [line.partition(": MM301")[0] for line in capfd.readouterr().out.splitlines()[:-1]]
    events = ["one", "two"]
    assert len(places) == len(events)
    for place, event in zip(places, events, strict=True):
        told = app.explain(place)
        assert [one for one in events if f'sends "{one}"' in told] == [event], place


def test_the_line_of_a_function_tells_of_the_function() -> None:
    assert "in POST(): runtime serverless" in app.explain("app/api/join/route.ts:2")


def test_the_inner_lines_of_a_call_belong_to_it() -> None:
    Path("lib/long.ts").write_text(
        'import { track } from "@millimetric/track-node";\ntrack({\n  event: "long",\n});\n'
    )
    for line in (2, 3, 4):
        assert 'sends "long"' in app.explain(f"lib/long.ts:{line}")


def test_a_path_alone_means_the_whole_file() -> None:
    told = app.explain("lib/analytics.ts")
    heads = [line for line in told.splitlines() if not line.startswith(" ")]
    assert heads == [f"lib/analytics.ts:{line}" for line in (2, 3, 5, 6)]


@pytest.mark.parametrize("word", ["MM102", "mm102", "Missing-Flush"])
def test_a_rule_is_named_in_any_case(word: str) -> None:
    assert app.explain(word).startswith("# MM102 missing-flush")


def test_the_beginning_of_codes_lists_their_rules() -> None:
    listed = [line.split()[0] for line in app.explain("mm1").splitlines()]
    assert listed[:2] == ["MM101", "MM102"]
    assert all(code.startswith("MM1") for code in listed)


def test_a_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UsageError, match="no such file"):
        app.explain("gone.ts:3")


def test_handlers_are_listed_with_their_evidence() -> None:
    one, *_ = sorted(msgspec.json.decode(app.runtimes(".", "json")), key=lambda one: one["path"])
    assert (one["path"], one["line"], one["name"]) == ("app/api/join/route.ts", 2, "POST")
    assert one["runtime"] == "serverless"
    assert "route handler under app/" in app.runtimes(".", "text")


def test_states_show_what_each_statement_of_the_function_leaves_queued() -> None:
    told = app.explain("app/api/join/route.ts:4", states=True).splitlines()
    assert told[1:] == [
        "  POST(), lines 2 to 7",
        "  line 4, expression: queued 4; the caller's events are queued",
        "  line 5, expression: nothing is queued",
        "  line 6, return: unreachable",
        "  return on line 6: nothing is queued",
    ]


@pytest.mark.parametrize("word", ["app/api/join/route.ts", "MM101"])
def test_states_need_a_line(word: str) -> None:
    with pytest.raises(UsageError, match="--states expects a line of a file; try: mmlint explain"):
        app.explain(word, states=True)


def test_every_way_out_of_a_function_has_words() -> None:
    kinds = set(get_args(get_type_hints(Exit)["kind"]))
    assert set(EXITS) == kinds
