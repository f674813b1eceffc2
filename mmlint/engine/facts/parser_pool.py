"""From bytes to facts: remembered, from the cache, in this process or in others.

Which process observes a file makes no difference to what is observed. What travels is the bytes of
files, to the workers, and encoded facts back.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue
from threading import active_count
from time import perf_counter
from typing import TYPE_CHECKING, Final

import msgspec

from mmlint.engine.facts.executor_trouble import Trouble, failure, other_versions
from mmlint.engine.facts.facts_cache import (
    FactsCache,
    Item,
    decoder,
    encode,
    installed,
    observing_version,
)
from mmlint.engine.timings import Timings
from mmlint.model.facts import FileFacts, Language

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future, ProcessPoolExecutor

SLOWNESS: Final[dict[Language, int]] = {"python": 10}
"""How many times longer a byte takes than one of JavaScript: LibCST's trees are made of Python."""

FORK_PAYS: Final = 500_000
SPAWN_PAYS: Final = 3_000_000
"""Bytes of JavaScript (about half a second, three seconds). Beginning and ending two copied workers
takes 0.06 s, two new ones 0.6 s."""

DIED: Final = (
    "the process that read it died (it was killed, or its memory ran out); exclude the file, or "
    "free memory and run mmlint again"
)

_BATCHES: Final = 8
"""For each worker, so that none waits long for the last one."""

REMOTE_BATCH: Final = 200_000
"""Bytes of JavaScript (a fifth of a second) that are worth a message to another machine."""

PATIENCE: Final = 10.0
"""Seconds in which an executor must finish at least one batch. A batch is a fraction of a second of
work, and this machine can do it as well."""

OBSERVING: Final = "observing"
"""What the time between asking for facts and having them is called, whichever process
worked meanwhile."""


class Outcome(msgspec.Struct, frozen=True):
    """What came of one file: its facts, or why there are none, as the end of a sentence."""

    facts: FileFacts | None
    failure: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What a worker says of a batch. ``version``: of all that decides what facts are. ``seconds``:
    by language. ``facts``: encoded, or None for what it could not observe or encode. ``worker``:
    its machine's name. ``installed``: name to version, for people."""

    version: str | None
    seconds: dict[str, float]
    facts: list[bytes | None]
    worker: str = ""
    installed: dict[str, str] = {}


