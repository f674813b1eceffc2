"""Which file a package of the project begins with, and who may import it by its name."""

from __future__ import annotations

import json

import pytest

from mmlint.languages.settings.tree import settings_files
from mmlint.project.modules.resolution import Resolution

HOME = "packages/events"


def find(
    manifest: dict[str, object],
    *files: str,
    specifier: str = "@acme/events",
    importer: str = "apps/web/a.ts",
    root: dict[str, object] | None = None,
    more: dict[str, str] | None = None,
) -> str | None:
    """Resolve in a workspace with the package ``@acme/events``, whose ``files`` are relative to
    it; so is the answer."""
    if root is None and more is None:
        root = {"workspaces": ["packages/*", "apps/*"]}
    manifests = {
        "package.json": json.dumps(root or {}),
        f"{HOME}/package.json": json.dumps({"name": "@acme/events", **manifest}),
        **(more or {}),
    }
    known = frozenset({importer, *(f"{HOME}/{file}" for file in files)})
    data = {path: text.encode() for path, text in manifests.items()}
    found = Resolution(known, settings_files(data)).find(importer, specifier, "typescript")
    return found and found.removeprefix(f"{HOME}/")


# --- nothing --------------------------------------------------------------------------------------


def test_what_a_package_does_not_show_is_not_found() -> None:
    manifest: dict[str, object] = {"exports": {".": "./index.ts", "./private/*": None}}
    files = ("index.ts", "other.ts", "private/a.ts")
    assert find(manifest, *files, specifier="@acme/events/other") is None
    assert find(manifest, *files, specifier="@acme/events/private/a") is None


def test_a_name_that_only_begins_alike_is_external() -> None:
    assert find({}, "index.ts", specifier="@acme/events-extra") is None
    assert find({}, "index.ts", specifier="@acme") is None


def test_a_package_that_the_workspace_leaves_out_is_external() -> None:
    assert find({}, "index.ts", root={"workspaces": ["packages/*", "!packages/events"]}) is None
    assert find({}, "index.ts", root={"workspaces": ["apps/*", "packages"]}) is None


# --- workspaces -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "globs",
    [
        ["packages/*"],
        ["./packages/*/"],
        ["packages/**"],
        ["**"],
        ["packages/events"],
        ["pack*/ev?nts"],
        ["{apps,packages}/*"],
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_globs_choose_the_members(globs: list[str], wrapped: bool) -> None:
    root: dict[str, object] = {"workspaces": {"packages": globs} if wrapped else globs}
    assert find({}, "index.ts", root=root) == "index.ts"


@pytest.mark.parametrize(
    "text",
    [
        "packages:\n  - 'packages/*'\n",
        'packages:\n- "packages/*"   # ours\n- apps/*\n',
        "catalog:\n  react: 19\n\npackages:\n  # all\n\n  - apps/*\n  - packages/* # ours\n",
        "packages: ['apps/*', \"packages/*\"]\n",
        "packages: [\n  apps/*,\n  packages/*,\n]\n",
        "\ufeffpackages:\r\n  - packages/*\r\n",
    ],
)
def test_pnpm_s_list_is_read(text: str) -> None:
    assert find({}, "index.ts", more={"pnpm-workspace.yaml": text}) == "index.ts"


@pytest.mark.parametrize(
    "text",
    [
        "packages:\n  - apps/*\ncatalog:\n  - packages/*\n",
        "packages:\n  - packages/*\n  - '!**/events'\n",
        "# packages:\n#  - packages/*\n",
        "packages: packages/*\n",
        "- packages/*\n",
    ],
)
def test_what_pnpm_does_not_list_is_no_member(text: str) -> None:
    assert find({}, "index.ts", more={"pnpm-workspace.yaml": text}) is None


def test_lerna_s_list_is_read() -> None:
    assert find({}, "index.ts", more={"lerna.json": '{"packages": ["packages/*"]}'}) == "index.ts"


def test_the_nearest_workspace_is_asked_first() -> None:
    manifests = {
        "package.json": '{"workspaces": ["libs/*"]}',
        "libs/events/package.json": '{"name": "events"}',
        "product/package.json": '{"workspaces": ["libs/*"]}',
        "product/libs/events/package.json": '{"name": "events"}',
    }
    files = frozenset({"libs/events/index.ts", "product/libs/events/index.ts"})
    found = Resolution(
        files, settings_files({path: text.encode() for path, text in manifests.items()})
    )
    assert found.find("product/a.ts", "events", "tsx") == "product/libs/events/index.ts"
    assert found.find("a.ts", "events", "tsx") == "libs/events/index.ts"


@pytest.mark.parametrize("protocol", ["file", "link", "portal", "workspace"])
def test_a_dependency_by_path_is_found_without_a_workspace(protocol: str) -> None:
    web = {"dependencies": {"@acme/events": f"{protocol}:../../packages/events"}}
    assert find({}, "index.ts", more={"apps/web/package.json": json.dumps(web)}) == "index.ts"


def test_a_package_knows_its_own_name() -> None:
    manifest: dict[str, object] = {"exports": "./src/index.ts"}
    found = find(manifest, "src/index.ts", importer=f"{HOME}/test/a.ts", root={})
    assert found == "src/index.ts"


# --- beginnings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("manifest", "files", "expected"),
    [
        ({}, ("index.ts", "lib.ts"), "index.ts"),
        ({}, ("src/index.ts",), "src/index.ts"),
        ({"main": "./code/start.js"}, ("code/start.js", "index.js"), "code/start.js"),
        ({"main": "code"}, ("code/index.js", "index.js"), "code/index.js"),
        ({"main": "a.js", "module": "b.js"}, ("a.js", "b.js"), "b.js"),
        ({"main": "dist/index.js"}, ("src/index.ts",), "src/index.ts"),
        ({"main": "dist/index.js"}, ("index.ts",), "index.ts"),
        ({"main": "dist/index.js", "types": "src/start.ts"}, ("src/start.ts",), "src/start.ts"),
        ({"types": "dist/start.d.ts"}, ("src/start.ts", "src/index.ts"), "src/start.ts"),
        ({"main": "dist/bundle.js"}, ("src/index.ts",), "src/index.ts"),
        ({"exports": "./src/index.ts"}, ("src/index.ts", "index.ts"), "src/index.ts"),
        ({"exports": {".": "./start.ts"}, "main": "old.js"}, ("start.ts", "old.js"), "start.ts"),
        ({"exports": {"import": "./a.mjs", "require": "./a.cjs"}}, ("a.mjs", "a.cjs"), "a.mjs"),
        ({"exports": {".": {"node": {"import": "./n.mts"}}}}, ("n.mts",), "n.mts"),
        ({"exports": {"browser": "./b.ts", "default": "./d.ts"}}, ("b.ts", "d.ts"), "d.ts"),
        ({"exports": {"browser": "./b.ts"}}, ("b.ts",), "b.ts"),
        ({"exports": ["./gone.ts", "./a.ts"]}, ("a.ts",), "a.ts"),
        (
            {"exports": {"types": "./dist/a.d.ts", "import": "./dist/a.js"}},
            ("src/a.ts",),
            "src/a.ts",
        ),
        (
            {"exports": {"import": "./dist/a.js", "source": "./code/a.ts"}},
            ("code/a.ts",),
            "code/a.ts",
        ),
        ({"exports": {".": "./dist/esm/index.mjs"}}, ("src/index.ts",), "src/index.ts"),
        ({"exports": {".": "./dist/bundle.mjs"}}, ("src/index.ts",), "src/index.ts"),
    ],
)
def test_a_package_begins_where_its_manifest_says(
    manifest: dict[str, object], files: tuple[str, ...], expected: str
) -> None:
    assert find(manifest, *files) == expected


