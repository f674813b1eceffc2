"""What specifiers look like: names with a star, globs of workspaces, and hints before resolving."""

from __future__ import annotations

import pytest

from mmlint.languages.settings.tree import settings_files
from mmlint.project.modules.javascript import JavaScriptResolution
from mmlint.project.modules.layers import Layers
from mmlint.project.modules.packages import package_specifier, split
from mmlint.project.modules.patterns import MAX_STARRED, Patterns, chosen, fill
from mmlint.project.modules.python import PythonResolution

# --- patterns -------------------------------------------------------------------------------------


@pytest.mark.parametrize("specifier", ["", "@", "lib", "@/", "./features/a.ts", "exactly"])
def test_a_specifier_that_no_pattern_fits_is_not_found(specifier: str) -> None:
    patterns = Patterns({"@lib/*": 1, "./features/*.js": 2, "exact": 3})
    assert patterns.find(specifier) is None


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("exact", (1, "", "exact")),
        ("@/lib/a", (3, "a", "@/lib/")),
        ("@/other/b", (2, "other/b", "@/")),
        ("./features/a.js", (4, "a", "./features/")),
        ("./all/below/a", (5, "below/a", "./all/")),
    ],
)
def test_the_exact_name_and_the_longest_prefix_come_first(
    specifier: str, expected: tuple[int, str, str]
) -> None:
    patterns = Patterns(
        {"exact": 1, "exa*": 6, "@/*": 2, "@/lib/*": 3, "./features/*.js": 4, "./all/": 5}
    )
    assert patterns.find(specifier) == expected


def test_a_table_of_patterns_is_read_up_to_its_limit() -> None:
    patterns = Patterns({f"a{number}/*": number for number in range(MAX_STARRED + 5)})
    assert len(list(patterns.items())) == MAX_STARRED
    assert patterns.find(f"a{MAX_STARRED + 4}/x") is None


@pytest.mark.parametrize(
    ("target", "filled"), [("src/a.ts", "src/a.ts"), ("src/", "src/x"), ("src/*.ts", "src/x.ts")]
)
def test_what_the_star_stands_for_is_put_into_the_target(target: str, filled: str) -> None:
    assert fill(target, "x") == filled


# --- globs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folder", "globs"),
    [
        ("packages/a/b", ("packages/*",)),
        ("packages", ("packages/*",)),
        ("packages/a", ("packages/*", "!packages/a")),
        ("packages/a", ("!packages/b",)),
        ("packages/c", ("packages/{a,b}",)),
    ],
)
def test_a_folder_that_no_glob_chooses_is_no_member(folder: str, globs: tuple[str, ...]) -> None:
    assert not chosen(folder, globs)


@pytest.mark.parametrize(
    ("folder", "globs"),
    [
        ("packages/a", ("packages/*",)),
        ("packages/a", ("./packages/a/",)),
        ("packages/a/b", ("packages/**",)),
        ("a/b/c", ("**/c",)),
        ("packages/b", ("packages/{a,b}",)),
        ("packages/ab", ("packages/a?",)),
    ],
)
def test_a_folder_that_a_glob_matches_is_a_member(folder: str, globs: tuple[str, ...]) -> None:
    assert chosen(folder, globs)


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("specifier", "package", "rest"),
    [
        ("react", "react", ""),
        ("react/jsx", "react", "jsx"),
        ("@acme/ui", "@acme/ui", ""),
        ("@acme/ui/button/a", "@acme/ui", "button/a"),
    ],
)
def test_a_specifier_is_a_package_and_a_path(specifier: str, package: str, rest: str) -> None:
    assert split(specifier) == (package, rest)


@pytest.mark.parametrize(
    ("specifier", "plain"),
    [
        ("./npm:a", "./npm:a"),
        ("https://example.com/a@1", "https://example.com/a@1"),
        ("npm:hono@4/cors", "hono/cors"),
        ("jsr:@std/assert@1", "@std/assert"),
        ("https://esm.sh/react@18", "react"),
    ],
)
def test_the_specifiers_of_deno_and_the_cdns_name_packages(specifier: str, plain: str) -> None:
    assert package_specifier(specifier) == plain


