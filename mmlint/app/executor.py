"""Other machines that read files for this one: what ``--executor`` names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from mmlint.app.request import UsageError

if TYPE_CHECKING:
    from concurrent.futures import Executor

_PATIENCE: Final = 15
"""Seconds that a scheduler may take to answer."""


@contextmanager
def opened(address: str) -> Iterator[Executor | None]:
    """Yield the executor at ``address`` (``dask://HOST:PORT``), None for an empty one.

    Raises UsageError if it cannot be had. The cluster itself is left as it is.
    https://distributed.dask.org/en/stable/api.html#distributed.Client.get_executor
    """
    if not address:
        yield None
        return
    scheme, _, place = address.partition("://")
    if scheme != "dask" or not place:
        raise UsageError(
            f'--executor: "{address}" names no executor; expected dask://HOST:PORT, the address '
            "that `dask scheduler` prints"
        )
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(
            "--executor: the package distributed is not installed; expected Dask beside mmlint, "
            "here and where the workers are; run: pip install 'mmlint[dask]'"
        ) from error
    try:
        client = Client(f"tcp://{place}", timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"--executor: nobody answers at {place}; expected a Dask scheduler there; "
            "start one with: dask scheduler"
        ) from error
    with client:
        yield client.get_executor()
