"""What was seen of files in earlier runs: never wrong about a file that changed."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from array import array
from collections.abc import Mapping
from pathlib import Path
from zlib import crc32

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict

from mmlint.engine.cache import Cache
from mmlint.engine.discovery import file_stamps as recalling
from mmlint.engine.discovery.file_stamps import FEW, NUMBER, FileStampCache, Kept, about
from mmlint.engine.discovery.observe import Discovery
from mmlint.engine.renaming import Renaming
from mmlint.files import reading
from mmlint.files.listing import STAMP, UNSETTLED, listing
from mmlint.files.needles import Needle
from mmlint.model.facts import FileFacts


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


FILES_OF_THEN = {"a.ts": 7, "b.ts": 8, "d.ts": 0}


def recall(
    cache: Cache | None, files: Mapping[str, int] | None = None, known: str = "a", root: str = "/p"
) -> FileStampCache:
    """Return what is remembered of ``files`` (path to stamp, sorted)."""
    files = FILES_OF_THEN if files is None else files
    stamps = array(STAMP, files.values())
    return FileStampCache(cache, "seen", Path(root), known, list(files), stamps)


def keep(cache: Cache) -> None:
    recall(cache).write(array(NUMBER, [0, 3, 5]), b"rest", new=2)


def known(kept: Kept | None, files: Mapping[str, int]) -> dict[str, int]:
    """Return the numbers of the files about which something is known."""
    if kept is None:
        return {}
    rows = zip(files, kept.aligned(), strict=True)
    return {path: one for row, (path, one) in enumerate(rows) if row not in kept.changed}


def test_nothing_is_known_of_a_file_that_is_new_or_changed_or_had_no_stamp(cache: Cache) -> None:
    keep(cache)
    now = {"a.ts": 7, "aa.ts": 7, "b.ts": 9, "c.ts": 1, "d.ts": 0}
    assert known(recall(cache, now).read(), now) == {"a.ts": 0}
    assert recall(None).read() is None
    assert recall(cache, {}).read() is None


def test_what_did_not_change_is_known(cache: Cache) -> None:
    keep(cache)
    kept = recall(cache).read()
    assert kept == Kept(array(NUMBER, [0, 3, 5]), b"rest", [2])
    assert known(kept, FILES_OF_THEN) == {"a.ts": 0, "b.ts": 3}


def test_nothing_is_known_by_another_mmlint_or_of_another_project(cache: Cache) -> None:
    keep(cache)
    assert recall(cache, known="b").read() is None
    assert recall(cache, root="/other").read() is None
    first = about([Needle(b"a", 1)], ["x.json"])
    assert first not in (about([Needle(b"b", 1)], ["x.json"]), about([Needle(b"a", 2)], ["x.json"]))
    assert first != about([Needle(b"a", 1)], ["y.json"])


ENTRIES = [
    ["a", b"a.ts\0b.ts\0d.ts", bytes(24), bytes(11), b""],
    ["a", b"a.ts\0b.ts\0d.ts", bytes(23), bytes(12), b""],
    ["a", b"a.ts\0b.ts\0d.ts", bytes(24), bytes(8), b""],
    ["a", b"a.ts\0b.ts", bytes(24), bytes(12), b""],
    ["a", b"", b"", b"", b""],
    ["a", "a.ts", b"", b"", b""],
    ["a"],
    {},
    None,
]


@pytest.mark.parametrize("data", [b"", b"\xc1", *map(msgspec.msgpack.encode, ENTRIES)])
def test_what_is_no_entry_is_as_good_as_none(cache: Cache, data: bytes) -> None:
    keep(cache)
    (entry,) = cache.folder.glob("seen-*")
    for one in (data, crc32(data).to_bytes(4, "little") + data):
        entry.write_bytes(one)
        assert recall(cache).read() is None
    keep(cache)
    assert recall(cache).read() is not None


def test_an_entry_with_a_single_wrong_bit_is_as_good_as_none(cache: Cache) -> None:
    keep(cache)
    (entry,) = cache.folder.glob("seen-*")
    data = entry.read_bytes()
    for position in range(8 * len(data)):
        damaged = bytearray(data)
        damaged[position // 8] ^= 1 << position % 8
        entry.write_bytes(damaged)
        assert recall(cache).read() is None


def test_where_nothing_new_was_seen_nothing_is_written(cache: Cache) -> None:
    recall(cache).write(array(NUMBER, [0, 3, 5]), b"", new=0)
    assert not cache.folder.exists()


def test_files_that_are_gone_are_forgotten(cache: Cache) -> None:
    keep(cache)
    later = recall(cache, {"a.ts": 7})
    assert later.read() is not None
    later.write(array(NUMBER, [1]), b"", new=FEW + 1)
    now = {"a.ts": 7, "b.ts": 8}
    assert known(recall(cache, now).read(), now) == {"a.ts": 1}


def test_a_few_changes_are_not_worth_writing(cache: Cache) -> None:
    keep(cache)
    now = {"a.ts": 9, "b.ts": 8, "d.ts": 0}
    later = recall(cache, now)
    later.read()
    later.write(array(NUMBER, [1, 3, 5]), b"", new=FEW)
    assert known(recall(cache).read(), FILES_OF_THEN) == {"a.ts": 0, "b.ts": 3}
    assert known(recall(cache, now).read(), now) == {"b.ts": 3}


def test_what_somebody_could_not_look_at_is_not_remembered(cache: Cache) -> None:
    recall(cache).write(array(NUMBER, [0, 3, 5]), b"", new=1, unknown=[1])
    assert known(recall(cache).read(), FILES_OF_THEN) == {"a.ts": 0}


def test_names_of_odd_bytes_are_known_too(cache: Cache) -> None:
    odd = {os.fsdecode(b"caf\xe9.ts"): 7, "\U0001f600.ts": 8}
    odd = dict(sorted(odd.items()))
    recall(cache, odd).write(array(NUMBER, [1, 2]), b"", new=2)
    assert known(recall(cache, odd).read(), odd) == dict(zip(odd, (1, 2), strict=True))


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
        observer = Discovery(root, listing(root), cache=cache)
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
    observer = Discovery(tmp_path, listing(tmp_path))
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


# --- a project that changes -----------------------------------------------------------------------

_TEXTS = (
    "export const a = 1;\n",
    'import { track } from "@millimetric/track-node";\nexport const send = track;\n',
    'import { send } from "./a";\nsend({ event: "x" });\n',
    'export * from "./b";\n',
    "import a\nserver.listen(8080)\n",
    'app.listen(80); export * from "aws-cdk-lib";\n',
    '{"name": "x", "extends": "./base.json"}\n',
    "A_\0B\n",
)
_PATHS = (
    *("a.ts", "b.ts", "c.ts", "a.py", "x/a.ts", "x/b.test.ts", "y/c.ts", "y/a/b.ts", "y.d.ts"),
    *("package.json", "x/tsconfig.json", "x/base.json", ".env", "n.md", "x.svg", "dist/a.ts"),
)
_IGNORED = ("", "x/\n", "*.ts\n!a.ts\n", "b.*\n", ".env\n", "y/a\n")

_edits = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["write", "touch", "remove", "link", "folder", "give"]),
            st.sampled_from(_PATHS),
            st.sampled_from(_TEXTS),
        ),
        st.tuples(st.just("rename"), st.sampled_from(_PATHS), st.sampled_from(_PATHS)),
        st.tuples(st.just("ignore"), st.just(".gitignore"), st.sampled_from(_IGNORED)),
        st.tuples(st.just("exclude"), st.sampled_from(["x/", "a.*", "*.json"]), st.just("")),
    ),
    max_size=4,
)


class Tree:
    """A project that is edited. ``given``: what lies over its files. ``exclude``: what is left
    out. Each change has a time of its own, however fast one follows the other."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.given: dict[str, bytes] = {}
        self.exclude: list[str] = []
        self._time = 10**18

    def edit(self, how: str, path: str, what: str) -> None:
        target = self.root / path
        if how == "give":
            self.given[path] = what.encode()
        elif how == "exclude":
            self.exclude = [] if path in self.exclude else [path]
        elif how == "rename":
            (self.root / what).parent.mkdir(parents=True, exist_ok=True)
            target.rename(self.root / what)
        elif how == "touch":
            self._stamped(target)
        else:
            if target.is_symlink() or target.is_file():
                target.unlink()
            elif target.is_dir():
                shutil.rmtree(target)
            target.parent.mkdir(parents=True, exist_ok=True)
            if how == "link":
                target.symlink_to(self.root / "a.ts")
            elif how == "folder":
                (target / "a.ts").parent.mkdir()
                (target / "a.ts").write_text(what)
                self._stamped(target / "a.ts")
            elif how != "remove":
                target.write_text(what)
                self._stamped(target)

    def _stamped(self, path: Path) -> None:
        self._time += 1
        os.utime(path, ns=(self._time, self._time))

    def observed(self, cache: Cache | None) -> dict[str, object]:
        """Return all that is seen of it now."""
        observer = Discovery(self.root, listing(self.root, exclude=self.exclude), cache=cache)
        seen = observer.observe(self.given)
        observer.save()
        made = {"resolution": seen.resolution.files, "limits": seen.limits.counts()}
        ordered = {"order": list(seen.facts), "left": dict(seen.skipped)}
        return asdict(seen) | made | ordered


