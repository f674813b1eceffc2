"""Which file a JavaScript or TypeScript specifier means: places, aliases, packages."""

from __future__ import annotations

import json

import pytest

from mmlint.languages.settings.tree import settings_files
from mmlint.project.modules.resolution import Resolution


def find(
    importer: str, specifier: str, *files: str, settings: dict[str, object] | None = None
) -> str | None:
    """Resolve in a project of ``files`` (the importer is one); ``settings``: path to text or JSON
    value."""
    manifests = {
        path: (text if isinstance(text, str) else json.dumps(text)).encode()
        for path, text in (settings or {}).items()
    }
    return Resolution(frozenset({importer, *files}), settings_files(manifests)).find(
        importer, specifier, "typescript"
    )


# --- nothing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "specifier",
    ["react", "@scope/name", "node:fs", "fs", "#imports", "virtual:pwa", "https://esm.sh/x", ""],
)
def test_what_belongs_to_others_is_not_found(specifier: str) -> None:
    files = ("react.ts", "src/react.ts", "node:fs.ts", "fs.ts", "name.ts", "imports.ts")
    assert find("src/a.ts", specifier, *files) is None


@pytest.mark.parametrize("specifier", ["./data.json", "./style.css", "./missing", "../b", ".b"])
def test_what_is_no_code_of_the_project_is_not_found(specifier: str) -> None:
    assert find("src/a.ts", specifier, "src/b.ts") is None


@pytest.mark.parametrize("specifier", ["../../b", "../../../b", "/../b"])
def test_nothing_is_found_outside_the_project(specifier: str) -> None:
    assert find("src/a.ts", specifier, "src/b.ts") is None


def test_a_package_outside_every_workspace_is_external() -> None:
    settings: dict[str, object] = {"package.json": {}, "other/package.json": {"name": "events"}}
    assert find("src/a.ts", "events", "other/index.ts", settings=settings) is None


# --- places ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("specifier", "file"),
    [
        ("./b", "src/b.ts"),
        ("./b", "src/b.tsx"),
        ("./b", "src/b.mts"),
        ("./b", "src/b.cjs"),
        ("./b.ts", "src/b.ts"),
        ("./b.js", "src/b.ts"),
        ("./b.js", "src/b.tsx"),
        ("./b.mjs", "src/b.mts"),
        ("./b.cjs", "src/b.cts"),
        ("./b.jsx", "src/b.tsx"),
        ("./b.server", "src/b.server.ts"),
        ("./b.svelte", "src/b.svelte.ts"),
        ("./B.vue", "src/B.vue"),
        ("./B", "src/B.svelte"),
        ("./B.astro", "src/B.astro"),
        ("./b", "src/b/index.ts"),
        ("./b/", "src/b/index.js"),
        (".", "src/index.ts"),
        ("./", "src/index.ts"),
        ("..", "index.ts"),
        ("../lib/b", "lib/b.ts"),
        ("./b?worker", "src/b.ts"),
        ("/src/b", "src/b.ts"),
    ],
)
def test_a_place_is_a_file_with_or_without_its_extension(specifier: str, file: str) -> None:
    assert find("src/a.ts", specifier, file) == file


def test_the_file_that_is_written_goes_before_the_one_it_may_be_compiled_from() -> None:
    assert find("a.ts", "./b.js", "b.js", "b.ts") == "b.js"


def test_a_file_goes_before_a_folder_of_its_name() -> None:
    assert find("a.ts", "./b", "b/index.ts", "b.ts") == "b.ts"


def test_a_folder_with_a_manifest_begins_where_it_says() -> None:
    settings: dict[str, object] = {"shared/package.json": {"main": "lib/start.js"}}
    files = ("shared/index.js", "shared/lib/start.js")
    assert find("a.js", "./shared", *files, settings=settings) == "shared/lib/start.js"


# --- tsconfig and jsconfig ------------------------------------------------------------------------


def paths(table: dict[str, list[str]], **options: object) -> dict[str, object]:
    return {"compilerOptions": {"paths": table, **options}}


@pytest.mark.parametrize("name", ["tsconfig.json", "jsconfig.json"])
def test_paths_are_relative_to_their_file(name: str) -> None:
    settings: dict[str, object] = {f"web/{name}": paths({"#lib/*": ["./source/lib/*"]})}
    found = find("web/pages/a.ts", "#lib/b", "web/source/lib/b.ts", settings=settings)
    assert found == "web/source/lib/b.ts"


def test_paths_are_relative_to_the_base_url_where_there_is_one() -> None:
    settings: dict[str, object] = {"tsconfig.json": paths({"+/*": ["*"]}, baseUrl="./code")}
    assert find("a.ts", "+/b", "code/b.ts", "b.ts", settings=settings) == "code/b.ts"


def test_a_base_url_makes_plain_names_places() -> None:
    settings: dict[str, object] = {"tsconfig.json": {"compilerOptions": {"baseUrl": "src"}}}
    assert find("src/x/a.ts", "lib/b", "src/lib/b.ts", settings=settings) == "src/lib/b.ts"
    assert find("src/x/a.ts", "react", "src/lib/b.ts", settings=settings) is None


