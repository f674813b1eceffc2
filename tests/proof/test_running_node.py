"""Runs handlers the way a serverless host does, before and after ``mmlint --fix``.

The host imports the handler, waits for its promise, and takes the process away. A server stands in
for the API, and a stub with the queue of the real SDK for `@millimetric/track-node`; what arrives
at the server is what arrived at the customer.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proof.api import Api, serving
from tests.proof.command import environment, mmlint, write

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
]

SDK = """
// Queues; sends when the timer fires or flush() is called, never by itself in track().
export class MillimetricClient {
  #queue = [];
  #timer;

  constructor({ key, host, flushAt = 1, flushIntervalMs = 1000 }) {
    Object.assign(this, { key, host, flushAt, flushIntervalMs });
  }

  track(event) {
    this.#queue.push(event);
    this.#timer ??= setTimeout(() => this.flush(), this.flushIntervalMs).unref();
  }

  async flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#queue.splice(0);
    if (events.length === 0) return;
    if (this.flushAt === 1) await Promise.all(events.map((event) => this.#post("track", event)));
    else await this.#post("batch", { events });
  }

  async #post(path, body) {
    const headers = { "content-type": "application/json", authorization: `Bearer ${this.key}` };
    const request = { method: "POST", headers, body: JSON.stringify(body) };
    const response = await fetch(`${this.host}/v1/${path}`, request);
    if (!response.ok) throw new Error(`status ${response.status}`);
  }
}

let client;
export const init = (options) => (client = new MillimetricClient(options));
export const track = (event) => client.track(event);
export const flush = () => client.flush();
"""

HOST = """
import { pathToFileURL } from "node:url";

const [file, name, body, linger] = process.argv.slice(2);
const handler = (await import(pathToFileURL(file).href))[name];
const web = () => new Request("http://localhost/", { method: name, body });
const answer = await handler(name === "handler" ? JSON.parse(body) : web());
if (linger) await new Promise((done) => setTimeout(done, Number(linger)));
console.log(answer?.status);
process.exit(0);
"""

HEAD = """\
import { init, track, flush } from "@millimetric/track-node";

init({ key: process.env.AOA_SK, host: process.env.AOA_HOST, flushIntervalMs: 30 });
"""

ROUTE = "app/api/signup/route.js"

AWAITED = f"""{HEAD}
export async function POST(request) {{
  const {{ anonymous_id }} = await request.json();
  track({{ event: "signup", anonymous_id }});
  await flush();
  return Response.json({{ ok: true }});
}}
"""

BARE = AWAITED.replace("await flush();", "flush();")
VOID = AWAITED.replace("await flush();", "void flush();")
CAUGHT = AWAITED.replace("await flush();", "flush().catch(() => {});")

MISSING = """\
import { init, track } from "@millimetric/track-node";

init({ key: process.env.AOA_SK, host: process.env.AOA_HOST });

export async function POST(request) {
  const { anonymous_id, plan } = await request.json();
  track({ event: "signup", anonymous_id, properties: { plan } });
  if (plan === "trial") {
    return Response.json({ trial: true }, { status: 201 });
  }
  return Response.json({ ok: true });
}
"""

QUEUE = """\
import { MillimetricClient } from "@millimetric/track-node";

const client = new MillimetricClient({
  key: process.env.AOA_SK,
  host: process.env.AOA_HOST,
  flushAt: 20,
});

export const handler = async (event) => {
  client.track({ event: "finished_job", anonymous_id: event.anonymous_id });
  if (event.plan === "trial") return;
  client.track({ event: "charged_job", anonymous_id: event.anonymous_id });
};
"""


@pytest.fixture
def api() -> Iterator[Api]:
    with serving() as server:
        yield server


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that depends on Next.js, with the stub installed; the host lies outside."""
    package = {"name": "@millimetric/track-node", "type": "module", "exports": "./index.js"}
    dependencies = {"next": "15.1.0", "@millimetric/track-node": "1.0.0"}
    shop = {"name": "shop", "type": "module", "dependencies": dependencies}
    write(tmp_path, {"host.mjs": HOST})
    return write(
        tmp_path / "shop",
        {
            "package.json": json.dumps(shop),
            "node_modules/@millimetric/track-node/package.json": json.dumps(package),
            "node_modules/@millimetric/track-node/index.js": SDK,
        },
    )


def host(
    api: Api, file: Path, name: str = "POST", linger: str = "", key: str = "any", **body: str
) -> str:
    """Let the host handle one request; return the status of the answer as it prints it. ``key``:
    the SDK's, where analytics is on."""
    runner = next(one for one in (up / "host.mjs" for up in file.parents) if one.is_file())
    body = {"anonymous_id": "a-1", "plan": "team", **body}
    done = subprocess.run(
        ["node", runner, file, name, json.dumps(body), linger],
        env=environment(AOA_SK=key, AOA_HOST=api.host),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_an_awaited_flush_delivers_and_is_left_alone(project: Path, api: Api) -> None:
    write(project, {ROUTE: AWAITED})
    assert host(api, project / ROUTE) == "200"
    assert api.names() == ["signup"]
    done = mmlint(project, "--fix")
    assert (done.code, (project / ROUTE).read_text()) == (0, AWAITED), done.text


def test_a_process_that_lives_on_delivers_without_a_flush(project: Path, api: Api) -> None:
    write(project, {ROUTE: AWAITED.replace("  await flush();\n", "")})
    assert host(api, project / ROUTE, linger="500") == "200"
    assert api.names() == ["signup"]


@pytest.mark.parametrize("source", [BARE, VOID, CAUGHT], ids=["bare", "void", "caught"])
def test_an_unawaited_flush_loses_the_event_until_it_is_fixed(
    source: str, project: Path, api: Api
) -> None:
    write(project, {ROUTE: source})
    assert host(api, project / ROUTE) == "200"
    assert api.names() == []

    found = mmlint(project, "--format", "concise")
    assert (found.code, b"MM101" in found.out) == (1, True), found.text
    done = mmlint(project, "--fix")
    assert done.code == 0, done.text

    assert host(api, project / ROUTE) == "200"
    assert api.names() == ["signup"]


def test_every_exit_that_lost_the_event_delivers_it_once_fixed(project: Path, api: Api) -> None:
    write(project, {ROUTE: MISSING})
    assert host(api, project / ROUTE, plan="trial") == "201"
    assert host(api, project / ROUTE, plan="team") == "200"
    assert api.names() == []

    found = mmlint(project, "--format", "concise")
    assert (found.code, b"MM102" in found.out) == (1, True), found.text
    done = mmlint(project, "--fix")
    assert done.code == 0, done.text

    assert host(api, project / ROUTE, plan="trial") == "201"
    assert api.names() == ["signup"]
    assert host(api, project / ROUTE, plan="team") == "200"
    assert api.names() == ["signup"]


def test_a_bare_return_and_the_end_of_the_body_deliver_once_fixed(project: Path, api: Api) -> None:
    file = write(project, {"jobs/consume.js": QUEUE}) / "jobs/consume.js"
    host(api, file, "handler", plan="trial")
    host(api, file, "handler", plan="team")
    assert api.names() == []

    found = mmlint(project, "--format", "concise")
    assert (found.code, b"MM102" in found.out) == (1, True), found.text
    done = mmlint(project, "--fix")
    assert done.code == 0, done.text

    host(api, file, "handler", plan="trial")
    assert api.names() == ["finished_job"]
    host(api, file, "handler", plan="team")
    assert api.names() == ["finished_job", "charged_job"]
