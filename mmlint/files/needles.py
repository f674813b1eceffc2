"""What a file's bytes may hold, decided without parsing them: one search for all byte strings.

A search for each of them in turn costs ten times as much as one automaton for all (Aho-Corasick,
https://docs.rs/aho-corasick), and most files hold none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from mmlint.model.regex import regex
from mmlint.sdk.environment import PUBLIC_PREFIXES
from mmlint.sdk.surface import NEEDLES, READ_FROM, SENT_TO

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

    from mmlint.model.facts import Language

SENDS: Final = 1
"""The file may send."""
HANDS_KEYS: Final = 2
"""It may send, and may name the key it sends with."""
MARKED: Final = 4
"""A comment in it may suppress something."""
HOLDS_KEY: Final = 8
"""Something in it has the shape of a secret key."""
NAMES_KEY: Final = 16
"""As a file of settings or commands, it may give a value to a name that the project asks about."""
INLINES: Final = 32
"""As code, it may write a secret to where a bundler takes it from."""
CALLS: Final = 64
"""It calls a path of the API's: it may send if a name says that the host is the product's."""
CONFIGURES: Final = 128
"""As a bundler's configuration, or as what one imports, it may write a secret to the browser."""
FREE: Final = 256
"""The first flag that others may use for needles of their own."""

SPREADS: Final = SENDS | HOLDS_KEY
"""With one of these flags a file holds what the files that import it may use."""

_SUPPRESSION = b"mmlint:"
_NOQA = regex(rb"noqa\s*:[^\r\n]*\bmm[0-9]")

KEY: Final = regex(rb"(?:sk|rk|ak)_[a-z]+_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{8}")
"""What may be the beginning of a complete secret key."""

_HOST: Final = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_.-:")
_LONGEST_HOST: Final = 200
_ENDS: Final = regex(rb"(?![\w/.-])")
"""What stands behind a path that does not go on."""

_PRODUCT: Final = regex(
    rb"(?i:millimetric|(?:localhost|127\.0\.0\.1):8787)"
    rb"|(?:(?<![A-Za-z0-9/-])|(?<=[a-z0-9])(?=[A-Z]))(?i:aoa|mm)"
    rb"(?:(?![A-Za-z0-9/-])|(?<=[a-z])(?=[A-Z]))"
)
"""The product's word in a name (``mmHost``, ``AOA_URL``, not ``YYYY-MM-DD``), or a host of its."""

_KEYS = (b"sk_", b"rk_", b"ak_")
_SECRETS = (*_KEYS, b"aoa_", b"mm_", b"millimetric_", b"aoask", b"mmsk")
_SECRET = regex(
    rb"[sra]k_|(?:aoa|mm|millimetric)_(?:[a-z0-9]+_){0,3}(?:sk|secret)|(?:aoa|mm)sk",
)
"""Beginnings of secret keys (where a word begins), and names that say they hold one (anywhere).
Lower case, like everything that is looked for in lowered bytes; one of ``_SECRETS`` begins it."""

_IN_WORDS = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_")

_INLINING = (b"define", b"environmentplugin")
_CONFIGURING = (b"runtimeconfig", b"env:")
"""Words of a bundler's configuration that writes values into the browser's code: those of any file
that has one, and those of a framework's own configuration."""

_OPTION = regex(rb"(?:define|env|public)[\"']?\s*:|(?:define|environment)plugin")
_DEFINES = (b"define:", b"define :", b'define"', b"define'")
_PLUGINS = (b"defineplugin", b"environmentplugin")
_OPTIONS = (*_DEFINES, b"env:", b'env"', b"env'", b"public:")
"""Where one of these stands beside a read of the environment, a variable whose name says nothing
may go to the browser: a plugin anywhere, ``define`` where a bundler is called, any of them in a
configuration."""

_READS = (b"process.env", b"loadenv", b"import.meta.env", b"os.environ", b"getenv")
_GIVEN = regex(rb"\w+[\"'\]]*\s*(?:[?|]{2})?=(?!=)")

_OWN_PREFIX = (b"envprefix", b"publicprefix")
"""Options that make a prefix of the project's own public."""

_KEY_READS = (b"key", b"authorization", b"bearer", b"environ", b"getenv", b"env.", b"$env")
"""One of these stands wherever a key is handed to the SDK or the API."""

_PLAIN: Final = frozenset({"markdown", "notebook", "text"})
_SETTINGS: Final = frozenset({"json", "yaml", "toml", "dockerfile", "shell"})

