"""Whether a value that is made up goes anywhere else: into a cookie, a session, another call."""

from __future__ import annotations

import pytest

from mmlint.project.dataflow.persistence_sinks import PersistenceSinks
from mmlint.project.dataflow.source_tables import CONVERSIONS, HEADERS, MINTS, READS
from mmlint.project.dataflow.value_sources import Minting
from mmlint.project.events.other_sinks import is_stored
from tests.project import linking

UUID = "crypto.randomUUID()"
NODE = 'import { track } from "@millimetric/track-node";\n'


def kept(text: str, path: str = "a.ts") -> bool:
    """Whether what ``ask(…)`` is given is also put where the next request can read it."""
    linked = linking.program({path: text})
    (origin,) = Minting(linked).origins(*linking.asked(linked), ())
    return PersistenceSinks(linked).keeps(origin)


@pytest.mark.parametrize(
    "text",
    [
        f"ask({UUID});",
        f"const id = {UUID}; ask(id); log(id);",
        f"const id = {UUID}; res.cookie('a', other); ask(id);",
        f"const id = {UUID}; ask(id); headers.set('X-Id', id);",
        f"const id = {UUID}; ask(id); save(id); function save(x) {{ log(x); }}",
    ],
)
def test_what_is_only_used_is_not_kept(text: str) -> None:
    assert not kept(text)


@pytest.mark.parametrize(
    "text",
    [
        f"const id = {UUID}; res.cookie('id', id); ask(id);",
        f"const id = {UUID}; req.session.visitor = id; ask(id);",
        f"const id = {UUID}; cookies().set('id', id); ask(id);",
        f"const id = {UUID}; headers.set('Set-Cookie', `id=${{id}}`); ask(id);",
        f"const id = {UUID}; const r = {{ 'set-cookie': id }}; ask(id);",
        f"const id = {UUID}; ask(id); save(id); function save(x) {{ res.cookie('id', x); }}",
    ],
)
def test_what_a_cookie_or_a_session_holds_is_kept(text: str) -> None:
    assert kept(text)


@pytest.mark.parametrize(
    ("line", "expected"), [("log(id)", False), ("request.session['id'] = id", True)]
)
def test_python_sessions_keep_likewise(line: str, expected: bool) -> None:
    text = f"import uuid\ndef view(request):\n    id = uuid.uuid4()\n    {line}\n    ask(id)\n"
    assert kept(text, "a.py") is expected


# --- other uses -----------------------------------------------------------------------------------


def stored(text: str) -> bool:
    """Whether the ``event_id`` of the only send goes anywhere else."""
    project = linking.project({"a.ts": NODE + text})
    (send,) = (one for one in project.sends if one.via is None)
    field = send.field("event_id")
    assert field is not None
    assert field.value is not None
    origins = Minting(project.program).origins(field.unit, field.value, field.substitution)
    return any(is_stored(send, one) for one in origins)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"track({{ event: 'a', event_id: {UUID} }});", False),
        (f"const id = {UUID}; track({{ event: 'a', event_id: id }});", False),
        (f"const id = {UUID}; const e = {{ event: 'a', event_id: id }}; track(e);", False),
        (f"const id = {UUID}; db.save(id); track({{ event: 'a', event_id: id }});", True),
    ],
)
def test_an_id_that_something_else_is_handed_too(text: str, expected: bool) -> None:
    assert stored(text) is expected


# --- tables ---------------------------------------------------------------------------------------


def test_a_conversion_makes_nothing_up() -> None:
    assert CONVERSIONS.isdisjoint(MINTS)


def test_headers_are_written_as_they_are_looked_up() -> None:
    assert all(name == name.lower() for name in HEADERS)
    assert all(READS)
