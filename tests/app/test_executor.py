"""A Dask cluster reads the files: two workers on this machine, and the same bytes as without."""

from __future__ import annotations

import builtins
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mmlint.app import Request, run
from tests.projects.repositories import CASES, files, write
from tests.proof.command import ROOT, Done, environment, mmlint, program

CLUSTER = """
import sys
from distributed import LocalCluster
with LocalCluster(
    n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
) as cluster:
    print(cluster.scheduler_address, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of two workers, which are processes of their own."""
    pytest.importorskip("distributed")
    serving = subprocess.Popen(
        [sys.executable, "-c", CLUSTER],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert serving.stdout is not None
    assert serving.stdin is not None
    address = serving.stdout.readline().decode().strip()
    assert address.startswith("tcp://127.0.0.1:")
    yield address.replace("tcp://", "dask://")
    serving.stdin.close()
    try:
        serving.wait(20)
    finally:
        serving.kill()


def test_a_cluster_changes_no_byte(cluster: str, tmp_path: Path) -> None:
    for case in CASES:
        write(tmp_path / case, files(case, "bad"))
    alone = mmlint(tmp_path, "--no-cache", "-j", "1", "--format", "json")
    assert alone.code == 1
    words = ("--format", "json", "--timings", "--executor", cluster)
    together = mmlint(tmp_path, "--no-cache", *words)
    assert (together.code, together.out) == (alone.code, alone.out)
    assert b"adapter python" in together.err
    kept = mmlint(tmp_path, *words, XDG_CACHE_HOME=str(tmp_path.parent / "cache"))
    assert kept.out == alone.out
    warm = mmlint(tmp_path, *words, XDG_CACHE_HOME=str(tmp_path.parent / "cache"))
    assert warm.out == alone.out
    assert b"adapter python" not in warm.err


API = """
import sys
from pathlib import Path
from distributed import Client
from mmlint.app import check
place, root = sys.argv[1], Path(sys.argv[2])
with Client(place, set_as_default=False) as client:
    assert check(root, executor=client.get_executor()) == check(root)
"""


def test_the_api_takes_an_executor_of_the_cluster(cluster: str, tmp_path: Path) -> None:
    case = CASES[0]
    write(tmp_path, files(case, "bad"))
    done = apart(API, cluster.replace("dask://", "tcp://"), str(tmp_path))
    assert (done.code, done.err) == (0, b"")


def apart(script: str, *words: str) -> Done:
    """Run a script in an interpreter of its own: Dask leaves a thread behind, and a process with
    threads is not copied any more, which other tests are about."""
    return program(ROOT, sys.executable, "-c", script, *words)


# --- when there is none ---------------------------------------------------------------------------


def said(address: str, capfd: pytest.CaptureFixture[str]) -> str:
    assert run(Request(executor=address)) == 2
    found = capfd.readouterr()
    assert found.out == ""
    return found.err


@pytest.mark.parametrize("address", ["spark://host:1", "host:8786", "dask://", "dask:8786"])
def test_other_words_are_no_executor(address: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert f'"{address}" names no executor; expected dask://HOST:PORT' in said(address, capfd)


def test_without_dask_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    real = builtins.__import__

    def missing(name: str, *words: object, **more: object) -> object:
        if name.partition(".")[0] == "distributed":
            raise ImportError(name)
        return real(name, *words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", missing)
    text = said("dask://127.0.0.1:8786", capfd)
    assert re.search(r"is not installed; expected .+; run: pip install 'mmlint\[dask\]'", text)


ALONE = """
import sys
from mmlint.app import Request, executor, run
executor._PATIENCE = 1
sys.exit(run(Request(executor=sys.argv[1])))
"""


def test_a_scheduler_that_is_not_there() -> None:
    pytest.importorskip("distributed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = apart(ALONE, f"dask://127.0.0.1:{port}")
    assert (done.code, done.out) == (2, b"")
    assert f"nobody answers at 127.0.0.1:{port}; expected a Dask scheduler there" in done.text
