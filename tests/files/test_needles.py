"""Which files are worth parsing."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.files.needles import FREE, Needle, Needles, asked, exact, matters, needles
from mmlint.model.facts import Language


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
