"""Files in other encodings than UTF-8: read as what they say, and written back as they were."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.files.reading import read
from mmlint.languages import observe
from mmlint.model.encoding import can_hold, decoded, encoded

DECLARED = [
    ("latin-1", "é"),
    ("iso-8859-15", "€"),
    ("cp1252", "€"),
    ("koi8-r", "ж"),
    ("shift_jis", "表"),
    ("euc-jp", "表"),
    ("gb18030", "表"),
]
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
"""A NUL behind the mark of UTF-16 makes it that of UTF-32."""


# --- what stays as it is --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x = 1\n",
        "x = 'é'\n".encode(),
        "\ufeffx = 'é'\n".encode(),
        "# coding: utf-8\nx = 'é'\n".encode(),
        "\ufeff# coding: latin-1\nx = 'é'\n".encode(),  # the mark outweighs it
        b"# coding: unheard-of\nx = '\xe9'\n",
        b"# coding: hex\nx = '\xe9'\n",  # no encoding of texts
        b"# coding: punycode\nx = '\xe9'\n",  # takes quadratic time
        b"# coding: ascii\nx = '\xe9'\n",
        b"\n\n# coding: latin-1\nx = '\xe9'\n",  # not in the first two lines
        b"x = 1\n# coding: latin-1\nx = '\xe9'\n",  # not behind code
        b"x = '# coding: latin-1 \xe9'\n",
        b"\xe9",
    ],
)
def test_bytes_without_a_known_encoding_stay(data: bytes) -> None:
    assert decoded(data) == data
    assert encoded(b"other", data) == b"other"


@pytest.mark.parametrize(
    ("text", "original"),
    [
        ("# coding: latin-1\nx = '€'\n", b"# coding: latin-1\nx = '\xe9'\n"),
        ("# coding: shift_jis\nx = 'é'\n", "# coding: shift_jis\nx = '表'\n".encode("shift_jis")),
        # Another spelling of the same text would change what nobody asked to change.
        ("# coding: utf-7\ny = 'é'\n", b"# coding: utf-7\nx = '+AGE-+AOk-'\n"),
    ],
)
def test_what_an_encoding_cannot_hold_is_not_written(text: str, original: bytes) -> None:
    assert decoded(original) != original
    assert encoded(text.encode(), original) is None


def test_only_characters_of_the_encoding_fit() -> None:
    assert can_hold("a", b"\xff")
    assert not can_hold("é", b"\xff")
    assert can_hold("€", "x = 'é'".encode())
    assert can_hold("é", b"# coding: latin-1\n")
    assert not can_hold("€", b"# coding: latin-1\n")


# --- what is read ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "character"), DECLARED)
@pytest.mark.parametrize(
    "head",
    ["# coding: {}\n", "#!/usr/bin/python\n# -*- coding: {} -*-\r\n", "\n# vim: fileencoding={}\n"],
)
def test_declared_python_is_valid(tmp_path: Path, name: str, character: str, head: str) -> None:
    text = f"{head.format(name)}f('{character}')  # {character}\n"
    (tmp_path / "a.py").write_bytes(text.encode(name))
    data = read(tmp_path, "a.py")
    assert data == text.encode()
    facts = observe(data, "python")
    assert facts.problem is None
    compile(text.encode(name), "a.py", "exec")


def test_python_that_is_not_what_it_says_is_an_error() -> None:
    data = decoded(b"# coding: ascii\nx = '\xe9'\n")
    problem = observe(data, "python").problem
    assert problem is not None
    assert "not UTF-8" in problem.message


@pytest.mark.parametrize(
    ("mark", "name"),
    [
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF8, "utf-8"),
    ],
)
def test_keys_are_found_behind_a_mark(tmp_path: Path, mark: bytes, name: str) -> None:
    secret = "sk_" + "live_" + "ab12cd34_" + "z9f3a1b2c3d4e5f60718293a"
    for text in (f"$key = '{secret}' # é\r\n", secret):
        (tmp_path / "a.ps1").write_bytes(mark + text.encode(name))
        data = read(tmp_path, "a.ps1")
        assert data == ("\ufeff" + text).encode()
        assert len(observe(data, "text", b"salt").keys) == 1


def test_a_broken_character_hides_nothing_behind_a_mark() -> None:
    data = codecs.BOM_UTF16_LE + b"\x00\xd8" + "later".encode("utf-16-le")
    assert decoded(data).endswith(b"later")
    assert encoded(b"other", data) is None


# --- what is written ------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "character"), DECLARED)
def test_a_declared_encoding_is_kept(name: str, character: str) -> None:
    before = f"# coding: {name}\nx = '{character}'\n"
    after = before.replace("x", "longer")
    assert encoded(after.encode(), before.encode(name)) == after.encode(name)


@given(
    st.text(CHARACTERS),
    st.sampled_from(["le", "be"]),
)
def test_a_mark_is_kept(text: str, order: str) -> None:
    data = ("\ufeff" + text).encode(f"utf-16-{order}")
    assert encoded(decoded(data) + b"x", data) == data + "x".encode(f"utf-16-{order}")


@given(st.binary(max_size=60), st.sampled_from([b"", b"\xff\xfe", b"# coding: shift_jis\n"]))
def test_any_bytes_come_back_or_are_refused(data: bytes, head: bytes) -> None:
    assert encoded(decoded(head + data), head + data) in (head + data, None)
