"""The same repository gives the same report, in whatever order, parts and processes it is read."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from mmlint.app import Request, run
from mmlint.engine import pool
from tests.projects.repositories import CASES, EVERY, Found, files, lint_folder, write
from tests.proof.command import mmlint

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
    assert json(jobs=2) == alone
    assert set(workers) == {2}


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
