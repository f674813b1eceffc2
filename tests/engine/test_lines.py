"""Which line holds a byte, and where lines begin and end; LF, CRLF and CR end one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.engine.lines import Lines


def test_an_empty_file_has_one_line() -> None:
    lines = Lines(b"")
    assert (lines.line(0), lines.start(1), lines.end(1)) == (1, 0, 0)


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_an_ending_belongs_to_the_line_that_it_ends(ending: bytes) -> None:
    data = b"a" + ending + b"b"
    lines = Lines(data)
    assert (lines.start(2), lines.end(1), lines.end(2)) == (len(data) - 1,) * 2 + (len(data),)
    assert [lines.line(at) for at in range(len(data))] == [1] * (len(data) - 1) + [2]


def test_a_line_behind_the_last_is_the_last() -> None:
    lines = Lines(b"a\nb")
    assert (lines.start(9), lines.end(9)) == (2, 3)


@given(st.text("a\r\n", max_size=12))
def test_every_byte_lies_in_its_line(text: str) -> None:
    data = text.encode()
    lines = Lines(data)
    for at in range(len(data)):
        line = lines.line(at)
        assert lines.start(line) <= at < lines.end(line)
    assert b"".join(
        data[lines.start(line) : lines.end(line)] for line in range(1, len(lines.starts) + 1)
    ) == data  # fmt: skip
