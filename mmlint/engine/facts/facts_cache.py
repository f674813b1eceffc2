"""The facts of a project's files, kept between runs in one entry of the cache.

One entry for all, because a run asks for all of them: reading 5,000 at once takes a sixth of the
time of reading 5,000 files or rows of a database. Only facts are kept, never verdicts. What comes
back is checked like anything from outside: damaged or foreign bytes are as good as none, and are
replaced.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from mmlint import __version__
from mmlint.engine.cache import Cache
from mmlint.model.facts import FileFacts, Language
from mmlint.model.regex import regex

MAX_BYTES: Final = 64 * 1024**2
"""Of the encoded facts of one project; the least used ones beyond it are forgotten."""

MAX_AGE: Final = 30
"""Days. Facts that no run asked for so long are forgotten."""

_RENEWED: Final = 7
"""Days after which it is written down again that facts are in use."""

_KIND: Final = "facts"
_MAGIC: Final = b"mmlint facts 1\n"

_OBSERVING: Final = ("languages", "model", "sdk")
"""The parts of mmlint that decide what the facts of given bytes are."""

_PARSERS: Final = ("libcst-", "tree_sitter", "tomli-")
"""How the distributions begin that do."""

_FINGERPRINT: Final = regex(rb"\xb0([0-9a-f]{16})")
"""Of a key (``model.key``), as MessagePack has it; or of something that looks the same."""

_NUMBER: Final = regex(rb"\xb0#([0-9]{15})")
"""What stands for the fingerprint of a file's first, second, … key while it is kept."""

_WORDS: Final = (regex(r"""[^\s"'`]{4,}"""), regex(r"[A-Za-z0-9_-]{4,}"))
"""In what a secret may consist of: all between quotes or spaces, or a part of that."""

Item = tuple[Language, bytes]
"""The bytes of a file, and how to read them."""

encode = msgspec.msgpack.Encoder().encode


@lru_cache(maxsize=1)
def decoder() -> msgspec.msgpack.Decoder[FileFacts]:
    """Return the opposite of ``encode``. It is made when it is needed, for that takes a while."""
    return msgspec.msgpack.Decoder(FileFacts)


class _Record(msgspec.Struct, frozen=True, array_like=True):
    """``used``: the day, from 1970. ``facts``: a ``FileFacts`` in MessagePack."""

    key: bytes
    used: int
    check: int
    facts: bytes


