"""Facts that are kept: what comes back is what was observed, or nothing; never somebody's bytes."""

from __future__ import annotations

import gc
import random
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mmlint.engine.cache import Cache
from mmlint.engine.facts import facts_cache as module
from mmlint.engine.facts.facts_cache import FactsCache, Item, encode, observing_version
from mmlint.files.kinds import language
from mmlint.languages import observe
from mmlint.model.facts import FileFacts
from mmlint.report.masking import mask
from tests.test_architecture import FILES, MAY_IMPORT, PACKAGE, imports

FIXTURES = Path(__file__).parent.parent / "fixtures" / "projects"

ITEMS: list[Item] = [
    ("typescript", b'import { track } from "@millimetric/track";\ntrack("joined", { n: 1.0 });\n'),
    ("javascript", b'import { track } from "@millimetric/track";\ntrack("joined", { n: 1.0 });\n'),
    ("python", b"import millimetric\nmillimetric.track(event='joined', n=[1, None, True, 2.5])\n"),
    ("python", b"import millimetric\ndef broken(:\n"),
    ("dotenv", b"NEXT_PUBLIC_AOA_SK=${AOA_SK}\n"),
]


def facts(item: Item) -> FileFacts:
    return observe(item[1], item[0])


def filled(folder: Path, root: Path = Path("/shop"), items: list[Item] = ITEMS) -> Path:
    """Keep the facts of ``items``; return the file they are in."""
    pack = FactsCache(Cache(folder), root)
    for item in items:
        pack.keep(item, encode(facts(item)))
    pack.save()
    [entry] = folder.glob("facts-*")
    return entry


def found(folder: Path, root: Path = Path("/shop")) -> dict[Item, FileFacts]:
    return FactsCache(Cache(folder), root).find(ITEMS)


# --- what is not believed -------------------------------------------------------------------------


def test_nothing_is_known_at_first(tmp_path: Path) -> None:
    assert found(tmp_path / "cache") == {}


def test_other_bytes_another_language_and_another_project_are_unknown(tmp_path: Path) -> None:
    filled(tmp_path, items=ITEMS[:1])
    assert set(found(tmp_path)) == {ITEMS[0]}
    assert found(tmp_path, Path("/other")) == {}
    assert (
        FactsCache(Cache(tmp_path), Path("/shop")).find([("typescript", ITEMS[0][1] + b" ")]) == {}
    )


def test_another_mmlint_s_facts_are_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path)
    monkeypatch.setattr(module, "observing_version", lambda: "another")
    assert found(tmp_path) == {}


def test_where_the_version_cannot_be_known_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "observing_version", lambda: None)
    pack = FactsCache(Cache(tmp_path), Path("/shop"))
    pack.keep(ITEMS[0], encode(facts(ITEMS[0])))
    pack.save()
    assert list(tmp_path.iterdir()) == []


def test_damage_anywhere_is_noticed(tmp_path: Path) -> None:
    entry = filled(tmp_path)
    whole = entry.read_bytes()
    right = {item: facts(item) for item in ITEMS}
    places = random.Random(4).sample(range(len(whole)), 150)
    for place in places:
        entry.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        assert found(tmp_path).items() <= right.items()
    for length in places:
        entry.write_bytes(whole[:length])
        assert found(tmp_path) == {}


@given(st.binary(max_size=200))
def test_any_bytes_are_as_good_as_none(tmp_path_factory: pytest.TempPathFactory, x: bytes) -> None:
    folder = tmp_path_factory.mktemp("cache")
    entry = filled(folder, items=ITEMS[:1])
    for data in (x, b"mmlint facts 1\n" + x):
        entry.write_bytes(data)
        assert found(folder) == {}


