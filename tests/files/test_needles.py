"""Which files are worth parsing."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.files.needles import (
    CALLS,
    FREE,
    HOLDS_KEY,
    Needle,
    Needles,
    asked,
    exact,
    matters,
    names_product,
    needles,
)
from mmlint.model.facts import Language
from mmlint.sdk.addresses import may_lead
from mmlint.sdk.environment import is_products
from mmlint.sdk.keys import find_keys


def may_matter(
    data: bytes,
    language: Language,
    modules: tuple[str, ...] = (),
    prefixes: tuple[str, ...] = (),
    only_keys: bool = False,
) -> bool:
    flags = Needles(needles(modules, prefixes)).flags(data)
    return matters(flags, language, only_keys=only_keys)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"export const a = 1;",
        b"const risk_score = task_count;",
        b"console.log(process.env.NEXT_PUBLIC_SITE_URL);",
        b'log(process.env.NEXT_PUBLIC_SITE_URL, "task_1");',
        b'log(process.env.MY_PUBLIC_SITE_URL, "sk_1");',
        b"import os  # noqa: F401\nCOMMAND = 1\n",
        b"\xff\xfe\x00",
    ],
)
def test_code_about_something_else_does_not_matter(data: bytes) -> None:
    assert not may_matter(data, "typescript")
    assert not may_matter(data, "python")


@pytest.mark.parametrize(
    "data",
    [
        b'import { track } from "@millimetric/track-node";',
        b"from millimetric import Client",
        b"os.environ['MILLIMETRIC_HOST']",
        b"fetch(`${host}/v1/track`)",
        b"window.mm.track('a')",
        b"mm?.track('a')",
        b"// mmlint: ignore[MM101]",
        b"x = 1  # noqa: E501, MM101",
        b'process.env.NEXT_PUBLIC_PAY = "sk_test_" + rest;',
        b'os.environ["VITE_A"] = "rk_"',
    ],
)
def test_anything_that_could_be_a_fact_matters(data: bytes) -> None:
    assert may_matter(data, "typescript")


def test_env_files_always_matter() -> None:
    assert may_matter(b"", "dotenv")


@pytest.mark.parametrize("language", ["yaml", "json", "toml", "dockerfile", "shell"])
def test_settings_matter_where_they_may_name_a_key(language: Language) -> None:
    assert not may_matter(b"track: mm.track\nrisk_score: 1\n", language)
    for data in (b"url: MILLIMETRIC_KEY", b"a: pk_", b"a: SK_1", b"MM_A_SECRET: b", b"VITE_A: 1"):
        assert may_matter(data, language)


KEY = "sk_live_" + "a1B2c3D4" + "_" + "k5L6m7N8" * 2


@pytest.mark.parametrize("language", ["markdown", "text", "notebook", "yaml", "typescript"])
def test_whatever_holds_a_key_matters(language: Language) -> None:
    for before in ("", "=", "-", "a b ", "\\n", "\\u000a", "%3D"):
        assert may_matter(f"{before}{KEY}".encode(), language)


@pytest.mark.parametrize(
    "text",
    [
        "mark_for_rollback_on_error()",
        "task_unique_callable_default",
        "sk_dim_customer_addresses",
        "sk_live_" + "x" * 8 + "_" + "x" * 24,
        "ta" + KEY,
        KEY[:24],
    ],
)
def test_what_only_looks_like_a_key_matters_nowhere(text: str) -> None:
    assert not may_matter(text.encode(), "text")
    assert not may_matter(text.encode(), "python")


def test_where_only_keys_are_asked_for_a_send_must_come_with_one() -> None:
    assert not may_matter(b"mm.track('a')", "typescript", only_keys=True)
    assert not may_matter(b"// mmlint: ignore", "typescript", only_keys=True)
    assert may_matter(b"mm.track('a', env.A)", "typescript", only_keys=True)


def test_code_that_may_inline_a_secret_matters() -> None:
    assert not may_matter(b"a = MM_PROJECT_SK", "javascript")
    assert may_matter(b"define: { a: MM_PROJECT_SK }", "javascript")
    assert may_matter(b"envPrefix: 'A_'", "javascript")


def test_callers_add_modules_and_prefixes() -> None:
    assert not may_matter(b"from acme_events import client", "python")
    assert may_matter(b"from Acme_Events import client", "python", modules=("ACME_events",))
    assert not may_matter(b'env.ACME_WEB_KEY = "sk_a"', "javascript")
    assert may_matter(b'env.ACME_WEB_KEY = "sk_a"', "javascript", prefixes=("ACME_WEB_",))


def test_some_needles_count_only_where_a_word_begins() -> None:
    sought = Needles([Needle(b"sk_", 1, begins=True), Needle(b"k_", 2)])
    for data in (b"task_", b"TASK_", b"_sk_", b"1sk_"):
        assert sought.flags(data) == 2
    for data in (b"sk_", b"a.SK_", b"-sk_", b"\xc3\xa9sk_", b"task_ sk_"):
        assert sought.flags(data) == 3


@given(st.integers(0, FREE - 1), st.sampled_from(sorted(get_args(Language))), st.booleans())
def test_what_is_not_asked_of_a_language_makes_no_difference(
    flags: int, language: Language, only_keys: bool
) -> None:
    without = flags & asked(language)
    assert matters(flags, language, only_keys=only_keys) == matters(
        without, language, only_keys=only_keys
    )


def test_an_empty_table_finds_nothing() -> None:
    assert Needles([]).flags(b"anything") == 0


_TEXTS = st.text("abAB", min_size=1, max_size=4).map(str.encode)


@given(st.lists(st.tuples(_TEXTS, st.booleans()), max_size=6), st.text("abAB ").map(str.encode))
def test_each_needle_is_found_as_if_it_were_the_only_one(
    words: list[tuple[bytes, bool]], data: bytes
) -> None:
    table = [
        exact(text, 1 << number) if is_exact else Needle(text, 1 << number)
        for number, (text, is_exact) in enumerate(words)
    ]
    expected = sum(
        1 << number
        for number, (text, is_exact) in enumerate(words)
        if (text in data if is_exact else text.lower() in data.lower())
    )
    assert Needles(table).flags(data) == expected


# --- keys -----------------------------------------------------------------------------------------

_LETTERS = st.characters(codec="ascii", categories=("L", "N"))
_ESCAPES = ("\\n", "\\r\\n", "\\t", "\\x0a", "\\u000A", "%3D", "%20", "\\")
_SIGNS = (
    "",
    " ",
    "\n",
    "'",
    '"',
    "`",
    "=",
    ":",
    "-",
    ".",
    "/",
    "\u00e9",
    "\x00",
    "Bearer ",
    "key=",
)
_WORDS = ("a", "Z", "9", "_", "ta", "sk_", "pk_")
_AROUND = st.sampled_from((*_ESCAPES, *_SIGNS, *_WORDS))
_SECRETS = st.builds(
    "{}_{}_{}_{}".format,
    st.sampled_from(["sk", "rk", "ak", "pk"]),
    st.sampled_from(["live", "test", "a", "", "Live"]),
    st.text(_LETTERS, min_size=7, max_size=9),
    st.text(st.one_of(_LETTERS, st.sampled_from("_-")), min_size=6, max_size=24),
)


@given(st.lists(st.one_of(_AROUND, _SECRETS), max_size=8).map("".join))
def test_a_file_counts_as_one_that_holds_a_key_exactly_where_a_key_is_found(text: str) -> None:
    data = text.encode()
    held = any(found.key.kind != "pk" for found in find_keys(data))
    assert bool(Needles(needles()).flags(data) & HOLDS_KEY) == held


@given(_AROUND, st.sampled_from(["sk", "rk", "ak"]), st.sampled_from(["\\n", "\\x0A", "%0a", "="]))
def test_a_key_behind_an_escape_is_found(before: str, kind: str, escape: str) -> None:
    text = before + escape + KEY.replace("sk", kind, 1)
    [found] = find_keys(text.encode())
    assert found.end - found.start == len(KEY)
    assert may_matter(text.encode(), "python")


# --- paths of the API -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        'fetch("/api/v1/query")',
        "fetch(`${base}/api/v1/stats`)",
        'get("/api/v1/sources/http")',
        'post("/v1/batches/1")',
        'post(f"{BASE}/v1/tracks")',
        'post("/v1/identify-me")',
    ],
)
def test_paths_of_others_matter_nowhere(text: str) -> None:
    assert not may_matter(text.encode(), "typescript")
    assert not may_matter(text.encode(), "python")


def test_a_path_of_the_api_matters_where_the_product_may_be_named() -> None:
    flags = Needles(needles()).flags(b"fetch(`${host}/v1/track`)")
    assert matters(flags, "typescript")
    assert not matters(flags, "typescript", named=False)
    own = Needles(needles()).flags(b'fetch("https://api.millimetric.ai/v1/track")')
    assert matters(own, "typescript", named=False)


_HOSTS = st.one_of(
    st.sampled_from(["localhost:8787", "http://localhost:8787", "{AOA_HOST}", "{a|mmUrl}", "{}"]),
    st.from_regex(r"(https?://)?[a-z0-9.-]{0,12}(:[0-9]{1,4})?", fullmatch=True),
)
_PATHS = st.sampled_from(
    ["track", "batch", "identify", "forget", "query", "stats", "sources", "queries", "batches"]
)


@given(_HOSTS, _PATHS, st.sampled_from(["", "?a=1", "#b", "/", "/http", "s"]), st.booleans())
def test_every_address_that_may_be_the_api_s_is_seen(
    host: str, path: str, rest: str, double: bool
) -> None:
    address = f"{host}{'//' if double else '/'}v1/{path}{rest}"
    if may_lead(address):
        assert Needles(needles()).flags(f'fetch("{address}")'.encode()) & CALLS


@given(st.from_regex(r"[a-zA-Z_$][\w$]{0,5}(mm|MM|Mm|aoa|AOA|Aoa)[\w$]{0,4}", fullmatch=True))
def test_every_name_that_says_that_it_is_the_product_s_is_seen(name: str) -> None:
    if is_products(name):
        assert names_product(f"const a = {name};".encode())


@pytest.mark.parametrize("text", ["command", "YYYY-MM-DD", "mm/dd", "summary", "hammer", "aoaoa"])
def test_other_words_do_not_name_the_product(text: str) -> None:
    assert not names_product(text.encode())


# --- configurations -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ['spawn("a", { env: { ...process.env } });', "function f(env: Foo) { process.env.A; }"],
)
def test_an_option_called_env_matters_in_what_configures_a_bundler(text: str) -> None:
    flags = Needles(needles()).flags(text.encode())
    assert not matters(flags, "typescript", configures=False)
    assert matters(flags, "typescript", configures=True)


def test_what_a_bundler_is_called_with_matters_anywhere() -> None:
    define = b"define: { A: process.env.A }"
    for text, expected in ((define, False), (b'import { build } from "esbuild";' + define, True)):
        flags = Needles(needles()).flags(text)
        assert matters(flags, "javascript", configures=False) is expected


# --- work -----------------------------------------------------------------------------------------


def test_what_is_asked_of_a_whole_file_is_asked_once() -> None:
    asked_of = list[int]()

    def beside(data: bytes, lowered: bytes) -> bool:
        asked_of.append(len(data))
        return False

    sought = Needles([Needle(b"one", 1, None, beside), Needle(b"two", 2, None, beside)])
    assert sought.flags(b"one two " * 100) == 0
    assert len(asked_of) == 1
