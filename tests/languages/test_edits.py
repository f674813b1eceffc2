"""What holds for edits in every language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.languages.edits.writing import write
from mmlint.model import finding as f
from mmlint.model.facts import Language
from mmlint.model.report import TextEdit

SCRIPTS: dict[Language, bytes] = {
    "javascript": (
        b'import { track } from "m";\nexport function GET() {\n  track({ event: "x" });\n'
        b"  if (a) return b;\n  return { c }; // d\n}\n"
    ),
    "tsx": b"const f = (x: number): T => {\r\n\ttrack<T>({})\r\n\treturn <a b={() => {}} />\r\n}",
    "vue": b'<p>x</p>\n<script lang="ts">\nlet a: T = {}\nif (a)\n  b() // c\n</script>\n',
    "python": (
        b'from m import track\n\n\ndef f(x):\n    track(\n        {"event": "x"},  # c\n    )\n'
        b"    return (x)\n"
    ),
}


def test_edits_out_of_bounds_are_refused() -> None:
    assert write((f.Replace("a", 0, 9, "x"),), "javascript", b"ab") is None
    assert write((f.Replace("a", 2, 1, "x"),), "javascript", b"ab") is None


def test_edits_that_collide_are_refused() -> None:
    inserts = (f.Replace("a", 1, 1, "x"), f.Replace("a", 1, 1, "y"))
    assert write(inserts, "javascript", b"ab") is None
    assert write((f.Replace("a", 0, 2, "x"), f.Replace("a", 1, 2, "y")), "vue", b"ab") is None


def test_new_text_beyond_ascii_needs_a_file_in_utf_8() -> None:
    assert write((f.Replace("a", 0, 0, "é"),), "javascript", b"\xff") is None
    assert write((f.Replace("a", 0, 0, "\ud800"),), "javascript", b"") is None
    assert write((f.Replace("a", 0, 0, "e"),), "javascript", b"\xff") is not None


@pytest.mark.parametrize(
    ("language", "source", "replaced"),
    [
        ("typescript", b"a(now(/* at once */));", b"now(/* at once */)"),
        ("vue", b"<script>\na(now( // x\n));\n</script>", b"now( // x\n)"),
        ("python", b"a(now(  # at once\n))", b"now(  # at once\n)"),
    ],
)
def test_code_that_holds_a_comment_is_not_replaced(
    language: Language, source: bytes, replaced: bytes
) -> None:
    start = source.index(replaced)
    assert write((f.Replace("a", start, start + len(replaced), "b"),), language, source) is None


@pytest.mark.parametrize(
    ("language", "source", "replaced"),
    [
        ("typescript", b'a("http://b");', b'"http://b"'),
        ("python", b'a("#b")', b'"#b"'),
        ("typescript", b"a(); // b", b" // b"),
        ("python", b"a()  # b", b"# b"),
    ],
)
def test_a_text_with_the_mark_of_one_is_none_and_a_comment_can_be_replaced(
    language: Language, source: bytes, replaced: bytes
) -> None:
    start = source.index(replaced)
    edit = f.Replace("a", start, start + len(replaced), "x")
    assert write((edit,), language, source) == (TextEdit("a", start, edit.end, "x"),)


def test_settings_are_only_replaced() -> None:
    assert write((f.RemoveStatement("a", 0, 3),), "dotenv", b"A=1") is None
    assert write((f.Replace("a", 0, 1, "B"),), "dotenv", b"A=1") == (TextEdit("a", 0, 1, "B"),)


def test_edits_come_in_source_order_and_the_same_edit_counts_once() -> None:
    first, second = f.Replace("a", 0, 1, "x"), f.Replace("a", 2, 3, "y")
    expected = (TextEdit("a", 0, 1, "x"), TextEdit("a", 2, 3, "y"))
    assert write((second, first, second), "javascript", b"abc") == expected


@pytest.mark.parametrize("language", list(SCRIPTS))
@given(data=st.data())
def test_any_span_of_any_edit_gives_changes_within_the_file(
    language: Language, data: st.DataObject
) -> None:
    source = SCRIPTS[language]
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, len(source)))
    edit = data.draw(
        st.sampled_from(
            [
                f.AddStatement("a", start, end, "await flush();"),
                f.HoistReturn("a", start, end, start, end, "await flush();"),
                f.RemoveStatement("a", start, end),
                f.AddEntry("a", start, end, "k", "v"),
                f.RenameKey("a", start, end, "c", "k"),
                f.RemoveEntry("a", start, end),
                f.WrapEntry("a", start, end, "k"),
                f.MoveEntry("a", start, end, (0, end), "k"),
                f.Rewrite("a", start, end, ((start, start), "k")),
                f.AddArgument("a", start, end, "k=v"),
                f.ImportName("a", start, end, "flush"),
                f.MakeAsync("a", start, end),
            ]
        )
    )
    changes = write((edit,), language, source)
    position = 0
    for change in changes or ():
        assert position <= change.start <= change.end <= len(source)
        position = change.end


@given(
    st.sampled_from(["javascript", "typescript", "tsx", "python", "vue", "astro", "html"]),
    st.binary(max_size=60),
    st.sampled_from([f.RemoveStatement, f.MakeAsync]),
)
def test_any_bytes_are_survived(
    language: Language, source: bytes, kind: type[f.RemoveStatement] | type[f.MakeAsync]
) -> None:
    changes = write((kind("a", 0, len(source)),), language, source)
    assert changes is None or all(change.end <= len(source) for change in changes)


def test_a_key_is_renamed_as_a_word_or_inside_its_quotes_and_never_in_doubt() -> None:
    def renamed(source: bytes, start: int) -> str | None:
        changes = write((f.RenameKey("a", start, len(source), "userId", "user_id"),), "tsx", source)
        if changes is None:
            return None
        (change,) = changes
        return (source[: change.start] + change.text.encode() + source[change.end :]).decode()

    assert renamed(b"f({ userId: 1 })", 4) == "f({ user_id: 1 })"
    assert renamed(b"f({ 'userId': 1 })", 4) == "f({ 'user_id': 1 })"
    assert renamed(b'f({ "userId": 1 })', 4) == 'f({ "user_id": 1 })'
    assert renamed(b"f({ 'user\\x49d': 1 })", 4) is None
    assert renamed(b"f({ other: 1 })", 4) is None
    assert renamed(b"f({ userIdentity: 1 })", 4) is None