@given(st.binary(max_size=60) | st.binary().map(lambda x: encode([x, 1, "Module", [x]])))
@example(b"\x91\xa2\x00\x80")
def test_facts_of_a_wrong_shape_are_unknown(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    pack = FactsCache(Cache(folder), Path("/shop"))
    pack.keep(ITEMS[0], data)
    pack.save()
    assert found(folder) == {}


def test_facts_of_another_language_are_unknown(tmp_path: Path) -> None:
    pack = FactsCache(Cache(tmp_path), Path("/shop"))
    pack.keep(ITEMS[0], encode(facts(ITEMS[1])))
    pack.save()
    assert found(tmp_path) == {}


def test_damage_is_repaired_by_the_next_run(tmp_path: Path) -> None:
    entry = filled(tmp_path)
    entry.write_bytes(entry.read_bytes()[:50])
    filled(tmp_path)
    assert set(found(tmp_path)) == set(ITEMS)


@pytest.mark.parametrize(
    "line",
    [
        'AOA_SECRET = "Jk3mQ9vT2xWb"',
        "AOA_SECRET = 'Jk3mQ9vT2xWb', 'x'",
        'x = dict(AOA_SECRET="aB3mQ9vT2xWb", name="x", MM_SECRET="Zq3mQ9vT2xWb")',
        'client(mm_secret="x/y+z!Q9vT2x=")',
    ],
)
def test_a_file_whose_facts_show_a_secret_is_not_kept(line: str, tmp_path: Path) -> None:
    assert mask(line) != line
    secret: Item = ("python", f"import millimetric\n{line}\n".encode())
    assert observed_again(tmp_path, secret) is None


def observed_again(folder: Path, item: Item) -> FileFacts | None:
    """Keep the facts of one run, and return what another run, with another salt, finds of them."""
    pack = FactsCache(Cache(folder), Path("/shop"))
    pack.keep(item, encode(observe(item[1], item[0], b"one")), b"one")
    pack.save()
    return FactsCache(Cache(folder), Path("/shop")).find([item], b"other").get(item)


KEY = "sk_live_" + "a1b2c3d4" + "_" + "Zk5vQ8sT2wLp"
SECOND = "rk_test_" + "b1b2c3d4" + "_" + "Yk5vQ8sT2wLp"


@pytest.mark.parametrize("text", ["sk_live_...", f"\\x73{KEY[1:]}", KEY + "deadbeefdeadbeef"])
def test_a_fingerprint_of_what_is_not_in_the_file_as_it_is_is_not_kept(
    text: str, tmp_path: Path
) -> None:
    item: Item = ("javascript", f'track("a", {{ k: "{text}" }});'.encode())
    assert observed_again(tmp_path, item) in (None, observe(item[1], item[0], b"other"))


def test_what_looks_like_the_number_of_a_key_is_not_kept(tmp_path: Path) -> None:
    item: Item = ("javascript", b'track("#000000000000000");')
    assert observed_again(tmp_path, item) is None


@pytest.mark.parametrize(
    "item",
    [
        ("javascript", f'track("a", {{ k: "{KEY}", l: "{SECOND}", m: "{KEY}" }});'),
        ("python", f'KEY = "{SECOND}"\nSAME = "{SECOND}"  # not {KEY}\n'),
        ("dotenv", f"AOA={KEY}\nB={KEY}\n"),
        ("html", f'<script data-key="{KEY}"></script>'),
        ("yaml", f"env:\n  AOA: {KEY}\n"),
        ("text", f"{KEY}\n{SECOND}\n"),
    ],
)
def test_keys_get_the_fingerprints_of_the_run_that_reads_them(
    item: tuple[str, str], tmp_path: Path
) -> None:
    it: Item = (item[0], item[1].encode())  # type: ignore[assignment]
    before, after = (observe(it[1], it[0], salt) for salt in (b"one", b"other"))
    assert encode(before) != encode(after)
    assert observed_again(tmp_path, it) == after
    kept = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    for match in module._FINGERPRINT.finditer(encode(before)):
        assert match[1] not in kept


# --- what is kept ---------------------------------------------------------------------------------


def test_facts_come_back_as_they_were_problems_included(tmp_path: Path) -> None:
    filled(tmp_path)
    assert found(tmp_path) == {item: facts(item) for item in ITEMS}
    assert facts(ITEMS[3]).problem is not None


def test_every_fixture_s_facts_come_back_as_they_were(tmp_path: Path) -> None:
    items: list[Item] = []
    for path in sorted(FIXTURES.rglob("*")):
        kind = language(path.name)
        if kind is not None and path.is_file():
            items.append((kind, path.read_bytes()))
    filled(tmp_path, items=items)
    kept = FactsCache(Cache(tmp_path), Path("/shop")).find(items)
    assert len(kept) > 50
    for item, known in kept.items():
        fresh = facts(item)
        assert known == fresh
        assert encode(known) == encode(fresh)  # 1, 1.0 and True are equal, and not the same


def test_two_runs_at_once_lose_nothing_of_each_other(tmp_path: Path) -> None:
    one, other = (FactsCache(Cache(tmp_path), Path("/shop")) for _ in range(2))
    assert one.find(ITEMS) == other.find(ITEMS) == {}
    one.keep(ITEMS[0], encode(facts(ITEMS[0])))
    other.keep(ITEMS[1], encode(facts(ITEMS[1])))
    one.save()
    other.save()
    assert set(found(tmp_path)) == {ITEMS[0], ITEMS[1]}


def test_nothing_is_written_when_nothing_is_new(tmp_path: Path) -> None:
    entry = filled(tmp_path)
    before = entry.stat().st_ino
    pack = FactsCache(Cache(tmp_path), Path("/shop"))
    pack.find(ITEMS)
    pack.save()
    assert entry.stat().st_ino == before


def test_what_no_run_asks_for_is_forgotten_and_the_rest_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path)
    start = module.time.time()
    for days in (20, 40):
        monkeypatch.setattr(module.time, "time", lambda days=days: start + days * 86400)
        pack = FactsCache(Cache(tmp_path), Path("/shop"))
        assert set(pack.find(ITEMS[:2])) == set(ITEMS[:2])
        pack.save()
    assert set(found(tmp_path)) == set(ITEMS[:2])


