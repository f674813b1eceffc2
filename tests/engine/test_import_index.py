"""Which files are parsed because they import one that matters: as many as if all were resolved."""

from __future__ import annotations

import ast
import posixpath
import re
import tempfile
from array import array
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmlint.engine.cache import Cache
from mmlint.engine.discovery import file_stamps as recall
from mmlint.engine.discovery.file_stamps import FEW, NUMBER, FileStampCache
from mmlint.engine.discovery.import_index import Imports, gathered, pieces
from mmlint.engine.discovery.observe import MAX_ROUNDS, Discovery, Observed
from mmlint.files.imports import import_lines
from mmlint.files.kinds import is_test
from mmlint.files.listing import STAMP, listing
from mmlint.project.modules.resolution import Resolution, submodule


def lines(text: str, python: bool = False) -> list[tuple[str, str]]:
    """Return the last name and the specifier of each import of ``text``."""
    found = import_lines(text.encode(), python).decode().split("\n")[1:]
    return [(one.partition("\0")[0], one.partition("\0")[2][1:-1]) for one in found]


def imported(text: str, python: bool = False) -> list[str]:
    return [specifier for _, specifier in lines(text, python)]


# --- what one file imports ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "const a = Array.from(b);", "// from here on", "require(name)", "import.meta.url"]
)
def test_code_that_imports_nothing_has_no_lines(text: str) -> None:
    assert import_lines(text.encode(), python=False) == b""


@pytest.mark.parametrize("text", ["", "imports = 1", "x = 'import a'", "# from a import b"])
def test_python_that_imports_nothing_has_no_lines(text: str) -> None:
    assert import_lines(text.encode(), python=True) == b""


def test_javascript_names_modules_in_many_ways() -> None:
    text = """
        import a from "./a"; import {b} from'./b'
        import "./c.css?inline"; export * from "@acme/d";
        import {
          e,
        } from
          "../e/";
        const f = await import( "./f" ), g = require ( './g' ), h = require("..");
        import type { I } from ".";
    """
    assert sorted(lines(text)) == sorted(
        [
            ("a", "./a"),
            ("b", "./b"),
            ("c.css", "./c.css?inline"),
            ("d", "@acme/d"),
            ("e", "../e/"),
            ("f", "./f"),
            ("g", "./g"),
            (".", ".."),
            (".", "."),
        ]
    )


