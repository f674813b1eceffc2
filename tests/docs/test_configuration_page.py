"""The configuration's page against the schema: each key, its type, its default, and its example."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mmlint.config import load
from mmlint.config.layers import toml
from mmlint.config.schema import key_of
from mmlint.config.settings import Settings
from mmlint.rules import names as rule_names

ROOT = Path(__file__).parent.parent.parent
SCHEMA = json.loads((ROOT / "mmlint" / "config" / "schema.json").read_text("utf-8"))
PAGE = (ROOT / "docs" / "configuration.md").read_text("utf-8")

_SECTION = re.compile(
    r"^### `(?P<key>[\w-]+)`\n\n"
    r"(?P<kind>[^\n]+), (?:default `(?P<default>[^\n]+)`|(?P<none>no default))\n\n"
    r"(?P<text>.+?)"
    r"^```toml\n(?P<example>.+?)^```$",
    re.M | re.S,
)


class Section(NamedTuple):
    """What the page says of a key. ``default``: as TOML, None where there is none."""

    key: str
    kind: str
    default: str | None
    text: str
    example: str


SECTIONS = [
    Section(one["key"], one["kind"], one["default"], one["text"], one["example"])
    for one in _SECTION.finditer(PAGE)
]


def _id(section: Section) -> str:
    return section.key


def test_every_key_of_the_schema_has_its_section_and_no_other_is_there() -> None:
    headings = re.findall(r"^### `(.+)`$", PAGE, re.M)
    assert headings == [section.key for section in SECTIONS]
    assert sorted(headings) == sorted(SCHEMA["properties"])


@pytest.mark.parametrize("section", SECTIONS, ids=_id)
def test_type_and_default_are_the_schema_s(section: Section) -> None:
    described = SCHEMA["properties"][section.key]
    default = toml(f"x = {section.default}")["x"] if section.default else None
    assert default == described["default"]
    assert section.kind == _kind(described)


def _kind(described: dict[str, Any]) -> str:
    """Say in words what a property's schema accepts."""
    if "enum" in described:
        *most, last = (f"`{one}`" for one in sorted(described["enum"]))
        return f"{', '.join(most)} or {last}"
    if "anyOf" in described:
        return _kind(next(one for one in described["anyOf"] if one["type"] != "null"))
    if described["type"] == "array":
        return "list of tables" if "$ref" in described["items"] else "list of strings"
    return {"string": "text", "boolean": "true or false", "object": "table"}[described["type"]]


@pytest.mark.parametrize("section", SECTIONS, ids=_id)
def test_an_example_sets_its_key_and_nothing_else(section: Section, tmp_path: Path) -> None:
    (tmp_path / "mmlint.toml").write_text(section.example)
    settings = load(tmp_path, tmp_path, rules=rule_names)
    changed = {
        key_of(field)
        for field in Settings.__struct_fields__
        if field not in ("provenance", "source")
        and getattr(settings, field) != getattr(Settings(), field)
    }
    assert changed == {section.key}


def test_the_words_that_a_key_accepts_are_explained() -> None:
    for section in SECTIONS:
        described = SCHEMA["properties"][section.key]
        inner = described.get("additionalProperties", {})
        for word in (*described.get("enum", ()), *inner.get("enum", ())):
            assert f"`{word}`" in section.kind + section.text


def test_keys_of_tables_in_a_list_are_explained() -> None:
    (overrides,) = (section for section in SECTIONS if section.key == "overrides")
    for key in SCHEMA["$defs"]["Override"]["properties"]:
        assert f"`{key}`" in overrides.text


def test_the_readme_s_configuration_is_accepted(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    (example,) = re.findall(r"^```toml\n(.+?)^```$", readme, re.M | re.S)
    (tmp_path / "mmlint.toml").write_text(example)
    settings = load(tmp_path, tmp_path, rules=rule_names)
    assert settings.runtime_for("services/worker/queue.ts") == "long-running"