class ParserPool:
    """Observes files, each content once.

    ``jobs``: worker processes at the most. ``executor``: does the work in their place; where it
    gives no answer for ``PATIENCE`` it is shut down, and the rest is observed here. ``pack``: what
    earlier runs have found. ``done``: is told of the number of files as they are finished.
    ``salt``: what makes the fingerprints of keys; it is another one in every run.
    """

    def __init__(
        self,
        *,
        jobs: int = 1,
        executor: Executor | None = None,
        pack: FactsCache | None = None,
        clock: Timings | None = None,
        done: Callable[[int], None] = lambda count: None,
        salt: bytes | None = None,
    ) -> None:
        self.jobs = jobs
        self.clock = clock or Timings()
        self.salt = os.urandom(16) if salt is None else salt
        self._notes: list[str] = []
        self._trouble = Trouble()
        self._executor = executor
        self._pack = pack
        self._done = done
        self._known: dict[Item, Outcome] = {}
        self._pool: ProcessPoolExecutor | None = None
        self._handed: dict[Future[Answer], list[Item]] = {}
        self._lost: list[Item] = []
        self._finished: SimpleQueue[Future[Answer]] = SimpleQueue()

    @property
    def notes(self) -> list[str]:
        """What the user should know of how the files were observed."""
        return [*self._notes, *self._trouble.notes()]

    def note(self, text: str) -> None:
        """Add something that the user should know."""
        self._notes.append(text)

    def observe(self, items: Iterable[Item]) -> dict[Item, Outcome]:
        """Return what each of ``items`` says. A file that kills its worker costs itself only."""
        with self.clock.measure(OBSERVING):
            return self._observe(items)

    def _observe(self, items: Iterable[Item]) -> dict[Item, Outcome]:
        wanted = list(dict.fromkeys(items))
        new = self._unknown(wanted)
        self._hand(new)
        lost = self._collect(set(new))
        if self._executor is not None:
            lost = self._instead([item for item in new if item not in self._known], lost)
        self._alone(lost)
        for item in new:
            if item not in self._known:
                self._here(item)
        return {item: self._known[item] for item in wanted}

    def _unknown(self, items: Iterable[Item]) -> list[Item]:
        """Return those of ``items`` that neither this run nor an earlier one has observed."""
        new = [item for item in items if item not in self._known]
        if new and self._pack is not None:
            with self.clock.measure("cache"):
                for item, facts in self._pack.find(new, self.salt).items():
                    self._known[item] = Outcome(facts)
                    self._done(1)
            new = [item for item in new if item not in self._known]
        return new

    def begin(self, items: Iterable[Item]) -> None:
        """Be told that ``items`` will be asked for, perhaps with others, and have workers begin
        with them, if that pays."""
        self._hand(self._unknown(dict.fromkeys(items)))

    def stop(self) -> None:
        """Let go of what was begun and is not asked for any more."""
        self._handed = {}
        self._finished = SimpleQueue()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def save(self) -> None:
        """Keep what is new for the next run."""
        if self._pack is not None:
            with self.clock.measure("cache"):
                self._pack.save()

    # --- in this process -------------------------------------------------------------------------

    def _here(self, item: Item) -> None:
        start = perf_counter()
        outcome = observed(item, self.salt)
        self.clock.add(f"adapter {item[0]}", perf_counter() - start)
        self._take(item, outcome, _encoded(outcome) if self._pack else None)

    def _take(self, item: Item, outcome: Outcome, data: bytes | None) -> None:
        self._known[item] = outcome
        if self._pack is not None and data is not None:
            self._pack.keep(item, data, self.salt)
        self._done(1)

    # --- in others -------------------------------------------------------------------------------

    def _hand(self, items: list[Item]) -> None:
        """Hand ``items`` to the executor, or to a pool if that pays, in batches, the largest first.
        What is there already is not handed on again."""
        handed = {item for batch in self._handed.values() for item in batch}
        items = [item for item in items if item not in handed]
        if self._executor is None and self._pool is None and pays(items, self.jobs):
            self._pool = _processes(self.jobs)
        few = sum(map(_cost, items)) // (self.jobs * _BATCHES)
        if self._executor is not None:
            self._submit(self._executor, _batches(items, REMOTE_BATCH))
        elif self._pool is not None:
            self._submit(self._pool, _batches(items, few))

    def _submit(self, executor: Executor, batches: Iterable[list[Item]]) -> None:
        for batch in batches:
            try:
                future = executor.submit(answer, batch, self.salt)
            except RuntimeError:  # broken already, or shut down
                self._lost += batch if executor is self._pool else []
            except Exception as error:  # whatever an executor of others raises
                self._trouble.add(failure(error), len(batch))
            else:
                self._handed[future] = batch
                future.add_done_callback(self._finished.put)

    def _collect(self, wanted: set[Item]) -> list[Item]:
        """Wait for what others have begun with of ``wanted``, and let go of the rest; return what
        they failed on."""
        lost, self._lost = self._lost, []
        waiting = {
            future: batch for future, batch in self._handed.items() if not wanted.isdisjoint(batch)
        }
        try:
            while waiting:
                try:
                    done = self._finished.get(timeout=self._patience())
                except Empty:
                    self._give_up(sum(map(len, waiting.values())))
                    break
                batch = waiting.pop(done, [])
                try:
                    self._answered(done.result(), batch)
                except Exception as error:
                    lost += batch
                    if self._executor is not None:
                        self._trouble.add(failure(error), len(batch))
        finally:  # after an interrupt the rest is not needed
            self.stop()
        return lost

    def _patience(self) -> float | None:
        """How long to wait for the next batch: the workers of this machine end or die."""
        return None if self._executor is None else PATIENCE

    def _give_up(self, count: int) -> None:
        """Do without the executor, for this project and for the next ones."""
        assert self._executor is not None
        self._trouble.add(
            f"no worker of the executor answered for {PATIENCE:.0f} seconds; expected workers that "
            "run and are not busy with other work for longer",
            count,
        )
        self._executor.shutdown(wait=False)

    def _instead(self, items: list[Item], lost: list[Item]) -> list[Item]:
        """Observe what the executor did not, in worker processes of this machine if that pays, or
        if the executor failed on it, which a file may have caused; return what one of these failed
        on. ``lost``: those of ``items`` that the executor failed on."""
        if not items or not may_have_children() or not (lost or pays(items, self.jobs)):
            return []
        kept, self._executor = self._executor, None
        self._pool = _processes(self.jobs)
        try:
            self._hand(items)
            return self._collect(set(items))
        finally:
            self._executor = kept

    def _answered(self, result: Answer, batch: Sequence[Item]) -> None:
        """Take what a worker says; what it leaves out is observed here, later."""
        if result.version != observing_version():
            why = other_versions(result.worker, result.installed, installed())
            self._trouble.add(why, len(batch))
            return
        for what, seconds in result.seconds.items():
            self.clock.add(what, seconds)
        with self.clock.measure("cache"):
            for item, data in zip(batch, result.facts, strict=True):
                facts = self._decoded(data)
                if facts is not None:
                    self._take(item, Outcome(facts), data)

    def _decoded(self, data: bytes | None) -> FileFacts | None:
        try:
            return None if data is None else decoder().decode(data)
        except (msgspec.DecodeError, RecursionError):
            return None

    def _alone(self, items: list[Item]) -> None:
        """Observe one by one in a process of their own, which may die of it."""
        if not items or not may_have_children():
            return
        from concurrent.futures.process import BrokenProcessPool

        pool: ProcessPoolExecutor | None = None
        try:
            for item in items:
                pool = pool or _processes(1)
                try:
                    self._answered(pool.submit(answer, [item], self.salt).result(), [item])
                except BrokenProcessPool:
                    pool.shutdown()
                    pool = None
                    self._take(item, Outcome(None, DIED), None)
        finally:
            if pool is not None:
                pool.shutdown(cancel_futures=True)


