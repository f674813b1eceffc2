"""The smaller verbs: list handlers and rules, show the configuration, clear the cache."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from mmlint.app.opening import load_settings, open_session
from mmlint.app.plain import plain
from mmlint.app.request import Request, UsageError
from mmlint.app.session import cache_folder

if TYPE_CHECKING:
    from mmlint.config import Settings


def runtimes(name: str, format_: str) -> str:
    """Return every handler of the project around ``name`` with its runtime and the evidence."""
    from mmlint.engine.explain.line import handlers
    from mmlint.report.excerpt import clean, clean_path
    from mmlint.report.json_text import json_text
    from mmlint.report.masking import mask_path
    from mmlint.report.places import encodable

    session = open_session(Request(paths=(name,), cache=True), None)
    session.lint({})
    session.close()
    assert session.project is not None
    assert session.observed is not None
    found = handlers(session.project, session.observed.sources)
    if format_ == "json":
        keys = ("path", "line", "name", "runtime", "evidence")
        records = [
            dict(zip(keys, (mask_path(encodable(one[0])), *one[1:]), strict=True)) for one in found
        ]
        return json_text(records)
    if not found:
        return "No handlers in the files that mmlint parsed.\n"
    return "".join(
        f"{clean_path(path)}:{line}  {clean(name)}  {runtime}: {clean(why)}\n"
        for path, line, name, runtime, why in found
    )


def rules(format_: str) -> str:
    """Return the list of all rules, as text or JSON."""
    from mmlint.app.pages import rules as listed

    return listed(format_)


def show_config(path: str, overrides: tuple[str, ...], isolated: bool) -> str:
    """Return each resolved setting for ``path`` and where it comes from."""
    return plain(_settings(path, overrides, isolated).describe())


def _settings(path: str, overrides: tuple[str, ...], isolated: bool) -> Settings:
    from mmlint.files.root import project_root

    here = Path(path).absolute()
    folder = here if os.path.isdir(here) else here.parent
    request = Request(config=overrides, isolated=isolated)
    return load_settings(request, folder, project_root(folder))


def clean(path: str, overrides: tuple[str, ...], isolated: bool) -> str:
    """Remove what was kept for the project around ``path`` and whatever shares its folder; return
    what to say of it. Raises UsageError."""
    from mmlint.engine.cache import Cache

    folder = cache_folder(_settings(path, overrides, isolated))
    if folder is None:
        return "Nothing is kept: there is no home folder.\n"
    try:
        count = Cache(folder).clean()
    except OSError as error:
        raise UsageError(
            f"{folder}: cannot be removed ({error.strerror}); expected a folder that may be "
            "written to; correct its permissions and run mmlint clean again"
        ) from error
    if not count:
        return plain(f"Nothing is kept in {folder}\n")
    return plain(f"Removed {count} {'entry' if count == 1 else 'entries'} from {folder}\n")
