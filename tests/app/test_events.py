"""`mmlint events`: the tracking plan as the code has it, and what a branch changes in it."""

from __future__ import annotations

import csv
import subprocess
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mmlint.app import UsageError
from mmlint.app.events import events

FILES = {
    "package.json": '{"dependencies": {"next": "15.0.0"}}',
    "lib/analytics.ts": (
        'import { track, flush } from "@millimetric/track-node";\n'
        "export async function send(event: string, anonymous_id: string, properties = {}) {\n"
        "  track({ event, anonymous_id, properties });\n"
        "  await flush();\n"
        "}\n"
    ),
    "lib/events.ts": 'export const EVENTS = { JOINED: "joined" } as const;\n',
    "app/api/join/route.ts": (
        'import { send } from "../../../lib/analytics";\n'
        'import { EVENTS } from "../../../lib/events";\n'
        "export async function POST(request: Request) {\n"
        "  const { anonymous_id, plan } = await request.json();\n"
        "  await send(EVENTS.JOINED, anonymous_id, { plan, is_annual: true });\n"
        '  return new Response("ok");\n'
        "}\n"
    ),
    "app/api/hook/route.ts": (
        'import { track, flush } from "@millimetric/track-node";\n'
        "export async function POST(request: Request) {\n"
        "  const { id, aid } = await request.json();\n"
        '  const url = "https://shop.example";\n'
        '  track({ event: "paid", anonymous_id: aid, user_id: id, event_id: id, url });\n'
        "  await flush();\n"
        "  return Response.json({});\n"
        "}\n"
    ),
    "components/join.tsx": (
        '"use client";\n'
        'import { track } from "@millimetric/track";\n'
        "export function Join() {\n"
        '  return <a onClick={() => track("joined", { place: "footer" })}>Join</a>;\n'
        "}\n"
    ),
    "services/job.py": (
        "import millimetric\n"
        "\n"
        "def nightly(row, kind):\n"
        '    millimetric.track(event="paid", anonymous_id=row.aid)\n'
        '    millimetric.track(event=f"ran_{kind}", anonymous_id=row.aid)\n'
    ),
    "tests/test_join.py": 'import millimetric\nmillimetric.track(event="only_tested")\n',
}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, FILES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def listed() -> dict[str, Any]:
    return {one["name"]: one for one in inventory()["events"]}


def inventory() -> Any:
    return msgspec.json.decode(events(".", "json", cache=False))


# --- what is listed -------------------------------------------------------------------------------


def test_what_a_test_sends_is_no_event_of_the_project() -> None:
    assert sorted(listed()) == ["joined", "paid"]


def test_a_project_without_events_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "mmlint.toml").touch()
    monkeypatch.chdir(tmp_path / "empty")
    assert events(".", "table", cache=False) == "0 events, sent from 0 places\n"


def test_an_event_is_listed_where_its_name_is_decided_and_not_in_the_wrapper_it_goes_through() -> (
    None
):
    joined = listed()["joined"]
    assert joined["sides"] == ["browser", "server"]
    assert [(one["path"], one["line"], one["side"], one["through"]) for one in joined["sites"]] == [
        ("app/api/join/route.ts", 5, "server", "wrapper"),
        ("components/join.tsx", 4, "browser", "sdk"),
    ]


def test_a_site_knows_its_handler_and_the_runtime() -> None:
    [site, other] = listed()["paid"]["sites"]
    assert (site["handler"], site["runtime"]) == ("POST", "serverless")
    assert "route handler" in site["evidence"]
    assert (other["handler"], other["runtime"]) == ("", "unknown")


def test_ids_are_there_always_sometimes_or_never() -> None:
    paid = listed()["paid"]
    assert paid["anonymous_id"] == "always"
    assert paid["user_id"] == "sometimes"
    assert paid["event_id"] == "sometimes"
    assert listed()["joined"]["event_id"] == "never"


def test_the_browser_adds_the_device_s_id_itself() -> None:
    assert listed()["joined"]["anonymous_id"] == "always"
    assert listed()["joined"]["user_id"] == "sometimes"


def test_fields_and_property_keys_are_those_that_were_seen() -> None:
    assert listed()["joined"]["properties"] == ["is_annual", "place", "plan"]
    assert listed()["paid"]["fields"] == ["url"]


def test_the_vendor_s_table_is_quoted_where_it_names_a_side(project: Path) -> None:
    (project / "components/join.tsx").write_text(
        'import { track } from "@millimetric/track";\ntrack("purchase");\n'
    )
    assert listed()["purchase"]["meant"] == "server"
    assert listed()["purchase"]["sides"] == ["browser"]
    assert listed()["paid"]["meant"] == ""


def test_names_that_nobody_can_tell_are_counted_apart() -> None:
    [unnamed] = inventory()["unnamed"]
    assert (unnamed["path"], unnamed["line"]) == ("services/job.py", 5)


# --- formats --------------------------------------------------------------------------------------


def test_the_table_is_for_people() -> None:
    told = events(".", "table", cache=False)
    assert "joined  browser, server\n  anonymous_id: always, user_id: sometimes" in told
    assert "app/api/join/route.ts:5:9  server, serverless in POST" in told
    assert told.endswith("2 events, sent from 4 places; 1 more with unknown names\n")


