"""Suppression marks: which comments hold one, what they name and where."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.languages.comments import ignores
from mmlint.model.facts import IgnoreComment, Language

_COMMENT = {
    "python": re.compile(rb"#[^\n]*"),
    "javascript": re.compile(rb"//[^\n]*|/\*.*?\*/", re.DOTALL),
    "html": re.compile(rb"<!--.*?-->|/\*.*?\*/", re.DOTALL),
}


def read(text: str, language: Language = "javascript") -> tuple[IgnoreComment, ...]:
    data = text.encode()
    return ignores(data, [m.span() for m in _COMMENT[language].finditer(data)], language)


def only(text: str, language: Language = "javascript") -> IgnoreComment:
    (fact,) = read(text, language)
    return fact


# --- what is no suppression -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "// a plain comment",
        "// eslint-disable-next-line no-floating-promises",
        "// ignore[MM101]",
        "// mmlint ignores[MM101]",
        "// with mmlint ignore[MM101]",
        "// mmlint: ignored",
        "// mmlint: ignore-files[MM101]",
        "// xmmlint: ignore[MM101]",
        "// noqa: MM101",
        'const text = "mmlint: ignore[MM101]"',
    ],
)
def test_silent_in_scripts(text: str) -> None:
    assert read(text) == ()


@pytest.mark.parametrize(
    "text",
    ["# noqa", "# noqa:", "# noqa: E501", "# noqa: E501, W291", "# no qa: MM101", "# noqa MM101"],
)
def test_silent_in_python(text: str) -> None:
    assert read(text, "python") == ()


# --- what was meant as one ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mark",
    [
        "mmlint-disable-next-line MM101",
        "mmlint-ignore MM101",
        "mmlint: disable=MM101",
        "mmlint ignore[MM101]",
        "MMLINT: ignore[MM101]",
        "mmlint: ignore-next-line[MM101]",
        "@mmlint-suppress(MM101)",
    ],
)
def test_another_spelling_is_known_but_hides_nothing(mark: str) -> None:
    fact = only(f"// {mark} because")
    assert (fact.style, fact.codes[0], fact.fits) == ("missed", "MM101", True)
    end = fact.written[1] or fact.code_starts[0] + len("MM101")
    assert f"// {mark} because"[fact.written[0] : end] == mark


def test_beside_a_mark_another_spelling_is_prose() -> None:
    fact = only("// mmlint-ignore is mmlint: ignore[MM101]")
    assert (fact.style, fact.codes) == ("mmlint", ("MM101",))


# --- what a mark names ----------------------------------------------------------------------------


def test_codes_and_names_as_written_with_their_offsets() -> None:
    text = "x() // mmlint: ignore[MM101,  unawaited-flush] é is fine"
    fact = only(text)
    assert fact.codes == ("MM101", "unawaited-flush")
    assert fact.code_starts == (text.index("MM101"), text.index("unawaited"))
    assert fact.reason == "é is fine"
    assert (fact.scope, fact.style) == ("line", "mmlint")
    assert (fact.start, fact.end) == (4, len(text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "// mmlint: ignore",
        "// mmlint: ignore all of it",
        "// mmlint: ignore[]",
        "// mmlint: ignore[MM1",
    ],
)
def test_a_missing_list_is_kept_so_that_it_can_be_explained(text: str) -> None:
    assert only(text).codes == ()


def test_words_that_are_no_rules_are_kept_too() -> None:
    assert only("// mmlint: ignore[*, mm 9]").codes == ("*", "mm", "9")


def test_offsets_are_bytes() -> None:
    data = 'track("é") // ä mmlint: ignore[MM101]'.encode()
    (fact,) = ignores(data, [(data.index(b"//"), len(data))], "javascript")
    assert data[fact.code_starts[0] :].startswith(b"MM101")


def test_two_marks_in_one_comment() -> None:
    first, second = read("// mmlint: ignore[MM101] a  mmlint: ignore-file[MM401] b")
    assert (first.codes, first.scope, first.reason) == (("MM101",), "line", "a")
    assert (second.codes, second.scope, second.reason) == (("MM401",), "file", "b")
    assert (first.start, first.end) == (second.start, second.end)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("// mmlint: ignore[MM101]", ""),
        ("// mmlint: ignore[MM101] -- known, see #12", "known, see #12"),
        ("/* mmlint: ignore[MM101]: later */", "later"),
        ("/*\n * mmlint: ignore[MM101] later\n * more\n */", "later"),
    ],
)
def test_reason_is_the_rest_of_the_line(text: str, reason: str) -> None:
    assert only(text).reason == reason


def test_markup_comment() -> None:
    fact = only("<!-- mmlint: ignore[MM704] vendor page -->", "html")
    assert (fact.codes, fact.reason, fact.alone) == (("MM704",), "vendor page", True)


def test_a_reason_never_shows_a_secret() -> None:
    secret = "sk_live_" + "0a1b2c3d" + "_" + "verysecretpart9"
    fact = only(f"// mmlint: ignore[{secret}] was {secret}")
    assert "verysecretpart9" not in fact.reason + "".join(fact.codes)


# --- Python's own mark ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("x()  # noqa: MM101", ("MM101",)),
        ("x()  #noqa:MM101,MM102", ("MM101", "MM102")),
        ("x()  # NOQA : E501 MM101, W291", ("MM101",)),
        ("x()  # type: ignore  # noqa: MM101, MM102 E501", ("MM101", "MM102")),
        ("x()  # noqa: MM101 because", ("MM101",)),
    ],
)
def test_noqa_keeps_our_codes_only(text: str, codes: tuple[str, ...]) -> None:
    fact = only(text, "python")
    assert fact.codes == codes
    for start, code in zip(fact.code_starts, codes, strict=True):
        assert text[start:].startswith(code)
    assert (fact.style, fact.scope) == ("noqa", "line")


def test_noqa_beside_a_mark() -> None:
    first, second = read("x()  # noqa: MM101  # mmlint: ignore[MM102] why", "python")
    assert (first.style, first.codes) == ("noqa", ("MM101",))
    assert (second.style, second.codes, second.reason) == ("mmlint", ("MM102",), "why")


# --- alone on its line ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "x() // mmlint: ignore[MM101]",
        "/* mmlint: ignore[MM101] */ x()",
        "{ x() /* mmlint: ignore[MM101] */ }",
        "if (a) { /* mmlint: ignore[MM101] */",
        "<p>{/* mmlint: ignore[MM101] */}</p>",
    ],
)
def test_not_alone(text: str) -> None:
    assert not only(text).alone


@pytest.mark.parametrize(
    "text",
    [
        "// mmlint: ignore[MM101]",
        "\ufeff// mmlint: ignore[MM101]",
        "x()\n\t // mmlint: ignore[MM101]\ny()",
        "x()\r\n  /* mmlint: ignore[MM101] */ \r\ny()",
        "x()\r/* mmlint: ignore[MM101] */\ry()",
        "<p>\n  {/* mmlint: ignore[MM101] */}\n</p>",
        "<p>\n  { /* mmlint: ignore[MM101] */ }\n</p>",
        "/* a\n mmlint: ignore[MM101]\n b */\nx()",
    ],
)
def test_alone(text: str) -> None:
    assert only(text).alone


# --- the first comment block ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("x()\n// mmlint: ignore-file[MM401]", "javascript"),
        ("// a\nx()\n// mmlint: ignore-file[MM401]", "javascript"),
        ("x() // mmlint: ignore-file[MM401]", "javascript"),
        ("import os\n# mmlint: ignore-file[MM401]", "python"),
        ("<p>\n<!-- mmlint: ignore-file[MM401] -->", "html"),
        ("<script>x()</script><!-- mmlint: ignore-file[MM401] -->", "html"),
        ("<script>\n/* mmlint: ignore-file[MM401] */", "javascript"),
    ],
)
def test_not_leading(text: str, language: Language) -> None:
    assert not only(text, language).leading


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("// mmlint: ignore-file[MM401]\nx()", "javascript"),
        ("// a\n\n/* b */\n// mmlint: ignore-file[MM401]", "javascript"),
        ("#!/usr/bin/env node\n// mmlint: ignore-file[MM401]", "javascript"),
        ("\ufeff\"use client\";\n'use x'\n// mmlint: ignore-file[MM401]", "javascript"),
        ("#!/usr/bin/python\n# mmlint: ignore-file[MM401]\nimport os", "python"),
        ('"""What it is for:\n\n"x"."""\n\n# mmlint: ignore-file[MM401]', "python"),
        ("<!doctype html>\n<!-- mmlint: ignore-file[MM401] -->", "html"),
        ('<script lang="ts">\n/* mmlint: ignore-file[MM401] */', "html"),
        ("---\n/* mmlint: ignore-file[MM401] */\n---", "html"),
    ],
)
def test_leading(text: str, language: Language) -> None:
    assert only(text, language).leading


# --- any bytes ------------------------------------------------------------------------------------


@given(
    st.lists(
        st.sampled_from(
            [
                b"mmlint:",
                b" ignore",
                b"-file",
                b"[",
                b"]",
                b"MM1",
                b"\xff",
                b"\n",
                b"#",
                b"noqa:",
                b'"',
                b"'",
                b"/*",
                b"*/",
                b",",
            ]
        )
    )
)
def test_offsets_always_point_at_the_codes(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    for fact in ignores(data, [(0, len(data))], "python"):
        for code, start in zip(fact.codes, fact.code_starts, strict=True):
            assert data[start:].decode("utf-8", "replace").startswith(code)


def test_long_gaps_and_many_marks_take_linear_time() -> None:
    data = b"/* a */" + b" " * 400_000 + b"\n// mmlint: ignore[MM101]" * 2_000
    spans = [m.span() for m in _COMMENT["javascript"].finditer(data)]
    assert len(ignores(data, spans, "javascript")) == 2_000
