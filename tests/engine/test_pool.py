"""Who observes a file makes no difference; a file that kills whoever reads it costs itself only.

Workers that die are real processes that are really killed.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace

from mmlint import languages
from mmlint.engine.cache import Cache
from mmlint.engine.discovery.observe import Discovery
from mmlint.engine.facts import parser_pool as pool
from mmlint.engine.facts.facts_cache import FactsCache, Item, installed
from mmlint.engine.facts.parser_pool import Answer, Outcome, ParserPool, answer, pays
from mmlint.files.listing import listing
from mmlint.model.facts import FileFacts, Language, SyntaxProblem

ITEMS: list[Item] = [
    *(("typescript", f"track('event_{index}');\n".encode() * (index + 1)) for index in range(12)),
    *(("python", f"millimetric.track(event='e_{index}')\n".encode()) for index in range(6)),
]
DEADLY: Item = ("typescript", b"// this one is deadly\n")
PARENT = os.getpid()

forked = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="what a test patches reaches only copies of it"
)


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker processes are used however little there is to do."""
    monkeypatch.setattr(pool, "FORK_PAYS", 0)
    monkeypatch.setattr(pool, "SPAWN_PAYS", 0)


@pytest.fixture
def deadly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any other process that observes the deadly file is killed."""
    observe = languages.observe

    def killed(data: bytes, language: Language, salt: bytes) -> FileFacts:
        if DEADLY[1] in data and os.getpid() != PARENT:
            os.kill(os.getpid(), signal.SIGKILL)
        return observe(data, language, salt)

    monkeypatch.setattr(languages, "observe", killed)


def facts(items: Sequence[Item] = ITEMS, **how: object) -> dict[Item, FileFacts | None]:
    outcomes = ParserPool(**how).observe(items)  # type: ignore[arg-type]
    return {item: outcome.facts for item, outcome in outcomes.items()}


EXPECTED = facts()


# --- when not -------------------------------------------------------------------------------------


def test_a_pool_is_not_begun_for_little() -> None:
    assert not pays([], 8)
    assert not pays(ITEMS, 8)
    assert not pays([("typescript", b"x" * 10_000_000)], 8)  # one file is one worker's
    assert not pays([("typescript", b"x" * 10_000_000)] * 2, 1)


def test_python_takes_longer_so_that_less_of_it_is_enough() -> None:
    size = pool.FORK_PAYS // 4
    assert not pays([("typescript", b"x" * size)] * 2, 2)
    if pool.forks():
        assert pays([("python", b"x" * size)] * 2, 2)


def test_with_threads_about_no_process_is_copied() -> None:
    there = threading.Event()
    other = threading.Thread(target=there.wait)
    other.start()
    try:
        assert not pool.forks()
    finally:
        there.set()
        other.join()


def _inside(connection: object) -> None:
    pool.FORK_PAYS = pool.SPAWN_PAYS = 0  # type: ignore[misc]
    connection.send(facts(jobs=2) == EXPECTED)  # type: ignore[attr-defined]


def test_the_worker_of_another_pool_begins_none_of_its_own() -> None:
    here, there = multiprocessing.Pipe()
    worker = multiprocessing.Process(target=_inside, args=(there,), daemon=True)
    worker.start()
    assert here.poll(30)
    assert here.recv()
    worker.join()


# --- the same answers -----------------------------------------------------------------------------


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("jobs", [1, 2])
def test_what_workers_have_begun_with_changes_nothing(jobs: int) -> None:
    observing = ParserPool(jobs=jobs)
    observing.begin(ITEMS[3:9])
    observing.begin(ITEMS[:6])
    found = observing.observe(ITEMS)
    assert {item: outcome.facts for item, outcome in found.items()} == EXPECTED


def test_what_was_handed_on_is_not_handed_on_again() -> None:
    handed: list[Item] = []

    class Noting(ThreadPoolExecutor):
        def submit(self, function, batch, salt):  # type: ignore[no-untyped-def]
            handed.extend(batch)
            return super().submit(function, batch, salt)

    with Noting(1) as executor:
        observing = ParserPool(executor=executor)
        observing.begin(ITEMS[:9])
        observing.observe(ITEMS)
        observing.observe(ITEMS)
    assert sorted(handed) == sorted(ITEMS)


@pytest.mark.usefixtures("eager")
def test_what_workers_have_begun_with_is_let_go_by_who_is_interrupted() -> None:
    before = set(multiprocessing.active_children())
    observing = ParserPool(jobs=2)
    observing.begin(ITEMS)
    assert set(multiprocessing.active_children()) > before
    observing.stop()
    assert set(multiprocessing.active_children()) <= before
    assert {item: one.facts for item, one in observing.observe(ITEMS).items()} == EXPECTED


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_the_number_of_processes_changes_nothing(jobs: int) -> None:
    assert facts(jobs=jobs) == EXPECTED


@pytest.mark.usefixtures("eager")
def test_processes_that_begin_from_nothing_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "forks", lambda: False)
    assert facts(jobs=2) == EXPECTED


def test_any_executor_will_do() -> None:
    with ThreadPoolExecutor(3) as threads:
        assert facts(executor=threads) == EXPECTED


def test_the_largest_files_go_first() -> None:
    batches = list(pool._batches(ITEMS, 3000))
    costs = [[pool._cost(item) for item in batch] for batch in batches]
    assert sorted(one for batch in batches for one in batch) == sorted(ITEMS)
    flat = [cost for batch in costs for cost in batch]
    assert flat == sorted(flat, reverse=True)
    assert all(len(batch) == 1 or sum(batch) <= 3000 for batch in costs)


def test_files_are_counted_as_they_are_done(tmp_path: Path) -> None:
    for how in ({}, {"jobs": 2}, {"pack": FactsCache(Cache(tmp_path), tmp_path)}):
        counts: list[int] = []
        observing = ParserPool(done=counts.append, **how)  # type: ignore[arg-type]
        observing.observe(ITEMS)
        observing.observe(ITEMS)
        observing.save()
        assert sum(counts) == len(ITEMS)


def test_what_was_kept_is_not_observed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ParserPool(pack=FactsCache(Cache(tmp_path), tmp_path))
    first.observe(ITEMS)
    first.save()
    monkeypatch.setattr(pool, "observed", None)
    assert facts(pack=FactsCache(Cache(tmp_path), tmp_path)) == EXPECTED


def test_facts_that_have_no_bytes_are_known_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = FileFacts("python", problem=SyntaxProblem(0, 1, "half of a pair: \ud800"))
    monkeypatch.setattr(languages, "observe", lambda data, language, salt: half)
    item = ITEMS[-1]
    with ThreadPoolExecutor(1) as threads:
        for executor in (None, threads):
            pack = FactsCache(Cache(tmp_path), tmp_path)
            assert facts([item], pack=pack, executor=executor) == {item: half}
            assert pack.find([item]) == {}


# --- what goes wrong ------------------------------------------------------------------------------


@forked
@pytest.mark.usefixtures("eager", "deadly")
def test_a_file_that_kills_its_worker_costs_itself_only() -> None:
    observing = ParserPool(jobs=2)
    outcomes = observing.observe([*ITEMS, DEADLY])
    assert {item: outcomes[item].facts for item in ITEMS} == EXPECTED
    assert outcomes[DEADLY].facts is None
    assert "process that read it died" in outcomes[DEADLY].failure


@forked
@pytest.mark.usefixtures("eager")
def test_a_worker_that_is_killed_by_chance_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    observe, done = languages.observe, tmp_path / "done"

    def killed_once(data: bytes, language: Language, salt: bytes) -> FileFacts:
        if data == DEADLY[1] and os.getpid() != PARENT and not done.exists():
            done.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return observe(data, language, salt)

    monkeypatch.setattr(languages, "observe", killed_once)
    assert facts([*ITEMS, DEADLY], jobs=2) == {**EXPECTED, DEADLY: observe(DEADLY[1], DEADLY[0])}
    assert done.exists()


@forked
@pytest.mark.usefixtures("eager", "deadly")
@pytest.mark.parametrize(("focus", "failed"), [((), True), (("a/",), True), (("b/",), False)])
def test_the_lost_file_is_named_where_somebody_asked_for_it(
    tmp_path: Path, focus: tuple[str, ...], failed: bool
) -> None:
    data = b'import { track } from "@millimetric/track";\n' + DEADLY[1]
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "deadly.ts").write_bytes(data)
    (tmp_path / "harmless.ts").write_text('import { track } from "@millimetric/track";\n')
    observing = ParserPool(jobs=2)
    observer = Discovery(tmp_path, listing(tmp_path), focus=frozenset(focus), observing=observing)
    found = observer.observe({})
    assert set(found.facts) == {"harmless.ts"}
    named = [one for one in found.notices if one.failed and "a/deadly.ts" in one.message]
    assert bool(named) == failed
    assert found.skipped["could not be observed"] == (not failed)


def test_an_adapter_that_raises_costs_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    observe = languages.observe

    def broken(data: bytes, language: Language, salt: bytes) -> FileFacts:
        if data == DEADLY[1]:
            raise KeyError("what stands in the file")
        return observe(data, language, salt)

    monkeypatch.setattr(languages, "observe", broken)
    with ThreadPoolExecutor(2) as threads:
        for executor in (None, threads):
            outcomes = ParserPool(executor=executor).observe([*ITEMS, DEADLY])
            assert outcomes[DEADLY].facts is None
            assert "KeyError" in outcomes[DEADLY].failure
            assert "stands in" not in outcomes[DEADLY].failure
            assert {item: outcomes[item].facts for item in ITEMS} == EXPECTED


class Failing(Executor):
    """An executor of which every second batch is lost on the way."""

    def __init__(self, change: Callable[[Answer], Answer] | None = None) -> None:
        self.change = change
        self.count = 0

    def submit(self, function: object, /, *words: object, **more: object) -> Future[object]:  # type: ignore[override]
        self.count += 1
        future: Future[object] = Future()
        if self.change is not None:
            future.set_result(self.change(answer(*words)))  # type: ignore[arg-type]
        elif self.count % 2:
            future.set_exception(ConnectionError("gone"))
        else:
            future.set_result(answer(*words))  # type: ignore[arg-type]
        return future


def test_what_an_executor_loses_is_observed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "REMOTE_BATCH", 500)
    failing = Failing()
    assert facts(executor=failing) == EXPECTED
    assert failing.count > 2


def test_an_executor_that_is_shut_down_is_done_without() -> None:
    threads = ThreadPoolExecutor(1)
    threads.shutdown()
    assert facts(executor=threads) == EXPECTED


class Silent(Executor):
    """An executor that takes everything and answers only the first ``answers`` batches."""

    def __init__(self, answers: int = 0) -> None:
        self.left = answers
        self.taken = 0

    def submit(self, function: object, /, *words: object, **more: object) -> Future[object]:  # type: ignore[override]
        if self.left < 0:
            raise RuntimeError("it was shut down")
        self.taken += 1
        future: Future[object] = Future()
        if self.taken <= self.left:
            future.set_result(answer(*words))  # type: ignore[arg-type]
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.left = -1


@pytest.mark.parametrize("answers", [0, 1, 3])
def test_an_executor_that_gives_no_answer_is_done_without(
    answers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "PATIENCE", 0.05)
    monkeypatch.setattr(pool, "REMOTE_BATCH", 500)
    silent = Silent(answers)
    observing = ParserPool(executor=silent)
    assert {item: one.facts for item, one in observing.observe(ITEMS).items()} == EXPECTED
    [note] = observing.notes
    assert re.match(r"\d+ files were read on this machine instead: no worker .* answered", note)
    taken = silent.taken
    more: Item = ("typescript", b"flush();")
    assert observing.observe([more])[more].facts is not None
    assert silent.taken == taken
    assert observing.notes == [note]  # nothing is waited for again, and nothing said again


def test_the_answers_of_other_versions_do_not_count() -> None:
    theirs = {**installed(), "mmlint": "0.0.1", "libcst": "1.0.0"}
    other = Failing(lambda one: replace(one, version="another", worker="node-7", installed=theirs))
    observing = ParserPool(executor=other)
    assert {item: one.facts for item, one in observing.observe(ITEMS).items()} == EXPECTED
    [note] = observing.notes
    ours = installed()
    assert note == (
        f"{len(ITEMS)} files were read on this machine instead: the worker on node-7 has mmlint "
        f"0.0.1 (here {ours['mmlint']}), libcst 1.0.0 (here {ours['libcst']}); install there what "
        "is installed here"
    )


@forked
@pytest.mark.usefixtures("eager")
def test_what_other_versions_were_asked_for_is_read_by_several_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Other(Executor):
        def submit(self, function: object, /, *words: object, **more: object) -> Future[object]:  # type: ignore[override]
            future: Future[object] = Future()
            future.set_result(Answer("another", {}, []))
            return future

    monkeypatch.setattr(pool, "observed", _elsewhere)
    assert facts(executor=Other(), jobs=2) == EXPECTED


def _elsewhere(item: Item, salt: bytes, observe: Callable[..., Outcome] = pool.observed) -> Outcome:
    assert os.getpid() != PARENT
    return observe(item, salt)


@forked
@pytest.mark.usefixtures("deadly")
def test_a_file_on_which_an_executor_failed_is_not_read_in_this_process() -> None:
    observing = ParserPool(executor=Failing())
    outcomes = observing.observe([*ITEMS, DEADLY])
    assert {item: outcomes[item].facts for item in ITEMS} == EXPECTED
    assert "process that read it died" in outcomes[DEADLY].failure
    assert "the executor failed (ConnectionError)" in observing.notes[0]


def test_a_worker_without_mmlint_is_told_what_to_install() -> None:
    class Bare(Executor):
        def submit(self, function: object, /, *words: object, **more: object) -> Future[object]:  # type: ignore[override]
            future: Future[object] = Future()
            error = RuntimeError("cannot load the task")
            error.__cause__ = ModuleNotFoundError("no mmlint", name="mmlint")
            future.set_exception(error)
            return future

    observing = ParserPool(executor=Bare())
    assert {item: one.facts for item, one in observing.observe(ITEMS).items()} == EXPECTED
    [note] = observing.notes
    assert note.endswith(": a worker cannot import mmlint; install there what is installed here")


def test_answers_that_are_none_do_not_count_either() -> None:
    damaged = Failing(lambda one: replace(one, facts=[b"\xc1"] * len(one.facts)))
    assert facts(executor=damaged) == EXPECTED
