"""Where configuration is found, what it comes down to, and what is said when it is wrong."""

from __future__ import annotations

import os
import random
import string
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmlint.config import ConfigError, Settings, load
from mmlint.config.layers import MOST_BYTES

RULES = {
    "MM101": "unawaited-flush",
    "MM102": "missing-flush",
    "MM301": "missing-anonymous-id",
    "MM401": "duplicate-event",
}
TOML = "mmlint.toml"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, "utf-8")


def of(root: Path, *config: str, folder: str = "", isolated: bool = False) -> Settings:
    start = root / folder
    return load(start, root, overrides=config, isolated=isolated, rules=lambda: RULES)


def error(root: Path, *config: str, isolated: bool = False) -> str:
    with pytest.raises(ConfigError) as caught:
        of(root, *config, isolated=isolated)
    return str(caught.value)


# --- what says nothing ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", "[tool.ruff]\nselect = 1\n"),
        ("pyproject.toml", "this is [broken\n"),
        ("pyproject.toml", '[project]\ndependencies = ["mmlint"]\n'),
        ("package.json", '{"devDependencies": {"mmlint": "1"}}'),
        ("package.json", "[]"),
        ("package.json", "{broken"),
        ("package.json", '["mmlint"]'),
        ("mmlint.toml", ""),
        ("mmlint.toml", "# nothing yet\n"),
        ("mmlint.json", '{"select": ["MM1"]}'),
    ],
)
def test_files_that_set_nothing_leave_the_defaults(root: Path, path: str, text: str) -> None:
    write(root, path, text)
    found = of(root)
    assert found.describe() == Settings().describe()
    assert found.provenance == {}
    assert found.source == ("mmlint.toml" if path == "mmlint.toml" else None)


def test_a_folder_with_the_name_of_a_file_is_none(root: Path) -> None:
    (root / TOML).mkdir()
    assert of(root).source is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
@pytest.mark.parametrize("name", ["mmlint.toml", ".mmlint.toml", "pyproject.toml", "package.json"])
def test_a_fifo_or_a_device_is_not_waited_for(root: Path, name: str) -> None:
    os.mkfifo(root / name)
    assert of(root).source is None
    (root / name).unlink()
    (root / name).symlink_to("/dev/zero")
    assert of(root).source is None


@pytest.mark.parametrize("name", ["mmlint.toml", "package.json"])
def test_a_file_larger_than_any_configuration_is_told(root: Path, name: str) -> None:
    with (root / name).open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    assert error(root) == f"{name}: cannot be read: too large"


def test_nothing_above_the_project_is_read(root: Path) -> None:
    write(root, TOML, 'runtime = "server"\n')
    write(root, "project/src/a.ts", "")
    found = load(root / "project" / "src", root / "project", rules=lambda: RULES)
    assert found.source is None


# --- what is found --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text", "origin"),
    [
        ("mmlint.toml", '# why\nselect = ["MM1"]\n', "mmlint.toml:2"),
        (".mmlint.toml", 'select = ["MM1"]\n', ".mmlint.toml:1"),
        ("mmlint.toml", '\ufeffselect = ["MM1"]\n', "mmlint.toml:1"),
        ("mmlint.toml", 'ignore = []\r\nselect = ["MM1"]\r\n', "mmlint.toml:2"),
        ("pyproject.toml", '[tool.mmlint]\n\nselect = ["MM1"]\n', "pyproject.toml:3"),
        ("pyproject.toml", '[tool]\nmmlint.select = ["MM1"]\n', "pyproject.toml:2"),
        ("pyproject.toml", 'tool.mmlint = { select = ["MM1"] }\n', "pyproject.toml:1"),
        (
            "package.json",
            '{\n "name": "select",\n "mmlint": {\n "select": ["MM1"]}}',
            "package.json:4",
        ),
    ],
)
def test_values_know_where_they_stand(root: Path, path: str, text: str, origin: str) -> None:
    write(root, path, text)
    found = of(root)
    assert found.select == ("MM1",)
    assert found.provenance["select"] == origin
    assert found.source == path


def test_the_first_name_of_a_folder_counts_and_the_nearest_folder(root: Path) -> None:
    write(root, "package.json", '{"mmlint": {"select": ["MM4"]}}')
    write(root, "pyproject.toml", '[tool.mmlint]\nselect = ["MM3"]\n')
    assert of(root).select == ("MM3",)
    write(root, ".mmlint.toml", 'select = ["MM102"]\n')
    assert of(root).select == ("MM102",)
    write(root, "mmlint.toml", 'select = ["MM101"]\n')
    assert of(root).select == ("MM101",)
    write(root, "web/package.json", '{"name": "mmlint-user"}')
    assert of(root, folder="web").select == ("MM101",)
    write(root, "web/package.json", '{"mmlint": {"select": ["MM4"]}}')
    assert of(root, folder="web").select == ("MM4",)
    assert of(root, folder="web").source == "web/package.json"


