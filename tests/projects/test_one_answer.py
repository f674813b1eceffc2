"""One project, one answer: however it is asked for, and whatever is kept, shared or installed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mmlint.app import Request, run
from mmlint.engine.facts import parser_pool as pool
from mmlint.files import listing
from tests.projects.repositories import CASES, Files, files, write
from tests.proof.command import ROOT, environment

Report = dict[str, Any]
Ask = Callable[..., Report]

STOREFRONT = "examples/storefront"


def project(case: str) -> Files:
    """Return the files of a fixture with mistakes, or of the example."""
    if case != STOREFRONT:
        return files(case, "bad")
    names = subprocess.check_output(
        ["git", "ls-files", "-z", STOREFRONT], cwd=ROOT, env=environment()
    )
    paths = [ROOT / name for name in names.decode().split("\0") if name]
    top = ROOT / STOREFRONT
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture
def ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Ask:
    """A function that runs mmlint in the project's folder and returns its report."""
    shop = tmp_path / "shop"
    shop.mkdir()
    monkeypatch.chdir(shop)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))
    # Files that were just written count as settled, or nothing of them would be kept.
    monkeypatch.setattr(listing, "UNSETTLED", -(10**12))

    def report(*paths: str, **more: Any) -> Report:
        assert run(Request(paths=paths, format="json", **more)) in (0, 1)
        found: Report = json.loads(capsysbinary.readouterr().out)
        return found

    return report


def rows(report: Report) -> list[str]:
    return [json.dumps(one, sort_keys=True) for one in report["findings"]]


@pytest.mark.parametrize("case", [*CASES, STOREFRONT])
def test_every_way_to_ask_gives_the_same_findings(
    case: str, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = project(case)
    shop = write(tmp_path / "shop", contents)
    ways = {"without git": ask()}
    subprocess.run(["git", "init", "--quiet"], cwd=shop, env=environment(), check=True)
    ways["untracked"] = ask()
    subprocess.run(["git", "add", "--all"], cwd=shop, env=environment(), check=True)
    whole = ways["tracked"] = ask()
    assert whole["findings"]

    ways["cold"] = ask(cache=True)
    assert list((tmp_path / "kept" / "mmlint").glob("seen-*"))
    ways["warm"] = ask(cache=True)
    ways["all names"] = ask(*sorted(contents))
    with monkeypatch.context() as patch:
        patch.setattr(pool, "FORK_PAYS", 0)
        patch.setattr(pool, "SPAWN_PAYS", 0)
        ways["two processes"] = ask(jobs=2)
        ways["two processes, cold"] = ask(jobs=2, cache=True, config=("cache-dir='../other'",))
        ways["two processes, warm"] = ask(jobs=2, cache=True, config=("cache-dir='../other'",))
    for way, report in ways.items():
        assert rows(report) == rows(whole), way

    for kept in (False, True):
        parts = [rows(ask(path, cache=kept)) for path in sorted(contents)]
        assert {one for part in parts for one in part} == set(rows(whole))