def test_csv_has_a_row_for_each_call_site() -> None:
    rows = list(csv.DictReader(StringIO(events(".", "csv", cache=False))))
    assert [row["event"] for row in rows] == ["joined", "joined", "paid", "paid"]
    assert rows[0]["path"] == "app/api/join/route.ts"


def test_no_spreadsheet_takes_a_name_for_a_formula(project: Path) -> None:
    (project / "components/join.tsx").write_text(
        'import { track } from "@millimetric/track";\ntrack("=cmd()");\n'
    )
    rows = list(csv.DictReader(StringIO(events(".", "csv", cache=False))))
    assert "'=cmd()" in [row["event"] for row in rows]


def test_markdown_is_one_table_whatever_the_names(project: Path) -> None:
    (project / "components/join.tsx").write_text(
        'import { track } from "@millimetric/track";\ntrack("a|b\\n<c>");\n'
    )
    head, rule, *rows = events(".", "markdown", cache=False).splitlines()
    assert all(row.replace("\\|", "").count("|") == head.count("|") for row in (rule, *rows))
    assert rows[0].startswith("| a\\|b \\<c> |")


@pytest.mark.parametrize("format_", ["table", "csv", "markdown"])
def test_no_name_steers_a_terminal_or_breaks_a_line(format_: str, project: Path) -> None:
    (project / "components/join.tsx").write_text(
        'import { track } from "@millimetric/track";\n'
        'track("a\\u001b[2J\\u202eb\\nc", { "d\\u0007": 1 });\n'
    )
    told = events(".", format_, cache=False)
    assert all(line.isprintable() for line in told.splitlines())
    (line,) = [line for line in told.splitlines() if "b c" in line]
    assert "browser" in line


def test_no_format_shows_a_key(project: Path) -> None:
    key = "_".join(("sk", "live", "0a1b2c3d", "Sup3rSecretTail99"))
    (project / "components/join.tsx").write_text(
        f'import {{ track }} from "@millimetric/track";\ntrack("{key}", {{ "{key}": 1 }});\n'
    )
    for format_ in ("table", "json", "csv", "markdown"):
        assert "Sup3rSecretTail99" not in events(".", format_, cache=False)


# --- what a branch changes ------------------------------------------------------------------------


def git(*words: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *words], check=True, capture_output=True)


@pytest.fixture
def committed(project: Path) -> Path:
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "before")
    return project


def changed(revision: str = "HEAD") -> Any:
    return msgspec.json.decode(events(".", "json", revision, cache=False))


def test_nothing_changed_is_said_so(committed: Path) -> None:
    assert events(".", "table", "HEAD", cache=False) == "No event was added, dropped or moved.\n"
    assert changed() == {"version": 1, "added": [], "dropped": [], "moved": []}


def test_moving_a_call_to_another_file_changes_nothing(committed: Path) -> None:
    (committed / "components/join.tsx").rename(committed / "components/sign-up.tsx")
    assert changed()["moved"] == changed()["added"] == changed()["dropped"] == []


def test_added_dropped_and_moved_events_are_told_apart(committed: Path) -> None:
    (committed / "components/join.tsx").write_text(
        'import { track } from "@millimetric/track";\ntrack("clicked_join");\n'
    )
    (committed / "app/api/hook/route.ts").unlink()
    (committed / "services/job.py").unlink()
    found = changed()
    assert [one["name"] for one in found["added"]] == ["clicked_join"]
    assert found["dropped"] == ["paid"]
    assert found["moved"] == [
        {"name": "joined", "before": ["browser", "server"], "after": ["server"]}
    ]
    told = events(".", "table", "HEAD", cache=False)
    assert "added" in told
    assert "components/join.tsx:2" in told
    assert "browser, server → server" in told


def test_a_constant_that_only_the_branch_changes_is_seen_through(committed: Path) -> None:
    (committed / "lib/events.ts").write_text('export const EVENTS = { JOINED: "signed_on" };\n')
    found = changed()
    assert [one["name"] for one in found["added"]] == ["signed_on"]
    assert [one["name"] for one in found["moved"]] == ["joined"]


def test_untracked_files_are_the_branch_s(committed: Path) -> None:
    write(committed, {"services/new.py": 'import millimetric\nmillimetric.track(event="new")\n'})
    assert [one["name"] for one in changed()["added"]] == ["new"]


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "", "HEAD:lib"])
def test_an_unknown_revision_says_what_to_do(committed: Path, revision: str) -> None:
    with pytest.raises(UsageError, match="there is no such revision; expected a commit"):
        events(".", "table", revision, cache=False)
    assert not (committed / "x").exists()


def test_the_repository_s_own_filters_do_not_run(committed: Path) -> None:
    git("config", "filter.evil.clean", "touch ran")
    git("config", "filter.evil.smudge", "touch ran")
    git("config", "diff.external", "touch ran")
    (committed / ".gitattributes").write_text("* filter=evil diff=evil\n")
    (committed / "lib/analytics.ts").write_text("export {};\n")
    changed()
    assert not (committed / "ran").exists()
