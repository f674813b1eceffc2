"""What means the same is judged the same: other names, other files, one more barrel, other layout.

Each transformation is applied to whole repositories, those with mistakes and the repaired ones. A
finding is recognised again by its rule, its file, and the text it points at.
"""

from __future__ import annotations

import importlib.util
import posixpath
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.projects.repositories import EVERY, VERSIONS, Files, Found, Site, files, lint, write

SCRIPTS = (".ts", ".tsx", ".js", ".jsx")
MARKUP = (".vue", ".svelte", ".html")
CODE = (*SCRIPTS, *MARKUP, ".py")

NOTE = "seen by the team"

Recognised = tuple[str, str]
"""The path of a place and the text there, without its layout."""

LineExplanation = Counter[tuple[str, Recognised, frozenset[Recognised]]]
"""Code, place and related places of each finding."""


def same(text: str) -> str:
    """Return the text as it is: the transformation does not touch what findings point at."""
    return text


def story(
    findings: list[Found],
    *,
    path: Callable[[str], str] = same,
    text: Callable[[str], str] = same,
) -> LineExplanation:
    """Return what ``findings`` tell, with paths and texts as a transformation leaves them."""

    def recognised(site: Site) -> Recognised:
        return path(site.path), _without_layout(text(site.text))

    return Counter(
        (one.code, recognised(one.site), frozenset(map(recognised, one.related)))
        for one in findings
    )


def _without_layout(text: str) -> str:
    dense = re.sub(rf"(//|#) {NOTE}|\s+", "", text)
    return re.sub(r",(?=[)\]}])", "", dense)


@lru_cache
def untouched(case: str, version: str) -> list[Found]:
    """Return the findings of a fixture as it is."""
    return lint(files(case, version))


def each_text(
    repository: Files, change: Callable[[str], str], suffixes: str | tuple[str, ...] = CODE
) -> Files:
    """Return the repository with ``change`` applied to every file of these suffixes."""
    return {
        path: change(content.decode()).encode() if path.endswith(suffixes) else content
        for path, content in repository.items()
    }


# --- layout ---------------------------------------------------------------------------------------


def crlf(repository: Files) -> Files:
    return {path: content.replace(b"\n", b"\r\n") for path, content in repository.items()}


def byte_order_mark(repository: Files) -> Files:
    return each_text(repository, lambda text: "\ufeff" + text, (*SCRIPTS, ".py"))


def double_spaced(repository: Files) -> Files:
    return {path: content.replace(b"\n", b"\n\n") for path, content in repository.items()}


def commented(repository: Files) -> Files:
    noted = each_text(repository, lambda text: text.replace("\n", f"\n// {NOTE}\n"), SCRIPTS)
    return each_text(noted, lambda text: text.replace("\n", f"\n# {NOTE}\n"), (".py",))


