"""What a bundler's configuration writes into the browser's code."""

from __future__ import annotations

from mmlint.project.semantic.inlined import inlined
from tests.project.linking import program


def names(text: str) -> list[str]:
    return [one.entry.name for one in inlined(program({"next.config.mjs": text}))]


def test_an_object_that_spreads_itself_ends() -> None:
    text = "const config = { env: { A: process.env.B }, ...config };\nexport default config;\n"
    assert names(text) == ["A"]


def test_objects_that_spread_each_other_end() -> None:
    text = "const a = { ...b }; const b = { ...a, env: { C: process.env.D } };\nexport default a;\n"
    assert "C" in names(text)


def test_a_spread_of_another_object_is_followed() -> None:
    text = "const more = { A: process.env.B };\nexport default { env: { ...more } };\n"
    assert names(text) == ["A"]
