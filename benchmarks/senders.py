"""The files of the generated repository that use Millimetric: correct ones, and the same with one
known mistake each. Keys are made here, at run time; none is written down.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

_MARK = re.compile(r"@@(MM\d{3})")
"""On a line that a finding points at, before its code; never written to a file."""


class Planted(NamedTuple):
    """One mistake that was written on purpose. ``line`` counts from 1."""

    path: str
    line: int
    code: str


@dataclass(frozen=True)
class Mistake:
    """What is written instead. ``edits``: from the right text to the wrong one, with the mark."""

    code: str
    edits: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sender:
    """One kind of file. ``place``: its path in its package. ``home``: the package's kind.
    ``prose``: the kind of the ordinary code that fills it up, none where it stays as it is."""

    home: str
    place: str
    text: str
    mistakes: tuple[Mistake, ...]
    prose: str = ""


def _line(code: str, right: str, wrong: str) -> Mistake:
    """A mistake of a single line, at which the finding points."""
    return Mistake(code, ((right, f"{wrong}@@{code}"),))


_SEND = "  track({\n"
_ROUTE_BODY = """
export async function POST(request: Request) {
  const { id, anonymous_id } = await request.json();
  const %noun% = await load%Noun%(id);
  if (!%noun%) {
    return Response.json({ error: "not_found" }, { status: 404 });
  }
  track({
    event: "%event%",
    anonymous_id,
    user_id: %noun%.ownerId,
    timestamp: new Date().toISOString(),
    properties: { %noun%_id: %noun%.id, total_cents: %noun%.cents, currency: "eur" },
  });
  await flush();
  return Response.json({ id: %noun%.id, ok: true });
}

async function load%Noun%(id: string) {
  const response = await fetch(`${process.env.DATA_URL}/%noun%s/${id}`, { cache: "no-store" });
  return response.ok ? await response.json() : undefined;
}
"""

_ROUTE_MISTAKES = (
    _line("MM101", "  await flush();", "  flush();"),
    Mistake("MM301", ((_SEND, "  track({@@MM301\n"), ("    anonymous_id,\n", ""))),
    _line("MM602", "    user_id: %noun%.ownerId,", "    userId: %noun%.ownerId,"),
    _line("MM302", "    anonymous_id,", "    anonymous_id: crypto.randomUUID(),"),
    Mistake(
        "MM102",
        (
            (_SEND, "  track({@@MM102\n"),
            (
                "  await flush();",
                "  if (%noun%.isDraft) {\n    return Response.json({ draft: true });\n  }\n"
                "  await flush();",
            ),
        ),
    ),
    _line("MM605", '    event: "%event%",', '    event: "%Noun% %Event%",'),
    _line(
        "MM609",
        '    properties: { %noun%_id: %noun%.id, total_cents: %noun%.cents, currency: "eur" },',
        "    properties: JSON.stringify({ %noun%_id: %noun%.id }),",
    ),
    _line("MM613", "    timestamp: new Date().toISOString(),", "    timestamp: Date.now(),"),
    _line("MM601", '  track({\n    event: "%event%",', '  track("%event%", {'),
)

_INIT = "init({ key: process.env.AOA_SK!, host: process.env.AOA_HOST! });"

ROUTE = Sender(
    home="app",
    place="app/api/%event%/route.ts",
    text=f"""import {{ flush, init, track }} from "@millimetric/track-node";

{_INIT}
{_ROUTE_BODY}""",
    mistakes=(
        *_ROUTE_MISTAKES,
        _line("MM203", _INIT, 'init({ key: "%sk%", host: process.env.AOA_HOST! });'),
    ),
    prose="ts",
)

ROUTE_THROUGH_BARREL = Sender(
    home="app",
    place="app/api/v2/%event%/route.ts",
    text=f'import {{ flush, track }} from "@/lib/analytics";\n{_ROUTE_BODY}',
    mistakes=_ROUTE_MISTAKES,
    prose="ts",
)

BARREL = Sender(
    home="app",
    place="lib/analytics.ts",
    text=f"""import {{ flush, init, track }} from "@millimetric/track-node";

{_INIT}

export {{ flush, track }};
""",
    mistakes=(),
)

COMPONENT = Sender(
    home="app",
    place="src/%feature%/components/%Noun%%Event%Button.tsx",
    text=""""use client";

import { track } from "@millimetric/track";
import { useEffect, useMemo, useState } from "react";

export function %Noun%%Event%Button({ id, label }: { id: string; label: string }) {
  const [busy, setBusy] = useState(false);

  async function submit() {
    setBusy(true);
    track("clicked_%event%", { %noun%_id: id, is_retry: busy });
    await fetch(`/api/%noun%s/${id}`, { method: "POST" });
    setBusy(false);
  }

  return (
    <button type="button" disabled={busy} onClick={submit}>
      {label}
    </button>
  );
}
""",
    mistakes=(
        _line("MM601", 'track("clicked_%event%", {', 'track({ event: "clicked_%event%",'),
        _line("MM401", 'track("clicked_%event%",', 'track("%taken%",'),
        _line("MM605", 'track("clicked_%event%",', 'track("Clicked %Noun%",'),
    ),
    prose="tsx",
)

_PYTHON_KEY = 'KEY = os.environ["AOA_SK"]'
_PYTHON_SEND = "    requests.post(\n"

FUNCTION = Sender(
    home="service",
    place="%package%/functions/%event%.py",
    text='''"""Tells analytics that a %noun% has changed; called by the queue."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import requests

