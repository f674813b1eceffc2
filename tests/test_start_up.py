"""What a run loads: a hook that runs on every commit must not pay for what it does not use.

Each case is a fresh interpreter that reports which modules it ended up with.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import mmlint

ROOT = Path(__file__).parent.parent

ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "PYTHONDONTWRITEBYTECODE": "1",
    "PATH": "/usr/bin:/bin",
}

RUN = """
import json, sys
from mmlint.cli import main
code = 0
try:
    main()
except SystemExit as end:
    code = end.code or 0
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""

HEAVY = {"libcst", "tree_sitter", "msgspec", "dotenv", "jsonschema", "mmlint.engine"}
HEAVY |= {"asyncio", "logging", "multiprocessing", "concurrent.futures", "subprocess", "rich"}

JAVASCRIPT = """
import { track, flush } from "@millimetric/track-node";

export async function POST(request) {
  const { anonymous_id } = await request.json();
  track({ event: "joined", anonymous_id });
  await flush();
  return Response.json({});
}
"""

PYTHON = """
import millimetric

def joined(anonymous_id):
    millimetric.track(event="joined", anonymous_id=anonymous_id)
"""


def loaded(cwd: Path, *arguments: str) -> set[str]:
    """Return the modules of an interpreter that has run mmlint in ``cwd`` and found nothing."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=cwd,
        env=ENVIRONMENT | {"XDG_CACHE_HOME": str(cwd / "cache")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    *said, last = done.stderr.splitlines()
    code, modules = json.loads(last)
    assert code == 0, said
    return set(modules)


OURS_FOR_A_QUESTION = {"mmlint", "mmlint.cli"}
OURS_FOR_A_QUIET_HOOK = OURS_FOR_A_QUESTION | {
    "mmlint.focus",
    *("mmlint.files", "mmlint.files.imports", "mmlint.files.kinds", "mmlint.files.needles"),
    *("mmlint.files.reading", "mmlint.files.tree"),
    *("mmlint.model", "mmlint.model.encoding", "mmlint.model.regex", "mmlint.model.regular"),
    *("mmlint.sdk", "mmlint.sdk.environment", "mmlint.sdk.surface"),
}
OTHERS_FOR_A_QUESTION = {"click", "click_default_group"}
OTHERS_FOR_A_QUIET_HOOK = OTHERS_FOR_A_QUESTION | {"ahocorasick_rs"}
OTHERS_FOR_A_RUN = OTHERS_FOR_A_QUIET_HOOK | {"msgspec"}
OTHERS_FOR_TYPESCRIPT = OTHERS_FOR_A_RUN | {"tree_sitter", "tree_sitter_typescript"}
OTHERS_FOR_PYTHON = OTHERS_FOR_A_RUN | {"libcst"}
"""Everything that is no part of Python, by kind of run: a new name here is a decision."""

UNUSED = {"pathlib", "dataclasses", "tomllib", "http", "importlib.metadata", "unittest"}
"""Of Python itself, what a hook without anything to do has no use for."""


@cache
def heavy() -> frozenset[str]:
    """Return what nobody wants to load, less what click cannot do without on this Python."""
    words = [sys.executable, "-c", "import sys, click_default_group; print(*sys.modules)"]
    done = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    return frozenset(HEAVY | UNUSED) - set(done.stdout.split())


def ours(modules: set[str]) -> set[str]:
    return {one for one in modules if one.partition(".")[0] == "mmlint"}


def others(modules: set[str]) -> set[str]:
    """Return the packages that are neither Python's nor mmlint's."""
    words = {one.partition(".")[0] for one in modules}
    # msgspec takes typing_extensions where it is, and does without it
    known = sys.stdlib_module_names | {"mmlint", "sitecustomize", "typing_extensions"}
    return {one for one in words - known if not one.startswith("_")}


def repository(root: Path, files: dict[str, str]) -> None:
    subprocess.run(["git", "init", "-q", root], check=True)
    for path, text in files.items():
        (root / path).write_text(text)


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_a_question_loads_the_command_line_and_nothing_else(word: str, tmp_path: Path) -> None:
    modules = loaded(tmp_path, word)
    assert ours(modules) == OURS_FOR_A_QUESTION
    assert others(modules) == OTHERS_FOR_A_QUESTION


def test_a_hook_without_anything_to_do_loads_what_it_takes_to_know_that(tmp_path: Path) -> None:
    repository(tmp_path, {"app.ts": "export const answer = 42;\n", "app.py": "import json\n"})
    modules = loaded(tmp_path, "app.ts", "app.py")
    assert ours(modules) == OURS_FOR_A_QUIET_HOOK
    assert others(modules) == OTHERS_FOR_A_QUIET_HOOK
    assert modules & heavy() == set()


def test_a_typescript_handler_loads_its_own_parser_alone(tmp_path: Path) -> None:
    repository(tmp_path, {"route.ts": JAVASCRIPT, "app.py": "answer = 42\n"})
    assert others(loaded(tmp_path, "route.ts")) == OTHERS_FOR_TYPESCRIPT


def test_a_python_handler_loads_its_own_parser_alone(tmp_path: Path) -> None:
    repository(tmp_path, {"events.py": PYTHON, "app.ts": "export const answer = 42;\n"})
    assert others(loaded(tmp_path, "events.py")) == OTHERS_FOR_PYTHON


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_a_question_about_mmlint_itself_loads_nothing_heavy(word: str, tmp_path: Path) -> None:
    assert loaded(tmp_path, word) & heavy() == set()


def test_a_subcommand_s_help_loads_nothing_heavy(tmp_path: Path) -> None:
    assert loaded(tmp_path, "check", "--help") & heavy() == set()


def test_a_project_without_millimetric_costs_no_parser(tmp_path: Path) -> None:
    (tmp_path / "app.ts").write_text("export const answer = 42;\n")
    (tmp_path / "app.py").write_text("answer = 42\n")
    modules = loaded(tmp_path)
    assert "mmlint.engine" in modules
    assert modules & {"libcst", "tree_sitter"} == set()


def test_javascript_alone_does_not_load_the_python_parser(tmp_path: Path) -> None:
    (tmp_path / "route.js").write_text(JAVASCRIPT)
    (tmp_path / "app.py").write_text("answer = 42\n")
    modules = loaded(tmp_path)
    assert "tree_sitter" in modules
    assert "libcst" not in modules


def test_python_alone_does_not_load_the_javascript_parser(tmp_path: Path) -> None:
    (tmp_path / "events.py").write_text(PYTHON)
    (tmp_path / "app.ts").write_text("export const answer = 42;\n")
    modules = loaded(tmp_path)
    assert "libcst" in modules
    assert "tree_sitter" not in modules


def test_what_was_kept_costs_no_parser(tmp_path: Path) -> None:
    (tmp_path / "route.js").write_text(JAVASCRIPT)
    (tmp_path / "events.py").write_text(PYTHON)
    assert {"libcst", "tree_sitter"} <= loaded(tmp_path)
    warm = loaded(tmp_path)
    assert warm & {"libcst", "tree_sitter", "tempfile", "sqlite3", "multiprocessing"} == set()


def test_a_hook_for_keys_alone_parses_nothing_that_can_hold_none(tmp_path: Path) -> None:
    (tmp_path / "events.py").write_text(PYTHON)
    (tmp_path / "route.ts").write_text(
        'import { track } from "@millimetric/track-node";\ntrack({ event: "a" });\n'
    )
    (tmp_path / "compose.yml").write_text("services: {web: {image: shop}}\n")
    (tmp_path / "README.md").write_text("Millimetric counts what is sold.\n")
    modules = loaded(tmp_path, "--select", "MM2")
    assert modules & {"libcst", "tree_sitter", "tree_sitter_yaml"} == set()


def test_a_hook_for_keys_alone_loads_only_the_parser_of_what_holds_one(tmp_path: Path) -> None:
    (tmp_path / "events.py").write_text(PYTHON)
    (tmp_path / "compose.yml").write_text(
        "services: {web: {environment: {NEXT_PUBLIC_AOA_HOST: x}}}\n"
    )
    modules = loaded(tmp_path, "--select", "MM2")
    assert "tree_sitter_yaml" in modules
    assert modules & {"libcst", "tree_sitter_javascript", "tree_sitter_json"} == set()


def test_no_module_makes_at_once_what_a_run_may_never_need() -> None:
    """A compiled pattern costs as much as a small module, a dataclass as much as five."""
    words = (info.name for info in walk_packages(mmlint.__path__, "mmlint."))
    modules = [import_module(word) for word in words if not word.endswith("__main__")]
    made = [
        f"{module.__name__}.{name}"
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern) or _is_dataclass_of(module.__name__, value)
    ]
    assert len(modules) > 200
    assert made == []


def _is_dataclass_of(module: str, value: object) -> bool:
    if not isinstance(value, type) or value.__module__ != module:
        return False
    return "__dataclass_fields__" in vars(value)


def test_a_run_loads_no_network(tmp_path: Path) -> None:
    (tmp_path / "route.js").write_text(JAVASCRIPT)
    (tmp_path / "events.py").write_text(PYTHON)
    modules = loaded(tmp_path)
    assert modules & {"http.client", "urllib.request", "ssl", "socket", "asyncio"} == set()
