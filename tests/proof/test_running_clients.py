"""Runs handlers whose client may be absent, comes from a getter, or sends later.

As ``test_running_node``: what was lost arrives once it is fixed. Besides, the handler must still
answer where analytics is switched off, because no key is set.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proof import test_running_node
from tests.proof.api import Api, serving
from tests.proof.command import mmlint, write
from tests.proof.test_running_node import host

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
]

ROUTE = "app/api/signup/route.js"
CLIENT = "lib/mm.js"

OPTIONS = "{ key: process.env.AOA_SK, host: process.env.AOA_HOST }"

ABSENT = f"""\
import {{ MillimetricClient }} from "@millimetric/track-node";

export let mm;
if (process.env.AOA_SK) mm = new MillimetricClient({OPTIONS});
"""

KEPT = f"""\
import {{ MillimetricClient }} from "@millimetric/track-node";

let client;
export function getMm() {{
  client ??= new MillimetricClient({OPTIONS});
  return client;
}}
"""

ANEW = f"""\
import {{ MillimetricClient }} from "@millimetric/track-node";

export const getMm = () => new MillimetricClient({OPTIONS});
"""


def route(name: str, body: str, before: str = "") -> str:
    return f"""\
import {{ {name} }} from "../../../lib/mm.js";
{before}
export async function POST(request) {{
  const {{ anonymous_id }} = await request.json();
{body}
}}
"""


EVENT = '{ event: "signup", anonymous_id }'
ANSWER = "  return Response.json({ ok: true });"
CONFIRM = """
async function confirm(anonymous_id) {
  await new Promise((done) => setTimeout(done, 5));
  mm?.track({ event: "signup", anonymous_id });
  return Response.json({ ok: true });
}
"""

LOST = {
    "optional": (ABSENT, route("mm", f"  mm?.track({EVENT});\n{ANSWER}")),
    "guarded": (ABSENT, route("mm", f"  if (mm) mm.track({EVENT});\n{ANSWER}")),
    "guarded by &&": (ABSENT, route("mm", f"  mm && mm.track({EVENT});\n{ANSWER}")),
    "behind an early return": (
        ABSENT,
        route("mm", f"  if (!mm) return Response.json({{}});\n  mm.track({EVENT});\n{ANSWER}"),
    ),
    "a getter that keeps": (KEPT, route("getMm", f"  getMm().track({EVENT});\n{ANSWER}")),
    "a getter that makes anew": (ANEW, route("getMm", f"  getMm().track({EVENT});\n{ANSWER}")),
    "a call under way": (
        ABSENT,
        route("mm", "  console.error(anonymous_id);\n  return confirm(anonymous_id);", CONFIRM),
    ),
}
SWITCHED_OFF = [name for name, (client, _) in LOST.items() if client is ABSENT]


@pytest.fixture
def api() -> Iterator[Api]:
    with serving() as server:
        yield server


project = test_running_node.project


def fixed(project: Path, name: str) -> Path:
    """Write the project, repair it, and return the handler's file."""
    client, handler = LOST[name]
    write(project, {CLIENT: client, ROUTE: handler})
    done = mmlint(project, "--fix", "--select", "MM1")
    assert done.code == 0, done.text
    return project / ROUTE


@pytest.mark.parametrize("name", LOST)
def test_what_was_lost_arrives_once_fixed(name: str, project: Path, api: Api) -> None:
    client, handler = LOST[name]
    write(project, {CLIENT: client, ROUTE: handler})
    assert host(api, project / ROUTE) == "200"
    assert api.names() == []

    fixed(project, name)
    assert host(api, project / ROUTE) == "200"
    assert api.names() == ["signup"]


@pytest.mark.parametrize("name", SWITCHED_OFF)
def test_the_handler_answers_where_analytics_is_off(name: str, project: Path, api: Api) -> None:
    assert host(api, fixed(project, name), key="") == "200"
    assert api.names() == []
