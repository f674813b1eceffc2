"""Env files: every name and value in its place, and only the kind of the value remembered."""

from __future__ import annotations

import random
import re
import string
from io import StringIO

import pytest
from dotenv.parser import parse_stream
from hypothesis import assume, given
from hypothesis import strategies as st

from mmlint.languages.settings.dotenv import _unescaped, observe
from mmlint.model.facts import EnvEntry


def a_key(kind: str = "sk") -> str:
    tail = "".join(random.choices(string.ascii_letters, k=20)) + "7"
    return f"{kind}_live_" + "0a1b2c3d" + "_" + tail


def read(data: bytes) -> list[tuple[bytes, bytes]]:
    """The bytes that the spans of names and values cut out."""
    return [
        (data[e.start : e.end], data[e.value_start : e.value_end]) for e in observe(data).entries
    ]


def only(text: str) -> EnvEntry:
    (entry,) = observe(text.encode()).entries
    return entry


# --- what is no entry -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\r\n",
        b"# A=1",
        b"  # A=1",
        b"A",
        b"export A",
        b"=1",
        b"if [ -n x ]; then",
        b"\x00\x01\x02",
    ],
)
def test_nothing_assigned(data: bytes) -> None:
    assert observe(data).entries == ()


def test_a_line_inside_a_quoted_value_is_no_entry() -> None:
    assert read(b'A="one\nB=two\n# three\n"\nC=4') == [
        (b"A", b"one\nB=two\n# three\n"),
        (b"C", b"4"),
    ]


def test_a_key_in_the_place_of_a_name_is_not_remembered() -> None:
    assert observe(f"{a_key()}=1".encode()).entries == ()


# --- where things stand ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"NAME=value", b"value"),
        (b"NAME = value  ", b"value"),
        (b"  NAME=value", b"value"),
        (b"export NAME=value", b"value"),
        (b"export\tNAME= value", b"value"),
        (b"'NAME'=value", b"value"),
        (b"NAME=value # note", b"value"),
        (b"NAME=val#ue", b"val#ue"),
        (b"NAME=#value", b"#value"),
        (b"NAME= # note", b""),
        (b"NAME=", b""),
        (b'NAME=""', b""),
        (b"NAME='a # b' # note", b"a # b"),
        (b'NAME="a \\" b"', b'a \\" b'),
        (b"\xef\xbb\xbfNAME=value", b"value"),
        (b"NAME=\xff\xfe # x", b"\xff\xfe"),
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_spans(data: bytes, value: bytes, end: bytes) -> None:
    assert read(data) == [(b"NAME", value)]
    assert read(data + end + b"NEXT=1") == [(b"NAME", value), (b"NEXT", b"1")]


def test_a_name_given_twice_is_two_entries() -> None:
    assert read(b"A=1\nA=2") == [(b"A", b"1"), (b"A", b"2")]


@pytest.mark.parametrize("broken", [b'A="one', b"A='one", b'A="one" two', b'A="one\\"'])
def test_a_broken_quote_harms_no_other_line(broken: bytes) -> None:
    assert read(broken + b'\nB="two"\n\nC=3')[1:] == [(b"B", b"two"), (b"C", b"3")]


def test_a_key_behind_a_broken_quote_is_still_seen() -> None:
    key = only(f'A="{a_key()}').key
    assert key is not None
    assert key.shape == "full"


# --- what a value is ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("", "empty"),
        ('"  "', "empty"),
        ("3000", "other"),
        ("https://api.millimetric.ai", "other"),
        ("'it costs $5'", "other"),
        ("\\$NAME", "other"),
        ("$$NAME", "other"),
        ("changeme", "placeholder"),
        ("your-key-here", "placeholder"),
        ("sk_live_...", "placeholder"),
        ('"sk_xxx"', "placeholder"),
        ("$AOA_SK", "reference"),
        ("${AOA_SK}", "reference"),
        ('"${AOA_SK:-none}"', "reference"),
        ("https://$HOST/x", "reference"),
    ],
)
def test_kinds(value: str, kind: str) -> None:
    assert only(f"A={value}").value == kind


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_a_key_is_kept_redacted_and_its_text_nowhere(quote: str) -> None:
    secret = a_key()
    entry = only(f"A={quote}{secret}{quote}")
    assert entry.value == "key"
    assert entry.key is not None
    assert (entry.key.kind, entry.key.prefix, entry.key.shape) == ("sk", "0a1b2c3d", "full")
    assert secret[18:] not in repr(entry)


def test_somebody_elses_key_is_a_key() -> None:
    entry = only("A=" + "sk_test_" + "4eC39HqLyjWD")
    assert entry.key is not None
    assert (entry.value, entry.key.shape) == ("key", "foreign")


def test_references_in_order() -> None:
    data = 'A="${B:-$C} and $D"'
    found = only(data).references
    assert [one.name for one in found] == ["B", "C", "D"]
    assert [data[one.start : one.end] for one in found] == ["B", "C", "D"]


@given(
    st.text(alphabet="ab1 .-$#'\"\\é", max_size=12).filter(
        lambda v: not v.lstrip().startswith(("'", '"'))
    )
)
def test_unquoted_values_end_where_python_dotenv_ends_them(value: str) -> None:
    data = f"A={value}".encode()
    (binding,) = parse_stream(StringIO(data.decode()))
    assert [found.decode() for _, found in read(data)] == [binding.value]


@given(st.sampled_from("'\""), st.text(alphabet="ab nrtvf01x\\'\"$#é\n", max_size=12))
def test_escapes_mean_what_they_mean_to_python_dotenv(quote: str, written: str) -> None:
    whole = f"A={quote}{written}{quote}"
    assume(re.fullmatch(rf"(\\.|[^{quote}\\])*", written, re.DOTALL))
    (binding,) = parse_stream(StringIO(whole))
    assert _unescaped(written, quote) == binding.value


# --- suppressions ---------------------------------------------------------------------------------


def test_only_a_comment_line_of_its_own_suppresses() -> None:
    data = b"A=1 # mmlint: ignore[MM201]\n  # mmlint: ignore[MM201] test key\r\nB=2\n"
    (fact,) = observe(data).ignores
    assert data[fact.start : fact.end] == b"# mmlint: ignore[MM201] test key"
    assert fact.alone


# --- any bytes ------------------------------------------------------------------------------------


@given(
    st.lists(
        st.sampled_from(
            [
                b"A",
                b"=",
                b'"',
                b"'",
                b"\\",
                b"\n",
                b"\r",
                b" ",
                b"#",
                b"$",
                b"{",
                b"export ",
                b"\xff",
                b"\x00",
                b"\xc3\xa9",
            ]
        )
    )
)
def test_spans_lie_in_order_inside_the_file(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    at = 0
    for entry in observe(data).entries:
        assert at <= entry.start < entry.end < entry.value_start <= entry.value_end <= len(data)
        at = entry.value_end


@pytest.mark.parametrize(
    "data",
    [
        b"A=x" + b" " * 1_000_000 + b"y",
        b"A=" + b"${A:-" * 200_000,
        b"A=" + b"<" * 1_000_000,
        b'A="' + b'x\\"\n' * 300_000,
        b" " * 1_000_000,
        b"A='z\"\nA=\"z'\n" * 20_000,
    ],
    ids=["blanks", "references", "angles", "open quote", "blank line", "crossed quotes"],
)
def test_hostile_files_take_linear_time(data: bytes) -> None:
    assert all(entry.name == "A" for entry in observe(data).entries)
