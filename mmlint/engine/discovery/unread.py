"""Named files that were not checked, by reason: a run never calls them clean in silence."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from mmlint.engine.discovery.observe import is_bundle, is_text
from mmlint.engine.discovery.prefilter import Prefilter
from mmlint.engine.discovery.prefilter_table import name_of
from mmlint.files.kinds import MINIFIED_REASON, VENDORED_REASON, skipped
from mmlint.files.listing import Listing
from mmlint.files.reading import OUTSIDE, Unreadable
from mmlint.model.regular import IRREGULAR
from mmlint.model.report import Notice

IGNORED_REASON: Final = "ignored by git"
BINARY_REASON: Final = "binary file"
TOOL_REASON: Final = "binary file, or written by a tool"
EXCLUDED_REASON: Final = "excluded by the configuration"
EMPTY_REASON: Final = "folder without a file that is checked"
UNLISTED_REASON: Final = "folder that cannot be listed"

_LISTED: Final = 3
"""Names that one line lists."""


class Unread:
    """Tells why a named path is not checked.

    ``excludes``: whether the user's own ``exclude`` names a path, which is never told.
    ``parsed``: the paths of all files with facts. ``only_keys``: as in ``Discovery``.
    """

    def __init__(
        self,
        root: Path,
        listing: Listing,
        sieve: Prefilter,
        excludes: Callable[[str], bool],
        parsed: Mapping[str, object],
        only_keys: bool,
    ) -> None:
        self._root = root
        self._listing = listing
        self._sieve = sieve
        self._excludes = excludes
        self._parsed = parsed
        self._only_keys = only_keys

    def of(self, named: Iterable[str]) -> dict[str, str]:
        """Return the reason for each of the ``named`` project-relative paths (a folder ends in
        ``/``) that is not checked; none for what ``exclude`` names, or for what cannot be read,
        which is an error of its own."""
        found = {path: self._reason(path) for path in sorted(named)}
        return {
            path: why for path, why in found.items() if why is not None and not self._failed(path)
        }

    def every(self) -> dict[str, str]:
        """Return each file of the project, and each folder that was not entered (it ends in ``/``),
        with the reason why it is not read; an empty one for what is."""
        listing = self._listing
        found = {path: self._reason(path) or "" for path in listing.files}
        found |= {path: f"link to {target}" for path, target in listing.links.items()}
        found |= {f"{folder}/": VENDORED_REASON for folder in listing.skipped_folders}
        found |= dict.fromkeys(listing.excluded, EXCLUDED_REASON)
        return dict(sorted(found.items()))

    def _reason(self, path: str) -> str | None:
        if path in self._parsed or self._excludes(path.rstrip("/")):
            return None
        return self._folder(path) if path.endswith("/") else self._file(path)

    def _folder(self, path: str) -> str | None:
        if skipped(path) is not None:
            return VENDORED_REASON
        for known in (self._listing.files, self._listing.excluded):
            if any(one.startswith(path) for one in known):
                return None
        return EMPTY_REASON if _can_be_listed(self._root / path) else UNLISTED_REASON

    def _file(self, path: str) -> str | None:
        name = name_of(path)
        if name.skipped is not None:
            return name.skipped
        row = self._sieve.row(path)
        if row is None:
            return self._unlisted(path)
        if name.language is None:
            return TOOL_REASON
        flags = self._sieve.flags(row)
        if isinstance(flags, Unreadable):
            return flags.reason
        if not is_text(name, flags):
            return BINARY_REASON
        data = self._sieve.read(path) if is_bundle(name, flags, self._only_keys) else b""
        minified = not isinstance(data, Unreadable) and is_bundle(
            name, flags, self._only_keys, data
        )
        return MINIFIED_REASON if minified else None

    def _failed(self, path: str) -> bool:
        """Whether reading a file of the project ended in an error, which is told as one."""
        row = self._sieve.row(path)
        flags = None if row is None or name_of(path).skipped else self._sieve.flags(row)
        return isinstance(flags, Unreadable) and flags.failed

    def _unlisted(self, path: str) -> str:
        """Return why a file that is there is none of the project's."""
        place = self._root / path
        try:
            status = os.stat(place)
        except OSError:
            return IRREGULAR  # a link to nothing
        if not stat.S_ISREG(status.st_mode):
            return IRREGULAR
        real = Path(os.path.realpath(place))
        return IGNORED_REASON if real.is_relative_to(self._root) else OUTSIDE


def _can_be_listed(folder: Path) -> bool:
    try:
        os.scandir(folder).close()
    except OSError:
        return False
    return True


def told(unread: Mapping[str, str]) -> list[Notice]:
    """Return one line for each reason, with the number of paths and the first three of them."""
    by_reason: dict[str, list[str]] = {}
    for path, why in unread.items():
        by_reason.setdefault(why, []).append(path)
    return [Notice(_line(why, paths)) for why, paths in sorted(by_reason.items())]


def _line(why: str, paths: list[str]) -> str:
    noun = "path was" if len(paths) == 1 else "paths were"
    more = f" and {len(paths) - _LISTED} more" if len(paths) > _LISTED else ""
    return f"{len(paths)} named {noun} not checked ({why}): {', '.join(paths[:_LISTED])}{more}"