# --- what a worker does ---------------------------------------------------------------------------


def answer(items: Sequence[Item], salt: bytes) -> Answer:
    """Observe ``items``; runs wherever an executor runs things."""
    seconds: dict[str, float] = {}
    facts: list[bytes | None] = []
    for item in items:
        start = perf_counter()
        facts.append(_encoded(observed(item, salt)))
        what = f"adapter {item[0]}"
        seconds[what] = seconds.get(what, 0.0) + perf_counter() - start
    from platform import node

    return Answer(observing_version(), seconds, facts, node(), installed())


def observed(item: Item, salt: bytes) -> Outcome:
    """Return what a file says. An adapter that raises costs its file."""
    from mmlint.languages import observe

    language, data = item
    try:
        return Outcome(observe(data, language, salt))
    except Exception as error:  # the message may quote the file
        return Outcome(None, f"internal error ({type(error).__name__}); please report it")


def _encoded(outcome: Outcome) -> bytes | None:
    """Return the facts as bytes, None where MessagePack has no word for them (a number beyond 64
    bits, half of a surrogate pair, nesting without end): such a file is read anew every time."""
    if outcome.facts is None:
        return None
    try:
        return encode(outcome.facts)
    except (OverflowError, ValueError, RecursionError):
        return None


# --- whether and how ------------------------------------------------------------------------------


def pays(items: Sequence[Item], jobs: int) -> bool:
    """Whether worker processes save time: there is enough to do, for more than one."""
    if jobs < 2 or len(items) < 2:
        return False
    enough = FORK_PAYS if forks() else SPAWN_PAYS
    return sum(map(_cost, items)) > enough and may_have_children()


def _cost(item: Item) -> int:
    language, data = item
    return (len(data) + 200) * SLOWNESS.get(language, 1)


def _batches(items: Sequence[Item], cost: int) -> Iterable[list[Item]]:
    """Yield ``items`` in parts of about equal cost, the largest ones first and by themselves."""
    batch: list[Item] = []
    size = 0
    for item in sorted(items, key=lambda item: (-_cost(item), item)):
        if batch and size + _cost(item) > cost:
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += _cost(item)
    if batch:
        yield batch


def _processes(jobs: int) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    context = get_context("fork" if forks() else "spawn")
    return ProcessPoolExecutor(jobs, context, _begin, (os.getpid(),))


def _begin(parent: int) -> None:
    """Prepare a worker: it leaves interrupts to its parent, keeps no stream of its parent's caller
    open, and ends with its parent, however that ends."""
    import signal
    from multiprocessing import parent_process
    from threading import Thread

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
    above = parent_process()

    def watch() -> None:
        while os.getppid() == parent:
            if above is not None:
                above.join(1)  # returns at once when the parent ends
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def forks() -> bool:
    """Whether a process may begin as a copy of this one, ready at once; with threads about, none
    may be copied."""
    return sys.platform.startswith("linux") and active_count() == 1


def may_have_children() -> bool:
    """Whether this process may start others; the workers of another program's pool may not."""
    process = sys.modules.get("multiprocessing.process")
    return process is None or not process.current_process().daemon
