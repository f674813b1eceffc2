"""Copies of the process: an answer, or none, and never one left over."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from functools import partial
from typing import NoReturn

import pytest

from mmlint.files.copies import Copy, may_fork
from tests.processes import children

pytestmark = pytest.mark.skipif(not may_fork(), reason="no process is copied here")


@pytest.fixture(autouse=True)
def nobody_is_left() -> Iterator[None]:
    before = children()
    yield
    assert children() <= before


def sleeps() -> bytes:
    time.sleep(60)
    return b"late"


def fails() -> NoReturn:
    raise OSError("the disk is full")


def dies() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("that was survived")


def test_an_answer_of_any_size_arrives() -> None:
    for size in (0, 1, 10_000_000):
        assert Copy(partial(bytes, size)).answer() == bytes(size)


def test_what_fails_or_dies_has_no_answer(capfd: pytest.CaptureFixture[str]) -> None:
    assert Copy(fails).answer() is None
    assert Copy(dies).answer() is None
    assert capfd.readouterr() == ("", "")


def test_it_is_ready_when_it_answers_and_not_before() -> None:
    here, there = os.pipe()
    copy = Copy(lambda: os.read(here, 1))
    assert not copy.is_ready()
    os.write(there, b"!")
    while not copy.is_ready():
        time.sleep(0.001)
    assert copy.answer() == b"!"
    os.close(here)
    os.close(there)


def test_it_is_ready_when_it_is_dead() -> None:
    copy = Copy(fails)
    while not copy.is_ready():
        time.sleep(0.001)
    assert copy.answer() is None


def test_it_is_ended_when_nobody_needs_the_answer() -> None:
    before = time.monotonic()
    Copy(sleeps).stop()
    assert time.monotonic() - before < 30


def test_it_is_ended_with_whoever_is_interrupted_while_waiting() -> None:
    def interrupts(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupts)
    try:
        copy = Copy(sleeps)
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(KeyboardInterrupt):
            copy.answer()
    finally:
        signal.signal(signal.SIGALRM, before)
