"""The same repository gives the same report, in whatever order, parts and processes it is read."""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmlint.app import Request, run
from mmlint.engine.facts import parser_pool as pool
from tests.projects.repositories import CASES, EVERY, Found, files, lint_folder, write
from tests.proof.command import environment, mmlint

Json = Callable[..., bytes]


@pytest.fixture
def json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Json:
    """A function that lints the folder of the test and returns its report."""
    monkeypatch.chdir(tmp_path)

    def report(jobs: int = 1) -> bytes:
        run(Request(format="json", jobs=jobs))
        return capsysbinary.readouterr().out

    return report


@pytest.mark.parametrize("case", CASES)
def test_worker_processes_change_no_byte(
    case: str, tmp_path: Path, json: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, files(case, "bad"))
    alone = json(jobs=1)
    workers: list[int] = []
    processes = pool._processes

    def counted(jobs: int) -> ProcessPoolExecutor:
        workers.append(jobs)
        return processes(jobs)

    monkeypatch.setattr(pool, "FORK_PAYS", 0)
    monkeypatch.setattr(pool, "SPAWN_PAYS", 0)
    monkeypatch.setattr(pool, "_processes", counted)
    assert json(jobs=2) == json(jobs=3) == alone
    assert set(workers) == {2, 3}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("seed", range(2))
def test_the_order_in_which_the_disk_lists_files_changes_no_byte(
    case: str, seed: int, tmp_path: Path, json: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, files(case, "bad"))
    sorted_ = json()
    chance = random.Random(seed)
    scandir = os.scandir

    @contextmanager
    def shuffled(folder: str) -> Iterator[Iterator[os.DirEntry[str]]]:
        with scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        chance.shuffle(found)
        yield iter(found)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", shuffled)
        assert json() == sorted_


@pytest.mark.parametrize("case", CASES)
def test_processes_with_other_hashes_print_the_same_bytes(case: str, tmp_path: Path) -> None:
    write(tmp_path, files(case, "bad"))
    runs = [mmlint(tmp_path, "--format", "json", PYTHONHASHSEED=seed) for seed in "12"]
    assert runs[0].out
    assert len({(done.code, done.out) for done in runs}) == 1


@pytest.mark.parametrize(("case", "version"), EVERY)
def test_files_handed_over_one_by_one_give_together_what_one_call_gives(
    case: str, version: str, tmp_path: Path
) -> None:
    repository = write(tmp_path, files(case, version))
    parts = [lint_folder(repository, [path]) for path in files(case, version)]
    assert {one for part in parts for one in part} == set(lint_folder(repository))


@lru_cache
def on_disk(case: str, version: str) -> Path:
    """A fixture's folder, written once: what only reads it may share it."""
    return write(Path(tempfile.mkdtemp(prefix="mmlint-")), files(case, version))


@lru_cache
def whole(case: str, version: str) -> frozenset[Found]:
    """What one call for everything finds."""
    return frozenset(lint_folder(on_disk(case, version)))


@pytest.mark.parametrize(("case", "version"), EVERY)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_however_the_files_are_split_over_calls_they_give_the_same_together(
    case: str, version: str, data: st.DataObject
) -> None:
    """As pre-commit splits them: each file in one call, in no order that means anything."""
    names = data.draw(st.permutations(sorted(files(case, version))))
    cuts = data.draw(st.sets(st.integers(1, len(names) - 1), max_size=4))
    edges = [0, *sorted(cuts), len(names)]
    calls = [names[start:end] for start, end in pairwise(edges)]
    parts = [lint_folder(on_disk(case, version), call) for call in calls]
    assert {one for part in parts for one in part} == whole(case, version)


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_the_names_in_a_call_changes_no_byte(case: str, tmp_path: Path) -> None:
    write(tmp_path, files(case, "bad"))
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, env=environment(), check=True)
    names = sorted(files(case, "bad"))
    shuffled = random.Random(case).sample(names, len(names))
    runs = [
        mmlint(tmp_path, "--format", one, *order)
        for one in ("json", "text")
        for order in (names, shuffled, names[::-1])
    ]
    assert [runs[0].out] * 3 + [runs[3].out] * 3 == [one.out for one in runs]
    assert runs[0].out != runs[3].out


@pytest.mark.parametrize("case", CASES)
def test_handlers_are_listed_in_the_same_bytes(case: str, tmp_path: Path) -> None:
    write(tmp_path, files(case, "bad"))
    runs = [mmlint(tmp_path, "runtimes", "--format", "json", PYTHONHASHSEED=seed) for seed in "34"]
    assert runs[0].out.startswith(b"[")
    assert len({(done.code, done.out) for done in runs}) == 1


@pytest.mark.parametrize("case", CASES)
def test_a_call_for_one_file_gives_every_finding_with_a_place_in_it(
    case: str, tmp_path: Path
) -> None:
    repository = write(tmp_path, files(case, "bad"))
    everything = lint_folder(repository)
    for path in set().union(*map(_paths, everything)):
        touching = [one for one in everything if path in _paths(one)]
        assert lint_folder(repository, [path]) == touching


def _paths(found: Found) -> set[str]:
    return {site.path for site in (found.site, *found.related)}
