"""What a path says about a file: its language, whether it is a test, whether to look at it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.files.kinds import is_test, language, looks_minified, skipped

# --- language -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "package-lock.json",
        "apps/web/pnpm-lock.yaml",
        "yarn.lock",
        "uv.lock",
        "bun.lockb",
        "go.sum",
        "src/app.ts.map",
        "public/logo.svg",
        "public/logo.PNG",
        "fonts/a.woff2",
        "dump.sqlite",
    ],
)
def test_what_no_person_writes_has_no_language(path: str) -> None:
    assert language(path) is None


@pytest.mark.parametrize(
    "path",
    [
        "types.pyi",
        "env.example",
        "environment",
        "py",
        ".py",
        ".gitignore",
        ".npmrc",
        "a.env/b",
        "deploy/nginx.conf.j2",
        "Makefile",
        "mydockerfile",
        "dockerfiles/readme",
        "main.tf",
        "",
    ],
)
def test_anything_else_may_be_text(path: str) -> None:
    assert language(path) == "text"


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ("a.js a.jsx a.mjs a.cjs A.JS", "javascript"),
        ("a.ts a.mts a.cts .env.ts a.b.ts", "typescript"),
        ("a.tsx app/[slug]/page.tsx", "tsx"),
        ("a.py", "python"),
        ("a.html a.htm a.jinja a.jinja2 a.j2 a.html.j2 a.htm.jinja", "html"),
        ("A.vue", "vue"),
        ("+page.svelte", "svelte"),
        ("index.astro", "astro"),
        (".env .env.local .env.example .env.production.local prod.env .envrc", "dotenv"),
        ("apps/web/.env .dev.vars .dev.vars.staging .ENV", "dotenv"),
        ("package.json wrangler.jsonc a.json5 .mcp.json .env.json", "json"),
        ("compose.yml .gitlab-ci.yml k8s/a.yaml deploy/values.yaml.jinja2", "yaml"),
        ("fly.toml wrangler.toml", "toml"),
        ("Dockerfile Dockerfile.dev web/dockerfile web.Dockerfile Containerfile", "dockerfile"),
        ("a.sh scripts/b.bash .x.zsh", "shell"),
        ("README.md a.mdx", "markdown"),
        ("a.ipynb", "notebook"),
    ],
)
def test_language_comes_from_the_name(paths: str, expected: str) -> None:
    assert {path: language(path) for path in paths.split()} == dict.fromkeys(
        paths.split(), expected
    )


# --- tests ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["latest.ts", "src/contest.py", "testing/a.ts", "a/tests.py", "protest_a.py", "spec.ts"],
)
def test_other_files_are_no_tests(path: str) -> None:
    assert not is_test(path)


@pytest.mark.parametrize(
    "path",
    [
        "a.test.ts",
        "src/a.spec.tsx",
        "src/__tests__/a.ts",
        "tests/deep/a.py",
        "test_a.py",
        "pkg/a_test.py",
        "conftest.py",
        "Button.stories.tsx",
        "e2e/a.ts",
        "cypress/support/a.js",
        "src/__mocks__/a.ts",
    ],
)
def test_tests_mocks_and_stories_are_tests(path: str) -> None:
    assert is_test(path)


# --- what is skipped ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["build.ts", "src/vendor.ts", "src/d.ts", "min.js", "dist", "distribution/a.ts", ".env"]
)
def test_ordinary_files_are_not_skipped(path: str) -> None:
    assert skipped(path) is None


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("node_modules/a/index.js", "vendored or generated folder"),
        ("packages/a/dist/index.js", "vendored or generated folder"),
        (".next/server/app.js", "vendored or generated folder"),
        (".svelte-kit/a.ts", "vendored or generated folder"),
        ("vendor/a.py", "vendored or generated folder"),
        (".venv/a.py", "vendored or generated folder"),
        ("src/a.d.ts", "declaration file"),
        ("src/a.d.mts", "declaration file"),
        ("public/a.min.js", "minified bundle"),
    ],
)
def test_skipped_files_say_why(path: str, reason: str) -> None:
    assert skipped(path) == reason


def test_written_code_is_not_minified() -> None:
    line = b"export const handler = async (request) => { await flush(); return done(); };\n"
    assert not looks_minified(line * 200)
    assert not looks_minified(b"")
    assert not looks_minified(b"x" * 400)


def test_a_table_of_data_in_one_line_is_not_minified() -> None:
    assert not looks_minified(b"const rows = [" + b'{ a: 1, b: "c" }, ' * 500 + b"];\n")


def test_a_bundle_is_minified() -> None:
    assert looks_minified(b"/*! licence */\n" + b'!function(){var a=n(1);a.b("c")}();' * 200)


@given(st.text())
def test_any_path_has_an_answer(path: str) -> None:
    language(path)
    is_test(path)
    skipped(path)
