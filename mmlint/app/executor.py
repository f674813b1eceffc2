"""Other machines that read files for this one: what ``--executor`` names."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from mmlint.app.request import UsageError

if TYPE_CHECKING:
    from distributed import Client

_CONNECTING: Final = 3
"""Seconds in which a port must accept a connection."""

_ANSWERING: Final = 5
"""Seconds in which what listens there must have answered as a scheduler does."""

_GREETING: Final = 1 << 20
"""Bytes that a scheduler's greeting, which it begins with their number, has at the most. Dask
believes any number, and makes room for so many bytes."""

_CLOSING: Final = 2
"""Seconds for saying goodbye to a scheduler, which may have died."""

_SCHEMES: Final = {"dask": "tcp", "tcp": "tcp", "tls": "tls"}
"""What an address may begin with, and what Dask calls it."""

_EXPECTED: Final = (
    "expected dask://HOST:PORT (or tls://HOST:PORT), the address that `dask scheduler` prints"
)

T = TypeVar("T")


class Lent(Executor):
    """An executor that belongs to the caller. To shut it down ends only its use here."""

    def __init__(self, executor: Executor) -> None:
        self._executor: Executor | None = executor

    def submit(self, fn: Callable[..., T], /, *words: Any, **more: Any) -> Future[T]:
        """Hand on to the executor. Raises RuntimeError after ``shutdown``."""
        if self._executor is None:
            raise RuntimeError("the executor is not used any more")
        return self._executor.submit(fn, *words, **more)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Hand on nothing from now on."""
        self._executor = None


@contextmanager
def opened(address: str) -> Iterator[Executor]:
    """Yield the executor at ``address`` (``dask://HOST:PORT``).

    Raises UsageError, within fifteen seconds, if it cannot be had. The cluster itself is left as it
    is. https://distributed.dask.org/en/stable/api.html#distributed.Client.get_executor
    """
    scheme, host, port = _parts(address)
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        raise UsageError(
            "--executor: the package distributed is not installed; expected Dask beside mmlint, "
            "here and where the workers are; run: pip install 'mmlint[dask]'"
        ) from error
    # Dask tells of every lost connection, with a traceback; mmlint says in one line what it means.
    logging.disable(logging.CRITICAL)
    try:
        client = _client(scheme, host, port)
        try:
            yield Lent(client.get_executor())
        finally:
            with suppress(Exception):
                _within(_CLOSING, lambda: client.close(timeout=_CLOSING))
    finally:
        logging.disable(logging.NOTSET)


def _parts(address: str) -> tuple[str, str, int]:
    """Return Dask's scheme, the host and the port. Raises UsageError."""
    scheme, separator, place = address.partition("://")
    try:
        parts = urlsplit(f"//{place}")
        host, port = parts.hostname, parts.port
    except ValueError:  # a port that is no number, an IPv6 address without its bracket
        host = port = None
    if not separator or scheme not in _SCHEMES or not host or parts.path not in ("", "/"):
        raise UsageError(f'--executor: "{address}" names no executor; {_EXPECTED}')
    if not port:
        raise UsageError(f'--executor: "{address}" has no port; {_EXPECTED}')
    return _SCHEMES[scheme], host, port


def _client(scheme: str, host: str, port: int) -> Client:
    """Return a client of the scheduler. Raises UsageError."""
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        connection = _within(_CONNECTING, lambda: socket.create_connection((host, port)))
    except Exception as error:
        raise UsageError(
            f"--executor: {place} cannot be reached ({_reason(error)}); expected a Dask scheduler "
            "there; start one with: dask scheduler"
        ) from error
    try:
        if scheme == "tcp":
            _within(_ANSWERING, lambda: _greet(connection))
        connection.close()
        return _within(_ANSWERING, lambda: _connected(f"{scheme}://{place}"))
    except Exception as error:
        secure = " with the certificates that Dask's own settings name (distributed.comm.tls)"
        raise UsageError(
            f"--executor: what listens at {place} does not answer as a Dask scheduler "
            f"({_reason(error)}); expected one{secure if scheme == 'tls' else ''}; see the address "
            "that `dask scheduler` prints"
        ) from error


def _greet(connection: socket.socket) -> None:
    """Wait until the other side greets as a scheduler does, which speaks first. Raises OSError."""
    said = b""
    while len(said) < 8:
        more = connection.recv(8 - len(said))
        if not more:
            raise ConnectionError("it hung up")
        said += more
    if not 0 < int.from_bytes(said, "little") < _GREETING:
        raise ConnectionError("it speaks another language")


def _connected(address: str) -> Client:
    from distributed import Client

    return Client(address, timeout=_ANSWERING, set_as_default=False)


def _reason(error: Exception) -> str:
    if isinstance(error, (TimeoutError, Empty)):
        return "no answer in time"
    said = error.strerror if isinstance(error, OSError) else None
    text = said or str(error).partition("\n")[0]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _within(seconds: float, work: Callable[[], T]) -> T:
    """Return what ``work`` returns, or raise what it raises. Raises Empty after so many seconds,
    and leaves it to itself: some of what waits for a network does not keep to its own limit."""
    done: SimpleQueue[tuple[T | None, Exception | None]] = SimpleQueue()

    def run() -> None:
        try:
            done.put((work(), None))
        except Exception as error:
            done.put((None, error))

    Thread(target=run, daemon=True).start()
    value, error = done.get(timeout=seconds)
    if error is not None:
        raise error
    return value  # type: ignore[return-value]