def test_patterns_are_relative_to_the_folder_of_their_file(root: Path) -> None:
    write(
        root,
        "web [1]/mmlint.toml",
        'exclude = ["/gen", "*.gen.ts", "a/b", "!keep.gen.ts", "out/"]\n'
        'per-file-ignores = { "legacy/**" = ["MM1"] }\n'
        'overrides = [{ paths = ["worker/"], runtime = "server" }]\n',
    )
    found = of(root, folder="web [1]")
    for path in ("gen/a.ts", "deep/x.gen.ts", "a/b/c.ts", "deep/out/a.ts"):
        assert found.excludes(f"web [1]/{path}")
        assert not found.excludes(path)
        assert not found.excludes(f"web 1/{path}")
    assert not found.excludes("web [1]/deep/gen/a.ts")
    assert not found.excludes("web [1]/keep.gen.ts")
    assert found.ignored_in("web [1]/legacy/a.ts") == {"MM1"}
    assert found.runtime_for("web [1]/worker/a.ts") == "long-running"
    assert found.runtime_for("worker/a.ts") is None


def test_tables_know_the_place_of_each_entry_and_call_rules_by_name(root: Path) -> None:
    write(
        root,
        TOML,
        "[severity]\n"
        'MM101 = "warning"\n'
        "[rules.duplicate-event]\n"
        'allow = ["a"]\n'
        "[per-file-ignores]\n"
        '"a/**" = ["MM1"]\n',
    )
    found = of(root)
    assert found.severity == {"unawaited-flush": "warning"}
    assert found.rules == {"duplicate-event": {"allow": ["a"]}}
    assert found.provenance == {
        "severity.unawaited-flush": "mmlint.toml:2",
        "rules.duplicate-event": "mmlint.toml:3",
        "per-file-ignores.a/**": "mmlint.toml:6",
    }


# --- the command line -----------------------------------------------------------------------------


def test_pairs_win_over_the_file_and_merge_into_its_tables(root: Path) -> None:
    write(root, TOML, 'runtime = "server"\n[severity]\nMM101 = "off"\nMM401 = "off"\n')
    found = of(root, "severity.duplicate-event='warning'", 'runtime="serverless"')
    assert found.severity == {"unawaited-flush": "off", "duplicate-event": "warning"}
    assert found.runtime_for("a.ts") == "serverless"
    assert found.provenance == {
        "runtime": "command line",
        "severity.unawaited-flush": "mmlint.toml:3",
        "severity.duplicate-event": "command line",
    }


def test_a_word_needs_no_quotes(root: Path) -> None:
    assert of(root, "runtime=server").runtime == "server"
    assert of(root, "require-reason=true").require_reason is True
    assert of(root, "anonymous-id-source=req.cookies.aid").anonymous_id_source == "req.cookies.aid"


def test_selecting_on_the_command_line_begins_anew(root: Path) -> None:
    write(root, TOML, 'select = ["MM1"]\nextend-select = ["MM4"]\nignore = ["MM301"]\n')
    found = load(root, root, select=["MM301"], rules=lambda: RULES)
    assert found.is_selected("MM301", "missing-anonymous-id")
    assert not found.is_selected("MM401", "duplicate-event")
    found = load(root, root, ignore=["MM102"], rules=lambda: RULES)
    assert found.is_selected("MM101", "unawaited-flush")
    assert not found.is_selected("MM102", "missing-flush")
    assert found.provenance["ignore"] == "command line"
    assert found.provenance["select"] == "mmlint.toml:1"


def test_a_named_file_replaces_the_one_that_would_be_found(root: Path) -> None:
    write(root, TOML, 'select = ["MM1"]\nruntime = "server"\n')
    write(root, "ci/strict.toml", 'select = ["MM4"]\nexclude = ["/a"]\n')
    write(root, "ci/odd=name.toml", 'select = ["MM3"]\n')
    found = of(root, "ci/strict.toml", "require-reason=true")
    assert (found.select, found.runtime, found.require_reason) == (("MM4",), "auto", True)
    assert found.excludes("ci/a")
    assert of(root, "ci/odd=name.toml").select == ("MM3",)


def test_isolated_reads_no_file_but_the_command_line(root: Path) -> None:
    write(root, TOML, "broken [")
    assert of(root, "runtime=server", isolated=True).runtime == "server"
    assert of(root, isolated=True).source is None


# --- what is wrong --------------------------------------------------------------------------------


