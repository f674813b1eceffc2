"""The shipped JSON Schema says what the loader accepts."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import mmlint.config.schema as schema
from mmlint.config import ConfigError, load

SHIPPED = Path(schema.__file__).with_name("schema.json")


def test_the_shipped_schema_is_up_to_date() -> None:
    assert SHIPPED.read_text("utf-8") == schema.schema_text(), "run: python -m mmlint.config.schema"


def test_the_command_writes_the_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "__file__", str(tmp_path / "schema.py"))
    schema.main()
    assert (tmp_path / "schema.json").read_bytes() == SHIPPED.read_bytes()


def test_every_key_is_in_kebab_case_and_described() -> None:
    properties = schema.json_schema()["properties"]
    assert isinstance(properties, dict)
    assert {"extend-select", "per-file-ignores", "python-sdk-modules"} <= properties.keys()
    for key, about in properties.items():
        assert key == key.lower().replace("_", "-")
        assert about["description"].endswith(".")


@pytest.mark.parametrize(
    "values",
    [
        {"slect": []},
        {"select": "MM1"},
        {"select": [""]},
        {"runtime": "lambda"},
        {"severity": {"MM101": "fatal"}},
        {"per-file-ignores": {"a": "MM1"}},
        {"overrides": [{"paths": ["a"]}]},
        {"overrides": [{"paths": ["a"], "runtime": "auto", "more": 1}]},
        {"require-reason": 1},
        {"rules": {"duplicate-event": ["a"]}},
        [],
    ],
)
def test_schema_and_loader_refuse_the_same(values: object, tmp_path: Path) -> None:
    assert not accepted_by_schema(values)
    assert not accepted_by_loader(values, tmp_path)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"select": ["MM1"], "extend-select": [], "ignore": ["missing-flush"]},
        {"severity": {"MM101": "off"}, "per-file-ignores": {"a/**": ["MM1"]}},
        {"overrides": [{"paths": ["a"], "runtime": "server"}], "runtime": "auto"},
        {"anonymous-id-source": "req.id", "require-reason": True},
        {"anonymous-id-source": None},
        {"rules": {"duplicate-event": {"allow": ["a"]}, "MM503": {"limit": 3}}},
        {"exclude": ["a/"], "public-env-prefixes": ["WEB_"], "python-sdk-modules": ["mm"]},
    ],
)
def test_schema_and_loader_accept_the_same(values: object, tmp_path: Path) -> None:
    assert accepted_by_schema(values)
    assert accepted_by_loader(values, tmp_path)


def accepted_by_schema(values: object) -> bool:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(schema.json_schema())
    return bool(validator.is_valid(values))


def accepted_by_loader(values: object, folder: Path) -> bool:
    (folder / "package.json").write_bytes(msgspec.json.encode({"mmlint": values}))
    try:
        load(folder, folder)
    except ConfigError:
        return False
    return True