def test_python_names_modules_and_maybe_modules_in_them() -> None:
    text = (
        "import os.path as p\n"
        "from . import a, b as c\n"
        "from .. import *\n"
        "from x.y import (  # why (not)\n    d,\n    e as f,\n)\n"
        "    from .z import g, \\\n        h\n"
        "from import_a import b\n"
    )
    assert imported(text, python=True) == [
        *(
            "os.path",
            ".",
            ".a",
            ".b",
            ".as",
            ".c",
            "..",
            "x.y",
            "x.y.d",
            "x.y.e",
            "x.y.as",
            "x.y.f",
        ),
        *(".z", ".z.g", ".z.h", "import_a", "import_a.b"),
    ]
    assert lines("from .. import *", python=True) == [(".", "..")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_python_names_several_modules_in_a_line_however_lines_end(end: str) -> None:
    text = end.join(
        ["\ufeffimport a, b.c as d,e  # f, g", "  import h; print()", "from i import j", ""]
    )
    assert imported(text, python=True) == ["a", "b.c", "e", "h", "i", "i.j"]


def test_what_looks_like_a_key_is_no_specifier() -> None:
    key = "sk_live_" + "a1B2c3D4" + "_" + "x" * 24
    assert imported(f'taken from "{key}"; import "./a"') == ["./a"]


def test_nothing_imports_from_nothing() -> None:
    resolution = Resolution(frozenset({"a.ts"}))
    assert Imports.joined([], []).of({"a.ts"}, resolution) == set()
    found = Imports.joined(["b.ts"], [import_lines(b'import "./a"', False)])
    assert found.of([], resolution) == set()


def test_a_file_is_found_by_each_of_its_imports_and_no_other() -> None:
    resolution = Resolution(frozenset({"a.ts", "b.ts", "user/a.ts", "c.ts"}))
    found = Imports.joined(
        ["a.ts", "b.ts", "c.ts"],
        [
            b"",
            import_lines(b'import "./a"; import "./c"', False),
            import_lines(b'import "./user/a"; import "./a-b"', False),
        ],
    )
    assert found.of({"a.ts"}, resolution) == {"b.ts"}
    assert found.of({"user/a.ts", "c.ts"}, resolution) == {"b.ts", "c.ts"}
    other = found.but({"b.ts": b"", "d.ts": import_lines(b'import "./a"', False)})
    assert other.of({"a.ts", "c.ts"}, resolution) == {"d.ts"}


# --- between runs ---------------------------------------------------------------------------------

_stamps = st.dictionaries(
    st.sampled_from([f"{folder}{name}.ts" for folder in ("", "x/") for name in "abcd"]),
    st.integers(0, 3),
    min_size=1,
)


def asked(cache: Cache, files: dict[str, int]) -> set[tuple[str, int]]:
    """Gather the imports of ``files`` (path to stamp), and return which of them were read for it.

    Files of stamp 1 cannot be read, those of stamp 2 import nothing, and 0 is none.
    """
    known = [
        b"" if stamp in (1, 2) else b"\n%b %d" % (one.encode(), stamp)
        for one, stamp in files.items()
    ]
    stamps = array(STAMP, files.values())
    read: list[int] = []

    def lines(row: int) -> bytes | None:
        read.append(row)
        return None if stamps[row] == 1 else known[row]

    kept = FileStampCache(cache, "imports", Path("/p"), "a", list(files), stamps)
    found = gathered(kept, lambda row: True, lines)
    assert list(found.paths) == list(files)
    assert pieces(found.ends, found.text) == known
    return {list(files.items())[row] for row in read}


@given(st.lists(_stamps, min_size=2, max_size=4), st.sampled_from([0, FEW]))
@settings(max_examples=100, deadline=None)
def test_only_what_changed_is_read_and_the_rest_is_known(
    tmp_path_factory: pytest.TempPathFactory, runs: list[dict[str, int]], few: int
) -> None:
    cache = Cache(tmp_path_factory.mktemp("imports") / "cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recall, "FEW", few)
        known: set[tuple[str, int]] = set()
        for files in runs:
            assert asked(cache, dict(sorted(files.items()))).isdisjoint(known)
            known = set() if few else {one for one in files.items() if one[1] > 1}


def test_what_could_not_be_read_is_asked_for_again(tmp_path: Path) -> None:
    for lines in (None, b"\na\0a"):
        kept = FileStampCache(
            Cache(tmp_path / "cache"), "imports", Path("/p"), "a", ["a", "b"], array(STAMP, [3, 3])
        )
        found = gathered(kept, lambda row: True, [lines, b"\nb\0b"].__getitem__)
    assert found.text == b"\na\0a\nb\0b"


@pytest.mark.parametrize("ends", [[3, 2], [2, 4], [2, 2]])
def test_a_text_that_its_numbers_do_not_fit_is_as_good_as_none(
    tmp_path: Path, ends: list[int]
) -> None:
    cache, stamps = Cache(tmp_path / "cache"), array(STAMP, [3, 3])
    kept = FileStampCache(cache, "imports", Path("/p"), "a", ["a", "b"], stamps)
    kept.write(array(NUMBER, ends), b"abc", new=2)
    found = gathered(kept, lambda row: True, lambda row: b"x")
    assert (found.text, list(found.ends)) == (b"xx", [1, 2])


# --- whole projects -------------------------------------------------------------------------------

_JS = re.compile(r"""(?:from|import|require\s*\()\s*\(?\s*["']([^"'\n]+)["']""")


def resolved(found: Observed, path: str, text: str) -> set[str | None]:
    """Return what a file imports, the long way: every specifier is resolved."""
    if not path.endswith(".py"):
        specifiers = _JS.findall(text)
        return {found.resolution.find(path, one, "javascript") for one in specifiers}
    targets = set[str | None]()
    for node in ast.walk(ast.parse(text)):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            names = [module, *(submodule(module, one.name) for one in node.names)]
        targets |= {found.resolution.find(path, one, "python") for one in names}
    return targets


def parsed_the_long_way(found: Observed, files: dict[str, str]) -> set[str]:
    code = {path for path in found.code if not is_test(path)}
    fresh = {path for path in code if "millimetric" in files[path]}
    parsed = {path for path in found.code if "millimetric" in files[path]}
    for _ in range(MAX_ROUNDS):
        importers = {path for path in code if fresh & resolved(found, path, files[path])}
        fresh = importers - parsed
        parsed |= fresh
    return parsed


_MANIFESTS = {
    "package.json": '{"name": "root", "workspaces": ["packages/*"]}',
    "packages/ui/package.json": '{"name": "@acme/ui", "main": "dist/index.js"}',
    "packages/db/package.json": """{"name": "db", "exports": {".": "./src/main.ts",
        "./*": "./src/*.ts"}, "imports": {"#inner": "./src/user.ts"}}""",
    "tsconfig.json": """{"compilerOptions": {"baseUrl": ".", "paths": {"@data": ["src/main.ts"],
        "@src-*": ["src/*"], "@view/*": ["src/*/index.ts"], "@a/*": ["a/*"]}}}""",
}
_FOLDERS = ("", "a", "a/b", "src", "src/lib", "packages/ui/src", "packages/db/src", "py", "py/kit")
_SCRIPTS = (
    *("index.ts", "main.ts", "user.tsx", "user.server.ts", "track.js", "v1.2.mts"),
    *(".hidden.ts", "page.vue", "user.test.ts"),
)
_MODULES = ("__init__.py", "user.py", "track.py", "conftest.py")
_NAMES = (
    *("react", "@acme/ui", "@acme/ui/user", "db", "db/user", "#inner", "@/user", "~/lib", "$lib"),
    *(
        "@data",
        "@src-user",
        "@src-lib",
        "@view/lib",
        "@a/b",
        "@a/b/track",
        "/a/user",
        ".",
        "..",
        "./",
    ),
)
_IMPORTS = (
    'import a from "{}";',
    "export * from '{}';",
    'const b = require("{}")',
    'import(\n  "{}"\n)',
    'import "{}";',
)


@st.composite
def _specifier(draw: st.DrawFn, path: str, paths: list[str]) -> str:
    """A name that means something, or another file's path, written in one of several ways."""
    if draw(st.booleans()):
        return draw(st.sampled_from(_NAMES))
    target = draw(st.sampled_from(paths))
    relative = posixpath.relpath(target, posixpath.dirname(path) or ".")
    relative = relative if relative.startswith(".") else f"./{relative}"
    stem, extension = posixpath.splitext(relative)
    ways = [relative, stem, stem + ".js", posixpath.dirname(relative), f"{stem}?raw"]
    ways.append(posixpath.dirname(relative) + "/")
    return draw(st.sampled_from(ways if extension else [relative]))


@st.composite
def _python_import(draw: st.DrawFn, path: str, paths: list[str]) -> str:
    target = draw(st.sampled_from(paths)).removesuffix(".py").removesuffix("/__init__")
    folder, _, name = target.rpartition("/")
    dots = "." * draw(st.integers(1, 3))
    ways = [
        f"import {target.replace('/', '.')}",
        f"import {target.replace('/', '.')} as other",
        f"from {folder.replace('/', '.') or '.'} import first, {name}",
        f"from {folder.replace('/', '.') or '.'} import (\n  first,  # ) one\n  {name} as n,\n)",
        f"from {dots} import {name}",
        f"from {dots} import first",
        f"from {dots}{name} import *",
        f"if True:\n    from {dots}{name} import first",
    ]
    way = draw(st.sampled_from(ways))
    return way if re.search(r"import \.|\b(?:__\w+|conftest)\b", way) is None else "import os"


@st.composite
def projects(draw: st.DrawFn) -> dict[str, str]:
    folders = st.sampled_from(_FOLDERS)
    names = st.sampled_from((*_SCRIPTS, *_MODULES))
    paths = draw(st.lists(st.builds(posixpath.join, folders, names), min_size=2, unique=True))
    scripts = [path for path in paths if not path.endswith(".py")]
    modules = [path for path in paths if path.endswith(".py")]
    files = dict(_MANIFESTS)
    for path in paths:
        if path in scripts:
            specifiers = draw(st.lists(_specifier(path, scripts), max_size=3))
            text = [draw(st.sampled_from(_IMPORTS)).format(one) for one in specifiers]
            mark = 'import "@millimetric/track-node";'
        else:
            text = draw(st.lists(_python_import(path, modules), max_size=3))
            mark = "import millimetric"
        if draw(st.integers(0, 5)) == 0:
            text.append(mark)
        files[path] = "\n".join(text) + "\n"
    return files


@given(projects())
@settings(max_examples=150, deadline=None)
def test_just_those_files_are_parsed_that_import_one_that_matters(files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, "utf-8")
        found = Discovery(root, listing(root)).observe({})
    assert set(found.facts) == parsed_the_long_way(found, files)
