"""From what was named to a session: the project, its settings, and the focus."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from mmlint.app.request import Request, UsageError
from mmlint.app.session import Session
from mmlint.model.report import Notice

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from mmlint.config import Settings
    from mmlint.engine.timings import Timings
    from mmlint.files.listing import Lister

COMMANDS = ("check", "events", "baseline", "explain", "rules", "runtimes", "config", "clean")


class RunContext(msgspec.Struct, frozen=True):
    """What a run works with, whatever its projects are."""

    executor: Executor | None = None
    clock: Timings | None = None
    read: Callable[[int], None] = lambda count: None
    parsed: Callable[[int], None] = lambda count: None
    listed: Callable[[int], None] = lambda count: None


def open_session(
    request: Request,
    stdin: Callable[[], bytes] | None,
    start: Path | None = None,
    means: RunContext | None = None,
) -> Session:
    """Find the project, its settings and the focus. Raises UsageError."""
    here = Path(os.path.realpath(start or Path.cwd()))
    root, names = next(iter(_groups(request, here).items()))
    if start is not None:
        root = here
    from mmlint.files.listing import Lister
    from mmlint.files.root import odd_files

    means = means or RunContext()
    lister = Lister(root, means.listed)  # git lists the files while settings and rules are loaded
    try:
        folder = _seen_from(request, names, here, root)
        settings = load_settings(request, folder, root)
        session = _opened(request, settings, stdin, here, root, lister, means)
        session.notes = tuple(odd_files(Path(os.path.realpath(folder)), root))
    except BaseException:
        lister.stop()
        raise
    if session.is_lost:
        lister.stop()
    return session


def _seen_from(request: Request, names: Sequence[str], here: Path, root: Path) -> Path:
    """Return the folder whose configuration counts: where mmlint was started, if that belongs to
    the project, else what holds all that is named of it."""
    if here.is_relative_to(root):
        return here
    folders = [_folder(_place(request, here, name)) for name in names]
    return Path(os.path.commonpath(folders))


def _opened(
    request: Request,
    settings: Settings,
    stdin: Callable[[], bytes] | None,
    here: Path,
    root: Path,
    lister: Lister,
    means: RunContext,
) -> Session:
    named = _named(request)
    missing: list[Notice] = []
    there = [name for name in named if _is_there(here / name, name, missing)]
    parts = [_focus(root, here / name, name) for name in there]
    whole = set() in parts
    focus: set[str] = set() if whole else set().union(*parts)
    given: dict[str, bytes] = {}
    if stdin is not None and request.stdin_filename:
        path = _relative(root, here / request.stdin_filename, request.stdin_filename)
        given[path] = stdin()
        if not whole:
            focus.add(path)
    if request.paths == (".",) and here != root:
        focus = {_relative(root, here, ".") + "/"}
    from mmlint.app.baseline_file import loaded

    session = Session(
        root,
        settings,
        focus=frozenset(focus),
        jobs=request.jobs,
        overlay={path: data for path, data in given.items() if not settings.excludes(path)},
        cache=request.cache,
        executor=means.executor,
        clock=means.clock,
        read=means.read,
        parsed=means.parsed,
        lister=lister,
        baseline=loaded(request, settings, root),
    )
    session.missing = missing
    session.shows_fixes = request.shows_fixes
    session.given = given
    session.is_lost = bool(missing) and not there and not given
    return session


def _named(request: Request) -> list[str]:
    """The paths that were named, without stdin; none means everything."""
    return [] if request.paths in ((), (".",)) else [one for one in request.paths if one != "-"]


def by_project(request: Request) -> list[Request]:
    """Return the request, or where its paths belong to several projects, one for each of them."""
    groups = _groups(request, Path(os.path.realpath(Path.cwd())))
    if len(groups) < 2:
        return [request]
    return [replace(request, paths=tuple(names)) for names in groups.values()]


def _groups(request: Request, here: Path) -> dict[Path, list[str]]:
    """Return the names of a request by the root of the project that each belongs to.

    Where nothing on the disk tells the root, it is the outermost folder that is named and holds
    the path; for a file outside of all, the folder that it lies in. So the order of the
    names means nothing. What does not exist goes to the project that it would lie in, else to the
    first.
    """
    from mmlint.files.root import project_root

    places = {name: _place(request, here, name) for name in request.paths or (".",)}
    folders = {place for place in places.values() if os.path.isdir(place)}
    roots: dict[tuple[Path, Path], Path] = {}
    groups: dict[Path, list[str]] = {}
    lost: list[str] = []
    for name, place in places.items():
        is_stdin = name == "-" and request.stdin_filename is not None
        if not is_stdin and not os.path.lexists(place):
            lost.append(name)
            continue
        around = [*reversed(place.parents), place]
        own = _folder(place)
        key = own, next((one for one in around if one in folders), own)
        if key not in roots:
            roots[key] = project_root(key[0], within=key[1])
        groups.setdefault(roots[key], []).append(name)
    for name in lost:
        place = places[name]
        known = [root for root in groups if place.is_relative_to(root)] or list(groups)[:1]
        nearest = max(known, key=lambda root: len(root.parts), default=None)
        root = nearest or project_root(_folder(place), within=here)
        groups.setdefault(root, []).append(name)
    return groups


def _place(request: Request, here: Path, name: str) -> Path:
    path = request.stdin_filename if name == "-" and request.stdin_filename else name
    return _meant(here / path)


def _meant(path: Path) -> Path:
    """Return the place that ``path`` leads to, without links. A link to what is neither a file nor
    a folder (nothing, a device) is itself: no project is looked for there."""
    if os.path.islink(path) and not (os.path.isfile(path) or os.path.isdir(path)):
        return Path(os.path.realpath(path.parent), path.name)
    return Path(os.path.realpath(path))


def _folder(place: Path) -> Path:
    """Return the folder that is meant, or in which a file lies."""
    return place if os.path.isdir(place) else place.parent


def load_settings(request: Request, here: Path, root: Path) -> Settings:
    from mmlint.config import ConfigError, load

    try:
        settings = load(
            here,
            root,
            overrides=request.config,
            isolated=request.isolated,
            select=request.select,
            ignore=request.ignore,
            rules=_rule_names,
        )
    except ConfigError as error:
        raise UsageError(str(error)) from error
    _check_options(settings)
    return settings


def _rule_names() -> dict[str, str]:
    from mmlint.rules import names  # which imports what rules need

    return names()


def _check_options(settings: Settings) -> None:
    """A misspelt option would be silently ignored. Raises UsageError."""
    if not settings.rules:
        return
    from mmlint.model.suggest import did_you_mean
    from mmlint.rules import registry

    known = {rule.name: rule.rule.options for rule in registry()}
    for name, options in settings.rules.items():
        allowed = known.get(name, ())
        for option in options:
            if option not in allowed:
                guess = did_you_mean(option, allowed)
                hint = f' Did you mean "{guess}"?' if guess else ""
                listed = ", ".join(allowed) or "none"
                place = settings.provenance.get(f"rules.{name}", "configuration")
                raise UsageError(
                    f'{place}: unknown option "{option}" of the rule {name}; '
                    f"allowed: {listed}.{hint}"
                )


def _focus(root: Path, path: Path, name: str) -> set[str]:
    """The project-relative paths that a named path means, none for the project itself; a folder
    ends in ``/``."""
    relative = _relative(root, path, name)
    if os.path.isdir(path):
        return {relative.rstrip("/") + "/"} if relative != "." else set()
    return {relative}


def _relative(root: Path, path: Path, name: str) -> str:
    """Return the path from the project's root, of what it leads to. Raises UsageError for what lies
    outside."""
    try:
        return _meant(path).relative_to(root).as_posix()
    except ValueError:
        raise UsageError(
            f"{name}: lies outside the project {root}; expected paths of one project. "
            "Run mmlint once in each project"
        ) from None


def _is_there(path: Path, name: str, missing: list[Notice]) -> bool:
    """Return whether ``path``, which was called ``name``, exists; if not, add it to ``missing``."""
    if os.path.lexists(path):
        return True
    text = f"{name}: no such file or folder; expected a path to check.{_command(name)}"
    missing.append(Notice(text, failed=True))
    return False


def _command(word: str) -> str:
    """A misspelt command is taken for a path: say what may have been meant."""
    from mmlint.model.suggest import did_you_mean

    guess = did_you_mean(word, COMMANDS)
    return f' Did you mean "mmlint {guess}"?' if guess else " See: mmlint --help"
