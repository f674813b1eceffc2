"""When the named files alone say that there is nothing to report; in doubt they do not."""

from __future__ import annotations

import contextlib
import io
import os
import posixpath
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from mmlint import cli, focus
from mmlint.engine.discovery.observe import Discovery
from mmlint.files.listing import listing
from tests.engine.test_import_index import projects

SDK = 'import { track } from "@millimetric/track-node";\n'
SEND = SDK + "export const send = (id: string) => track({ event: 'a', anonymous_id: id });\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")


# --- what may have a part in something ------------------------------------------------------------


@pytest.mark.parametrize(
    "files",
    [
        {"a.ts": SEND},
        {"a.ts": 'import "./b";', "b.ts": SEND},
        {"a.ts": 'export * from "./b";', "b/index.ts": 'require("../c.js")', "c.tsx": SEND},
        {"a.ts": 'import "./ui"', "ui/package.json": '{"main": "x.js"}'},
        {"a.ts": 'import "@/b"'},
        {"a.ts": 'import "#b"'},
        {"a.ts": 'import "/b"'},
        {"a.ts": 'import "@acme/ui"'},
        {"a.ts": 'import "react"', "tsconfig.json": "{}"},
        {
            "a.ts": 'import "react"',
            "node_modules/react/index.js": "",
            "tsconfig.json": '{"compilerOptions": {"paths": {"react": ["./b"]}}}',
        },
        {
            "a.ts": 'import "react"',
            "node_modules/react/index.js": "",
            "tsconfig.json": '{"extends": "@acme/tsconfig"}',
        },
        {"a.py": "import millimetric"},
        {"a.py": "from . import b", "b.py": "import millimetric"},
        {"a.py": "from .b import c", "b/__init__.py": "", "b/c.py": "import millimetric"},
        {"a.py": "import acme"},
        {"a.py": "import json", "json.py": ""},
        {".env": ""},
        {"package.json": "{}"},
        {"a.yaml": ""},
        {"a.ts": "// mmlint: ignore"},
        {"a.md": "sk_live_" + "a1B2c3D4" + "_" + "k5L6m7N8" * 3},
        {"a.ts": "", "pyproject.toml": "[tool.mmlint]\n"},
        {"a.ts": "", "mmlint.toml": ""},
    ],
)
def test_in_doubt_the_project_is_looked_at(root: Path, files: dict[str, str]) -> None:
    make(root, files)
    assert focus.idle([next(iter(files))]) is None


def test_what_is_no_file_of_one_repository_is_left_to_the_run(root: Path) -> None:
    make(root, {"a.ts": "", "folder/b.ts": "", "other/.git/HEAD": "", "other/c.ts": ""})
    (root / "link.ts").symlink_to("a.ts")
    assert focus.idle(["gone.ts"]) is None
    assert focus.idle(["folder"]) is None
    assert focus.idle(["link.ts"]) is None
    assert focus.idle(["a.ts", "other/c.ts"]) is None
    (root / ".git" / "HEAD").unlink()
    assert focus.idle(["a.ts"]) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
@pytest.mark.parametrize(
    "name", ["mmlint.toml", "package.json", "tsconfig.json", ".mmlint-baseline"]
)
def test_a_fifo_is_left_to_the_run_and_not_waited_for(root: Path, name: str) -> None:
    make(root, {"a.ts": 'import "react"', "node_modules/react/index.js": ""})
    assert focus.idle(["a.ts"]) == 1
    os.mkfifo(root / name)
    assert focus.idle(["a.ts"]) is None


def test_too_large_a_neighbourhood_is_left_to_the_run(root: Path) -> None:
    make(root, {f"{n}.ts": f'import "./{n + 1}";' for n in range(focus.MOST + 1)})
    assert focus.idle(["0.ts"]) is None
    assert focus.idle(["9.ts"]) == 1


def test_a_binary_file_is_left_to_the_run_which_tells_of_it(root: Path) -> None:
    make(root, {"notes.txt": "a\0b", "types.d.ts": "", ".mmlint-baseline": ""})
    for name in ("notes.txt", "types.d.ts", ".mmlint-baseline"):
        assert focus.idle([name]) is None


# --- what certainly has none ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "files",
    [
        {"a.ts": "export const a = 1;"},
        {"a.ts": 'import "./b"; import "./style.css"; import "./gone";', "b.ts": 'import "./a";'},
        {"a.ts": 'import fs from "node:fs"; import x from "https://esm.sh/x";'},
        {
            "web/a.ts": 'import { useState } from "react";',
            "node_modules/react/index.js": "",
            "web/tsconfig.json": '{"extends": "../tsconfig.json"}',
            "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}',
        },
        {"a.py": "import json\nfrom .b import c\nfrom .. import d\n", "b.py": "import os.path"},
        {"a.test.ts": 'import { send } from "./b";', "b.ts": SEND},
        {"a.md": "", "pyproject.toml": "[tool.other]\n"},
        {"next.config.js": "", "app/a.ts": SEND},
    ],
)
def test_files_without_needles_that_lead_to_none_are_idle(
    root: Path, files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make(root, files)
    path = next(iter(files))
    assert focus.idle([path]) == 1
    quick = printed(root, path)
    monkeypatch.setattr(focus, "idle", lambda names: None)
    assert quick == printed(root, path)
    assert quick == (0, "No findings in 1 file.\n")


def test_texts_that_import_nothing_are_read_however_many_they_are(root: Path) -> None:
    names = [f"{n}.{kind}" for n in range(focus.MOST) for kind in ("rb", "tf", "sh")]
    make(root, dict.fromkeys(names, "name = 1\n"))
    assert focus.idle(names) == len(names)


def printed(root: Path, *arguments: str) -> tuple[int, str]:
    """Return the exit code and the output of mmlint."""
    output = io.StringIO()
    output.buffer = io.BytesIO()  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(output):
        patch.setattr(sys, "argv", ["mmlint", "--no-cache", *arguments])
        patch.setattr("gc.disable", lambda: None)  # this process goes on
        with pytest.raises(SystemExit) as end:
            cli.main()
    text = output.getvalue() + output.buffer.getvalue().decode()  # type: ignore[attr-defined]
    return int(end.value.code or 0), text


@given(projects())
@settings(max_examples=60, deadline=None)
def test_an_idle_file_is_none_that_is_parsed(files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        root = Path(os.path.realpath(folder))
        make(root, files)
        subprocess.run(["git", "init", "-q", root], check=True)
        patch.chdir(root)
        parsed = Discovery(root, listing(root)).observe({}).facts.keys()
        for path in files:
            if focus.idle([path]) is not None:
                assert path not in parsed
            elif posixpath.splitext(path)[1] == ".json":
                assert focus.idle([path]) is None
