"""What absent values say of the others, and what is absent."""

from __future__ import annotations

import pytest

from mmlint.languages import observe
from mmlint.project.semantic.entity import External, KnownValue, Resolved, SdkObject
from mmlint.project.semantic.program import Program

HEAD = 'import { MillimetricClient } from "@millimetric/track-node";\n'
CLIENT = "new MillimetricClient({})"


def meaning(text: str) -> Resolved | None:
    """What the first argument of ``asked`` means."""
    facts = observe((HEAD + text).encode(), "typescript")
    program = Program({"a.ts": facts})
    unit = program.units[0]
    call = next(one for _, one in unit.calls if getattr(one.callee, "name", "") == "asked")
    return program.resolve(unit, call.arguments[0].value)


PRESENT = [
    f"const get = () => on ? {CLIENT} : null; asked(get());",
    f"function get() {{ if (!on) return null; return {CLIENT}; }} asked(get());",
    f"function get() {{ if (!on) return undefined; return {CLIENT}; }} asked(get());",
    f"function get() {{ if (!on) return; return {CLIENT}; }} asked(get());",
    f"const get = () => {{ if (on) return {CLIENT}; return false; }}; asked(get());",
    f"const off = {{ track() {{}}, flush: async () => {{}} }}; asked(on ? off : {CLIENT});",
    f"class Off {{ track() {{}} flush() {{ return Promise.resolve(); }} }} "
    f"asked(on ? new Off() : {CLIENT});",
    f"let one = null; one = {CLIENT}; one = undefined; asked(one);",
]
"""A client, or nothing: what may be there is the client."""

UNKNOWN = [
    f"asked(on ? other() : {CLIENT}.flush);",
    "asked(on ? 'signup' : null);",
    "asked(on ? { plan: 1 } : null);",
    "class On { track() { return fetch('/a'); } } class Off { track() {} } "
    "asked(on ? new On() : on.b);",
]
"""A text or a plain object is something else beside nothing, and so are two things that differ."""


@pytest.mark.parametrize("text", UNKNOWN)
def test_unknown_stays_unknown(text: str) -> None:
    assert not isinstance(meaning(text), SdkObject | KnownValue)


@pytest.mark.parametrize("text", PRESENT)
def test_an_absent_client_says_nothing_against_the_present_one(text: str) -> None:
    assert meaning(text) == SdkObject("node")


def test_what_is_never_there_is_no_client() -> None:
    assert not isinstance(meaning("const get = () => null; asked(get());"), SdkObject | External)
