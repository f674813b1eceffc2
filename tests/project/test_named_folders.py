"""What settings make of names: aliases, packages with their entries, and Lambda layers."""

from __future__ import annotations

import json

import pytest

from mmlint.languages.settings.tree import settings_files
from mmlint.project.modules.aliases import Settings, extended
from mmlint.project.modules.layers import Layers
from mmlint.project.modules.packages import Package, Packages


def settings(files: dict[str, str]) -> Settings:
    found = settings_files({path: text.encode() for path, text in files.items()})
    return Settings(found, Packages(found))


def places(files: dict[str, str], specifier: str, folder: str = "") -> list[str]:
    return [place for one in settings(files).of(folder) for place in one.places(specifier)]


def tsconfig(options: dict[str, object], **more: object) -> str:
    return json.dumps({"compilerOptions": options, **more})


# --- aliases --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"tsconfig.json": "{}"},
        {"tsconfig.json": tsconfig({"paths": {"#/*": ["src/*"]}})},
        {"other/tsconfig.json": tsconfig({"paths": {"@/*": ["src/*"]}})},
        {"vite.config.ts": "export default {};"},
    ],
)
def test_a_name_that_no_settings_give_a_folder_has_no_place(files: dict[str, str]) -> None:
    assert places(files, "@/a") == []


@pytest.mark.parametrize(
    "files",
    [
        {"tsconfig.json": tsconfig({"paths": {"@/*": ["src/*"]}})},
        {"jsconfig.json": tsconfig({"paths": {"@/*": ["./src/*"]}})},
        {
            "tsconfig.json": tsconfig({}, extends="./base.json"),
            "base.json": tsconfig({"paths": {"@/*": ["src/*"]}}),
        },
        {"vite.config.ts": 'export default { resolve: { alias: { "@": "/src" } } };'},
        {
            "vite.config.ts": "export default { resolve: { alias: "
            '[{ find: "@", replacement: "/src" }] } };'
        },
    ],
)
def test_a_name_leads_where_the_settings_say(files: dict[str, str]) -> None:
    assert places(files, "@/a") == ["src/a"]


def test_the_nearest_configuration_counts() -> None:
    files = {
        "tsconfig.json": tsconfig({"paths": {"@/*": ["src/*"]}}),
        "web/tsconfig.json": tsconfig({"paths": {"@/*": ["app/*"]}}),
    }
    assert places(files, "@/a", "web/pages") == ["web/app/a"]
    assert places(files, "@/a", "api") == ["src/a"]


def test_a_base_holds_every_other_name() -> None:
    files = {"tsconfig.json": tsconfig({"baseUrl": "src"})}
    assert places(files, "lib/a") == ["src/lib/a"]
    (aliases,) = settings(files).all()
    assert not aliases.claims("lib/a")


def test_a_star_alone_claims_no_name() -> None:
    files = {"tsconfig.json": tsconfig({"paths": {"*": ["types/*"], "@/*": ["src/*"]}})}
    (aliases,) = settings(files).of("")
    assert not aliases.claims("react")
    assert aliases.claims("@/a")


def test_what_a_configuration_extends_is_asked_for_once() -> None:
    given = {
        "web/tsconfig.json": tsconfig({}, extends=["../base.json", "@acme/config"]),
        "known.json": "{}",
        "api/tsconfig.json": tsconfig({}, extends="../known.json"),
    }
    found = settings_files({path: text.encode() for path, text in given.items()})
    assert "base.json" in extended(found)
    assert extended(found).isdisjoint({"known.json", "web/@acme/config"})


# --- packages -------------------------------------------------------------------------------------


def package(manifest: dict[str, object]) -> Package:
    return Package.read("p", manifest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("exports", "subpath"),
    [
        (None, "."),
        ("./index.js", "./other"),
        ({".": "./index.js"}, "./other"),
        ({"./a": None}, "./a"),
        ({"./*": "./src/*.js", "./private/*": None}, "./private/a"),
    ],
)
def test_what_a_package_does_not_show_has_no_targets(exports: object, subpath: str) -> None:
    assert package({"exports": exports} if exports is not None else {}).exported(subpath) == ()