def test_an_unknown_key_names_line_choices_and_guess(root: Path) -> None:
    write(root, TOML, '# one\n\nslect = ["MM1"]\n')
    message = error(root)
    assert message.startswith('mmlint.toml:3: unknown key "slect"; allowed: select, extend-select,')
    assert message.endswith('. Did you mean "select"?')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'runtime = "serverles"',
            '1: `runtime` is "serverles"; allowed: auto, server, serverless.'
            ' Did you mean "serverless"?',
        ),
        ("runtime = 3", "1: `runtime` is 3; allowed: auto, server, serverless."),
        ('select = "MM1"', '1: `select` must be a list, not "MM1"'),
        ("\nselect = [1]", "2: `select[0]` must be a string, not 1"),
        ('exclude = [""]', "1: `exclude[0]` must not be empty"),
        ('exclude = ["a",\n "!"]', '2: `exclude`: "!" is no pattern in the style of .gitignore'),
        ('exclude = ["app/[id"]', '1: `exclude`: "app/[id" is no pattern in the style of'),
        ("require-reason = 1", "1: `require-reason` must be true or false, not 1"),
        ("severity = []", "1: `severity` must be a table, not a list"),
        (
            '[severity]\nMM101 = "warn"',
            '2: `severity.MM101` is "warn"; allowed: error, off, warning.',
        ),
        ("overrides = [{ paths = [] }]", "1: `overrides[0]` lacks the key `runtime`"),
        (
            '[[overrides]]\npaths = []\nruntime = "auto"\n[[overrides]]\npath = []',
            '5: unknown key "overrides[1].path"; allowed: paths, runtime. Did you mean "paths"?',
        ),
        ("rules.duplicate-event = true", "1: `rules.duplicate-event` must be a table, not true or"),
        ("select = 1979-05-27", "1: `select` must be a list, not a date or time"),
        (
            'select = [\n "MM1",\n "MM9",\n]',
            '3: unknown rule "MM9" in `select`; allowed: the code or name of a rule, or a '
            "code prefix such as MM1; see: mmlint rules.",
        ),
        (
            'ignore = ["unawaited-flsh"]',
            '1: unknown rule "unawaited-flsh" in `ignore`; allowed: the code or name of a rule, or '
            "a code prefix such as MM1; see: mmlint rules."
            ' Did you mean "unawaited-flush"?',
        ),
        (
            '[per-file-ignores]\n"a" = ["mm1011"]',
            '2: unknown rule "MM1011" in `per-file-ignores`; allowed: the code or name of a rule, '
            'or a code prefix such as MM1; see: mmlint rules. Did you mean "MM101"?',
        ),
        (
            '[severity]\nMM1 = "off"',
            '2: unknown rule "MM1" in `severity`; allowed: the code or name of a rule; '
            "see: mmlint rules.",
        ),
        ("[rules.duplicate]", '1: unknown rule "duplicate" in `rules`; '),
        ('a = """\nselect = 1\n"""\nselect = 2', '1: unknown key "a"; allowed: '),
        ("a = [\n", "2: broken TOML: "),
        ("select = ['a'\nb", "2: broken TOML: "),
        ("a = " + "[" * 10_000, "1: broken TOML: "),
    ],
)
def test_messages_say_where_what_and_what_is_allowed(root: Path, text: str, expected: str) -> None:
    write(root, TOML, text)
    message = error(root)
    assert message.startswith(f"mmlint.toml:{expected}")
    assert len(message) < len(expected) + 300


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("pyproject.toml", "[tool.mmlint]\na = [\n", "pyproject.toml:3: broken TOML: "),
        ("pyproject.toml", "[tool]\nmmlint = 1\n", "pyproject.toml:2: the configuration must be a"),
        ("pyproject.toml", "[tool.mmlint]\nslect = 1\n", 'pyproject.toml:2: unknown key "slect"; '),
        ("package.json", '{\n"mmlint": {,}}', "package.json:2: broken JSON: "),
        ("package.json", '{"mmlint": []}', "package.json:1: the configuration must be a table"),
        ("package.json", '{"mmlint":\n{"slect":\n1}}', 'package.json:2: unknown key "slect"; '),
        (
            "package.json",
            '{"mmlint":\n{"select": [\n"MM1",\n"MM7"]}}',
            'package.json:4: unknown rule "MM7" in `select`; ',
        ),
        ("package.json", '{"mmlint": ' + "[" * 100_000, "package.json:1: broken JSON: "),
    ],
)
def test_shared_files_are_named_with_the_line_of_our_part(
    root: Path, path: str, text: str, expected: str
) -> None:
    write(root, path, text)
    assert error(root).startswith(expected)