@pytest.mark.parametrize(
    ("exports", "subpath", "files", "expected"),
    [
        (None, "server", ("server.ts",), "server.ts"),
        (None, "server", ("src/server.ts",), "src/server.ts"),
        (None, "dist/server", ("src/server.ts",), "src/server.ts"),
        (
            {"./server": "./src/server.ts"},
            "server",
            ("src/server.ts", "server.ts"),
            "src/server.ts",
        ),
        ({"./server": "./dist/server.js"}, "server", ("src/server.ts",), "src/server.ts"),
        ({"./server": "./dist/server/index.js"}, "server", ("src/server.ts",), "src/server.ts"),
        ({"./*": "./src/*.ts"}, "x/y", ("src/x/y.ts",), "src/x/y.ts"),
        ({"./*": {"import": "./dist/*.mjs"}}, "x", ("src/x.ts",), "src/x.ts"),
        ({"./*.js": "./dist/*.js"}, "x.js", ("src/x.ts",), "src/x.ts"),
        ({"./f/*": "./src/f/*/main.ts"}, "f/x", ("src/f/x/main.ts",), "src/f/x/main.ts"),
        ({"./": "./src/"}, "x", ("src/x.ts",), "src/x.ts"),
        ({"./*": "./a/*.ts", "./b/*": "./c/*.ts"}, "b/x", ("a/b/x.ts", "c/x.ts"), "c/x.ts"),
    ],
)
def test_a_part_of_a_package(
    exports: object, subpath: str, files: tuple[str, ...], expected: str
) -> None:
    manifest: dict[str, object] = {} if exports is None else {"exports": exports}
    assert find(manifest, *files, specifier=f"@acme/events/{subpath}") == expected


def test_a_missing_part_is_not_taken_for_the_whole() -> None:
    manifest: dict[str, object] = {"exports": {"./server": "./dist/server/index.js"}}
    assert find(manifest, "src/index.ts", specifier="@acme/events/server") is None


# --- private names --------------------------------------------------------------------------------


def private(imports: object, specifier: str, *files: str) -> str | None:
    manifest: dict[str, object] = {"imports": imports, "exports": {"./x": "./x.ts"}}
    return find(manifest, *files, specifier=specifier, importer=f"{HOME}/src/a.ts")


def test_private_names_are_the_package_s_own() -> None:
    assert private({"#db": "./src/db.ts"}, "#db", "src/db.ts") == "src/db.ts"
    assert private({"#db": {"node": "./src/db.js"}}, "#db", "src/db.ts") == "src/db.ts"
    assert private({"#int/*": "./src/int/*.js"}, "#int/b", "src/int/b.ts") == "src/int/b.ts"
    assert private({"#int/*.js": "./dist/*.js"}, "#int/b.js", "src/b.ts") == "src/b.ts"
    assert private({"#x": "@acme/events/x"}, "#x", "x.ts") == "x.ts"


def test_private_names_of_others_are_not_found() -> None:
    assert private({"#db": "./src/db.ts"}, "#other", "src/db.ts", "other.ts") is None
    assert private({"#db": "#db"}, "#db", "src/db.ts") is None
    assert private({"#db": "stripe"}, "#db", "stripe.ts") is None
    manifest: dict[str, object] = {"imports": {"#db": "./db.ts"}}
    assert find(manifest, "db.ts", specifier="#db", importer="apps/web/a.ts") is None
