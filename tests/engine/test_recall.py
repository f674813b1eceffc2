"""What was seen of files in earlier runs: never wrong about a file that changed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from mmlint.engine.cache import Cache
from mmlint.engine.observe import Observer
from mmlint.engine.recall import FEW, Recall, about
from mmlint.engine.renaming import Renaming
from mmlint.files import reading
from mmlint.files.listing import UNSETTLED, listing
from mmlint.files.needles import Needle
from mmlint.model.facts import FileFacts


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def recall(cache: Cache | None, known: str = "a") -> Recall[int]:
    return Recall(cache, "seen", Path("/project"), known, 0)


def keep(cache: Cache, known: str = "a") -> None:
    first = recall(cache, known)
    first.keep("a.ts", 7, 0)
    first.keep("b.ts", 8, 3)
    first.save({"a.ts", "b.ts"})


def test_nothing_is_known_of_a_file_that_was_never_seen_or_changed(cache: Cache) -> None:
    keep(cache)
    assert recall(cache).find("c.ts", 7) is None
    assert recall(cache).find("a.ts", 8) is None
    assert recall(cache).find("a.ts", 0) is None
    assert recall(None).find("a.ts", 7) is None


def test_nothing_is_known_by_another_mmlint_or_of_another_project(cache: Cache) -> None:
    keep(cache)
    assert recall(cache, "b").find("a.ts", 7) is None
    other: Recall[int] = Recall(cache, "seen", Path("/other"), "a", 0)
    assert other.find("a.ts", 7) is None
    assert about([Needle(b"a", 1)]) not in (about([Needle(b"b", 1)]), about([Needle(b"a", 2)]))


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x93\xa1a\x80", b"\x93\xa1a\x81\xa1b\xa1c\x80"])
def test_what_is_no_entry_is_as_good_as_none(cache: Cache, data: bytes) -> None:
    keep(cache)
    (entry,) = cache.folder.glob("seen-*")
    entry.write_bytes(data)
    assert recall(cache).find("a.ts", 7) is None
    keep(cache)
    assert recall(cache).find("b.ts", 8) == 3


def test_an_entry_with_a_single_wrong_bit_is_as_good_as_none(cache: Cache) -> None:
    keep(cache)
    (entry,) = cache.folder.glob("seen-*")
    data = entry.read_bytes()
    for position in range(8 * len(data)):
        damaged = bytearray(data)
        damaged[position // 8] ^= 1 << position % 8
        entry.write_bytes(damaged)
        assert recall(cache).find("b.ts", 8) is None


def test_what_did_not_change_is_known_also_that_it_holds_nothing(cache: Cache) -> None:
    keep(cache)
    assert recall(cache).find("a.ts", 7) == 0
    assert recall(cache).find("b.ts", 8) == 3


def test_a_file_without_a_stamp_is_not_remembered(cache: Cache) -> None:
    first = recall(cache)
    first.keep("a.ts", 0, 1)
    first.save({"a.ts"})
    assert not cache.folder.exists()


def test_files_that_are_gone_are_forgotten(cache: Cache) -> None:
    keep(cache)
    later = recall(cache)
    for number in range(FEW + 1):
        later.keep(f"{number}.ts", 9, 1)
    later.save({"a.ts", "0.ts"})
    assert recall(cache).find("b.ts", 8) is None
    assert recall(cache).find("a.ts", 7) == 0
    assert recall(cache).find("0.ts", 9) == 1


def test_a_few_changes_are_not_worth_writing(cache: Cache) -> None:
    keep(cache)
    later = recall(cache)
    later.keep("a.ts", 9, 1)
    later.save({"a.ts", "b.ts"})
    assert recall(cache).find("a.ts", 7) == 0


def test_names_of_odd_bytes_do_no_harm(cache: Cache) -> None:
    first = recall(cache)
    first.keep(os.fsdecode(b"caf\xe9.ts"), 7, 1)
    first.save({os.fsdecode(b"caf\xe9.ts")})


# --- whole projects -------------------------------------------------------------------------------

FILES = {
    "a.ts": 'import { track } from "@millimetric/track-node";\nexport const send = track;\n',
    "b.ts": 'import { send } from "./a";\nsend({ event: "x" });\n',
    "c.ts": "export const c = 1;\n",
    "d.py": "import os\n",
    ".env": "A=1\n",
    "package.json": '{"name": "x"}\n',
}


def seen(root: Path, cache: Cache | None) -> tuple[dict[str, FileFacts], int]:
    """Return the facts of a project, and how many files were opened for them."""
    opened: list[str] = []
    before = reading.Reader.read

    def counted(self: reading.Reader, path: str) -> bytes | reading.Unreadable:
        opened.append(path)
        return before(self, path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading.Reader, "read", counted)
        observer = Observer(root, listing(root), cache=cache)
        found = observer.observe({})
        observer.save()
    return found.facts, len(opened)


def test_warm_and_cold_runs_see_the_same_and_a_warm_one_reads_only_what_matters(
    tmp_path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "project"
    root.mkdir()
    for path, text in FILES.items():
        (root / path).write_text(text)
    later = time.time_ns() + 10 * UNSETTLED
    monkeypatch.setattr(time, "time_ns", lambda: later)
    cold, _ = seen(root, cache)
    warm, opened = seen(root, cache)
    assert warm == cold
    assert set(cold) == {"a.ts", "b.ts", ".env"}
    assert opened == 4  # those three, and the manifest
    (root / "c.ts").write_text('export * from "./b";\n')
    os.utime(root / "c.ts", ns=(1, 1))
    after, opened = seen(root, cache)
    assert after == seen(root, None)[0]
    assert set(after) == {"a.ts", "b.ts", "c.ts", ".env"}
    assert opened == 4 + 3  # the new one for its needles, for its imports, and to be parsed


def test_a_file_that_has_just_changed_is_read_again(tmp_path: Path, cache: Cache) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "c.ts").write_text("import 'millimetrik';\n")
    assert seen(root, cache)[0] == {}
    (root / "c.ts").write_text("import 'millimetric';\n")
    assert set(seen(root, cache)[0]) == {"c.ts"}


def test_a_variable_is_renamed_without_reading_files_that_name_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {
        "a.ts": "use(process.env.NEXT_PUBLIC_AOA_SK);\n",
        "b.ts": "export const b = 1;\n",
        "c.yaml": "c: [NEXT_PUBLIC_AOA_SK]\n",
        "d.yaml": "d: 1\n",
        "e.txt.in": "NEXT_PUBLIC_AOA_SK\n",
        "f.env": "NEXT_PUBLIC_AOA_SK=1\n",
        "g.d.ts": "NEXT_PUBLIC_AOA_SK: string;\n",
    }
    for path, text in texts.items():
        (tmp_path / path).write_text(text)
    observer = Observer(tmp_path, listing(tmp_path))
    observer.observe({})
    read: list[str] = []
    before = reading.Reader.read

    def noted(self: reading.Reader, path: str) -> bytes | reading.Unreadable:
        read.append(path)
        return before(self, path)

    monkeypatch.setattr(reading.Reader, "read", noted)
    renamed = Renaming("NEXT_PUBLIC_AOA_SK", "AOA_SK")
    edits = observer.renamings([renamed], {})[renamed]
    assert [one.path for one in edits] == ["a.ts", "c.yaml", "e.txt.in", "f.env", "g.d.ts"]
    assert {"b.ts", "d.yaml"}.isdisjoint(read)
    # A new name that says nothing for itself may be anybody's: all files are read.
    (tmp_path / "b.ts").write_text("export const THE_TOKEN = 1;\n")
    other = Renaming("NEXT_PUBLIC_AOA_SK", "THE_TOKEN")
    assert observer.renamings([other], {}) == {}
