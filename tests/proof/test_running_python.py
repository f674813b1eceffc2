"""Runs Python handlers the way a serverless host does, before and after ``mmlint --fix``."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proof.api import Api, serving
from tests.proof.command import environment, mmlint, write

pytestmark = pytest.mark.slow

SDK = '''
"""A client with a queue, as teams write it for themselves: flush() sends, and is a coroutine."""
import asyncio
import json
import urllib.request


class MillimetricClient:
    def __init__(self, key, host):
        self.key, self.host, self.queue = key, host, []

    def track(self, event):
        self.queue.append(event)

    async def flush(self):
        events, self.queue = self.queue, []
        if events:
            await asyncio.to_thread(self.post, {"events": events})

    def post(self, body):
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
        data = json.dumps(body).encode()
        request = urllib.request.Request(f"{self.host}/v1/batch", data, headers)
        urllib.request.urlopen(request, timeout=10).read()
'''

HOST = """
import asyncio, importlib.util, json, os, sys

spec = importlib.util.spec_from_file_location("function", sys.argv[1])
function = importlib.util.module_from_spec(spec)
spec.loader.exec_module(function)
answer = asyncio.run(function.handler(json.loads(sys.argv[2]), None))
print(answer["statusCode"], flush=True)
os._exit(0)
"""

AWAITED = """\
import os

from millimetric import MillimetricClient

client = MillimetricClient(key=os.environ["AOA_SK"], host=os.environ["AOA_HOST"])


async def handler(event, context):
    client.track({"event": "signup", "anonymous_id": event["anonymous_id"]})
    await client.flush()
    return {"statusCode": 200}
"""

BARE = AWAITED.replace("await client.flush()", "client.flush()")

MISSING = """\
import os

from millimetric import MillimetricClient

client = MillimetricClient(key=os.environ["AOA_SK"], host=os.environ["AOA_HOST"])


async def handler(event, context):
    client.track({"event": "signup", "anonymous_id": event["anonymous_id"]})
    if event["plan"] == "trial":
        return {"statusCode": 201}
    return {"statusCode": 200}
"""


@pytest.fixture
def api() -> Iterator[Api]:
    with serving() as server:
        yield server


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(
        tmp_path,
        {
            "pyproject.toml": '[project]\nname = "jobs"\nversion = "1"\n',
            "site-packages/millimetric.py": SDK,
        },
    )


def host(api: Api, project: Path, plan: str = "team") -> str:
    """Let the host handle one event; return the status of the answer as it prints it."""
    body = f'{{"anonymous_id": "a-1", "plan": "{plan}"}}'
    installed = str(project / "site-packages")
    done = subprocess.run(
        [sys.executable, "-c", HOST, project / "function.py", body],
        env=environment(AOA_SK="any", AOA_HOST=api.host, PYTHONPATH=installed),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_an_awaited_flush_delivers_and_is_left_alone(project: Path, api: Api) -> None:
    write(project, {"function.py": AWAITED})
    assert host(api, project) == "200"
    assert api.names() == ["signup"]
    done = mmlint(project, "--fix")
    assert (done.code, (project / "function.py").read_text()) == (0, AWAITED), done.text


def test_an_unawaited_flush_loses_the_event_until_it_is_fixed(project: Path, api: Api) -> None:
    write(project, {"function.py": BARE})
    assert host(api, project) == "200"
    assert api.names() == []

    found = mmlint(project, "--format", "concise")
    assert (found.code, b"MM101" in found.out) == (1, True), found.text
    done = mmlint(project, "--fix")
    assert done.code == 0, done.text

    assert host(api, project) == "200"
    assert api.names() == ["signup"]


def test_every_exit_that_lost_the_event_delivers_it_once_fixed(project: Path, api: Api) -> None:
    write(project, {"function.py": MISSING})
    assert (host(api, project, "trial"), host(api, project)) == ("201", "200")
    assert api.names() == []

    found = mmlint(project, "--format", "concise")
    assert (found.code, b"MM102" in found.out) == (1, True), found.text
    done = mmlint(project, "--fix")
    assert done.code == 0, done.text

    assert (host(api, project, "trial"), host(api, project)) == ("201", "200")
    assert api.names() == ["signup", "signup"]