class FactsCache:
    """What is known of the project at ``root``, by the mmlint that is running.

    Nothing is read before the first question, and nothing written before ``save``.
    """

    def __init__(self, cache: Cache, root: Path) -> None:
        self._cache = cache
        self._root = os.fspath(root)
        self._kept: dict[bytes, _Record] | None = None
        self._today = int(time.time() // 86400)
        self._new = False

    def find(self, items: Iterable[Item], salt: bytes = b"") -> dict[Item, FileFacts]:
        """Return the facts of those ``items`` that were observed before, with the fingerprints
        that the ``salt`` of this run makes."""
        found: dict[Item, FileFacts] = {}
        for item in items if self._records else ():
            facts = self._facts(item, salt)
            if facts is not None:
                found[item] = facts
        return found

    def keep(self, item: Item, facts: bytes, salt: bytes = b"") -> None:
        """Remember the encoded facts of an item, unless something in them may be secret: not all
        that is secret is known well enough to be kept out of facts."""
        plain = _without_fingerprints(item, facts, salt)
        if plain is None or _shows_secret(item, plain):
            return
        key = _key(item)
        self._records[key] = _Record(key, self._today, _check(key, plain), plain)
        self._new = True

    def save(self) -> None:
        """Write down what is new, together with what others have found meanwhile."""
        key = self._key()
        if not self._new or key is None:
            return
        self._new = False
        records = {**self._load(), **self._records}
        kept: list[_Record] = []
        size = 0
        for one in sorted(records.values(), key=lambda one: (-one.used, one.key)):
            size += len(one.facts)
            if size > MAX_BYTES or self._today - one.used > MAX_AGE:
                break
            kept.append(one)
        if self._cache.write(_KIND, key, _MAGIC + encode(kept)):
            self._cache.tidy()

    # --- parts -----------------------------------------------------------------------------------

    @property
    def _records(self) -> dict[bytes, _Record]:
        if self._kept is None:
            self._kept = self._load()
        return self._kept

    def _key(self) -> str | None:
        version = observing_version()
        return None if version is None else _hash(b"pack", version, self._root)

    def _load(self) -> dict[bytes, _Record]:
        key = self._key()
        data = None if key is None else self._cache.read(_KIND, key)
        if data is None or not data.startswith(_MAGIC):
            return {}
        try:
            records = msgspec.msgpack.decode(memoryview(data)[len(_MAGIC) :], type=list[_Record])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return {}
        return {one.key: one for one in records if one.check == _check(one.key, one.facts)}

    def _facts(self, item: Item, salt: bytes) -> FileFacts | None:
        key = _key(item)
        record = self._records.get(key)
        if record is None:
            return None
        try:
            facts = self._decoded(_with_fingerprints(item, record.facts, salt))
        except IndexError:
            return None
        if facts is None or facts.language != item[0]:
            return None
        if self._today - record.used >= _RENEWED:
            self._new = True
        self._records[key] = replace(record, used=self._today)
        return facts

    def _decoded(self, data: bytes) -> FileFacts | None:
        try:
            return decoder().decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None


@lru_cache(maxsize=1)
def observing_version() -> str | None:
    """Return a hash of all that decides what the facts of given bytes are; None where it cannot be
    known, so that nothing is kept.

    The sources themselves are hashed, in two to three milliseconds: a number would be forgotten one
    day.
    """
    parsers = _parsers()
    sources = list(_sources())
    if not parsers or not sources:  # packed in an archive, perhaps
        return None
    python = f"{sys.implementation.cache_tag} {sys.version_info}"
    return _hash(b"version", __version__, python, *parsers, *sources)


def _sources() -> Iterator[bytes]:
    package = Path(__file__).parents[2]
    try:
        for part in _OBSERVING:
            for path in sorted((package / part).rglob("*.py")):
                yield path.relative_to(package).as_posix().encode()
                yield path.read_bytes()
        yield Path(__file__).read_bytes()  # what is kept of it
    except OSError:
        return


def installed() -> dict[str, str]:
    """Return the versions of mmlint, Python and the parsers, by name: what people can compare."""
    python = ".".join(map(str, sys.version_info[:3]))
    pairs = (one.rpartition(".")[0].partition("-")[::2] for one in _parsers())
    return {"mmlint": __version__, "Python": python, **dict(pairs)}


def _parsers() -> list[str]:
    """Return the names and versions of the installed parsers, as their folders are called."""
    found: set[str] = set()
    for place in sys.path:
        try:
            names = os.listdir(place or ".")
        except OSError:
            continue
        found.update(one for one in names if one.endswith("-info") and one.startswith(_PARSERS))
    return sorted(found)


def _key(item: Item) -> bytes:
    from mmlint.model.digest import blake2b

    language, data = item
    return blake2b(data, digest_size=16, person=language.encode()).digest()


def _without_fingerprints(item: Item, facts: bytes, salt: bytes) -> bytes | None:
    """Return encoded facts that tell nothing of any key's text: numbers stand in the places of
    fingerprints. None where a fingerprint is of no key that stands in the file as it is."""
    if _NUMBER.search(facts):
        return None
    if not _FINGERPRINT.search(facts):
        return facts
    numbers = {one: index for index, one in enumerate(_fingerprints(item, salt))}

    def number(match: re.Match[bytes]) -> bytes:
        return b"\xb0#%015d" % numbers[match[1]]

    try:
        return _FINGERPRINT.sub(number, facts)
    except KeyError:
        return None


def _with_fingerprints(item: Item, facts: bytes, salt: bytes) -> bytes:
    """Undo ``_without_fingerprints``. Raises IndexError for a number that stands for none."""
    if not _NUMBER.search(facts):
        return facts
    known = _fingerprints(item, salt)
    return _NUMBER.sub(lambda match: b"\xb0" + known[int(match[1])], facts)


def _fingerprints(item: Item, salt: bytes) -> list[bytes]:
    from mmlint.sdk.keys import find_keys

    return [found.key.fingerprint.encode() for found in find_keys(item[1], salt)]


def _shows_secret(item: Item, facts: bytes) -> bool:
    """Whether a word that a report would mask stands in the facts."""
    from mmlint.report.masking import mask

    language, data = item
    if language == "dotenv":  # its values are in no fact, whatever they are
        return False
    for line in data.decode("utf-8", "replace").splitlines():
        shown = mask(line)
        if shown != line and any(one.encode() in facts for one in _words(line) - _words(shown)):
            return True
    return False


def _words(line: str) -> set[str]:
    return {word for pattern in _WORDS for word in pattern.findall(line)}


def _check(key: bytes, facts: bytes) -> int:
    from zlib import crc32

    return crc32(facts, crc32(key))


def _hash(person: bytes, *parts: str | bytes) -> str:
    from mmlint.model.digest import blake2b

    found = blake2b(digest_size=16, person=person)
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogateescape")
        found.update(len(data).to_bytes(8, "little") + data)
    return found.hexdigest()