def tabs(repository: Files) -> Files:
    def change(text: str) -> str:
        return re.sub(r"^ +", lambda blanks: "\t" * (len(blanks[0]) // 2), text, flags=re.M)

    return each_text(repository, change, (*SCRIPTS, *MARKUP))


def flush_left(repository: Files) -> Files:
    suffixes = (*SCRIPTS, *MARKUP)
    return each_text(repository, lambda text: re.sub(r"^ +", "", text, flags=re.M), suffixes)


def joined(repository: Files) -> Files:
    """Objects and arguments that stand on several lines, on one."""

    def change(text: str) -> str:
        return re.sub(r"(?<=[(\[{,])\n\s*(?=[\w\"'.)\]}{])", " ", text)

    return each_text(repository, change, (*SCRIPTS, ".py"))


@pytest.mark.parametrize(
    "layout", [crlf, byte_order_mark, double_spaced, commented, tabs, flush_left, joined]
)
@pytest.mark.parametrize(("case", "version"), EVERY)
def test_layout_changes_nothing(case: str, version: str, layout: Callable[[Files], Files]) -> None:
    before = files(case, version)
    after = layout(before)
    assert after != before
    assert story(lint(after)) == story(untouched(case, version))


@pytest.mark.skipif(importlib.util.find_spec("ruff") is None, reason="ruff is not installed")
@pytest.mark.parametrize("case", ["django_templates", "sam_python", "vite_fastapi"])
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("options", ["line-length=40", "indent-width=2"])
def test_a_formatter_of_python_changes_nothing(
    case: str, version: str, options: str, tmp_path: Path
) -> None:
    before = files(case, version)
    write(tmp_path, before)
    ruff = [sys.executable, "-m", "ruff", "format", "--isolated", "--quiet"]
    subprocess.run([*ruff, "--config", options, "."], cwd=tmp_path, check=True)
    after = {path: (tmp_path / path).read_bytes() for path in before}
    assert after != before
    assert story(lint(after)) == story(untouched(case, version))


# --- other names ----------------------------------------------------------------------------------

WRAPPERS = [
    ("django_templates", "tracked", ".py"),
    ("django_templates", "visitor", ".py"),
    ("express_react", "Analytics", ".js"),
    ("express_react", "emit", (".js", ".jsx")),
    ("nuxt_shop", "capture", CODE),
    ("nuxt_shop", "trackFor", CODE),
    ("nuxt_shop", "useAnalytics", CODE),
    ("nuxt_shop", "withAnalytics", CODE),
    ("pnpm_workspace", "EventName", CODE),
    ("pnpm_workspace", "ServerAnalytics", CODE),
    ("pnpm_workspace", "capture", CODE),
    ("pnpm_workspace", "captureClick", CODE),
    ("pnpm_workspace", "deliver", CODE),
    ("pnpm_workspace", "recordPurchase", CODE),
    ("sam_python", "delivering", ".py"),
    ("sam_python", "from_environment", ".py"),
    ("sveltekit_cloudflare", "NAMES", CODE),
    ("sveltekit_cloudflare", "connected", CODE),
    ("sveltekit_cloudflare", "delivered", CODE),
    ("sveltekit_cloudflare", "record", CODE),
    ("vite_fastapi", "SENT_INVITE", ".py"),
    ("vite_fastapi", "getInstance", SCRIPTS),
    ("vite_fastapi", "report", SCRIPTS),
    ("vite_fastapi", "track", ".py"),
]
"""Case, an identifier that the team chose, and the files in which it is that."""

NEW_NAMES = st.from_regex(r"[a-z]{2,8}", fullmatch=True).map(lambda word: f"{word}Gauge")


def renamer(old: str, new: str) -> Callable[[str], str]:
    """Return what puts ``new`` for the identifier ``old``; parts of paths and modules stay."""
    pattern = re.compile(rf"(?<![\w/$])(?<!from \.){old}(?![\w/])")
    return lambda text: pattern.sub(new, text)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("case", "old", "suffixes"), WRAPPERS)
@settings(max_examples=3, deadline=None)
@given(new=NEW_NAMES)
def test_the_name_of_a_wrapper_changes_nothing(
    case: str, old: str, suffixes: str | tuple[str, ...], version: str, new: str
) -> None:
    before = files(case, version)
    rename = renamer(old, new)
    after = each_text(before, rename, suffixes)
    assert after != before
    assert story(lint(after)) == story(untouched(case, version), text=rename)


# --- one more barrel ------------------------------------------------------------------------------

MODULES = [
    ("django_templates", "metrics/sending.py"),
    ("django_templates", "metrics/tracked.py"),
    ("express_react", "client/src/analytics/browser.js"),
    ("express_react", "server/src/analytics.js"),
    ("nuxt_shop", "composables/useAnalytics.ts"),
    ("nuxt_shop", "server/utils/analytics.ts"),
    ("pnpm_workspace", "apps/web/src/lib/orders.ts"),
    ("pnpm_workspace", "packages/analytics/src/browser.ts"),
    ("pnpm_workspace", "packages/analytics/src/events.ts"),
    ("pnpm_workspace", "packages/analytics/src/server.ts"),
    ("sam_python", "layers/tracking/python/tracking/client.py"),
    ("sam_python", "layers/tracking/python/tracking/handlers.py"),
    ("sam_python", "layers/tracking/python/tracking/shared.py"),
    ("sveltekit_cloudflare", "src/metrics/browser.ts"),
    ("sveltekit_cloudflare", "src/metrics/names.ts"),
    ("sveltekit_cloudflare", "src/metrics/server.ts"),
    ("vite_fastapi", "api/src/planner/events.py"),
    ("vite_fastapi", "api/src/planner/tracking.py"),
    ("vite_fastapi", "web/src/shared/analytics.ts"),
]
"""Case and a module that others import."""

_PYTHON_NAMES = re.compile(rb"^(?:(?:async )?def |class |(?=[A-Z_]+ = ))([A-Za-z]\w*)", re.M)


def behind_a_barrel(repository: Files, path: str) -> tuple[Files, str]:
    """Move the module into a file beside it, which its old path passes on; return that file too."""
    stem, suffix = posixpath.splitext(path)
    inner = f"{stem}_inner{suffix}"
    barrel = _barrel(posixpath.basename(stem) + "_inner", suffix, repository[path])
    return {**repository, inner: repository[path], path: barrel.encode()}, inner


def _barrel(name: str, suffix: str, content: bytes) -> str:
    if suffix == ".py":
        names = [found.decode() for found in _PYTHON_NAMES.findall(content)]
        return f"from .{name} import {', '.join(names)}\n"
    if b"module.exports" in content:
        return f'module.exports = require("./{name}");\n'
    if b"export default" in content:
        return f'export {{ default }} from "./{name}";\n'
    return f'export * from "./{name}";\n'


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("case", "path"), MODULES)
def test_a_barrel_in_between_changes_nothing(case: str, path: str, version: str) -> None:
    after, inner = behind_a_barrel(files(case, version), path)
    new_path = {path: inner}
    wanted = story(untouched(case, version), path=lambda old: new_path.get(old, old))
    assert story(lint(after)) == wanted


