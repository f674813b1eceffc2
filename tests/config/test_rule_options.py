"""A misspelt option of a rule ends the run, and says what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmlint.app import Request, UsageError, check
from mmlint.app.opening import load_settings
from mmlint.config.schema import RULE_OPTIONS, Options
from mmlint.config.settings import weight
from mmlint.rules import registry


def test_a_known_option_is_taken(tmp_path: Path) -> None:
    (tmp_path / "mmlint.toml").write_text('[rules.duplicate-event]\nallow = ["x"]\n')
    assert check(tmp_path).findings == ()


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("duplicate-event", 'allowed: allow. Did you mean "allow"?'),
        ("missing-flush", "allowed: none."),
    ],
)
def test_an_unknown_option_is_named_with_its_place(
    tmp_path: Path, rule: str, expected: str
) -> None:
    (tmp_path / "mmlint.toml").write_text(f"# settings\n[rules.{rule}]\nalow = 1\n")
    with pytest.raises(UsageError) as caught:
        check(tmp_path)
    message = str(caught.value)
    assert message.endswith(f'mmlint.toml:2: unknown option "alow" of the rule {rule}; {expected}')


@pytest.mark.parametrize(
    ("rule", "option", "wanted"),
    [
        ("MM503", 'limit = "10"', "must be a whole number"),
        ("batch-too-large", "limit = -1", "must be a whole number of at least 1"),
        ("batch-too-large", "limit = true", "must be a whole number"),
        ("duplicate-event", "allow = 3", "must be a list"),
        ("mm402", "events = [1]", "must be a string"),
    ],
)
def test_a_wrong_value_of_an_option_is_named_with_its_place(
    tmp_path: Path, rule: str, option: str, wanted: str
) -> None:
    (tmp_path / "mmlint.toml").write_text(f"[rules.{rule}]\n{option}\n")
    with pytest.raises(UsageError, match=wanted) as caught:
        check(tmp_path)
    assert "mmlint.toml:2: " in str(caught.value)


def test_the_schema_knows_every_option_of_every_rule() -> None:
    known = {
        name: (code, struct.__struct_fields__) for name, (code, struct) in RULE_OPTIONS.items()
    }
    assert known == {
        one.name: (one.code, one.rule.options) for one in registry() if one.rule.options
    }


# --- how rules are named --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "selected"),
    [
        (["mm102"], {"MM102"}),
        (["Missing-Flush"], {"MM102"}),
        (["MM101,mm102"], {"MM101", "MM102"}),
        (["MM101 missing-flush"], {"MM101", "MM102"}),
        (["mm3"], {"MM301", "MM302", "MM303", "MM304", "MM305"}),
        (["all"], {one.code for one in registry()}),
    ],
)
@pytest.mark.parametrize("key", ["select", "extend-select", "ignore"])
def test_rules_are_named_in_any_case_and_in_lists(
    tmp_path: Path, key: str, words: list[str], selected: set[str]
) -> None:
    (tmp_path / "mmlint.toml").write_text(f"{key} = {words}\n")
    settings = load_settings(Request(), tmp_path, tmp_path)
    found = getattr(settings, key.replace("-", "_"))
    assert {one.code for one in registry() if weight(found, one.code, one.name)} == selected


def test_rules_of_a_pattern_with_an_exclamation_mark_are_ignored_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "mmlint.toml").write_text('[per-file-ignores]\n"!src/**" = ["mm102"]\n')
    settings = load_settings(Request(), tmp_path, tmp_path)
    assert settings.is_ignored_in("scripts/a.ts", "MM102", "missing-flush")
    assert not settings.is_ignored_in("src/a.ts", "MM102", "missing-flush")


def test_every_key_is_shown(tmp_path: Path) -> None:
    shown = load_settings(Request(), tmp_path, tmp_path).describe()
    for field in Options.__struct_fields__:
        assert field.replace("_", "-") in shown