def test_a_pack_stays_within_its_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = sorted(len(encode(facts(item))) for item in ITEMS)
    monkeypatch.setattr(module, "MAX_BYTES", sum(sizes) - 1)
    entry = filled(tmp_path)
    assert 0 < len(found(tmp_path)) < len(ITEMS)
    assert entry.stat().st_size < sum(sizes) + 100 * len(ITEMS)


def test_facts_are_no_garbage_to_be_looked_through() -> None:
    known = facts(ITEMS[0])
    call = known.modules[0].functions[0].body[0]
    assert [gc.is_tracked(one) for one in (known.modules[0], call)] == [False, False]


# --- the version ----------------------------------------------------------------------------------


def test_the_version_covers_everything_that_observing_uses() -> None:
    assert set(module._OBSERVING) == MAY_IMPORT["languages"] | {"languages"}
    homes = packages_distributions()
    used = {
        one.module.partition(".")[0]
        for path in FILES
        if "languages" in path.relative_to(PACKAGE).parts
        for one in imports(path)
    }
    parsers = used - sys.stdlib_module_names - {"mmlint", "msgspec"}
    names = {home.lower().replace("-", "_") + "-" for one in parsers for home in homes.get(one, ())}
    assert len(names) >= 5
    assert [one for one in sorted(names) if not one.startswith(module._PARSERS)] == []


def test_another_source_or_parser_is_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = observing_version.__wrapped__()
    assert now == observing_version()
    sources = list(module._sources())
    monkeypatch.setattr(module, "_sources", lambda: [*sources[:-1], sources[-1] + b"\n"])
    assert observing_version.__wrapped__() != now
    monkeypatch.undo()
    (tmp_path / "tree_sitter_vue-1.0.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    assert observing_version.__wrapped__() not in (now, None)
    monkeypatch.setattr(sys, "path", [])
    assert observing_version.__wrapped__() is None
