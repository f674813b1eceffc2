"""The fixer: first what it must not do, then what it does.

The project linted here is a toy: every ``bad`` is a finding, and a file parses when it does not
contain ``!``.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.engine import fixer
from mmlint.engine.fixer import Change, Moves, WriteError, apply, compatible, fix, write_files
from mmlint.model.finding import Finding, Fix, Place, Replace, Safety
from mmlint.model.report import Reported, TextEdit

# --- text edits ---------------------------------------------------------------------------------


@st.composite
def files_and_edits(draw: st.DrawFn) -> tuple[bytes, list[TextEdit]]:
    source = draw(st.binary(max_size=40))
    offset = st.integers(0, len(source))
    pairs = draw(st.lists(st.tuples(offset, offset, st.text("ab\r\n", max_size=3)), max_size=6))
    return source, [TextEdit("a", min(s, e), max(s, e), text) for s, e, text in pairs]


def disjoint(edits: Sequence[TextEdit]) -> list[TextEdit]:
    """Cut ``edits`` down to some that neither touch nor overlap."""
    kept: list[TextEdit] = []
    for edit in sorted(edits):
        if not kept or edit.start > kept[-1].end:
            kept.append(edit)
    return kept


@given(st.binary())
def test_no_edits_change_nothing(source: bytes) -> None:
    assert apply(source, []) == source


@given(files_and_edits())
def test_bytes_outside_the_edits_stay_as_they_are(case: tuple[bytes, list[TextEdit]]) -> None:
    source, edits = case
    edits = disjoint(edits)
    expected, position = b"", 0
    for edit in edits:
        expected += source[position : edit.start] + edit.text.encode()
        position = edit.end
    assert apply(source, edits) == expected + source[position:]


@given(files_and_edits(), st.randoms())
def test_the_order_of_edits_does_not_matter(
    case: tuple[bytes, list[TextEdit]], random: Random
) -> None:
    source, edits = case
    shuffled = list(edits)
    random.shuffle(shuffled)
    assert apply(source, shuffled + edits) == apply(source, edits)


@given(files_and_edits())
def test_overlapping_edits_are_done_whole_or_not_at_all(
    case: tuple[bytes, list[TextEdit]],
) -> None:
    source, edits = case
    result = apply(source, edits)
    chosen = compatible([reported("X1", "a", 0, (edit,)) for edit in sorted(set(edits))])
    assert result == apply(source, [edit for one in chosen for edit in one.edits or ()])
    grown = sum(len(e.text) - (e.end - e.start) for one in chosen for e in one.edits or ())
    assert len(result) == len(source) + grown


@given(files_and_edits(), st.data())
def test_a_byte_that_no_edit_touches_is_found_again(
    case: tuple[bytes, list[TextEdit]], data: st.DataObject
) -> None:
    source, edits = case
    edits = disjoint(edits)
    free = [i for i in range(len(source)) if not any(e.start <= i < e.end for e in edits)]
    if free:
        offset = data.draw(st.sampled_from(free))
        after = apply(source, edits)
        moves = Moves(edits)
        assert after[moves.of(offset)] == source[offset]


def test_insertions_at_one_place_are_one_when_equal_and_a_conflict_when_not() -> None:
    both = [TextEdit("a", 1, 1, "x"), TextEdit("a", 1, 1, "x")]
    assert apply(b"()", both) == b"(x)"
    assert apply(b"()", [*both, TextEdit("a", 1, 1, "y")]) == b"(x)"


# --- which fixes go together --------------------------------------------------------------------


def reported(
    code: str,
    path: str,
    start: int,
    edits: tuple[TextEdit, ...] | None,
    safety: Safety = "safe",
    reveals: bool = False,
) -> Reported:
    named = tuple(Replace(e.path, e.start, e.end, e.text) for e in edits or ())
    offered = None if edits is None else Fix("repair it", safety, named, reveals)
    place = Place(path, start, start + 1)
    return Reported(Finding(code, "rule", "error", "it is bad", place, fix=offered), edits)


def test_a_fix_waits_when_any_of_its_files_is_taken() -> None:
    first = reported("X1", "a", 0, (TextEdit("a", 0, 2, "x"),))
    second = reported("X1", "b", 0, (TextEdit("b", 0, 1, "x"), TextEdit("a", 1, 1, "y")))
    third = reported("X1", "b", 0, (TextEdit("b", 0, 1, "z"),))
    assert compatible([first, second, third]) == [first, third]


def test_fixes_may_share_an_edit() -> None:
    shared = TextEdit("a", 0, 0, "import flush;")
    first = reported("X1", "a", 1, (shared, TextEdit("a", 5, 5, "x")))
    second = reported("X1", "a", 9, (shared, TextEdit("a", 9, 9, "x")))
    assert compatible([first, second]) == [first, second]


# --- to the fixpoint ----------------------------------------------------------------------------

Edits = Callable[[str, int, int], tuple[TextEdit, ...] | None]


class Toy:
    """A project in memory, linted for ``bad``; ``edits`` makes the fix of each finding."""

    def __init__(
        self,
        files: dict[str, bytes],
        edits: Edits,
        safety: Safety = "safe",
        reveals: bool = False,
    ) -> None:
        self.files = files
        self.reveals = reveals
        self.edits = edits
        self.safety = safety
        self.runs = 0

    def lint(self, overlay: Mapping[str, bytes]) -> list[Reported]:
        self.runs += 1
        found = []
        for path, content in sorted({**self.files, **overlay}.items()):
            for match in re.finditer(rb"bad|worse", content):
                code = "X1" if match.group() == b"bad" else "X2"
                edits = self.edits(path, *match.span()) if code == "X1" else None
                found.append(reported(code, path, match.start(), edits, self.safety, self.reveals))
        return found

    def fix(self, safeties: Sequence[Safety] = ("safe",)) -> fixer.Fixed:
        return fix(self.lint, self.files.get, lambda data, _: b"!" not in data, safeties=safeties)


def replaced_by(text: str) -> Edits:
    return lambda path, start, end: (TextEdit(path, start, end, text),)


def test_nothing_to_fix_is_linted_once_and_changes_nothing() -> None:
    toy = Toy({"a": b"fine"}, replaced_by("good"))
    assert toy.fix() == fixer.Fixed((), (), (), ())
    assert toy.runs == 1


@pytest.mark.parametrize("safety", ["unsafe", "shown"])
def test_a_fix_that_is_not_allowed_is_not_done(safety: Safety) -> None:
    toy = Toy({"a": b"bad"}, replaced_by("good"), safety)
    assert toy.fix().files == {}
    assert toy.fix(["safe", safety]).files == {"a": b"good"}


def test_a_fix_that_breaks_the_syntax_is_undone_and_not_tried_again() -> None:
    toy = Toy({"a": b"bad bad"}, lambda p, s, e: (TextEdit(p, s, e, "good" if s else "!"),))
    done = toy.fix()
    assert done.files == {"a": b"bad good"}
    assert [one.reason for one in done.undone] == ["would leave a with a syntax error"]
    assert len(done.applied) == 1


def test_a_file_that_was_broken_before_may_still_be_fixed() -> None:
    assert Toy({"a": b"! bad"}, replaced_by("good")).fix().files == {"a": b"! good"}


def test_a_fix_that_brings_other_findings_is_undone() -> None:
    toy = Toy({"a": b"bad, bad"}, lambda p, s, e: (TextEdit(p, s, e, "worse" if s else "ok"),))
    done = toy.fix()
    assert done.files == {"a": b"ok, bad"}
    assert [one.reason for one in done.undone] == ["would add a finding of X2 to a"]


def test_harm_is_not_hidden_by_the_good_of_another_fix() -> None:
    toy = Toy({"a": b"bad, bad"}, lambda p, s, e: (TextEdit(p, s, e, " bad bad" if s else "ok"),))
    assert toy.fix().files == {"a": b"ok, bad"}


def test_a_fix_that_leaves_its_finding_is_undone() -> None:
    toy = Toy({"a": b"x bad"}, lambda p, s, e: (TextEdit(p, 0, 0, "await "),))
    done = toy.fix()
    assert done.files == {}
    assert [one.reason for one in done.undone] == ["does not repair what was found"]
    assert toy.runs == 2


def test_a_fix_whose_neighbour_takes_its_place_is_kept() -> None:
    toy = Toy({"a": b"bad,bad,"}, lambda p, s, e: (TextEdit(p, s, e + 1, ""),) if s == 0 else None)
    done = toy.fix()
    assert (done.undone, done.files) == ((), {"a": b""})


@pytest.mark.parametrize("reveals", [True, False])
def test_a_fix_may_bring_up_what_its_mistake_hid_but_nothing_of_its_own_kind(reveals: bool) -> None:
    toy = Toy({"a": b"bad"}, replaced_by("worse"), reveals=reveals)
    assert toy.fix().files == ({"a": b"worse"} if reveals else {})
    assert Toy({"a": b"bad"}, replaced_by("bad bad"), reveals=reveals).fix().files == {}


def test_a_fix_of_a_file_that_is_gone_is_undone() -> None:
    toy = Toy({"a": b"bad"}, lambda p, s, e: (TextEdit("b", 0, 0, "x"),))
    assert [one.reason for one in toy.fix().undone] == ["needs b, which cannot be read"]


def test_a_fix_beyond_the_end_of_its_file_is_undone() -> None:
    toy = Toy({"a": b"bad"}, lambda p, s, e: (TextEdit(p, s, e + 9, "x"),))
    assert [one.reason for one in toy.fix().undone] == ["does not fit a as it is now"]


def test_a_fix_that_never_ends_stops_after_some_rounds() -> None:
    toy = Toy({"a": b"bad"}, lambda p, s, e: (TextEdit(p, s, e, " bad"),))
    done = toy.fix()
    assert done.files == {"a": b" " * fixer.ROUNDS + b"bad"}
    assert len(done.findings) == 1


def test_all_fixes_that_do_not_touch_are_done_in_one_round() -> None:
    toy = Toy({"a": b"\xef\xbb\xbfbad\r\n\tbad", "b": b"bad"}, replaced_by("good"))
    done = toy.fix()
    assert done.files == {"a": b"\xef\xbb\xbfgood\r\n\tgood", "b": b"good"}
    assert done.findings == ()
    assert toy.runs == 2


def test_fixes_that_overlap_are_done_in_later_rounds() -> None:
    def head(path: str, start: int, end: int) -> tuple[TextEdit, ...]:
        return TextEdit(path, 0, 0, f"{start};"), TextEdit(path, start, end, "ok")

    toy = Toy({"a": b"bad bad"}, head)
    assert toy.fix().files == {"a": b"5;0;ok ok"}


def test_files_that_a_fix_joins_are_written_together() -> None:
    def both(path: str, start: int, end: int) -> tuple[TextEdit, ...]:
        renamed = TextEdit(path, start, end, "good")
        return (renamed, TextEdit("b", 0, 1, "B")) if path == "a" else (renamed,)

    done = Toy({"a": b"bad", "b": b"b", "c": b"bad"}, both).fix()
    assert done.groups == (
        (Change("a", b"bad", b"good"), Change("b", b"b", b"B")),
        (Change("c", b"bad", b"good"),),
    )


def test_findings_at_hand_are_not_looked_for_again() -> None:
    toy = Toy({"a": b"bad"}, replaced_by("good"))
    findings = toy.lint({})
    done = fix(toy.lint, toy.files.get, lambda *_: True, findings=findings)
    assert done.applied == tuple(findings)
    assert toy.runs == 2


@given(st.lists(st.sampled_from(["bad", "worse", " ", "é", "\r\n", "!"]), max_size=12))
def test_everything_but_the_finding_stays_byte_for_byte(parts: list[str]) -> None:
    source = "".join(parts).encode()
    done = Toy({"a": source}, replaced_by("good")).fix()
    assert done.files.get("a", source) == source.replace(b"bad", b"good")


# --- to the disk --------------------------------------------------------------------------------


def listing(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_a_path_out_of_the_root_is_not_written(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    outside = tmp_path / "out"
    outside.write_bytes(b"a")
    (root / "link").symlink_to(outside)
    (root / "folder").symlink_to(tmp_path)
    for path in ("../out", str(outside), "link", "folder/out", "folder/../out"):
        with pytest.raises(WriteError, match="leads out of the project"):
            write_files(root, [Change(path, b"a", b"b")])
    assert outside.read_bytes() == b"a"


def test_a_file_that_changed_meanwhile_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "b").write_bytes(b"edited by somebody")
    changes = [Change("a", b"old", b"new"), Change("b", b"old", b"new")]
    with pytest.raises(WriteError, match=r"b: changed while mmlint ran.*Run mmlint again"):
        write_files(tmp_path, changes)
    assert listing(tmp_path) == {"a": b"old", "b": b"edited by somebody"}


@pytest.mark.parametrize("path", ["gone", "folder", "a\0b", ""])
def test_what_is_no_file_is_not_written(tmp_path: Path, path: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(WriteError, match="nothing was changed"):
        write_files(tmp_path, [Change(path, b"a", b"b")])
    assert listing(tmp_path) == {}


def test_when_one_file_fails_the_others_get_their_bytes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        (tmp_path / name).write_bytes(b"old")
    rename = os.replace

    def failing(source: str, target: str) -> None:
        if target.endswith("b"):
            raise OSError("the disk is full")
        rename(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(WriteError, match="the disk is full"):
        write_files(tmp_path, [Change("a", b"old", b"new"), Change("b", b"old", b"new")])
    assert listing(tmp_path) == {"a": b"old", "b": b"old"}


def test_what_could_not_be_changed_back_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        (tmp_path / name).write_bytes(b"old")
    rename = os.replace
    calls: list[str] = []

    def failing(source: str, target: str) -> None:
        calls.append(target)
        if len(calls) > 1:
            raise OSError("the disk is gone")
        rename(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(WriteError, match="a: was changed, and could not be changed back"):
        write_files(tmp_path, [Change("a", b"old", b"new"), Change("b", b"old", b"new")])
    assert listing(tmp_path) == {"a": b"new", "b": b"old"}


def test_a_file_that_changes_just_before_it_is_replaced_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        (tmp_path / name).write_bytes(b"old")
    rename = os.replace

    def slow(source: str, target: str) -> None:
        rename(source, target)
        (tmp_path / "b").write_bytes(b"saved by an editor")

    monkeypatch.setattr(os, "replace", slow)
    with pytest.raises(WriteError, match="b: changed while mmlint ran"):
        write_files(tmp_path, [Change("a", b"old", b"new"), Change("b", b"old", b"new")])
    assert listing(tmp_path) == {"a": b"old", "b": b"saved by an editor"}


def test_a_file_that_was_changed_again_is_not_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        (tmp_path / name).write_bytes(b"old")
    rename = os.replace

    def slow(source: str, target: str) -> None:
        rename(source, target)
        for name in "ab":
            (tmp_path / name).write_bytes(b"saved by an editor")

    monkeypatch.setattr(os, "replace", slow)
    with pytest.raises(WriteError, match="a: was changed, and could not be changed back"):
        write_files(tmp_path, [Change("a", b"old", b"new"), Change("b", b"old", b"new")])
    assert set(listing(tmp_path).values()) == {b"saved by an editor"}


@pytest.mark.skipif(os.name == "nt", reason="permission bits are POSIX")
def test_permissions_and_links_inside_the_root_are_kept(tmp_path: Path) -> None:
    script = tmp_path / "folder" / "script"
    script.parent.mkdir()
    script.write_bytes(b"old\r\n")
    script.chmod(0o751)
    (tmp_path / "link").symlink_to(script)
    write_files(tmp_path, [Change("link", b"old\r\n", b"new\r\n")])
    assert script.read_bytes() == b"new\r\n"
    assert stat.S_IMODE(script.stat().st_mode) == 0o751
    assert (tmp_path / "link").is_symlink()
    assert sorted(listing(tmp_path)) == ["folder/script", "link"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anything")
def test_a_read_only_file_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(0o444)
    with pytest.raises(WriteError, match="read-only"):
        write_files(tmp_path, [Change("a", b"old", b"new")])


def test_where_bytes_stand_is_answered_from_one_index(monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0
    real = fixer.Moves

    def counted(edits: Sequence[TextEdit]) -> fixer.Moves:
        nonlocal made
        made += 1
        return real(edits)

    monkeypatch.setattr(fixer, "Moves", counted)
    applied = [reported("X1", "a", at, (TextEdit("a", at, at, "x"),)) for at in range(50)]
    keys = [("X2", "a", at) for at in range(50)]
    assert fixer.shifted(keys, applied) == {("X2", "a", 2 * at + 1) for at in range(50)}
    assert made == 1
