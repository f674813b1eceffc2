"""What holds for every resolution: it never fails, never guesses a file, and is quick."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.engine.discovery.observe import Discovery
from mmlint.files.listing import listing
from mmlint.languages.settings.tree import read_json, settings_files
from mmlint.project.modules.manifests import decides
from mmlint.project.modules.resolution import Resolution
from tests.work import calls

NAMES = (
    *("package.json", "pnpm-workspace.yaml", "lerna.json", "tsconfig.json", "jsconfig.json"),
    *("vite.config.ts", "svelte.config.js", "pyproject.toml"),
)
FILES = frozenset({"a.ts", "src/b.ts", "src/lib/index.ts", "app/__init__.py", "app/c.py", "x.vue"})

specifiers = st.one_of(
    st.text(max_size=20),
    st.lists(
        st.sampled_from((".", "..", "/", "@", "~", "#x", "a", "b", "src", "lib", "*", "?", "$lib")),
        max_size=6,
    ).map("/".join),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(("*", "./*", "a", "..", "@/*")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("compilerOptions", "paths", "extends", "exports", ".", "./*", "#x")),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def hints(resolution: Resolution, path: str) -> frozenset[str]:
    found = resolution.hints(path)
    return found.names | found.pieces


@given(st.sampled_from(sorted(FILES)), specifiers, st.sampled_from(("python", "tsx", "vue")))
def test_an_answer_is_a_file_of_the_project_or_none(
    importer: str, specifier: str, language: str
) -> None:
    assert Resolution(FILES).find(importer, specifier, language) in FILES | {None}


@given(st.dictionaries(st.sampled_from(NAMES), st.binary(max_size=200)), specifiers)
def test_no_bytes_of_a_settings_file_are_too_strange(
    manifests: dict[str, bytes], specifier: str
) -> None:
    resolution = Resolution(FILES, settings_files(manifests))
    for language in ("python", "typescript"):
        assert resolution.find("src/b.ts", specifier, language) in FILES | {None}
    assert all(hints(resolution, "src/b.ts"))


@given(json_values, json_values, specifiers)
def test_no_settings_are_too_strange(first: object, second: object, specifier: str) -> None:
    import msgspec

    table = {
        "compilerOptions": {"paths": first, "baseUrl": second},
        "extends": second,
        "references": first,
        "exports": first,
        "imports": second,
        "workspaces": second,
        "dependencies": first,
        "main": second,
        "name": "a",
    }
    data = msgspec.json.encode(table)
    manifests = dict.fromkeys(("package.json", "src/package.json", "tsconfig.json"), data)
    resolution = Resolution(FILES, settings_files(manifests))
    for text in (specifier, "a", "a/b", "#x", "@/b", "./lib", "."):
        assert resolution.find("src/b.ts", text, "typescript") in FILES | {None}
    assert all(hints(resolution, "src/lib/index.ts"))


@pytest.mark.parametrize(
    "data",
    [b"[" * 200_000, b'{"a":' * 100_000, b"/*" * 200_000, b'"' * 200_001, b",\n" * 200_000],
    ids=["lists", "tables", "comments", "quotes", "commas"],
)
def test_deep_and_unfinished_json_says_nothing(data: bytes) -> None:
    assert read_json(data) is None


@pytest.mark.parametrize("glob", ["**/" * 2_000 + "x", "{a,b}" * 200, "*a" * 500 + "b", "[z-a]"])
def test_a_glob_made_to_cost_time_costs_none(glob: str) -> None:
    manifests = {
        "pnpm-workspace.yaml": f"packages:\n- '{glob}'\n".encode(),
        f"{'a/' * 100}package.json": b'{"name": "x"}',
    }
    resolution = Resolution(FILES, settings_files(manifests))
    assert calls(lambda: resolution.find("a.ts", "x", "typescript")) < 500_000
    assert resolution.find("a.ts", "x", "typescript") is None


def test_very_long_specifiers_and_folders_are_not_looked_up_again_and_again() -> None:
    importer = "a/" * 2_000 + "b.ts"
    resolution = Resolution(frozenset({importer, "b.ts"}))
    for language in ("python", "typescript"):
        assert resolution.find(importer, "../" * 10_000 + "b", language) is None
        assert resolution.find(importer, "x" * 100_000, language) is None


def _workspace(size: int) -> tuple[set[str], dict[str, bytes]]:
    """A monorepo of ``size`` TypeScript packages and half as many Python services."""
    files = {f"packages/p{n}/src/f{m}.ts" for n in range(size) for m in range(8)}
    files |= {f"services/s{n}/pkg{n}/f{m}.py" for n in range(size // 2) for m in range(4)}
    manifests = {f"packages/p{n}/package.json": b'{"name": "p%d"}' % n for n in range(size)}
    manifests |= {
        f"packages/p{n}/tsconfig.json": b'{"extends": "../../tsconfig.base"}' for n in range(size)
    }
    manifests |= {f"services/s{n}/pyproject.toml": b"" for n in range(size // 2)}
    manifests["package.json"] = b'{"workspaces": ["packages/*"]}'
    paths = {f"@p/{n}": [f"packages/p{n}/src/f1"] for n in range(20)}
    manifests["tsconfig.base.json"] = json.dumps({"compilerOptions": {"paths": paths}}).encode()
    return files, manifests


def _resolved(size: int) -> Resolution:
    """Resolve usual specifiers from every file of such a monorepo."""
    files, manifests = _workspace(size)
    resolution = Resolution(frozenset(files), settings_files(manifests))
    for path in files:
        for specifier in ("react", "p7/src/f3", "@/f1", "./f2"):
            resolution.find(path, specifier, "typescript")
        for specifier in ("requests", "pkg9.f3", ".f2", "nothing"):
            resolution.find(path, specifier, "python")
    assert all(hints(resolution, path) for path in files)
    return resolution


def test_the_cost_of_resolving_grows_as_the_project_does() -> None:
    small, large = calls(lambda: _resolved(50)), calls(lambda: _resolved(200))
    assert large < 6 * small


def test_what_a_workspace_names_is_found() -> None:
    resolution = _resolved(20)
    assert '"@p/7' in hints(resolution, "packages/p7/src/f1.ts")
    assert resolution.find("packages/p1/src/f1.ts", "p7/src/f3", "tsx") == "packages/p7/src/f3.ts"


# --- which files decide ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["data.json", "src/a.ts", "package.json.bak", "config/base.json"])
def test_other_files_decide_nothing(path: str) -> None:
    assert not decides(path)


@pytest.mark.parametrize(
    "path",
    [
        *(f"web/{name}" for name in NAMES),
        *("tsconfig.app.json", "tsconfig.base.json", "web.tsconfig.json"),
        *("packages/typescript-config/react.json", "packages/tsconfig/base.json", "setup.cfg"),
    ],
)
def test_these_files_decide(path: str) -> None:
    assert decides(path)


# --- observing ------------------------------------------------------------------------------------

WRAPPER = b'import { track } from "@millimetric/track-node";\nexport const send = track;\n'


@pytest.mark.parametrize(
    ("files", "importer"),
    [
        (
            {
                "package.json": b'{"workspaces": ["libs/*"]}',
                "libs/tracking/package.json": b'{"name": "@acme/telemetry"}',
                "libs/tracking/src/index.ts": WRAPPER,
                "web/a.ts": b'import { send } from "@acme/telemetry";\nsend();\n',
            },
            "web/a.ts",
        ),
        (
            {
                "tsconfig.json": b'{"compilerOptions": {"paths": {"@telemetry": ["./x/y.ts"]}}}',
                "x/y.ts": WRAPPER,
                "a.ts": b'import { send } from "@telemetry";\nsend();\n',
            },
            "a.ts",
        ),
        (
            {
                "package.json": b'{"imports": {"#telemetry": "./x/y.js"}}',
                "x/y.ts": WRAPPER,
                "a.ts": b"import { send } from '#telemetry';\nsend();\n",
            },
            "a.ts",
        ),
        (
            {
                "x/index.ts": WRAPPER,
                "x/a.ts": b"import { send } from '.';\nsend();\n",
            },
            "x/a.ts",
        ),
        (
            {
                "x/index.ts": WRAPPER,
                "x/a.ts": b"import { send } from './index';\nsend();\n",
            },
            "x/a.ts",
        ),
        (
            {
                "x/index.ts": WRAPPER,
                "x/y/a.ts": b"import { send } from '../index.js';\nsend();\n",
            },
            "x/y/a.ts",
        ),
        (
            {
                "template.yaml": b"Resources:\n  L:\n    Type: AWS::Lambda::LayerVersion\n"
                b"    Properties:\n      Content: shared/\n",
                "shared/nodejs/index.ts": WRAPPER,
                "fn/a.ts": b"import { send } from '/opt/nodejs';\nsend();\n",
            },
            "fn/a.ts",
        ),
        (
            {
                "shop/__init__.py": b"",
                "shop/events.py": b"import millimetric\nsend = millimetric.track\n",
                "main.py": b"from shop import events\nevents.send()\n",
            },
            "main.py",
        ),
        (
            {
                "shop/__init__.py": b"import millimetric\nsend = millimetric.track\n",
                "shop/a.py": b"from . import send\nsend()\n",
            },
            "shop/a.py",
        ),
    ],
    ids=[
        "workspace",
        "paths",
        "private",
        "here",
        "index",
        "index above",
        "layer",
        "submodule",
        "package",
    ],
)
def test_an_importer_is_found_by_any_name(
    files: dict[str, bytes], importer: str, tmp_path: Path
) -> None:
    (tmp_path / "stranger.ts").write_bytes(b'import { send } from "@acme/other";\n')
    for path, data in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    observed = Discovery(tmp_path, listing(tmp_path)).observe({})
    assert importer in observed.facts
    assert "stranger.ts" not in observed.facts
