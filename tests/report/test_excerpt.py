"""Excerpts: what is shown of a line, and that the pointer stands under the right text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_samples import key

from mmlint.model.finding import Place
from mmlint.report.excerpt import WIDTH, Excerpt, clean, excerpt, visible
from mmlint.report.places import Located, SourceText


def shown(source: str | bytes, span: str, carrier: bool = False) -> Excerpt:
    """Return the excerpt of the first ``span`` in ``source``."""
    data = source if isinstance(source, bytes) else source.encode()
    start = data.index(span.encode())
    text = SourceText(data, carrier)
    end = start + len(span.encode())
    return excerpt(text, Located("x", text.position(start), text.position(end)))


def display_width(text: str) -> int:
    return sum(
        0
        if unicodedata.combining(c) or c == "\u200d"
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )


def pointed(found: Excerpt) -> str:
    """Return the characters of the shown line that stand over the pointer."""
    return "".join(
        character
        for index, character in enumerate(found.line)
        if found.indent <= display_width(found.line[:index]) < found.indent + found.width
    )


@pytest.mark.parametrize(
    "line",
    [
        "flush();",
        "  flush();",
        "\tflush();",
        "a\tb\tflush();",
        "const 購入 = 1; flush();",
        "const cafe\u0301 = 1; flush();",
        "'\N{FAMILY}\N{ZERO WIDTH JOINER}\N{WOMAN}'; flush();",
        "'\x1b[31m\x07'; flush();",
        "'\u202e'; flush();",
        "x" * 500 + " flush();",
        "x" * 500 + " flush();" + "y" * 500,
        "購" * 300 + " flush(); " + "\t" * 300,
    ],
)
def test_pointer_stands_under_the_span(line: str) -> None:
    assert pointed(shown(line, "flush()")) == "flush()"


def test_short_line_is_shown_whole() -> None:
    assert shown("a\n  b(c);\nd", "b(c)") == Excerpt(2, "  b(c);", 2, 4)


def test_span_over_several_lines_is_shown_to_the_end_of_the_first() -> None:
    assert shown("track({\n  event,\n});\n", "track({\n  event,\n})") == Excerpt(1, "track({", 0, 7)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends_are_not_part_of_the_line(ending: str) -> None:
    assert shown(f"a{ending}bb{ending}c", "bb") == Excerpt(2, "bb", 0, 2)


def test_byte_order_mark_takes_no_column() -> None:
    data = b"\xef\xbb\xbfflush()"
    assert SourceText(data, False).position(3) == (1, 1)
    assert shown(data, "flush()") == Excerpt(1, "flush()", 0, 7)


def test_empty_span_at_the_end_of_the_file_still_has_a_pointer() -> None:
    text = SourceText(b"ab", False)
    end = text.position(2)
    assert excerpt(text, Located("x", end, end)) == Excerpt(1, "ab", 2, 1)


def test_long_line_is_cut_on_both_sides() -> None:
    found = shown("x" * 5000 + "flush()" + "y" * 5000, "flush()")
    assert found.line.startswith("…x")
    assert found.line.endswith("y…")
    assert len(found.line) == WIDTH + 2


def test_span_longer_than_the_window_is_pointed_at_from_its_start() -> None:
    found = shown("a = " + "f" * 1000, "f" * 1000)
    assert found.line[found.indent] == "f"
    assert found.indent + found.width <= WIDTH


def test_key_is_masked_and_the_pointer_stays_on_what_follows() -> None:
    secret = key()
    found = shown(f'init({{ key: "{secret}" }}); flush()', "flush()")
    assert secret[-8:] not in found.line
    assert pointed(found) == "flush()"


def test_masked_literal_is_pointed_at_from_its_start() -> None:
    secret = key()
    found = shown(f'init({{ key: "{secret}" }})', f'"{secret}"')
    assert pointed(found) == '"sk_live_a1b2c3d4_…"'


def test_key_cut_by_the_window_leaves_no_tail() -> None:
    for padding in range(60, 110):
        secret = key()
        found = shown(f"flush(); {'x' * padding} {secret}", "flush()")
        assert not any(secret[start : start + 6] in found.line for start in range(17, 36))


def test_env_name_is_pointed_at() -> None:
    found = shown("A=1\nexport MM_SECRET=hunter2hunter2\n", "MM_SECRET", carrier=True)
    assert found.line == "export MM_SECRET=hun… (14 characters)"
    assert pointed(found) == "MM_SECRET"


def test_printable_text_stays_as_it_is() -> None:
    assert visible("購入 café — ok") == "購入 café — ok"


@pytest.mark.parametrize("hidden", ["\x00", "\x1b", "\x7f", "\x9b", "\u202e", "\u200b", "\u2028"])
def test_characters_that_steer_a_terminal_are_replaced(hidden: str) -> None:
    assert hidden not in visible(f"a{hidden}b")
    assert len(visible(f"a{hidden}b")) == 3


def test_messages_are_one_line() -> None:
    assert clean("one\r\n  two\x1b[0m") == "one two␛[0m"


@given(st.text())
def test_whatever_is_shown_cannot_steer_a_terminal(text: str) -> None:
    assert all(c.isprintable() or c in "\u200c\u200d" or c.isspace() for c in visible(text))
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in visible(text))


@given(st.binary(max_size=300), st.integers(-5, 310), st.integers(-5, 310), st.booleans())
def test_no_bytes_and_no_offsets_raise(data: bytes, start: int, end: int, carrier: bool) -> None:
    text = SourceText(data, carrier)
    first, last = sorted((text.position(start), text.position(end)))
    found = excerpt(text, Located("x", first, last))
    assert found.number >= 1
    assert found.width >= 1
    assert "\n" not in found.line
    assert "\r" not in found.line


@given(st.text(alphabet="aé購\t\r\n\u0301", max_size=40))
def test_positions_count_characters(text: str) -> None:
    data = text.encode()
    source = SourceText(data, False)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    last = source.position(len(data))
    assert last == (len(lines), len(lines[-1]) + 1)
    assert [source.line(n + 1).original for n in range(len(lines))] == lines


def test_a_place_in_a_lost_file_is_its_first_character() -> None:
    from report_samples import Project

    from mmlint.report.places import Sources

    located = Sources(Project().view()).locate(Place("gone.ts", 10, 20))
    assert located == Located("gone.ts", (1, 1), (1, 1))  # type: ignore[arg-type]