Confirm = Callable[[bytes, bytes, int], bool]
"""From a file's bytes, the same in lower case, and the offset of a needle in them, to whether it
counts."""

Beside = Callable[[bytes, bytes], bool]
"""From a file's bytes, and the same in lower case, to whether a needle counts anywhere in them."""


class Needle(NamedTuple):
    """A byte string and the flag that it sets where it stands in a file, in any case of letters.

    ``confirm``: asked where the string alone is too little to go by; it looks at what is near.
    ``beside``: asked about the whole file, once for all needles that share it, and only where one
    of them stands. ``begins``: it counts only where a word begins, so that ``sk_`` is not found in
    ``task_``.
    """

    text: bytes
    flag: int
    confirm: Confirm | None = None
    beside: Beside | None = None
    begins: bool = False


def exact(text: bytes, flag: int) -> Needle:
    """Return a needle that counts in this case of letters only."""
    return Needle(text, flag, lambda data, _, at: data.startswith(text, at))


def matters(
    flags: int,
    language: Language,
    *,
    only_keys: bool = False,
    named: bool = True,
    configures: bool = True,
) -> bool:
    """Whether a file with these ``flags`` can send, hold a key, or suppress a finding.

    ``only_keys``: nothing but keys is asked for, so that a send matters only where it may name one.
    ``named``: a name of the project may say that a host is the product's. ``configures``: the file
    is a bundler's configuration, or one may import it. False is certain, True is a guess.
    """
    if language == "dotenv" or flags & HOLDS_KEY:
        return True
    if language in _PLAIN:
        return False
    if language in _SETTINGS:
        return bool(flags & NAMES_KEY)
    if flags & INLINES or (configures and flags & CONFIGURES):
        return True
    calls = flags & SENDS or (named and flags & CALLS)
    return bool(flags & HANDS_KEYS and calls) if only_keys else bool(calls or flags & MARKED)


def names_product(data: bytes) -> bool:
    """Whether something in a file may say that a host is the product's. False is certain."""
    return _PRODUCT.search(data) is not None


def asked(language: Language | None) -> int:
    """Return the flags that decide whether a file in this language ``matters``; all others of it
    may be left unknown."""
    if language is None or language == "dotenv":
        return 0
    if language in _PLAIN:
        return HOLDS_KEY
    return HOLDS_KEY | NAMES_KEY if language in _SETTINGS else -1


def needles(modules: Iterable[str] = (), prefixes: Iterable[str] = ()) -> list[Needle]:
    """Return the needles of which each file that ``matters`` holds one.

    ``modules``: names of further modules that are known to send. ``prefixes``: further public
    environment prefixes.
    """
    public = tuple(prefix.encode() for prefix in (*PUBLIC_PREFIXES, *prefixes))
    sends = (*NEEDLES, *(name.lower().encode() for name in modules))
    paths = (*SENT_TO, *READ_FROM)

    def names_public(data: bytes, _: bytes) -> bool:
        found = (prefix for prefix in public if prefix in data)
        return any(
            re.search(rb"(?<![A-Za-z0-9_])" + re.escape(prefix), data) is not None
            for prefix in found
        )

    def inlines(data: bytes, lowered: bytes) -> bool:
        return _has(lowered, _INLINING) or names_public(data, lowered)

    secrets = [
        Needle(word, flag, _is_secret, beside, word in _KEYS)
        for flag, beside in ((INLINES, inlines), (CONFIGURES, _configures))
        for word in _SECRETS
    ]
    return [
        *(Needle(word, SENDS) for word in sends),
        *(Needle(word, HANDS_KEYS, None, _reads_keys) for word in sends),
        *(Needle(path, CALLS, _leads) for path in paths),
        *(Needle(path, HANDS_KEYS, _leads, _reads_keys) for path in paths),
        Needle(_SUPPRESSION, MARKED),
        Needle(b"noqa", MARKED, lambda _, lowered, at: _NOQA.match(lowered, at) is not None),
        *(Needle(key, HOLDS_KEY, _may_be_key, _holds_key) for key in _KEYS),
        Needle(b"millimetric", NAMES_KEY),
        *(exact(prefix, NAMES_KEY) for prefix in public),
        *(Needle(word, NAMES_KEY, begins=True) for word in (*_KEYS, b"pk_")),
        *(Needle(word, NAMES_KEY, _is_secret) for word in _SECRETS if word not in _KEYS),
        *secrets,
        *(Needle(word, INLINES, _hands_on, _builds) for word in _DEFINES),
        *(Needle(word, INLINES, _hands_on, _reads) for word in _PLUGINS),
        *(Needle(word, CONFIGURES, _hands_on, _reads) for word in _OPTIONS),
        *(Needle(word, INLINES, _is_given, _reads) for word in public),
        *(Needle(word, INLINES) for word in _OWN_PREFIX),
    ]


