"""Runs a handler that sends through another package of its workspace, before and after a fix.

As ``test_running_node``, but the handler sees neither the SDK nor a flush of it: the class that
wraps them lives in a package which the workspace links into ``node_modules``.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proof.api import Api, serving
from tests.proof.command import mmlint, write
from tests.proof.test_running_node import HOST, SDK, host

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
]

ROUTE = "apps/shop/app/api/signup/route.js"
WRAPPER = "packages/analytics/src/server.js"

ANALYTICS = """\
import { MillimetricClient } from "@millimetric/track-node";

class Analytics {
  constructor() {
    this.client = new MillimetricClient({ key: process.env.AOA_SK, host: process.env.AOA_HOST });
  }

  capture(event, { visitor, ...properties }) {
    this.client.track({ event, anonymous_id: visitor, properties });
  }

  async deliver() {
    await this.client.flush();
  }
}

export const analytics = new Analytics();
"""

BARREL = """\
export { analytics } from "./server.js";
export { EVENTS } from "./events.js";
"""

EVENTS = """\
export const EVENTS = { joined: "signup" };
"""

AWAITED = """\
import { analytics, EVENTS } from "@acme/analytics";

export async function POST(request) {
  const { anonymous_id, plan } = await request.json();
  analytics.capture(EVENTS.joined, { visitor: anonymous_id, plan });
  await analytics.deliver();
  return Response.json({ ok: true });
}
"""

UNAWAITED = AWAITED.replace("await analytics.deliver()", "analytics.deliver()")
MISSING = AWAITED.replace("  await analytics.deliver();\n", "")
DROPPED = ANALYTICS.replace("await this.client.flush()", "this.client.flush()")


@pytest.fixture
def api() -> Iterator[Api]:
    with serving() as server:
        yield server


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace of a Next.js app and the package it sends through, linked as a package manager
    links them; the SDK's stub lies at the top, and the host outside."""
    write(tmp_path, {"host.mjs": HOST})
    root = write(
        tmp_path / "acme",
        {
            "package.json": _manifest("acme", workspaces=["apps/*", "packages/*"]),
            "apps/shop/package.json": _manifest(
                "shop", dependencies={"@acme/analytics": "*", "next": "15.1.0"}
            ),
            "packages/analytics/package.json": _manifest(
                "@acme/analytics",
                exports={".": "./src/index.js"},
                dependencies={"@millimetric/track-node": "1.0.0"},
            ),
            "packages/analytics/src/index.js": BARREL,
            "packages/analytics/src/events.js": EVENTS,
            WRAPPER: ANALYTICS,
            ROUTE: AWAITED,
            "node_modules/@millimetric/track-node/package.json": _manifest(
                "@millimetric/track-node", exports="./index.js"
            ),
            "node_modules/@millimetric/track-node/index.js": SDK,
        },
    )
    (root / "node_modules/@acme").mkdir()
    link = root / "node_modules/@acme/analytics"
    link.symlink_to("../../packages/analytics", target_is_directory=True)
    return root


def _manifest(name: str, **more: object) -> str:
    return json.dumps({"name": name, "type": "module", **more})


def test_a_wrapper_that_is_awaited_delivers_and_is_left_alone(workspace: Path, api: Api) -> None:
    assert host(api, workspace / ROUTE) == "200"
    assert api.names() == ["signup"]
    done = mmlint(workspace, "--fix")
    assert done.code == 0, done.text
    assert (workspace / ROUTE).read_text() == AWAITED
    assert (workspace / WRAPPER).read_text() == ANALYTICS


@pytest.mark.parametrize(
    ("path", "source", "code"),
    [
        pytest.param(ROUTE, UNAWAITED, b"MM101", id="nobody awaits the wrapper"),
        pytest.param(WRAPPER, DROPPED, b"MM101", id="the wrapper awaits nobody"),
        pytest.param(ROUTE, MISSING, b"MM102", id="nobody flushes"),
    ],
)
def test_an_event_lost_through_a_wrapper_arrives_once_fixed(
    path: str, source: str, code: bytes, workspace: Path, api: Api
) -> None:
    write(workspace, {path: source})
    assert host(api, workspace / ROUTE) == "200"
    assert api.names() == []

    found = mmlint(workspace, "--format", "concise")
    assert (found.code, code in found.out) == (1, True), found.text
    assert path.encode() in found.out
    done = mmlint(workspace, "--fix")
    assert done.code == 0, done.text

    assert host(api, workspace / ROUTE) == "200"
    assert api.names() == ["signup"]
