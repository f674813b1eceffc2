"""Files that copies of the process look at: the same is seen, whoever looks, and whoever dies."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmlint.engine import observe, sifting
from mmlint.engine.ahead import Ahead, Seen
from mmlint.engine.cache import Cache
from mmlint.engine.observe import Observed, Observer
from mmlint.engine.pool import Observing
from mmlint.files import reading
from mmlint.files.listing import listing
from tests.processes import children

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be copied here")

PARENT = os.getpid()
ROWS = range(3, 33, 3)


def numbers(part: Sequence[int]) -> Seen:
    return Seen([2 * row for row in part], {0: bytes(part[:1])})


def collected(shared: Ahead) -> dict[int, int | None]:
    """Return what was seen in each row that a copy was handed."""
    seen: dict[int, int | None] = {}
    for row in ROWS:
        found = shared.collect(row)
        if found is not None:
            part, answer = found
            assert answer.lines == {0: bytes(part[:1])}
            seen |= zip(part, answer.flags, strict=True)
    return seen


@pytest.fixture(autouse=True)
def nobody_is_left() -> Iterator[None]:
    before = children()
    yield
    assert children() <= before


@pytest.mark.parametrize(("processes", "first"), [(1, 10), (2, 5), (3, 4), (10, 1), (40, 1)])
def test_the_first_part_is_left_to_this_process_and_the_rest_is_seen_once(
    processes: int, first: int
) -> None:
    shared = Ahead(ROWS, processes, numbers)
    assert collected(shared) == {row: 2 * row for row in ROWS[first:]}
    assert collected(shared) == {}


def test_nothing_to_look_at_needs_no_copy() -> None:
    assert collected(Ahead([], 4, numbers)) == {}


def _raises(part: Sequence[int]) -> Seen:
    raise OSError(part)


def _dies(part: Sequence[int]) -> Seen:
    os.kill(os.getpid(), signal.SIGKILL)
    return numbers(part)


def _ends(part: Sequence[int]) -> Seen:
    sys.exit(0)


def _miscounts(part: Sequence[int]) -> Seen:
    return Seen([0] * (len(part) + 1))


def _misnumbers(part: Sequence[int]) -> Seen:
    return Seen([0] * len(part), {len(part): b""})


@pytest.mark.parametrize("look", [_raises, _dies, _ends, _miscounts, _misnumbers])
def test_a_copy_that_fails_has_seen_nothing(
    look: object, capfd: pytest.CaptureFixture[str]
) -> None:
    assert collected(Ahead(ROWS, 3, look)) == {}  # type: ignore[arg-type]
    assert capfd.readouterr() == ("", "")


def test_copies_that_nobody_waits_for_are_ended() -> None:
    def waits(part: Sequence[int]) -> Seen:
        signal.pause()
        return numbers(part)

    shared = Ahead(ROWS, 3, waits)
    shared.stop()
    assert collected(shared) == {}


def test_where_no_process_is_left_nothing_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses() -> int:
        raise BlockingIOError

    before = len(os.listdir("/dev/fd"))
    monkeypatch.setattr(os, "fork", refuses)
    assert collected(Ahead(ROWS, 3, numbers)) == {}
    assert len(os.listdir("/dev/fd")) == before


# --- whole projects -------------------------------------------------------------------------------

_TEXTS = (
    "export const a = 1;\n",
    'import { track } from "@millimetric/track-node";\nexport const send = track;\n',
    'import { send } from "./b";\nsend({ event: "x" });\n',
    'export * from "./c";\n',
    "import b\nserver.listen(8080)\n",
    'const key = "task_1"; // mmlint: ignore[MM101]\n',
    'app.listen(80); export * from "aws-cdk-lib";\n',
    "A_\0B\n",
)
_NAMES = ("a.ts", "b.ts", "c.ts", "b.py", "d.test.ts", "package.json", ".env", "n.md", "x/b.ts")


def seen(root: Path, cache: Cache | None, jobs: int) -> Observed:
    observer = Observer(root, listing(root), observing=Observing(jobs=jobs), cache=cache)
    found = observer.observe({})
    observer.save()
    return found


@given(st.dictionaries(st.sampled_from(_NAMES), st.sampled_from(_TEXTS)), st.integers(2, 5))
@settings(max_examples=25, deadline=None)
def test_a_project_says_the_same_whoever_looks_at_its_files(
    tmp_path_factory: pytest.TempPathFactory, texts: dict[str, str], jobs: int
) -> None:
    root = tmp_path_factory.mktemp("project")
    for path, text in texts.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    alone = seen(root, None, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sifting, "FEWEST", 1)
        patch.setattr(observe, "FEWEST", 0)
        patch.setattr(observe, "may_fork", lambda: True)
        for cache in (None, Cache(root.parent / f"{root.name}-cache")):
            for _ in range(2):
                shared = seen(root, cache, jobs)
                assert (shared.facts, shared.code, shared.files) == (
                    *(alone.facts, alone.code),
                    alone.files,
                )
                assert shared.surroundings == alone.surroundings
                assert shared.skipped == alone.skipped


def test_a_copy_reads_its_part_and_this_process_only_what_is_parsed_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        (tmp_path / f"{number}.ts").write_text(f"export const a = {number};\n")
    (tmp_path / "7.ts").write_text('import "@millimetric/track";\n')
    read: list[str] = []
    before = reading.Reader.read

    def noted(self: reading.Reader, path: str) -> bytes | reading.Unreadable:
        read.append(path)
        return before(self, path)

    monkeypatch.setattr(reading.Reader, "read", noted)
    monkeypatch.setattr(sifting, "FEWEST", 2)
    monkeypatch.setattr(observe, "FEWEST", 0)
    monkeypatch.setattr(observe, "may_fork", lambda: True)
    found = seen(tmp_path, None, 2)
    assert set(found.facts) == {"7.ts"}
    first, rest = read[:4], read[4:]
    assert first == [f"{number}.ts" for number in range(4)]
    assert rest[0] == "7.ts"


def test_a_few_files_are_looked_at_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("a copy for one file"))
    monkeypatch.setattr(observe, "may_fork", lambda: True)
    (tmp_path / "a.ts").write_text(_TEXTS[1])
    assert set(seen(tmp_path, None, 8).facts) == {"a.ts"}
