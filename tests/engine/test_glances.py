"""What is known of files at a glance: by their names, and by what was seen in them."""

from __future__ import annotations

from array import array
from pathlib import Path

import msgspec
import pytest

from mmlint.engine.cache import Cache
from mmlint.engine.discovery.file_stamps import NUMBER, FileStampCache
from mmlint.engine.discovery.prefilter_table import UNKNOWN, Name, PrefilterTable, name_of
from mmlint.files.listing import STAMP

FILES = ["a.ts", "b.svg", "c.test.ts", "dist/d.ts", "package.json"]


@pytest.fixture
def recall(tmp_path: Path) -> FileStampCache:
    stamps = array(STAMP, [1] * len(FILES))
    return FileStampCache(Cache(tmp_path / "cache"), "seen", tmp_path, "a", FILES, stamps)


def test_a_name_says_whether_a_file_counts_and_what_it_is() -> None:
    names = {path: name_of(path) for path in FILES}
    assert [path for path in FILES if names[path].counts] == ["a.ts", "c.test.ts", "package.json"]
    assert [path for path in FILES if names[path].imports] == ["a.ts", "dist/d.ts"]
    assert names["package.json"] == Name("json", settings=True, deciding=True)


def test_what_was_seen_is_known_later_and_nothing_else(recall: FileStampCache) -> None:
    first = PrefilterTable(recall)
    assert [first.flags(row) for row in range(len(FILES))] == [None] * len(FILES)
    first.saw(0, 5)
    first.saw(4, 0)
    first.save()
    later = PrefilterTable(recall)
    assert [later.flags(row) for row in range(len(FILES))] == [5, None, None, None, 0]
    assert [later.name(row) for row in range(len(FILES))] == [name_of(path) for path in FILES]
    piles = list(later.piles(but={4}))
    assert sorted(row for *_, rows in piles for row in rows) == [0, 1, 2, 3]
    assert all(
        later.name(row) == name and later.flags(row) == flags
        for name, flags, rows in piles
        for row in rows
    )


@pytest.mark.parametrize(
    ("number", "rest"),
    [
        (1 << 16, msgspec.msgpack.encode([name_of("a.ts")])),
        (0, msgspec.msgpack.encode([])),
        (0, msgspec.msgpack.encode([("klingon", None, False, False, False)])),
        (0, b""),
        (0, b"\x91" * 10_000),
    ],
)
def test_numbers_that_speak_of_no_name_are_as_good_as_none(
    recall: FileStampCache, number: int, rest: bytes
) -> None:
    recall.write(array(NUMBER, [number] * len(FILES)), rest, new=len(FILES))
    found = PrefilterTable(recall)
    assert [found.flags(row) for row in range(len(FILES))] == [None] * len(FILES)
    assert [found.name(row) for row in range(len(FILES))] == [name_of(path) for path in FILES]


def test_every_flag_lies_below_the_one_that_says_nothing_is_known() -> None:
    from mmlint.engine.discovery import prefilter as sifting
    from mmlint.engine.discovery.prefilter import needle_table

    assert max(sifting.BINARY, *(one.flag for one in needle_table())) < UNKNOWN
