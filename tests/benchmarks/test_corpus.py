"""The repository that is measured on: what was planted is there, and nothing else is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.corpus import Corpus, make
from benchmarks.senders import TURNS, take_marks, write
from mmlint.rules import registry

FILES, SHARE = 480, 0.5


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return make(tmp_path_factory.mktemp("measured") / "acme", files=FILES, share=SHARE)


def git(root: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=root, check=True, capture_output=True, text=True
    ).stdout


def report(root: Path) -> Any:
    """What mmlint says of ``root``, as its JSON report has it."""
    command = [sys.executable, "-m", "mmlint", "--format", "json", "--exit-zero"]
    return json.loads(subprocess.run(command, cwd=root, check=True, capture_output=True).stdout)


def test_everything_is_committed_and_counted(corpus: Corpus) -> None:
    assert git(corpus.root, "status", "--porcelain") == ""
    assert len(git(corpus.root, "ls-files").splitlines()) == FILES
    assert len(corpus.senders) == FILES * SHARE


def test_the_same_numbers_make_the_same_commit(corpus: Corpus, tmp_path: Path) -> None:
    again = make(tmp_path / "again", files=FILES, share=SHARE)
    other = make(tmp_path / "other", files=FILES, share=SHARE, seed=5)
    commit = git(corpus.root, "rev-parse", "HEAD")
    assert git(again.root, "rev-parse", "HEAD") == commit
    assert git(other.root, "rev-parse", "HEAD") != commit


def test_a_corpus_that_is_there_is_not_made_again(corpus: Corpus) -> None:
    (corpus.root / "note.log").write_text("still here")
    assert make(corpus.root, files=FILES, share=SHARE) == corpus
    assert (corpus.root / "note.log").exists()


def test_without_senders_no_file_has_to_do_with_millimetric(tmp_path: Path) -> None:
    bare = make(tmp_path / "bare", files=200, share=0)
    assert (bare.senders, bare.planted) == ([], [])
    assert report(bare.root)["summary"]["parsed"] == 0


def test_mmlint_finds_what_was_planted_and_nothing_else(corpus: Corpus) -> None:
    known = {rule.code for rule in registry()}
    found = {(one["path"], one["line"], one["code"]) for one in report(corpus.root)["findings"]}
    planted = {tuple(one) for one in corpus.planted if one.code in known}
    assert found == planted
    assert len(known & {code for _, _, code in planted}) >= 6


def test_every_mistake_of_every_kind_can_be_planted() -> None:
    for sender in TURNS:
        for mistake in sender.mistakes:
            _, planted = take_marks("x", write(sender.text, mistake, {}))
            assert [one.code for one in planted] == [mistake.code]


def test_the_measured_files_hold_no_mistake(corpus: Corpus) -> None:
    mistaken = {one.path for one in corpus.planted}
    assert mistaken.isdisjoint({corpus.plain, corpus.handler_ts, corpus.handler_py})
    assert {corpus.handler_ts, corpus.handler_py} <= set(corpus.senders)
    assert corpus.plain not in corpus.senders
