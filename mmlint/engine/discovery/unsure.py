"""Decides about files whose needles other vendors' code holds too: only the project can tell.

``/v1/track`` is a path of this API where a name somewhere says that the host is the product's, and
``env:`` writes into the browser's code where a bundler's configuration has it from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mmlint.engine.discovery.import_index import Imports
from mmlint.files.imports import import_lines
from mmlint.files.needles import names_product
from mmlint.project.modules.resolution import Resolution

MAX_ROUNDS = 8
"""How many imports away from what makes the difference a file may be."""

Read = Callable[[str], bytes | None]
"""From the path of a file to its bytes; None where it cannot be read."""


def product_is_named(
    calling: Iterable[str],
    parsed: Iterable[bytes],
    imports: Callable[[], Imports],
    resolution: Resolution,
    read: Read,
) -> bool:
    """Whether a host that one of the files ``calling`` calls may be the product's: a name that says
    so stands there, in a file that imports them (it may pass the host), or in ``parsed``, the bytes
    of what is parsed anyway."""
    seen = set(calling)
    fresh = sorted(seen)
    if any(map(names_product, parsed)):
        return True
    for _ in range(MAX_ROUNDS + 1):
        if any(names_product(data) for data in map(read, fresh) if data is not None):
            return True
        fresh = sorted(imports().of(fresh, resolution) - seen) if fresh else []
        seen.update(fresh)
    return False


def imported_by(configurations: Iterable[str], resolution: Resolution, read: Read) -> set[str]:
    """Return the JavaScript files that one of ``configurations`` imports, directly or not, and
    these files themselves."""
    seen = set(configurations)
    fresh = sorted(seen)
    for _ in range(MAX_ROUNDS):
        targets = {target for path in fresh for target in _imported(path, resolution, read)}
        fresh = sorted(targets - seen)
        seen.update(fresh)
    return seen


def _imported(path: str, resolution: Resolution, read: Read) -> Iterable[str]:
    data = read(path)
    for line in import_lines(data, python=False).split(b"\n")[1:] if data is not None else ():
        specifier = line.partition(b"\0")[2][1:-1].decode("utf-8", "replace")
        target = resolution.find(path, specifier, "javascript")
        if target is not None:
            yield target
