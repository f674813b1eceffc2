"""Shell scripts and Dockerfiles: what they set, and that every span is exact to the byte."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmlint.languages import observe
from mmlint.model.facts import EnvEntry, Language


def entries(language: Language, text: str) -> list[EnvEntry]:
    data = text.encode()
    found = observe(data, language).entries
    for one in found:
        assert data[one.start : one.end].decode() == one.name
        for reference in one.references:
            assert data[reference.start : reference.end].decode() == reference.name
    return list(found)


def said(language: Language, text: str) -> list[tuple[str, str]]:
    data, found = text.encode(), entries(language, text)
    return [(one.name, data[one.value_start : one.value_end].decode()) for one in found]


# --- shell ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "# export A=b",
        "true # A=b",
        "grep A= .env",
        "[ A == b ]",
        "curl https://x/?A=b",
        "echo --a=b",
        "echo a=b",
        "$A=b",
        "sed -i s/A=.*// x",
        "",
    ],
)
def test_nothing_is_set(text: str) -> None:
    assert said("shell", text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=b", [("A", "b")]),
        ("  export A=b", [("A", "b")]),
        ("export A=b B='c d' C=\"e f\"", [("A", "b"), ("B", "c d"), ("C", "e f")]),
        ("A=b B=c run", [("A", "b"), ("B", "c")]),
        ("run && A=b run", [("A", "b")]),
        ("if true; then A=b; fi", [("A", "b")]),
        ("env A=b run", [("A", "b")]),
        ("docker run -e A=b x", [("A", "b")]),
        ("docker build --build-arg A=b .", [("A", "b")]),
        ('docker build --build-arg "A=b" .', [("A", "b")]),
        ("A=", [("A", "")]),
        ('A="x # y" # B=c', [("A", "x # y")]),
        ('A="one\ntwo" B=$C', [("A", "one\ntwo"), ("B", "$C")]),
        ("A=b\r\nB=c\r\n", [("A", "b"), ("B", "c")]),
        ("cat > .env <<END\nA=b\nB=it's\nEND\n", [("A", "b"), ("B", "it")]),
        ("echo A=$B >> .env", [("A", "$B")]),
        ("docker build --build-arg A .", [("A", "")]),
        ("\ufeffA=b", [("A", "b")]),
    ],
)
def test_words_that_set_a_variable(text: str, expected: list[tuple[str, str]]) -> None:
    assert said("shell", text) == expected


def test_what_is_handed_on_refers_to_itself() -> None:
    (found,) = entries("shell", "docker build --build-arg A .")
    assert (found.shorthand, [one.name for one in found.references]) == (True, ["A"])


# --- Dockerfiles ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["# ENV A=b", "FROM x AS A", "LABEL a.b=c", "COPY A B", "ENVIRONMENT A=b", "ENV", "ARG"]
)
def test_no_instruction_sets_anything(text: str) -> None:
    assert said("dockerfile", text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ENV A=b", [("A", "b")]),
        ("env A=b C='d e'", [("A", "b"), ("C", "d e")]),
        ("ENV A the rest of it ", [("A", "the rest of it")]),
        ("ENV A=b \\\n    C=d \\\n  # E=f\n    G=h\nRUN x", [("A", "b"), ("C", "d"), ("G", "h")]),
        ("ENV A=b \\\r\n    C=d\r\n", [("A", "b"), ("C", "d")]),
        ("ARG A\nARG B=c D", [("A", ""), ("B", "c"), ("D", "")]),
        ("ONBUILD ARG A=b", [("A", "b")]),
        ("RUN A=b make", [("A", "b")]),
        ("RUN <<END\nexport A=b\nEND\nENV C=d", [("A", "b"), ("C", "d")]),
        ("COPY <<END /.env\nA=b\nEND", [("A", "b")]),
        ('ENV A="b\\"c" D=e', [("A", 'b\\"c'), ("D", "e")]),
    ],
)
def test_instructions(text: str, expected: list[tuple[str, str]]) -> None:
    assert said("dockerfile", text) == expected


# --- spans and hostile files ----------------------------------------------------------------------

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True)
VALUES = st.from_regex(r"[A-Za-z0-9_.:/é-]{0,30}", fullmatch=True)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=5))
def test_the_bytes_at_every_span_are_the_name_and_the_value(pairs: dict[str, str]) -> None:
    docker = "ENV é=1\n" + "".join(f'ENV {name}="{value}"\n' for name, value in pairs.items())
    assert said("dockerfile", docker)[-len(pairs) :] == list(pairs.items())
    script = "".join(f"export {name}='{value}' # é\n" for name, value in pairs.items())
    assert said("shell", script) == list(pairs.items())


@pytest.mark.parametrize("language", ["shell", "dockerfile"])
@pytest.mark.parametrize(
    "text",
    [
        "A=" + "x" * 1_000_000,
        'A="' + "x" * 1_000_000,
        "A=" + "${" * 300_000,
        "A=b " * 100_000,
        "ENV " + "A=b \\\n" * 100_000,
        "ENV A " + "\\\n" * 300_000,
        "ENV A=b " + "\\\n# c" * 100_000,
        '"' * 500_001,
        "'\"" * 250_000,
        "#" * 1_000_000,
        " #" * 300_000,
        "A='" * 200_000,
        "\\" * 1_000_001,
        "ARG " * 200_000,
    ],
    ids=lambda value: value[:12].replace("\n", " "),
)
def test_hostile_files_come_to_an_end(language: Language, text: str) -> None:
    assert observe(text.encode(), language).language == language


@pytest.mark.parametrize("language", ["shell", "dockerfile"])
@settings(max_examples=100, derandomize=True, deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_fine(language: Language, data: bytes) -> None:
    for start in (b"", b"ENV A=", b'export A="', b"RUN A="):
        for one in observe(start + data, language).entries:
            assert 0 <= one.start < one.end <= len(start + data)
            assert one.value_start <= one.value_end <= len(start + data)
