"""What resolved settings answer."""

from __future__ import annotations

import pytest

from mmlint.config.schema import Override
from mmlint.config.settings import Settings

FLUSH = ("MM101", "unawaited-flush")
DUPLICATE = ("MM401", "duplicate-event")


# --- which rules run ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "rule", "enabled", "runs"),
    [
        (Settings(), FLUSH, True, True),
        (Settings(), FLUSH, False, False),
        (Settings(select=("MM4",)), FLUSH, True, False),
        (Settings(select=("MM1",)), FLUSH, False, True),
        (Settings(select=("unawaited-flush",)), FLUSH, True, True),
        (Settings(select=("MM10",)), DUPLICATE, True, False),
        (Settings(extend_select=("MM101",)), FLUSH, False, True),
        (Settings(extend_select=("MM101",)), DUPLICATE, True, True),
        (Settings(select=("MM4",), extend_select=("MM101",)), FLUSH, True, True),
        (Settings(ignore=("MM1",)), FLUSH, True, False),
        (Settings(ignore=("unawaited-flush",)), FLUSH, True, False),
        (Settings(ignore=("unawaited",)), FLUSH, True, True),
        (Settings(select=("MM101",), ignore=("MM1",)), FLUSH, True, True),
        (Settings(select=("MM1",), ignore=("MM101",)), FLUSH, True, False),
        (Settings(select=("MM101",), ignore=("unawaited-flush",)), FLUSH, True, False),
        (Settings(ignore=("MM1",), extend_select=("MM101",)), FLUSH, True, True),
        (Settings(severity={"unawaited-flush": "off"}), FLUSH, True, False),
        (Settings(severity={"unawaited-flush": "warning"}), FLUSH, False, False),
    ],
)
def test_selection(settings: Settings, rule: tuple[str, str], enabled: bool, runs: bool) -> None:
    assert settings.is_selected(*rule, enabled) is runs


def test_severity_is_the_configured_one_or_the_rules_own() -> None:
    settings = Settings(severity={"unawaited-flush": "warning"})
    assert settings.severity_of(*FLUSH, "error") == "warning"
    assert settings.severity_of(*DUPLICATE, "error") == "error"


# --- which files ----------------------------------------------------------------------------------


def test_ignores_per_file_add_up() -> None:
    settings = Settings(
        per_file_ignores={"legacy/**": ("MM1",), "*.py": ("duplicate-event",), "*.ts": ("MM6",)}
    )
    assert settings.ignored_in("src/a.js") == frozenset()
    assert settings.ignored_in("legacy/a.py") == {"MM1", "duplicate-event"}
    assert settings.is_ignored_in("legacy/a.py", *FLUSH)
    assert settings.is_ignored_in("legacy/a.py", *DUPLICATE)
    assert not settings.is_ignored_in("legacy/a.js", *DUPLICATE)
    assert not Settings().is_ignored_in("legacy/a.js", *DUPLICATE)


def test_the_last_override_that_matches_decides() -> None:
    settings = Settings(
        runtime="serverless",
        overrides=(
            Override(paths=("worker/",), runtime="server"),
            Override(paths=("worker/edge/**",), runtime="serverless"),
            Override(paths=("tools/", "bin/"), runtime="auto"),
        ),
    )
    assert settings.runtime_for("app/a.ts") == "serverless"
    assert settings.runtime_for("worker/a.ts") == "long-running"
    assert settings.runtime_for("worker/edge/a.ts") == "serverless"
    assert settings.runtime_for("bin/a.ts") is None
    assert Settings().runtime_for("app/a.ts") is None


def test_what_is_in_an_excluded_folder_is_not_taken_back() -> None:
    settings = Settings(exclude=("gen/", "!gen/keep.ts"))
    assert settings.excludes("gen/keep.ts")
    assert not settings.excludes("keep.ts")


@pytest.mark.parametrize("glob", ["*a" * 60 + "b", "[a-z]*" * 60 + "1"])
def test_no_pattern_takes_for_ever(glob: str) -> None:
    settings = Settings(
        exclude=(glob,),
        per_file_ignores={glob: ("MM1",)},
        overrides=(Override(paths=(glob,), runtime="server"),),
    )
    path = "a" * 255
    assert not settings.excludes(path)
    assert settings.ignored_in(path) == frozenset()
    assert settings.runtime_for(path) is None


def test_excluded_files_follow_gitignore() -> None:
    settings = Settings(exclude=("gen/", "*.gen.ts", "!keep.gen.ts"))
    assert not settings.excludes("src/gen.ts")
    assert not settings.excludes("keep.gen.ts")
    assert settings.excludes("src/gen/a.ts")
    assert settings.excludes("a.gen.ts")
    assert not Settings().excludes("a.ts")


# --- showing --------------------------------------------------------------------------------------


def test_every_value_is_shown_with_where_it_comes_from() -> None:
    settings = Settings(
        select=("MM1",),
        severity={"missing-flush": "warning"},
        overrides=(Override(paths=("a",), runtime="server"),),
        rules={"duplicate-event": {"allow": ["x"]}},
        provenance={"select": "command line", "severity.missing-flush": "mmlint.toml:3"},
    )
    lines = [line.split("  # ") for line in settings.describe().splitlines()]
    shown = {value.strip(): origin for value, origin in lines}
    assert shown['select = ["MM1"]'] == "command line"
    assert shown['severity.missing-flush = "warning"'] == "mmlint.toml:3"
    assert shown['overrides = [{ paths = ["a"], runtime = "server" }]'] == "default"
    assert shown['rules.duplicate-event = { allow = ["x"] }'] == "default"
    assert shown["require-reason = false"] == "default"
    assert shown["per-file-ignores = {}"] == "default"
    assert any(
        "# anonymous-id-source is not set" in line for line in settings.describe().splitlines()
    )
