"""A Dask cluster reads the files: two workers on this machine, and the same bytes as without."""

from __future__ import annotations

import builtins
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import Thread

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


@pytest.mark.parametrize(
    "address",
    [
        *("spark://host:1", "host:8786", "dask://", "dask:8786", "dask://:1", "dask://host:port"),
        *("dask://host:70000", "dask://[::1", "dask://host:8786/status"),
    ],
)
def test_other_words_are_no_executor(address: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert f'"{address}" names no executor; expected dask://HOST:PORT' in said(address, capfd)


@pytest.mark.parametrize("address", ["dask://host", "tls://host", "tcp://[::1]", "dask://host/"])
def test_an_address_without_port_is_incomplete(
    address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert f'"{address}" has no port; expected dask://HOST:PORT' in said(address, capfd)


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


COMMAND = """
import sys
from mmlint.__main__ import script
from mmlint.app import executor
from mmlint.engine.facts import parser_pool as pool
executor._CONNECTING = executor._ANSWERING = executor._CLOSING = 2
pool.PATIENCE = float(sys.argv.pop(1))
script()
"""


def examined(root: Path, address: str, *, patience: int = 60, **variables: str) -> Done:
    """Run the command with a cluster, of which it expects an answer within ``patience``."""
    words = (str(patience), "--format", "json", "--no-cache", "--executor", address)
    return program(root, sys.executable, "-c", COMMAND, *words, **variables)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def silent(connection: socket.socket) -> None:
    with suppress(OSError):
        while connection.recv(1 << 20):
            pass


def http(connection: socket.socket) -> None:
    connection.recv(8)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    connection.close()


def ssh(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.9\r\n")
    silent(connection)


def promises_gigabytes(connection: socket.socket) -> None:
    connection.sendall((8 << 30).to_bytes(8, "little") + b"x")
    silent(connection)


def stops_in_the_middle(connection: socket.socket) -> None:
    connection.sendall((200).to_bytes(8, "little") + b"x" * 100)
    silent(connection)


def garbage_of_the_right_length(connection: socket.socket) -> None:
    connection.sendall((200).to_bytes(8, "little") + b"\xc1" * 200)
    silent(connection)


def hangs_up(connection: socket.socket) -> None:
    connection.close()


@contextmanager
def serving(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port at which everyone who calls is talked to."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    Thread(target=talk, args=(server.accept()[0],), daemon=True).start()

        Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    "talk",
    [
        *(silent, http, ssh, promises_gigabytes, stops_in_the_middle),
        *(garbage_of_the_right_length, hangs_up),
    ],
)
@pytest.mark.parametrize("scheme", ["dask", "tls"])
def test_what_is_no_scheduler_is_told_in_a_line(
    scheme: str, talk: Callable[[socket.socket], None], tmp_path: Path
) -> None:
    pytest.importorskip("distributed")
    with serving(talk) as port:
        done = examined(tmp_path, f"{scheme}://127.0.0.1:{port}/")
    assert (done.code, done.out) == (2, b"")
    [line] = done.text.splitlines()
    assert f"what listens at 127.0.0.1:{port} does not answer as a Dask scheduler (" in line


@pytest.mark.parametrize("scheme", ["dask", "tls"])
def test_a_scheduler_that_is_not_there(scheme: str, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    port = free_port()
    done = examined(tmp_path, f"{scheme}://127.0.0.1:{port}")
    assert (done.code, done.out) == (2, b"")
    [line] = done.text.splitlines()
    assert f"127.0.0.1:{port} cannot be reached (ConnectionRefusedError" in line
    assert line.endswith("expected a Dask scheduler there; start one with: dask scheduler")


# --- when it fails in the middle ------------------------------------------------------------------


@contextmanager
def dask(*words: str, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command of Dask that runs meanwhile."""
    running = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]],
        cwd="/",  # the folder of a worker comes before its other paths
        env=environment(**variables),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


@contextmanager
def scheduler() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A scheduler without workers: where it listens, and its process."""
    pytest.importorskip("distributed")
    port = free_port()
    words = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show")
    with dask("dask_scheduler", *words) as running:
        for _ in range(600):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield f"127.0.0.1:{port}", running


def worker(place: str, **variables: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    words = (f"tcp://{place}", "--nthreads", "1", "--no-nanny", "--no-dashboard")
    return dask("dask_worker", *words, **variables)


@pytest.fixture
def project(tmp_path: Path) -> tuple[Path, Done]:
    """A project, and what is said of it without other machines."""
    root = tmp_path / "project"
    write(root, files(CASES[0], "bad"))
    return root, mmlint(root, "--no-cache", "-j", "1", "--format", "json")


NOTE = re.compile(r"mmlint: \d+ files? (?:was|were) read on this machine instead: ")


def read_here(done: Done, alone: Done, *because: str) -> None:
    """The report is that of a run without other machines, and one note says why."""
    assert (done.code, done.out) == (alone.code, alone.out)
    [line] = done.err.decode().splitlines()
    assert NOTE.match(line)
    assert any(one in line for one in because)


def test_without_a_worker_the_files_are_read_here(project: tuple[Path, Done]) -> None:
    root, alone = project
    with scheduler() as (place, _):
        done = examined(root, f"dask://{place}", patience=2)
    read_here(done, alone, "no worker of the executor answered for 2 seconds")


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no process is stopped here")
def test_with_a_worker_that_hangs_the_files_are_read_here(project: tuple[Path, Done]) -> None:
    root, alone = project
    with scheduler() as (place, _), worker(place) as hanging:
        assert examined(root, f"dask://{place}").err == b""  # it works
        hanging.send_signal(signal.SIGSTOP)
        done = examined(root, f"dask://{place}", patience=2)
    read_here(done, alone, "no worker of the executor answered for 2 seconds")


def test_with_a_scheduler_that_dies_the_files_are_read_here(project: tuple[Path, Done]) -> None:
    root, alone = project
    with scheduler() as (place, running):
        dying = Thread(target=lambda: (wait_for_client(place), running.kill()))
        dying.start()
        done = examined(root, f"dask://{place}", patience=5)
        dying.join()
    read_here(done, alone, "gave up the work, or was lost", "no worker of the executor answered")


def wait_for_client(place: str) -> None:
    """Wait until a client is connected to a scheduler, and has had time to ask for something."""
    port = f":{int(place.rpartition(':')[2]):04X}"
    for _ in range(600):
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        if any(row[1].endswith(port) and row[3] == "01" for row in rows):
            time.sleep(1)
            return
        time.sleep(0.05)


def test_a_worker_with_another_version_is_named(project: tuple[Path, Done], tmp_path: Path) -> None:
    root, alone = project
    other = tmp_path / "other"
    shutil.copytree(ROOT / "mmlint", other / "mmlint")
    version = other / "mmlint" / "__init__.py"
    version.write_text(version.read_text().replace('__version__ = "', '__version__ = "9.'))
    with scheduler() as (place, _), worker(place, PYTHONPATH=str(other)):
        done = examined(root, f"dask://{place}")
    read_here(done, alone, f"the worker on {platform.node()} has mmlint 9.")


# --- over TLS -------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no certificate can be made")
def test_tls_takes_dask_s_own_certificates(project: tuple[Path, Done], tmp_path: Path) -> None:
    root, alone = project
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    words = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost")
    made = program(root, *words, "-keyout", str(key), "-out", str(certificate), "-days", "2")
    assert made.code == 0, made.text
    roles = [f"DASK_DISTRIBUTED__COMM__TLS__{role}" for role in ("CLIENT", "SCHEDULER", "WORKER")]
    secure = {
        "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": str(certificate),
        **{f"{role}__KEY": str(key) for role in roles},
        **{f"{role}__CERT": str(certificate) for role in roles},
    }
    cluster = CLUSTER.replace("n_workers=2", 'protocol="tls://", security=Security(), n_workers=1')
    script = cluster.replace("LocalCluster\n", "LocalCluster, Security\n")
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment(**secure),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as running:
        assert running.stdout is not None
        address = running.stdout.readline().decode().strip()
        assert address.startswith("tls://")
        done = examined(root, address, **secure)
        without = examined(root, address)
        running.communicate(timeout=60)
    assert (done.code, done.out, done.err) == (alone.code, alone.out, b"")
    assert without.code == 2
    assert "certificates that Dask's own settings name" in without.text