# --- the two languages ----------------------------------------------------------------------------


def javascript(*files: str, settings: dict[str, str] | None = None) -> JavaScriptResolution:
    given = {path: text.encode() for path, text in (settings or {}).items()}
    manifests = settings_files(given)
    return JavaScriptResolution(frozenset(files), manifests, Layers(files, manifests))


def python(*files: str, settings: tuple[str, ...] = ()) -> PythonResolution:
    return PythonResolution(frozenset(files), settings, Layers(files, {}))


@pytest.mark.parametrize("specifier", ["", "react", "./missing", "../a", "/missing", "@/missing"])
def test_what_is_no_file_of_the_project_is_not_found(specifier: str) -> None:
    assert javascript("src/a.ts").find("src", specifier) is None


@pytest.mark.parametrize(
    ("specifier", "path"),
    [
        ("./a", "src/a.ts"),
        ("./a.js", "src/a.ts"),
        ("./a?raw", "src/a.ts"),
        ("./lib", "src/lib/index.ts"),
        ("/src/a", "src/a.ts"),
        ("@/a", "src/a.ts"),
        ("..", "index.js"),
    ],
)
def test_where_javascript_looks(specifier: str, path: str) -> None:
    assert javascript("src/a.ts", "src/lib/index.ts", "index.js").find("src", specifier) == path


def test_hints_hold_every_specifier_that_means_a_file() -> None:
    settings = {"tsconfig.json": '{"compilerOptions": {"paths": {"#db": ["./src/a.ts"]}}}'}
    found = javascript("src/a.ts", "src/lib/index.ts", settings=settings)
    assert found.find("src", "#db") == "src/a.ts"
    assert '"#db' in found.hints("src/a.ts").pieces
    assert found.hints("src/a.ts").names == {"a"}
    assert found.hints("src/lib/index.ts").names == {"index", "lib", "."}


@pytest.mark.parametrize("specifier", ["", ".", "...a", "a..b", "os", "requests", ".missing"])
def test_what_is_no_module_of_the_project_is_not_found(specifier: str) -> None:
    files = ("app/a.py", "app/os.py", "app/requests.py")
    assert python(*files).find("app", specifier) is None


@pytest.mark.parametrize(
    ("folder", "specifier", "path"),
    [
        ("app", ".a", "app/a.py"),
        ("app", ".", "app/__init__.py"),
        ("app/inner", "..a", "app/a.py"),
        ("app", "app.a", "app/a.py"),
        ("app", "lib", "src/lib/__init__.py"),
        ("scripts", "app.a", "app/a.py"),
    ],
)
def test_where_python_looks(folder: str, specifier: str, path: str) -> None:
    files = ("app/__init__.py", "app/a.py", "app/inner/b.py", "src/lib/__init__.py")
    assert python(*files, settings=("pyproject.toml",)).find(folder, specifier) == path


def test_hints_of_a_python_module_are_its_name_or_its_folders() -> None:
    found = python("app/__init__.py", "app/a.py")
    assert found.hints("app/a.py").names == {"a"}
    assert found.hints("app/__init__.py").names == {"app", "."}


@pytest.mark.parametrize(
    ("folder", "path"),
    [("lib", None), ("app/inner", "app/requests/__init__.py"), ("app", "app/requests/__init__.py")],
)
def test_a_package_shadows_a_library_only_for_the_program_it_starts_from(
    folder: str, path: str | None
) -> None:
    files = ("app/requests/__init__.py", "app/a.py", "app/inner/b.py", "lib/c.py")
    found = python(*files, settings=("app/pyproject.toml", "lib/pyproject.toml"))
    assert found.find(folder, "requests") == path


def test_a_name_that_two_roots_have_is_unknown() -> None:
    roots = ("one/pyproject.toml", "two/pyproject.toml")
    assert python("one/lib.py", "two/lib.py", settings=roots).find("three", "lib") is None
    assert python("one/lib.py", "two/other.py", settings=roots).find("three", "lib") == "one/lib.py"