def test_bytes_that_are_no_text_are_named_with_their_line(root: Path) -> None:
    (root / TOML).write_bytes(b"# ok\nselect = '\xff'\n")
    assert error(root) == "mmlint.toml:2: not UTF-8"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (["slect=1"], '--config: unknown key "slect"; allowed: '),
        (["runtime=lambda"], '--config: `runtime` is "lambda"; allowed: '),
        (["select=[MM1]"], "--config: the value of `select` is no TOML. Write text in quotes"),
        (["gone.toml"], "--config: gone.toml is no file; expected "),
        (["a.toml", "b.toml"], "--config: one file at the most, not 2"),
        (["pyproject.toml"], "pyproject.toml: has no section tool.mmlint"),
    ],
)
def test_what_is_wrong_on_the_command_line(root: Path, config: list[str], expected: str) -> None:
    write(root, "pyproject.toml", "[tool.ruff]\n")
    assert error(root, *config).startswith(expected)


def test_wrong_selections_name_their_option(root: Path) -> None:
    with pytest.raises(ConfigError, match=r'^--select: unknown rule "MM9" in `select`'):
        load(root, root, select=["MM9"], rules=lambda: RULES)


def test_isolated_and_a_file_exclude_each_other(root: Path) -> None:
    write(root, TOML, "")
    assert error(root, TOML, isolated=True).startswith("--isolated: ")


def test_no_message_shows_a_secret(root: Path) -> None:
    tail = "".join(random.choices(string.ascii_lowercase, k=20)) + "7"
    key = "sk_live_" + "0a1b2c3d" + "_" + tail
    for text in (f'runtime = "{key}"', f'{key} = "a"', f'select = "{key}"', f'ignore = ["{key}"]'):
        write(root, TOML, text)
        assert tail not in error(root)
    assert tail not in error(root, f"anonymous-id-source=[{key}")
    assert tail not in error(root, key)


@given(data=st.binary(max_size=200))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_give_settings_or_an_error(root: Path, data: bytes) -> None:
    for path, before, after in (
        ("mmlint.toml", b"", b""),
        ("mmlint.toml", b"select = ", b""),
        ("package.json", b'{"mmlint": ', b"}"),
    ):
        (root / path).write_bytes(before + data + after)
        assert outcome(root).startswith(("settings", f"{path}:"))
        (root / path).unlink()


@given(text=st.text(max_size=60))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_argument_gives_settings_or_an_error(root: Path, text: str) -> None:
    assert outcome(root, text).startswith(("settings", "--config: "))


def outcome(root: Path, *config: str) -> str:
    try:
        of(root, *config)
    except ConfigError as problem:
        return str(problem)
    return "settings"


def test_a_pair_may_be_longer_than_any_path(root: Path) -> None:
    paths = ", ".join(f'"folder{number}/**"' for number in range(1000))
    assert len(of(root, f"exclude=[{paths}]").exclude) == 1000
    assert error(root, "x" * 5000).startswith("--config: xxxx")


# --- start-up -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "module",
    ["mmlint.config", "mmlint.config.loading", "mmlint.files", "mmlint.files.listing"],
)
def test_importing_loads_nothing_heavy(module: str) -> None:
    heavy = "{'tomllib', 'tomli', 'subprocess', 'difflib', 'json'}"
    code = (
        # On some versions of Python this brings heavy modules by itself.
        "import sys, msgspec; before = set(sys.modules);"
        f"import {module}; print(sorted({heavy} & (sys.modules.keys() - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- where what was read is kept ------------------------------------------------------------------


@pytest.mark.parametrize("path", ["../cache", "/tmp/cache", ".", "a/../..", "~/../.."])
def test_a_project_s_file_cannot_name_a_cache_elsewhere(root: Path, path: str) -> None:
    write(root, TOML, f'cache-dir = "{path}"\n')
    said = error(root)
    assert said.startswith("mmlint.toml:1: `cache-dir`: ")
    assert "no folder inside the project" in said


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_cache_is_not_reached_through_a_link_that_leads_out(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (root / "linked").symlink_to(tmp_path_factory.mktemp("outside"))
    write(root, TOML, 'cache-dir = "linked/cache"\n')
    assert "no folder inside the project" in error(root)


def test_a_cache_is_named_from_the_file_s_folder(root: Path) -> None:
    write(root, f"api/{TOML}", 'cache-dir = ".cache/mmlint"\n')
    assert of(root, folder="api").cache_dir == str(root / "api" / ".cache" / "mmlint")


@pytest.mark.parametrize("path", ["/tmp/mm", "../mm", "mm", "./mm"])
def test_the_command_line_may_name_any_folder_for_the_cache(root: Path, path: str) -> None:
    write(root, TOML, 'cache-dir = "inside"\n')
    expected = Path(path) if path.startswith("/") else (root / path)
    assert Path(of(root, f"cache-dir={path}").cache_dir or "").resolve() == expected.resolve()


def test_a_file_that_the_command_line_names_may_too(root: Path) -> None:
    write(root, TOML, 'cache-dir = "../mm"\n')
    assert of(root, TOML).cache_dir == str(root.parent / "mm")
