"""From bytes to facts: remembered, from the cache, in this process or in others.

Who observes a file makes no difference to what is observed. What travels is the bytes of files, to
the workers, and encoded facts back.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from time import perf_counter
from typing import TYPE_CHECKING, Final

import msgspec

from mmlint.engine.clock import Clock
from mmlint.engine.pack import Item, Pack, decoder, encode, observing_version
from mmlint.files.copies import Copy, forks, may_fork, may_have_children
from mmlint.model.facts import FileFacts, Language

if TYPE_CHECKING:
    from concurrent.futures import Executor, ProcessPoolExecutor

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

OBSERVING: Final = "observing"
"""What the time between asking for facts and having them is called, whoever worked meanwhile."""


class Outcome(msgspec.Struct, frozen=True):
    """What came of one file: its facts, or why there are none, as the end of a sentence."""

    facts: FileFacts | None
    failure: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What a worker says of a batch. ``version``: of its mmlint. ``seconds``: by language.
    ``facts``: encoded, or None for what it could not observe or encode."""

    version: str | None
    seconds: dict[str, float]
    facts: list[bytes | None]


class _Handed(msgspec.Struct, frozen=True):
    """Files that others have been handed. ``answer``: waits for what they say, and returns None or
    raises where they failed. Either that or ``stop`` is to be called, once."""

    batch: list[Item]
    answer: Callable[[], Answer | None] = lambda: None
    stop: Callable[[], object] = lambda: None


class Observing:
    """Observes files, each content once.

    ``jobs``: worker processes at the most. ``executor``: does the work in their place. ``pack``:
    what earlier runs have found. ``done``: is told of the number of files as they are finished.
    ``salt``: what makes the fingerprints of keys; it is another one in every run.
    """

    def __init__(
        self,
        *,
        jobs: int = 1,
        executor: Executor | None = None,
        pack: Pack | None = None,
        clock: Clock | None = None,
        done: Callable[[int], None] = lambda count: None,
        salt: bytes | None = None,
    ) -> None:
        self.jobs = jobs
        self.clock = clock or Clock()
        self.salt = os.urandom(16) if salt is None else salt
        self.notes: list[str] = []
        self._executor = executor
        self._pack = pack
        self._done = done
        self._known: dict[Item, Outcome] = {}
        self._pool: ProcessPoolExecutor | None = None
        self._handed: list[_Handed] = []

    def observe(self, items: Iterable[Item]) -> dict[Item, Outcome]:
        """Return what each of ``items`` says. A file that kills its worker costs itself only."""
        with self.clock.measure(OBSERVING):
            return self._observe(items)

    def _observe(self, items: Iterable[Item]) -> dict[Item, Outcome]:
        wanted = list(dict.fromkeys(items))
        new = self._unknown(wanted)
        self._hand(new)
        self._collect(set(new))
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

    def begin_slow(self, items: Iterable[Item], wanted: Callable[[Item], bool]) -> None:
        """Be told that those of ``items`` that are ``wanted`` will be asked for, and have a copy of
        this process begin with the slow ones that are new, unless that is worth several."""
        if self.jobs < 2 or self._executor is not None or not may_fork():
            return
        new = self._unknown(dict.fromkeys(one for one in items if one[0] in SLOWNESS))
        new = [item for item in new if wanted(item)]
        if not new or pays(new, self.jobs):
            return
        with suppress(OSError):  # what cannot be begun is done later
            copy = Copy(lambda: encode(answer(new, self.salt)))
            self._handed.append(_Handed(new, lambda: _received(copy.answer()), copy.stop))

    def prefetch(self, until: Callable[[], bool]) -> None:
        """Get ready what an earlier run has found, until there is something better to do."""
        if self._pack is not None:
            with self.clock.measure("cache"):
                self._pack.prefetch(until)

    def stop(self) -> None:
        """Let go of what was begun and is not asked for any more."""
        while self._handed:
            self._handed.pop().stop()
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
        handed = {item for one in self._handed for item in one.batch}
        items = [item for item in items if item not in handed]
        if self._executor is None and self._pool is None and pays(items, self.jobs):
            self._pool = _processes(self.jobs)
        executor = self._executor or self._pool
        if executor is None:
            return
        few = sum(map(_cost, items)) // (self.jobs * _BATCHES)
        for batch in _batches(items, few if self._executor is None else REMOTE_BATCH):
            try:
                future = executor.submit(answer, batch, self.salt)
            except RuntimeError:  # broken already, or shut down
                self._handed.append(_Handed(batch))
            else:
                self._handed.append(_Handed(batch, future.result, future.cancel))

    def _collect(self, wanted: set[Item]) -> None:
        """Wait for what others have begun with of ``wanted``, and let go of the rest; what they
        failed on is observed one by one."""
        left: list[Item] = []
        try:
            while self._handed:
                one = self._handed.pop(0)
                if wanted.isdisjoint(one.batch):
                    one.stop()
                    continue
                try:
                    result = one.answer()
                except Exception:
                    result = None
                if result is None:
                    left += one.batch
                else:
                    self._answered(result, one.batch)
        finally:  # after an interrupt nobody wants the rest
            self.stop()
        self._alone(left)

    def _answered(self, result: Answer, batch: Sequence[Item]) -> None:
        """Take what a worker says; what it leaves out is observed here, later."""
        if result.version != observing_version():
            note = (
                "a worker has another mmlint, Python or parser, and its answers do not count; "
                "install there what is installed here"
            )
            self.notes += [] if note in self.notes else [note]
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
    return Answer(observing_version(), seconds, facts)


def _received(data: bytes | None) -> Answer | None:
    """Return what a copy of this process has answered, None where it died."""
    return None if data is None else msgspec.msgpack.decode(data, type=Answer)


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
    """Prepare a worker: an interrupt is its parent's business, and it does not outlive that."""
    import signal
    import time
    from threading import Thread

    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    if hasattr(os, "fork"):
        Thread(target=watch, daemon=True).start()
