"""Runs a Python handler that sends through another package of the project, before and after a fix.

As ``test_running_wrapper``: the handler sees neither a client nor its flush, only a package beside
it, which passes on what two modules inside it define. Two wrappers: one whose flush is a coroutine,
and one whose flush simply waits.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proof.api import Api, serving
from tests.proof.command import environment, mmlint, write

pytestmark = pytest.mark.slow

HOST = """
import asyncio, importlib, inspect, json, os, sys

answer = importlib.import_module("functions.signup").handler(json.loads(sys.argv[1]), None)
if inspect.iscoroutine(answer):
    answer = asyncio.run(answer)
print(answer["statusCode"], flush=True)
os._exit(0)
"""

SENDING = '''\
import json
import os
import urllib.request


class Recorder:
    """Queues; sends when it is asked to."""

    def __init__(self):
        self.queue = []

    def track(self, event):
        self.queue.append(event)

    def flush(self):
        events, self.queue = self.queue, []
        if events:
            headers = {"Authorization": f"Bearer {os.environ['AOA_SK']}"}
            data = json.dumps({"events": events}).encode()
            url = f"{os.environ['AOA_HOST']}/v1/batch"
            urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=10).read()


recorder = Recorder()


def record(event, *, visitor, **properties):
    recorder.track({"event": event, "anonymous_id": visitor, "properties": properties})
'''

COROUTINE = """\
import asyncio

from .sending import recorder


async def deliver():
    await asyncio.to_thread(recorder.flush)
"""

PLAIN = """\
from .sending import recorder


def deliver():
    recorder.flush()
"""

PACKAGE = """\
from .ending import deliver
from .names import JOINED
from .sending import record
"""

AWAITED = """\
from measuring import JOINED, deliver, record


async def handler(event, context):
    record(JOINED, visitor=event["anonymous_id"], plan=event["plan"])
    await deliver()
    return {"statusCode": 200}
"""

UNAWAITED = AWAITED.replace("await deliver()", "deliver()")

MISSING = AWAITED.replace("JOINED, deliver, record", "JOINED, record").replace(
    "    await deliver()\n", ""
)


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
            "serverless.yml": "functions:\n  signup:\n    handler: functions/signup.handler\n",
            "functions/__init__.py": "",
            "functions/signup.py": AWAITED,
            "measuring/__init__.py": PACKAGE,
            "measuring/names.py": 'JOINED = "signup"\n',
            "measuring/sending.py": SENDING,
            "measuring/ending.py": COROUTINE,
        },
    )


def host(api: Api, project: Path) -> str:
    """Let the host handle one event; return the status of the answer as it prints it."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", HOST, '{"anonymous_id": "a-1", "plan": "team"}'],
        cwd=project,
        env=environment(AOA_SK="any", AOA_HOST=api.host, PYTHONPATH=str(project)),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("ending", "handler"),
    [
        (COROUTINE, AWAITED),
        (PLAIN, AWAITED.replace("await deliver()", "deliver()")),
        (PLAIN, UNAWAITED.replace("async def", "def")),
    ],
)
def test_a_wrapper_that_delivers_is_left_alone(
    ending: str, handler: str, project: Path, api: Api
) -> None:
    write(project, {"measuring/ending.py": ending, "functions/signup.py": handler})
    assert host(api, project) == "200"
    assert api.names() == ["signup"]
    done = mmlint(project, "--fix")
    assert done.code == 0, done.text
    assert (project / "functions/signup.py").read_text() == handler


@pytest.mark.parametrize(
    ("ending", "handler", "code"),
    [
        pytest.param(COROUTINE, UNAWAITED, b"MM101", id="nobody awaits the wrapper"),
        pytest.param(COROUTINE, MISSING, b"MM102", id="nobody flushes"),
        pytest.param(PLAIN, MISSING, b"MM102", id="nobody flushes, and the flush is no coroutine"),
    ],
)
def test_an_event_lost_through_a_wrapper_arrives_once_fixed(
    ending: str, handler: str, code: bytes, project: Path, api: Api
) -> None:
    write(project, {"measuring/ending.py": ending, "functions/signup.py": handler})
    assert host(api, project) == "200"
    assert api.names() == []

    found = mmlint(project, "--format", "concise")
    assert (found.code, code in found.out) == (1, True), found.text
    assert b"functions/signup.py" in found.out
    done = mmlint(project, "--fix")
    assert done.code == 0, done.text

    assert host(api, project) == "200"
    assert api.names() == ["signup"]