@pytest.mark.parametrize(
    ("case", "path"),
    [("django_templates", "metrics/sending.py"), ("vite_fastapi", "api/src/planner/tracking.py")],
)
def test_a_python_barrel_may_pass_on_everything(case: str, path: str) -> None:
    after, inner = behind_a_barrel(files(case, "bad"), path)
    name = posixpath.splitext(posixpath.basename(inner))[0]
    assert story(lint({**after, path: f"from .{name} import *\n".encode()})) == story(
        untouched(case, "bad")
    )


# --- another file ---------------------------------------------------------------------------------


class Move(NamedTuple):
    """A module's old and new path; ``words``: what names it in imports that are not relative."""

    case: str
    old: str
    new: str
    words: Mapping[str, str]


MOVES = [
    Move(
        "django_templates",
        "metrics/sending.py",
        "metrics/http/posting.py",
        {"from .sending": "from .http.posting"},
    ),
    Move("express_react", "server/src/analytics.js", "server/src/lib/metrics/shared.js", {}),
    Move("express_react", "client/src/analytics/browser.js", "client/src/sdk.js", {}),
    Move(
        "nuxt_shop",
        "composables/useAnalytics.ts",
        "composables/metrics/analytics.ts",
        {"~/composables/useAnalytics": "~/composables/metrics/analytics"},
    ),
    Move(
        "nuxt_shop",
        "server/utils/analytics.ts",
        "server/metrics.ts",
        {"~~/server/utils/analytics": "~~/server/metrics"},
    ),
    Move(
        "pnpm_workspace",
        "apps/web/src/lib/orders.ts",
        "apps/web/src/shop/purchases/orders.ts",
        {"#web/lib/orders": "#web/shop/purchases/orders"},
    ),
    Move(
        "pnpm_workspace",
        "packages/analytics/src/server.ts",
        "packages/analytics/node/src/client.ts",
        {},
    ),
    Move("pnpm_workspace", "packages/analytics/src/events.ts", "packages/analytics/names.ts", {}),
    Move(
        "sam_python",
        "layers/tracking/python/tracking/shared.py",
        "layers/tracking/python/warm.py",
        {"from tracking.shared": "from warm"},
    ),
    Move(
        "sveltekit_cloudflare",
        "src/metrics/server.ts",
        "src/metrics/node/index.ts",
        {"$metrics/server": "$metrics/node"},
    ),
    Move(
        "vite_fastapi",
        "web/src/shared/analytics.ts",
        "web/src/shared/metrics/millimetric.ts",
        {"~shared/analytics": "~shared/metrics/millimetric"},
    ),
    Move(
        "vite_fastapi",
        "api/src/planner/tracking.py",
        "api/src/planner/outside/millimetric.py",
        {
            "from planner.tracking": "from planner.outside.millimetric",
            "from ..tracking": "from ..outside.millimetric",
        },
    ),
]

_RELATIVE = re.compile(r"""(?<=["'])\.{1,2}/[^"'\n]+(?=["'])""")


def moved(repository: Files, move: Move) -> Files:
    """Return the repository with the module moved, and everything that names it adjusted."""
    return {
        move.new if path == move.old else path: _renamed(content.decode(), path, move).encode()
        for path, content in repository.items()
    }


def _renamed(text: str, importer: str, move: Move) -> str:
    """Return the text of ``importer`` with all that names the module adjusted."""
    text = _RELATIVE.sub(lambda found: _adjusted(found[0], importer, move), text)
    for old, new in move.words.items():
        text = text.replace(old, new)
    return text


def _adjusted(specifier: str, importer: str, move: Move) -> str:
    """Return a relative specifier as it must be once the module has moved."""
    target = posixpath.normpath(posixpath.join(posixpath.dirname(importer), specifier))
    if target == move.old:
        target = move.new
    elif target == posixpath.splitext(move.old)[0]:
        target = posixpath.splitext(move.new)[0]
    elif importer != move.old:
        return specifier
    home = posixpath.dirname(move.new if importer == move.old else importer)
    path = posixpath.relpath(target, home or ".")
    return path if path.startswith("../") else f"./{path}"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move.case}-{move.old}")
def test_where_a_wrapper_lives_changes_nothing(move: Move, version: str) -> None:
    before = files(move.case, version)
    after = moved(before, move)
    importers = {path for path in before.keys() & after.keys() if after[path] != before[path]}
    assert importers
    wanted = story(
        untouched(move.case, version), path=lambda old: move.new if old == move.old else old
    )
    assert story(lint(after)) == wanted
