"""What a user is told where an executor did not do its work: one note, and no file's text."""

from __future__ import annotations

from concurrent.futures import CancelledError

import pytest

from mmlint.engine.facts.executor_trouble import SHOWN, Trouble, failure, other_versions


def test_without_trouble_there_is_no_note() -> None:
    assert Trouble().notes() == []


def test_one_note_tells_how_many_files_and_why() -> None:
    trouble = Trouble()
    trouble.add("it failed", 1)
    assert trouble.notes() == ["1 file was read on this machine instead: it failed"]
    trouble.add("it failed", 2)
    trouble.add("another", 4)
    assert trouble.notes() == ["7 files were read on this machine instead: another. it failed"]


def test_the_reasons_of_a_large_cluster_are_counted() -> None:
    trouble = Trouble()
    for number in range(SHOWN + 2):
        trouble.add(f"reason {number}", 1)
    (note,) = trouble.notes()
    assert note.endswith("reason 0. reason 1. reason 2. 2 more reasons of this kind")


def test_the_text_of_an_error_is_not_quoted() -> None:
    said = failure(ValueError("a secret of a file"))
    assert "secret" not in said
    assert "ValueError" in said


def test_a_missing_module_says_what_to_install() -> None:
    error = RuntimeError("on the worker")
    error.__cause__ = ModuleNotFoundError("No module named 'libcst'", name="libcst")
    assert failure(error).startswith("a worker cannot import libcst")


def test_a_cancelled_batch_points_to_the_scheduler() -> None:
    assert "scheduler" in failure(CancelledError())


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ({}, "has an older mmlint"),
        ({"mmlint": "2", "libcst": "1"}, "has other sources of mmlint"),
        ({"mmlint": "1", "libcst": "1"}, "has mmlint 1 (here 2)"),
        ({"mmlint": "2"}, "has libcst is missing (here 1)"),
        (
            {"mmlint": "1", "libcst": "0", "python": "3"},
            "has mmlint 1 (here 2), libcst 0 (here 1), python 3 (here missing)",
        ),
    ],
)
def test_which_versions_of_a_worker_differ(theirs: dict[str, str], said: str) -> None:
    ours = {"mmlint": "2", "libcst": "1"}
    assert f"the worker on host {said};" in other_versions("host", theirs, ours)
    assert "a machine without name" in other_versions("", theirs, ours)