def test_the_longest_prefix_counts_and_an_exact_name_before_it() -> None:
    settings: dict[str, object] = {
        "tsconfig.json": paths(
            {"@x/*": ["one/*"], "@x/lib/*": ["two/*"], "@x/lib/b": ["three/other"]}
        )
    }
    files = ("one/lib/b.ts", "two/b.ts", "three/other.ts", "two/c.ts")
    assert find("a.ts", "@x/lib/b", *files, settings=settings) == "three/other.ts"
    assert find("a.ts", "@x/lib/c", *files, settings=settings) == "two/c.ts"


def test_the_first_target_that_exists_counts() -> None:
    settings: dict[str, object] = {"tsconfig.json": paths({"@/*": ["generated/*", "src/*"]})}
    assert find("a.ts", "@/b", "src/b.ts", settings=settings) == "src/b.ts"


def test_what_settings_say_is_not_replaced_by_a_default() -> None:
    settings: dict[str, object] = {"tsconfig.json": paths({"@/*": ["client/*"]})}
    assert find("src/a.ts", "@/b", "src/b.ts", settings=settings) is None


def test_a_catch_all_leaves_the_defaults_alone() -> None:
    settings: dict[str, object] = {"tsconfig.json": paths({"*": ["types/*"]})}
    assert find("src/a.ts", "@/b", "src/b.ts", settings=settings) == "src/b.ts"


def test_the_nearest_configuration_is_the_one() -> None:
    settings: dict[str, object] = {
        "tsconfig.json": paths({"+/*": ["far/*"]}),
        "web/tsconfig.json": paths({"+/*": ["near/*"]}),
    }
    files = ("far/b.ts", "web/near/b.ts", "web/far/b.ts")
    assert find("web/src/a.ts", "+/b", *files, settings=settings) == "web/near/b.ts"
    assert find("api/a.ts", "+/b", *files, settings=settings) == "far/b.ts"


def test_comments_and_trailing_commas_are_read_over() -> None:
    text = """\ufeff// made by hand
    { /* "paths": {"+/*": ["wrong/*"]}, */
      "compilerOptions": { "paths": { "+/*": ["./right/*", ], }, }, // "//"
    }"""
    assert find("a.ts", "+/b", "right/b.ts", settings={"tsconfig.json": text}) == "right/b.ts"


def test_what_is_extended_counts_from_its_own_folder() -> None:
    settings: dict[str, object] = {
        "tsconfig.base.json": paths({"@org/events": ["libs/events/src/index.ts"]}),
        "apps/web/tsconfig.json": {"extends": "../../tsconfig.base"},
    }
    file = "libs/events/src/index.ts"
    assert find("apps/web/src/a.ts", "@org/events", file, settings=settings) == file


def test_the_extending_file_has_the_last_word_and_of_several_the_later_one() -> None:
    settings: dict[str, object] = {
        "one.tsconfig.json": paths({"+/*": ["one/*"]}),
        "two.tsconfig.json": paths({"+/*": ["two/*"]}),
        "tsconfig.json": {"extends": ["./one.tsconfig.json", "./two.tsconfig.json"]},
        "web/tsconfig.json": {"extends": "../tsconfig.json", **paths({"+/*": ["./three/*"]})},
    }
    files = ("one/b.ts", "two/b.ts", "web/three/b.ts")
    assert find("a.ts", "+/b", *files, settings=settings) == "two/b.ts"
    assert find("web/a.ts", "+/b", *files, settings=settings) == "web/three/b.ts"


def test_the_config_folder_is_that_of_the_file_in_use() -> None:
    settings: dict[str, object] = {
        "tsconfig.base.json": paths({"+/*": ["${configDir}/src/*"]}),
        "web/tsconfig.json": {"extends": "../tsconfig.base.json"},
    }
    files = ("src/b.ts", "web/src/b.ts")
    assert find("web/a.ts", "+/b", *files, settings=settings) == "web/src/b.ts"


@pytest.mark.parametrize(
    ("extends", "place", "manifest"),
    [
        ("@acme/typescript-config/web.json", "web.json", {}),
        ("@acme/typescript-config/web", "web.json", {}),
        ("@acme/typescript-config", "tsconfig.json", {}),
        ("@acme/typescript-config", "tsconfig.web.json", {"tsconfig": "tsconfig.web.json"}),
        ("@acme/typescript-config/web", "it/web.json", {"exports": {"./web": "./it/web.json"}}),
    ],
)
def test_a_package_of_the_workspace_can_be_extended(
    extends: str, place: str, manifest: dict[str, object]
) -> None:
    home = "packages/typescript-config"
    settings: dict[str, object] = {
        "package.json": {"workspaces": ["packages/*", "web"]},
        f"{home}/package.json": {"name": "@acme/typescript-config", **manifest},
        f"{home}/{place}": paths({"+/*": ["${configDir}/src/*"]}),
        "web/tsconfig.json": {"extends": extends},
    }
    assert find("web/a.ts", "+/b", "web/src/b.ts", settings=settings) == "web/src/b.ts"