HOST = os.environ["AOA_HOST"]
KEY = os.environ["AOA_SK"]


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    %noun% = json.loads(event["body"])
    requests.post(
        f"{HOST}/v1/track",
        headers={"Authorization": f"Bearer {KEY}"},
        json={
            "event": "%event%",
            "anonymous_id": %noun%["anonymous_id"],
            "user_id": %noun%["owner_id"],
            "timestamp": %noun%["changed_at"],
            "properties": {"%noun%_id": %noun%["id"], "is_test": bool(event.get("test"))},
        },
        timeout=5,
    )
    return {"statusCode": 200, "body": json.dumps({"ok": True})}
''',
    mistakes=(
        Mistake(
            "MM301",
            (
                (_PYTHON_SEND, "    requests.post(@@MM301\n"),
                ('            "anonymous_id": %noun%["anonymous_id"],\n', ""),
            ),
        ),
        _line(
            "MM602",
            '            "user_id": %noun%["owner_id"],',
            '            "userId": %noun%["owner_id"],',
        ),
        _line(
            "MM302",
            '"anonymous_id": %noun%["anonymous_id"],',
            '"anonymous_id": str(uuid4()),',
        ),
        _line("MM605", '"event": "%event%",', '"event": "%Noun% %Event%",'),
        _line("MM613", '"timestamp": %noun%["changed_at"],', '"timestamp": time.time(),'),
        _line(
            "MM609",
            '"properties": {"%noun%_id": %noun%["id"], "is_test": bool(event.get("test"))},',
            '"properties": json.dumps({"%noun%_id": %noun%["id"]}),',
        ),
        _line("MM203", _PYTHON_KEY, 'KEY = "%sk%"'),
        Mistake(
            "MM703",
            ((_PYTHON_SEND, "    requests.post(@@MM703\n"), ("json={\n", "data={\n")),
        ),
    ),
    prose="py",
)

ENVIRONMENT = Sender(
    home="app",
    place="deploy/%event%/.env.example",
    text="NEXT_PUBLIC_AOA_KEY=%pk%\nNEXT_PUBLIC_API_URL=http://localhost:3000\nAOA_SK=\n",
    mistakes=(_line("MM201", "AOA_SK=", "NEXT_PUBLIC_AOA_SK=%sk%"),),
)

IMAGE = Sender(
    home="app",
    place="deploy/%event%/Dockerfile",
    text="FROM node:22-slim\nENV NEXT_PUBLIC_AOA_KEY=%pk%\nCOPY . /app\nRUN npm run build\n",
    mistakes=(_line("MM201", "ENV NEXT_PUBLIC_AOA_KEY=%pk%", "ENV NEXT_PUBLIC_AOA_SK=%sk%"),),
)

ASSISTANT = Sender(
    home="app",
    place="deploy/%event%/.mcp.json",
    text="""{
  "mcpServers": {
    "millimetric": {
      "url": "https://api.millimetric.ai/mcp",
      "headers": { "Authorization": "Bearer ${AOA_RK}" }
    }
  }
}
""",
    mistakes=(_line("MM203", '"Bearer ${AOA_RK}" }', '"Bearer %rk%" }'),),
)

TURNS = (
    ROUTE,
    FUNCTION,
    ROUTE_THROUGH_BARREL,
    COMPONENT,
    ROUTE,
    FUNCTION,
    ENVIRONMENT,
    ROUTE_THROUGH_BARREL,
    COMPONENT,
    FUNCTION,
    ROUTE,
    ASSISTANT,
    ROUTE_THROUGH_BARREL,
    FUNCTION,
    COMPONENT,
    IMAGE,
)
"""In which order the kinds are written."""


def write(text: str, mistake: Mistake | None, words: Mapping[str, str]) -> str:
    """Return ``text`` with the mistake, and the marks still in it; ``%word%`` becomes its text."""
    for right, wrong in mistake.edits if mistake else ():
        if text.count(right) != 1:
            raise ValueError(f"“{right}” must stand once in what is to be given the mistake")
        text = text.replace(right, wrong)
    for word, value in words.items():
        text = text.replace(f"%{word}%", value)
    return text


def take_marks(path: str, text: str) -> tuple[str, list[Planted]]:
    """Return ``text`` without its marks, and what they planted in ``path``."""
    planted = [
        Planted(path, number, found[1])
        for number, line in enumerate(text.split("\n"), start=1)
        for found in _MARK.finditer(line)
    ]
    return _MARK.sub("", text), planted


def key(kind: str, draw: random.Random) -> str:
    """Return a key of the right shape that nobody was ever given."""
    prefix = "".join(draw.choices("0123456789abcdef", k=7))
    secret = "".join(draw.choices(string.ascii_letters + string.digits, k=24))
    return f"{kind}_live_{prefix}7_{secret}"