@given(
    texts=st.dictionaries(st.sampled_from(_PATHS), st.sampled_from(_TEXTS), min_size=3),
    rounds=st.lists(_edits, min_size=1, max_size=3),
    few=st.sampled_from([0, FEW]),
    tracked=st.sampled_from([None, False, True]),
)
@settings(max_examples=60, deadline=None)
def test_whatever_happens_between_two_runs_the_second_sees_what_the_first_would(
    tmp_path_factory: pytest.TempPathFactory,
    texts: dict[str, str],
    rounds: list[list[tuple[str, str, str]]],
    few: int,
    tracked: bool | None,
) -> None:
    folder = tmp_path_factory.mktemp("edited")
    tree, cache = Tree(folder / "project"), Cache(folder / "cache")
    tree.root.mkdir()
    later = time.time_ns() + 100 * UNSETTLED
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: later)
        patch.setattr(recalling, "FEW", few)
        for edits in [[("write", path, text) for path, text in texts.items()], [], *rounds]:
            for edit in edits:
                with contextlib.suppress(OSError):  # a file stands where a folder is wanted
                    tree.edit(*edit)
            if tracked is not None:
                git(tree.root, "init", "-q")
            if tracked:
                git(tree.root, "add", "--all")
            assert tree.observed(cache) == tree.observed(None)


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", "-C", os.fspath(root), *words], check=True, capture_output=True)