def _leads(_: bytes, lowered: bytes, at: int) -> bool:
    """Whether the path of the API at ``at`` does not go on (``/v1/batches``), and, where it is one
    that is read from, is no end of a longer one (``/api/v1/query``)."""
    path = next(one for one in (*SENT_TO, *READ_FROM) if lowered.startswith(one, at))
    if _ENDS.match(lowered, at + len(path)) is None:
        return False
    begin, least = at, max(at - _LONGEST_HOST, 0)
    while begin > least and lowered[begin - 1] in _HOST:
        begin -= 1
    inside = begin < at and lowered.endswith(b"/", 0, begin) and lowered[begin - 2 : begin] != b"//"
    return path in SENT_TO or not inside


def _is_secret(_: bytes, lowered: bytes, at: int) -> bool:
    return _SECRET.match(lowered, at) is not None


def _may_be_key(data: bytes, _: bytes, at: int) -> bool:
    return KEY.match(data, at) is not None


def _holds_key(data: bytes, _: bytes) -> bool:
    from mmlint.sdk.keys import holds_secret_key

    return holds_secret_key(data)


def _hands_on(_: bytes, lowered: bytes, at: int) -> bool:
    """Whether an option stands at ``at`` that may inline what is beside it."""
    whole = at == 0 or not (lowered[at - 1 : at].isalnum() or lowered[at - 1 : at] in b"_.")
    return whole and _OPTION.match(lowered, at) is not None


def _is_given(data: bytes, _: bytes, at: int) -> bool:
    """Whether the public name at ``at`` is assigned to."""
    return _GIVEN.match(data, at) is not None


def _reads(_: bytes, lowered: bytes) -> bool:
    return _has(lowered, _READS)


def _reads_keys(_: bytes, lowered: bytes) -> bool:
    return _has(lowered, _KEY_READS)


def _configures(_: bytes, lowered: bytes) -> bool:
    return _has(lowered, _CONFIGURING)


def _builds(_: bytes, lowered: bytes) -> bool:
    """Whether a bundler is imported beside a read of the environment."""
    from mmlint.sdk.bundlers import BUNDLERS  # most files need not be asked

    names = (name.encode() for name in BUNDLERS)
    quoted = (quote + name + quote for name in names for quote in (b'"', b"'", b"`"))
    return _has(lowered, _READS) and _has(lowered, quoted)


def _has(data: bytes, words: Iterable[bytes]) -> bool:
    return any(word in data for word in words)


class Needles:
    """A table of needles, to look for in many files."""

    def __init__(self, table: Iterable[Needle]) -> None:
        by_text: dict[bytes, list[Needle]] = {}
        for needle in table:
            by_text.setdefault(needle.text.lower(), []).append(needle)
        every = list(by_text.values())
        inner = [[one for one in needles if not one.begins] for needles in every]
        self._needles = {False: every, True: inner}  # by whether a word goes on where one stands
        self._automaton = automaton(by_text) if by_text else None

    def flags(self, data: bytes) -> int:
        """Return the flags of all needles in ``data``, joined; 0: nothing is in it."""
        if self._automaton is None:
            return 0
        lowered = data.lower()
        flags = 0
        known: dict[Beside | None, bool] = {None: True}
        for index, at, _ in self._automaton.find_matches_as_indexes(lowered, overlapping=True):
            inside = at > 0 and lowered[at - 1] in _IN_WORDS
            for _, flag, confirm, beside, _ in self._needles[inside][index]:
                if not flag & ~flags or known.get(beside) is False:
                    continue
                if confirm is not None and not confirm(data, lowered, at):
                    continue
                if beside is not None and beside not in known:
                    known[beside] = beside(data, lowered)
                if known[beside]:
                    flags |= flag
        return flags


def automaton(words: Iterable[bytes]) -> BytesAhoCorasick:
    """Return what finds all of ``words`` (at least one; none of them empty) in one pass."""
    from ahocorasick_rs import BytesAhoCorasick, Implementation

    return BytesAhoCorasick(list(words), implementation=Implementation.DFA)
