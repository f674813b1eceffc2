"""What makes HTTP requests, as data: to teach a library is one entry here.

JavaScript: MDN's ``fetch`` and the readmes of the packages. Python: the libraries' own pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec


class HttpLibrary(msgspec.Struct, frozen=True):
    """How requests are made with a library. A *function* is the last word of what is called."""

    packages: tuple[str, ...]
    """First words of the modules that it is imported as."""
    language: Literal["javascript", "python"]
    functions: frozenset[str] = frozenset()
    """The functions that can send a body; empty: all of them, as far as their options say so."""
    url_at: Mapping[str, int] = {}
    """Position of the URL by function; 0 where none is given here."""
    body_at: Mapping[str, int] = {}
    """Position of the body by function, where it is an argument of its own."""
    body: tuple[str, ...] = ()
    """Keywords, or keys of the options, that hold the body; the first of them counts."""
    options_at: Mapping[str, int] = {}
    """Position of the options by function (JavaScript); 1 where none is given here."""
    base: tuple[str, ...] = ()
    """Options of its clients that all their addresses begin with."""
    form: str = ""
    """Keyword that sends an object as a form (``data``), where ``json`` is another one."""
    request_object: bool = False
    """The first argument may be an object that holds URL and body (``Request(url, data)``)."""
    serialises: bool = False
    """It writes an object as JSON by itself."""
    default_headers: bool = False
    """Headers that a call does not name may come from its defaults."""
    asynchronous: bool = False
    """A call returns before the request is made, and must be awaited."""
    asynchronous_clients: tuple[str, ...] = ()
    """Classes of a library that else waits by itself, of whose methods the same is true."""


FETCH: Final = HttpLibrary((), "javascript", body=("body",), asynchronous=True)
"""The ``fetch`` of browsers and servers, which no package brings."""

_VERBS = frozenset({"post", "put", "request"})
_WITH_BODY = ("post", "put", "patch")
_KEYWORDS = ("json", "data", "content")
_OPTIONS = ("json", "body", "data")

HTTP_LIBRARIES: Final = (
    # axios-http.com
    HttpLibrary(
        ("axios",),
        "javascript",
        body_at=dict.fromkeys(_WITH_BODY, 1),
        body=_OPTIONS,
        options_at=dict.fromkeys(_WITH_BODY, 2),
        base=("baseURL",),
        serialises=True,
        default_headers=True,
        asynchronous=True,
    ),
    # github.com/sindresorhus/ky, github.com/sindresorhus/got
    HttpLibrary(("ky", "got"), "javascript", body=_OPTIONS, base=("prefixUrl",), asynchronous=True),
    # github.com/unjs/ofetch
    HttpLibrary(
        ("ofetch",),
        "javascript",
        body=_OPTIONS,
        base=("baseURL",),
        serialises=True,
        asynchronous=True,
    ),
    # undici.nodejs.org and what stands in for fetch
    HttpLibrary(
        ("undici", "node-fetch", "cross-fetch"), "javascript", body=_OPTIONS, asynchronous=True
    ),
    # requests.readthedocs.io
    HttpLibrary(
        ("requests",),
        "python",
        functions=_VERBS,
        url_at={"request": 1},
        body=_KEYWORDS,
        form="data",
    ),
    # python-httpx.org
    HttpLibrary(
        ("httpx",),
        "python",
        functions=_VERBS,
        url_at={"request": 1},
        body=_KEYWORDS,
        base=("base_url",),
        form="data",
        asynchronous_clients=("AsyncClient",),
    ),
    # docs.aiohttp.org
    HttpLibrary(
        ("aiohttp",),
        "python",
        functions=_VERBS,
        url_at={"request": 1},
        body=_KEYWORDS,
        base=("base_url",),
        form="data",
        asynchronous=True,
    ),
    # docs.python.org: urllib.request, and what has been built around it
    HttpLibrary(
        ("urllib", "urllib2", "urllib3"),
        "python",
        functions=frozenset({"urlopen"}),
        body_at={"urlopen": 1},
        body=("data",),
        request_object=True,
    ),
)

_BY_PACKAGE: Final = {name: one for one in HTTP_LIBRARIES for name in one.packages}

BASES: Final = tuple(dict.fromkeys(name for one in HTTP_LIBRARIES for name in one.base))
"""Options of any library's clients that all their addresses begin with."""

PYTHON_PACKAGES: Final = frozenset(
    name for name, one in _BY_PACKAGE.items() if one.language == "python"
)


def http_library(module: str) -> HttpLibrary | None:
    """Return the library that a module (``axios/unsafe``, ``urllib.request``) belongs to."""
    return _BY_PACKAGE.get(module.partition("/")[0].partition(".")[0])
