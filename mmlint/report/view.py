"""What a report format may ask of the run it reports on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from mmlint.model.report import RuleInfo


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The surroundings of a result.

    ``source``: the bytes of a project file, None where it cannot be read any more.
    ``shown``: a project-relative path as it is printed: relative to the directory mmlint was
    started in, with ``/``. ``annotated``: the same relative to the workspace of a pipeline, by
    which GitHub finds the file; None: as ``shown``.
    ``carriers``: whether a path is of the ``.env`` family, whose every value may be a secret.
    ``rules``: makes the table of every known rule by code. ``version``: mmlint's own.
    ``columns``: the width of the terminal that the report goes to, None where it goes elsewhere.
    ``root_uri``: the project root as a ``file://`` URI, for links and for SARIF.
    """

    source: Callable[[str], bytes | None]
    shown: Callable[[str], str]
    carriers: Callable[[str], bool]
    rules: Callable[[], Mapping[str, RuleInfo]]
    version: str
    color: bool = False
    hyperlinks: bool = False
    columns: int | None = None
    root_uri: str | None = None
    annotated: Callable[[str], str] | None = None
