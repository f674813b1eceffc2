"""Secret keys that are written where others can read them: in the browser's code, in any file.

Each is the business of one rule: of a public name's, else of the browser's code, else of all files.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from mmlint.model.facts import KeyLiteral
from mmlint.model.finding import Place
from mmlint.model.key import Key
from mmlint.project.project import Project
from mmlint.project.secrets.carriers import is_secret, keys_behind
from mmlint.project.secrets.environment import public_secrets
from mmlint.project.secrets.keys import (
    KeyUse,
    bearing_tags,
    key_uses,
    own_bytes,
    place_of,
    reaches_browser,
)
from mmlint.project.semantic.unit import Unit
from mmlint.sdk.environment import says_secret

_SECRET = frozenset({"sk", "rk", "ak"})


class ClientSecret(msgspec.Struct, frozen=True):
    """A secret that browsers get. ``name``: the variable that it is read from, where it is no
    literal. ``place``: the literal, or the read."""

    place: Place
    key: Key | None
    name: str | None = None


class StraySecret(msgspec.Struct, frozen=True):
    """A key literal that is no other rule's business. ``unit``: the program that it stands in."""

    place: Place
    key: Key
    unit: Unit | None


@lru_cache(maxsize=1)
def client_secrets(project: Project) -> tuple[ClientSecret, ...]:
    """Return every secret in code that reaches the browser, each place once, in order."""
    public = _public(project)
    found: dict[Place, ClientSecret] = {}
    for one in (*_literals(project), *_used(project), *_tagged(project)):
        if not _within(one.place, public):
            found.setdefault(one.place, one)
    return tuple(found[place] for place in sorted(found))


def stray_secrets(project: Project) -> Iterator[StraySecret]:
    """Yield every complete secret key in any file that the two other rules do not speak of. An env
    file counts only where git tracks it: else it is where secrets belong."""
    others = {*_public(project), *(one.place for one in client_secrets(project))}
    for path, facts in sorted(project.files.items()):
        if facts.language == "dotenv" and not _tracked(project, path):
            continue
        mine = {one for one in others if one.path == path} if facts.keys else set()
        for literal in facts.keys:
            place = Place(path, literal.start, literal.end)
            if literal.key.kind in _SECRET and not _within(place, mine):
                yield StraySecret(place, literal.key, unit_at(project, path, literal))


def _tracked(project: Project, path: str) -> bool:
    return project.untracked is not None and path not in project.untracked


def _public(project: Project) -> frozenset[Place]:
    """Where the secrets that public names hold are written."""
    return frozenset(one.holder for one in public_secrets(project) if one.holder is not None)


def _within(place: Place, others: frozenset[Place] | set[Place]) -> bool:
    return any(
        one.path == place.path and one.start <= place.start and place.end <= one.end
        for one in others
    )


# --- in the browser's code ------------------------------------------------------------------------


def _literals(project: Project) -> Iterator[ClientSecret]:
    """Complete keys in code whose file, or part of it, is the browser's."""
    for path, facts in project.files.items():
        for literal in facts.keys:
            if literal.where != "code" or literal.key.kind not in _SECRET:
                continue
            unit = unit_at(project, path, literal)
            if unit is not None and reaches_browser(project, unit):
                yield ClientSecret(Place(path, literal.start, literal.end), literal.key)


def _used(project: Project) -> Iterator[ClientSecret]:
    """What is given to the browser's SDK or snippet, wherever it is written."""
    for use in key_uses(project):
        key, name = use.origin.key, use.origin.variable
        if not use.in_browser:
            continue
        given = use.taker in ("browser", "tag")
        if key is not None and (_is_complete(key) or (given and _is_secret(key))):
            yield ClientSecret(place_of(project, use.origin), key)
        elif name is not None and given and _reads_secret(project, use):
            yield ClientSecret(place_of(project, use.origin), None, name)


def _is_complete(key: Key) -> bool:
    return key.kind in _SECRET and key.shape == "full"


def _is_secret(key: Key) -> bool:
    """Whether this is a secret key of any vendor, and no stand-in."""
    return key.kind == "sk" and key.shape in ("foreign", "malformed")


def _reads_secret(project: Project, use: KeyUse) -> bool:
    """Whether the variable holds a secret, or says by its name that it does."""
    name = use.origin.variable or ""
    known = keys_behind(project, name)
    return all(is_secret(one.key) for one in known) if known else says_secret(name)


def _tagged(project: Project) -> Iterator[ClientSecret]:
    for tag in bearing_tags(project):
        if tag.key is not None and (_is_complete(tag.key) or _is_secret(tag.key)):
            yield ClientSecret(own_bytes(project, tag.place), tag.key)


def unit_at(project: Project, path: str, literal: KeyLiteral) -> Unit | None:
    """Return the program of the file that ``literal`` stands in: its part of a component."""
    units = _units(project).get(path, [])
    if len(units) == 1:
        return units[0]
    for unit in units:
        if any(one.start <= literal.start < one.end for one in unit.statements):
            return unit
    sides = {unit.module.side for unit in units}
    return units[0] if len(sides) == 1 else None


@lru_cache(maxsize=1)
def _units(project: Project) -> dict[str, list[Unit]]:
    found: dict[str, list[Unit]] = {}
    for unit in project.program.units:
        found.setdefault(unit.path, []).append(unit)
    return found