def test_a_configuration_that_only_refers_to_others_lends_theirs() -> None:
    settings: dict[str, object] = {
        "tsconfig.json": {
            "files": [],
            "references": [{"path": "./tsconfig.node.json"}, {"path": "./tsconfig.app.json"}],
        },
        "tsconfig.node.json": {"compilerOptions": {}},
        "tsconfig.app.json": paths({"+/*": ["./source/*"]}),
    }
    assert find("source/a.ts", "+/b", "source/b.ts", settings=settings) == "source/b.ts"


def test_a_reference_to_another_folder_says_nothing_of_this_one() -> None:
    settings: dict[str, object] = {
        "tsconfig.json": {"references": [{"path": "./lib"}]},
        "lib/tsconfig.json": paths({"+/*": ["./*"]}),
    }
    assert find("web/a.ts", "+/b", "lib/b.ts", settings=settings) is None
    assert find("lib/a.ts", "+/b", "lib/b.ts", settings=settings) == "lib/b.ts"


@pytest.mark.parametrize("extends", ["./tsconfig.json", "./tsconfig.other.json", "./gone.json", 7])
def test_a_configuration_that_leads_nowhere_or_in_a_circle_keeps_its_own_words(
    extends: object,
) -> None:
    settings: dict[str, object] = {
        "tsconfig.json": {"extends": extends, **paths({"+/*": ["./src/*"]})},
        "tsconfig.other.json": {"extends": "./tsconfig.json"},
    }
    assert find("a.ts", "+/b", "src/b.ts", settings=settings) == "src/b.ts"


# --- bundlers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        'export default { resolve: { alias: { "@parts": path.resolve(__dirname, "./parts") } } }',
        "alias: { '@parts': fileURLToPath(new URL('./parts', import.meta.url)) }",
        "alias: { x: y(), '@parts': '/parts' }",
        'alias: [{ find: "@parts", replacement: resolve(__dirname, "parts") }]',
        "alias: { '@parts/*': './parts/*' }",
    ],
)
def test_a_bundler_s_alias_is_read(text: str) -> None:
    settings: dict[str, object] = {"web/vite.config.ts": text}
    assert find("web/src/a.ts", "@parts/b", "web/parts/b.ts", settings=settings) == "web/parts/b.ts"


def test_an_alias_to_what_only_running_could_tell_says_nothing() -> None:
    settings: dict[str, object] = {"vite.config.ts": "alias: { '@': root }"}
    assert find("src/a.ts", "@/b", "src/b.ts", settings=settings) == "src/b.ts"


def test_sveltekit_s_library_may_lie_elsewhere() -> None:
    settings: dict[str, object] = {"svelte.config.js": "kit: { files: { lib: 'code/lib' } }"}
    files = ("src/lib/b.ts", "code/lib/b.ts")
    assert find("src/routes/a.ts", "$lib/b", *files, settings=settings) == "code/lib/b.ts"


# --- defaults -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("specifier", "file"),
    [
        ("@/b", "b.ts"),
        ("@/b", "src/b.ts"),
        ("~/b", "app/b.ts"),
        ("~~/b", "b.ts"),
        ("@@/b", "b.ts"),
        ("$lib", "src/lib/index.ts"),
        ("$lib/b", "src/lib/b.ts"),
        ("#shared/b", "shared/b.ts"),
    ],
)
@pytest.mark.parametrize("manifest", [{}, {"web/package.json": "{}"}])
def test_aliases_mean_what_generators_make_of_them(
    specifier: str, file: str, manifest: dict[str, object]
) -> None:
    found = find("web/src/x/a.ts", specifier, f"web/{file}", settings=manifest)
    assert found == f"web/{file}"


def test_the_package_s_own_root_goes_before_a_folder_on_the_way() -> None:
    settings: dict[str, object] = {"package.json": "{}"}
    files = ("src/lib/b.ts", "src/x/lib/b.ts")
    assert find("src/x/a.ts", "@/lib/b", *files, settings=settings) == "src/lib/b.ts"


def test_the_folder_that_the_importer_is_in_goes_first() -> None:
    files = ("lib/b.ts", "src/lib/b.ts")
    settings: dict[str, object] = {"package.json": "{}"}
    assert find("src/a.ts", "@/lib/b", *files, settings=settings) == "src/lib/b.ts"
    assert find("scripts/a.ts", "@/lib/b", *files, settings=settings) == "lib/b.ts"


def test_a_default_does_not_reach_into_the_package_above() -> None:
    settings: dict[str, object] = {"package.json": "{}", "apps/web/package.json": "{}"}
    assert find("apps/web/src/a.ts", "@/lib/b", "lib/b.ts", settings=settings) is None
