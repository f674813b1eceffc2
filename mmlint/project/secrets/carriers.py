"""Who gives an environment variable its value: references followed from carrier to carrier.

Files of the ``.env`` family are read together in the order of Next.js and Vite: ``.env``,
``.env.local``, ``.env.<mode>``, ``.env.<mode>.local``. What such a family says of a name outweighs
what the rest of the project says; a template (``.env.example``) is a family of its own.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

import msgspec

from mmlint.model.facts import EnvEntry
from mmlint.model.finding import Place
from mmlint.model.key import Key
from mmlint.model.regex import regex
from mmlint.project.project import Carried, Project
from mmlint.sdk.environment import says_secret

MAX_REFERENCES = 32
"""Names that are followed from one value."""

_FAMILY = regex(r"(\.env|\.dev\.vars)(?:\.([\w-]+?))?(?:\.local)?")
_TEMPLATES = frozenset({"example", "sample", "template", "dist"})


class Behind(msgspec.Struct, frozen=True):
    """A key behind a variable's name. ``carried``: the entry that holds the key itself."""

    key: Key
    carried: Carried

    @property
    def place(self) -> Place:
        """Where the name of that entry stands."""
        return place(self.carried)


class Target(msgspec.Struct, frozen=True):
    """The secret that a reference leads to: its name, and the entries that hold it, if any."""

    name: str
    carriers: tuple[Carried, ...] = ()


def place(carried: Carried) -> Place:
    """Return the place of an entry's name."""
    return Place(carried.path, carried.entry.start, carried.entry.end)


def is_secret(key: Key | None) -> bool:
    """Whether no public place may hold this: anybody's ``sk_``, Millimetric's ``rk_``/``ak_``."""
    if key is None:
        return False
    return key.kind == "sk" or (key.kind in ("rk", "ak") and key.shape == "full")


def keys_behind(project: Project, name: str) -> tuple[Behind, ...]:
    """Return every key that a variable of this name may hold, by any carrier of the project, in
    path and source order; references are followed."""
    found: dict[tuple[str, int], Behind] = {}
    for start in project.entries_of.get(name, ()):
        for carried in _led_to(project, start):
            key = carried.entry.key
            if key is not None:
                found[carried.path, carried.entry.start] = Behind(key, carried)
    return tuple(found[where] for where in sorted(found))


def target(project: Project, carried: Carried) -> Target | None:
    """Return the secret that the value of ``carried`` refers to, or None.

    Where nothing is known of a name that it refers to, a name that says so itself is enough.
    """
    for names, entries in _steps(project, carried):
        for name in names:
            here = tuple(one for one in entries if one.entry.name == name)
            secret = tuple(one for one in here if is_secret(one.entry.key))
            if secret:
                return Target(name, secret)
            if name != carried.entry.name and says_secret(name) and not any(map(_harmless, here)):
                return Target(name, here)
    return None


def leads_somewhere(project: Project, carried: Carried) -> bool:
    """Whether something is known of what it refers to."""
    return any(_harmless(one) for _, entries in _steps(project, carried) for one in entries)


def _harmless(carried: Carried) -> bool:
    """Whether its value is at hand, and no secret."""
    entry = carried.entry
    return entry.value == "other" or (entry.key is not None and not is_secret(entry.key))


def _led_to(project: Project, start: Carried) -> Iterator[Carried]:
    yield start
    for _, entries in _steps(project, start):
        yield from entries


def _steps(project: Project, start: Carried) -> Iterator[tuple[list[str], list[Carried]]]:
    """Yield, nearest first, the names that a value refers to with the entries of these names."""
    seen = {(start.path, start.entry.start)}
    queue, followed = [start], 0
    while queue:
        carried = queue.pop(0)
        names = list(dict.fromkeys(one.name for one in carried.entry.references))
        followed += len(names)
        if not names or followed > MAX_REFERENCES:
            continue
        entries = [
            one
            for name in names
            for one in _definitions(project, carried, name)
            if (one.path, one.entry.start) not in seen
        ]
        seen.update((one.path, one.entry.start) for one in entries)
        yield names, entries
        queue += entries


def _definitions(project: Project, carried: Carried, name: str) -> tuple[Carried, ...]:
    """The entries that give ``name`` a value where ``carried`` stands: those nearby, if there are
    any that say more than that it comes from elsewhere."""
    everywhere = project.entries_of.get(name, ())
    near = tuple(one for one in everywhere if read_together(carried.path, one.path))
    defined = tuple(one for one in near if one != carried and _says_more(one.entry))
    return defined or everywhere


def _says_more(entry: EnvEntry) -> bool:
    return entry.value != "empty" and not any(one.name == entry.name for one in entry.references)


def read_together(one: str, other: str) -> bool:
    """Whether two files are the same, or of one ``.env`` family in one mode."""
    if one == other:
        return True
    first, second = _family(one), _family(other)
    if first is None or second is None or first[:2] != second[:2]:
        return False
    modes = {first[2], second[2]}
    return len(modes) == 1 or ("" in modes and modes.isdisjoint(_TEMPLATES))


def _family(path: str) -> tuple[str, str, str] | None:
    folder, name = posixpath.split(path)
    match = _FAMILY.fullmatch(name)
    if match is None:
        return None
    mode = match[2] or ""
    return folder, match[1], "" if mode == "local" else mode
