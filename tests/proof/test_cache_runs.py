"""Whatever the cache holds, and whoever else uses it, a run prints the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.projects.repositories import CASES, files
from tests.projects.repositories import write as write_files
from tests.proof.command import Done, environment, mmlint, write

MAIN = "from mmlint.cli import main; main()"

ROUTE = """\
import {{ track }} from "@millimetric/track-node";
export async function POST(request) {{
  track({{ event: "joined_{0}", anonymous_id: await id(request) }});
  return Response.json({{ n: {0} }});
}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    routes = {f"app/r{index}/route.ts": ROUTE.format(index) for index in range(8)}
    broken = {"app/broken/route.ts": 'import { track } from "@millimetric/track-node"\ntrack({{(\n'}
    manifest = {"package.json": '{"dependencies": {"next": "15.1.0"}}\n'}
    return write(tmp_path / "project", routes | broken | manifest)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def run(project: Path, cache: Path, *words: str) -> Done:
    return mmlint(project, "--format", "json", *words, XDG_CACHE_HOME=str(cache))


def entries(cache: Path) -> list[Path]:
    return sorted((cache / "mmlint").glob("facts-*"))


# --- never in the way -----------------------------------------------------------------------------


def test_no_cache_makes_none(project: Path, cache: Path) -> None:
    assert run(project, cache, "--no-cache").code == 1
    assert not cache.exists()


def test_no_cache_believes_none(project: Path, cache: Path) -> None:
    cold = run(project, cache)
    [entry] = entries(cache)
    before = entry.stat().st_mtime_ns
    assert run(project, cache, "--no-cache") == cold
    assert entry.stat().st_mtime_ns == before


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no such permissions")
def test_where_nothing_can_be_kept_nothing_is_lost(project: Path, tmp_path: Path) -> None:
    cold = run(project, tmp_path, "--no-cache")
    (tmp_path / "file").write_text("")
    assert run(project, tmp_path / "file") == cold
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    assert run(project, locked) == cold


def test_a_full_disk_changes_nothing(project: Path, tmp_path: Path) -> None:
    pytest.importorskip("resource")
    cold = run(project, tmp_path, "--no-cache")
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))"
    done = subprocess.run(
        [sys.executable, "-c", f"{limited}\n{MAIN}", "--format", "json"],
        cwd=project,
        env=environment(XDG_CACHE_HOME=str(tmp_path / "cache")),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (cold.code, cold.err)
    assert entries(tmp_path / "cache") == []


def test_somebody_s_folder_is_left_alone_and_that_is_said(project: Path, tmp_path: Path) -> None:
    theirs = write(tmp_path / "theirs", {"notes.txt": "mine"})
    done = run(project, tmp_path, "--config", f'cache-dir="{theirs.as_posix()}"')
    assert done.code == 1
    assert b"command line: nothing is kept in" in done.err
    assert [one.name for one in theirs.iterdir()] == ["notes.txt"]


# --- the same bytes -------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_a_warm_run_prints_what_a_cold_one_prints(case: str, tmp_path: Path, cache: Path) -> None:
    project = tmp_path / "project"
    write_files(project, files(case, "bad"))
    cold = run(project, cache)
    assert run(project, cache) == cold
    assert run(project, cache, "--no-cache", "-j", "1") == cold
    assert len(entries(cache)) == 1


def test_what_changed_is_read_anew(project: Path, cache: Path) -> None:
    run(project, cache)
    path = project / "app/r3/route.ts"
    status = path.stat()
    path.write_text(ROUTE.format(3).replace("joined_3", "parted_3"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # as pre-commit leaves it
    assert run(project, cache) == run(project, cache, "--no-cache")


def test_a_damaged_cache_is_repaired(project: Path, cache: Path) -> None:
    cold = run(project, cache)
    [entry] = entries(cache)
    whole = entry.read_bytes()
    for damaged in (b"", whole[:-20], whole[:40] + b"\xff" * 40 + whole[80:], b"\0" * 2**20):
        entry.write_bytes(damaged)
        assert run(project, cache) == cold
        assert entry.read_bytes() == whole


def test_fixing_is_the_same_warm_and_cold(project: Path, cache: Path, tmp_path: Path) -> None:
    run(project, cache)
    warm = run(project, cache, "--diff")
    assert warm == run(project, cache, "--diff", "--no-cache")
    assert b"await flush();" in warm.out


def test_several_at_once_print_the_same(project: Path, cache: Path) -> None:
    cold = run(project, cache, "--no-cache")
    command = [sys.executable, "-m", "mmlint", "--format", "json"]
    running = [
        subprocess.Popen(
            command,
            cwd=project,
            env=environment(XDG_CACHE_HOME=str(cache)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    for one in running:
        out, err = one.communicate(timeout=60)
        assert Done(one.returncode, out, err) == cold
    assert run(project, cache) == cold
    assert not list((cache / "mmlint").glob(".*-*"))


# --- killed in the middle -------------------------------------------------------------------------

SLOWLY = """
import os, signal, time
from pathlib import Path
def stop(*words):  # a worker has no standard output
    Path({mark!r}).touch()
    time.sleep(60)
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever starts this may ignore it
from mmlint.engine.cache import Cache
from mmlint.cli import main
if {writing}:
    os.replace = stop
else:
    from mmlint.engine.facts import parser_pool as pool
    pool.FORK_PAYS = 0
    from mmlint import languages
    languages.observe = stop
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("writing", [True, False], ids=["writing", "observing"])
def test_a_run_that_is_killed_leaves_nothing_that_matters(
    writing: bool, how: signal.Signals, project: Path, cache: Path, tmp_path: Path
) -> None:
    mark = tmp_path / "stopped"
    program = SLOWLY.format(writing=writing, mark=str(mark))
    dying = subprocess.Popen(
        [sys.executable, "-c", program, "--format", "json", "-j", "2"],
        cwd=project,
        env=environment(XDG_CACHE_HOME=str(cache)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 30
    while not mark.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert mark.exists()
    workers = set(_children(dying.pid))
    dying.send_signal(how)
    end = time.monotonic() + 30
    while dying.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
        if how == signal.SIGINT and not writing:
            workers.update(_children(dying.pid))  # one may have begun meanwhile
            for one in filter(_runs, workers):  # they finish what they are at, which is a minute
                os.kill(one, signal.SIGKILL)
    assert dying.poll() is not None
    assert run(project, cache) == run(project, cache, "--no-cache")
    assert len(entries(cache)) == 1
    end = time.monotonic() + 10
    while (alive := [one for one in workers if _runs(one)]) and time.monotonic() < end:
        time.sleep(0.1)
    assert alive == []


def _children(process: int) -> list[int]:
    if not sys.platform.startswith("linux"):
        return []
    words = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(one) for one in words]


def _runs(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


# --- cleaning -------------------------------------------------------------------------------------


def test_clean_removes_it(project: Path, cache: Path) -> None:
    run(project, cache)
    assert entries(cache)
    done = mmlint(project, "clean", XDG_CACHE_HOME=str(cache))
    assert (done.code, done.err) == (0, b"")
    assert done.out.decode() == f"Removed 1 entry from {cache / 'mmlint'}\n"
    assert not (cache / "mmlint").exists()
    again = mmlint(project, "clean", XDG_CACHE_HOME=str(cache))
    assert again.out.decode() == f"Nothing is kept in {cache / 'mmlint'}\n"


def test_the_configured_folder_is_used_and_cleaned(project: Path, cache: Path) -> None:
    (project / "mmlint.toml").write_text('cache-dir = ".cache/mm"\n')
    cold = run(project, cache)
    folder = project / ".cache" / "mm"
    assert (folder / "CACHEDIR.TAG").is_file()
    assert run(project, cache) == cold
    assert not cache.exists()
    assert mmlint(project / "app", "clean").out.decode().startswith("Removed 1 entry from ")
    assert not folder.exists()
