"""The search for a name in all files: what it leaves alone, and when it stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmlint.app import check
from mmlint.app.opening import open_session
from mmlint.app.request import Request
from mmlint.engine.discovery.observe import Discovery
from mmlint.engine.renaming import Renaming, renamings

ONE = Renaming("NEXT_PUBLIC_AOA_SK", "AOA_SK")
OTHER = Renaming("VITE_MM_SK", "MM_SK")


def searched(files: dict[str, bytes], *wanted: Renaming) -> tuple[set[Renaming], list[str]]:
    """Return what can be renamed, and the files that were read for it."""
    read: list[str] = []

    def reading(path: str) -> bytes | None:
        read.append(path)
        return files[path]

    return set(renamings(wanted, files, reading)), read


def test_prose_is_not_even_read() -> None:
    files = {"README.md": b"NEXT_PUBLIC_AOA_SK", "a.txt": b"NEXT_PUBLIC_AOA_SK"}
    assert searched(files, ONE) == (set(), [])


def test_a_name_that_is_taken_ends_the_search() -> None:
    files = {"a.py": b"AOA_SK = 1", "b.env": b"NEXT_PUBLIC_AOA_SK=x", "c.py": b"pass"}
    assert searched(files, ONE) == (set(), ["a.py"])


def test_the_search_goes_on_while_one_can_be_renamed() -> None:
    files = {"a.py": b"AOA_SK = 1", "b.env": b"VITE_MM_SK=x", "c.py": b"pass"}
    assert searched(files, ONE, OTHER) == ({OTHER}, list(files))


@pytest.mark.parametrize(
    ("request_", "times"),
    [
        (Request(format="github"), 0),
        (Request(format="gitlab", outputs=(("github", "a.txt"),)), 0),
        (Request(format="github", outputs=(("sarif", "a.sarif"),)), 1),
        (Request(format="github", diff=True), 1),
        (Request(format="text"), 1),
        (Request(format="json"), 1),
    ],
)
def test_no_name_is_looked_for_where_no_fix_is_shown(
    request_: Request, times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("NEXT_PUBLIC_AOA_SK=sk_live_...\n", "utf-8")
    asked: list[int] = []
    searching = Discovery.renamings

    def counting(self: Discovery, wanted, overlay):  # type: ignore[no-untyped-def]
        asked.append(1)
        return searching(self, wanted, overlay)

    monkeypatch.setattr(Discovery, "renamings", counting)
    session = open_session(request_, None, start=tmp_path)
    codes = [one.finding.code for one in session.lint({})]
    session.close()
    assert (
        codes == [one.finding.code for one in check(tmp_path).findings][: len(codes)] == ["MM201"]
    )
    assert len(asked) == times + 1, "once more by the check that shows fixes"


def test_each_file_is_read_once_however_many_variables_are_renamed() -> None:
    files = {
        f"{n}.ts": b"".join(b"process.env.VITE_A_%d;\n" % m for m in range(40)) for n in range(3)
    }
    read: list[str] = []

    def reading(path: str) -> bytes:
        read.append(path)
        return files[path]

    wanted = [Renaming(f"VITE_A_{n}", f"A_{n}") for n in range(40)]
    found = renamings(wanted, sorted(files), reading)
    assert {one: len(edits) for one, edits in found.items()} == dict.fromkeys(wanted, 3)
    assert read == sorted(files)