@pytest.mark.parametrize(
    ("exports", "subpath", "targets"),
    [
        ("./index.js", ".", ("./index.js",)),
        ({"import": "./a.mjs", "require": "./a.cjs"}, ".", ("./a.mjs", "./a.cjs")),
        ({"browser": "./web.js", "default": "./node.js"}, ".", ("./node.js", "./web.js")),
        ({"./*": "./src/*.js"}, "./a", ("./src/a.js",)),
        ({".": ["./a.js", {"default": "./b.js"}]}, ".", ("./a.js", "./b.js")),
    ],
)
def test_the_targets_of_an_entry_come_best_first(
    exports: object, subpath: str, targets: tuple[str, ...]
) -> None:
    assert package({"exports": exports}).exported(subpath) == targets


def test_a_private_name_is_of_the_package_itself() -> None:
    found = package({"imports": {"#db/*": "./src/db/*.js"}})
    assert found.imported("#db/a") == ("./src/db/a.js",)
    assert found.imported("#other") == ()


def packages(files: dict[str, dict[str, object]]) -> Packages:
    given = {path: json.dumps(manifest).encode() for path, manifest in files.items()}
    return Packages(settings_files(given))


WORKSPACE: dict[str, dict[str, object]] = {
    "package.json": {"name": "root", "workspaces": ["packages/*"]},
    "packages/ui/package.json": {"name": "ui"},
    "apps/web/package.json": {"name": "web", "dependencies": {"shared": "file:../../shared"}},
    "shared/package.json": {"name": "shared"},
    "other/package.json": {"name": "other"},
}


def test_a_folder_belongs_to_the_nearest_package() -> None:
    found = packages(WORKSPACE)
    nearest = found.nearest("packages/ui/src")
    assert nearest is not None
    assert nearest.name == "ui"
    assert found.at("packages/ui/src") is None


@pytest.mark.parametrize(
    ("folder", "name", "at"),
    [
        ("packages/ui", "other", None),
        ("other", "shared", None),
        ("packages/ui", "ui", "packages/ui"),
        ("src", "ui", "packages/ui"),
        ("apps/web", "shared", "shared"),
    ],
)
def test_who_imports_a_package_by_its_name(folder: str, name: str, at: str | None) -> None:
    found = packages(WORKSPACE).named(folder, name)
    assert (found.folder if found is not None else None) == at


def test_only_members_and_linked_packages_are_shared() -> None:
    found = packages(WORKSPACE)
    shared = [
        one
        for folder in ("packages/ui", "shared", "other")
        if (one := found.at(folder)) is not None and found.is_shared(one)
    ]
    assert [one.name for one in shared] == ["ui", "shared"]


# --- layers ---------------------------------------------------------------------------------------

TEMPLATE = """
Resources:
  Ours:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layer/}
  Orders:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: orders/, Layers: [!Ref Ours]}
"""


def test_a_folder_is_a_layer_only_where_a_template_or_custom_says_so() -> None:
    files = ("cloud/layer/python/a.py", "layers/shared/python/b.py", "lib/python/c.py")
    found = Layers(files, settings_files({"cloud/template.yaml": TEMPLATE.encode()}))
    assert [found.holds(one) for one in files] == [True, True, False]
    assert not Layers(("lib/python/c.py",), {}).holds("lib/python/c.py")


def test_the_layers_that_a_function_uses_come_first() -> None:
    files = ("layers/shared/python/b.py",)
    found = Layers(files, settings_files({"cloud/template.yaml": TEMPLATE.encode()}))
    assert list(found.places("cloud/orders", "python")) == [
        ("cloud/layer/python",),
        ("cloud/layer/python", "layers/shared/python"),
    ]
    assert list(found.places("web", "typescript")) == [("layers/shared/nodejs",)]
