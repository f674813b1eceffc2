"""What the configuration comes down to, and the questions that a run asks it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

import msgspec

from mmlint.config.schema import Options, key_of
from mmlint.model.gitignore import Patterns, listed

DEFAULT = "default"

_RUNTIMES: dict[str, Literal["serverless", "long-running"]] = {
    "serverless": "serverless",
    "server": "long-running",
}


class Settings(Options, frozen=True, kw_only=True):
    """Resolved options: rules are called by their names, globs are relative to the project's root.

    ``provenance``: where each value comes from (``default``, ``mmlint.toml:3``, ``command line``),
    by key, and by ``table.key`` for what stands in tables. ``source``: the configuration file.
    """

    provenance: dict[str, str] = msgspec.field(default_factory=dict)
    source: str | None = None

    def is_selected(self, code: str, name: str, enabled_by_default: bool = True) -> bool:
        """Whether a rule runs. A code says more than its beginning; ``ignore`` wins a draw."""
        if self.severity.get(name) == "off":
            return False
        wanted = max(weight(self.select, code, name), weight(self.extend_select, code, name))
        unwanted = weight(self.ignore, code, name)
        if wanted:
            return wanted > unwanted
        return enabled_by_default and not self.select and not unwanted

    def severity_of(self, code: str, name: str, default: str) -> str:
        """Return what is configured for the rule: error, warning or off; else ``default``."""
        return self.severity.get(name) or self.severity.get(code) or default

    def ignored_in(self, path: str) -> frozenset[str]:
        """Return the codes, names and beginnings of codes that are ignored in a file."""
        return frozenset(
            selector
            for glob, selectors in self.per_file_ignores.items()
            if _speaks_of(glob, path)
            for selector in selectors
        )

    def is_ignored_in(self, path: str, code: str, name: str) -> bool:
        """Whether ``per-file-ignores`` leaves a rule out in a file."""
        return bool(self.per_file_ignores) and weight(self.ignored_in(path), code, name) > 0

    def runtime_for(self, path: str) -> Literal["serverless", "long-running"] | None:
        """Return the runtime that is fixed for a file, or None where mmlint shall find out."""
        for override in reversed(self.overrides):
            if matches(override.paths, path):
                return _RUNTIMES.get(override.runtime)
        return _RUNTIMES.get(self.runtime)

    def excludes(self, path: str) -> bool:
        """Whether a file is left out."""
        return matches(self.exclude, path)

    def describe(self) -> str:
        """Return every value with where it comes from, one a line, in TOML's notation."""
        rows = [
            (
                f"# {key} is not set" if value is None else f"{key} = {_toml(value)}",
                " ".join(self.provenance.get(key, DEFAULT).splitlines()),
            )
            for key, value in self._values()
        ]
        width = min(max(len(text) for text, _ in rows), 60)
        return "".join(f"{text:<{width}}  # {origin}\n" for text, origin in rows)

    def _values(self) -> Iterable[tuple[str, object]]:
        for field in Options.__struct_fields__:
            value = getattr(self, field)
            if isinstance(value, dict) and value:
                yield from ((f"{key_of(field)}.{key}", item) for key, item in value.items())
            else:
                yield key_of(field), value


def _speaks_of(glob: str, path: str) -> bool:
    """Whether a single pattern is about a file; with ``!``, whether what follows is not."""
    if glob.startswith("!"):
        return not matches((glob[1:],), path)
    return matches((glob,), path)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        pairs = ", ".join(f"{key} = {_toml(item)}" for key, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, msgspec.Struct):
        return _toml({key_of(field): item for field, item in msgspec.structs.asdict(value).items()})
    if isinstance(value, str):
        return msgspec.json.encode(value).decode()
    return str(value).lower()


def weight(selectors: Iterable[str], code: str, name: str) -> int:
    """Return how exactly ``selectors`` speak of a rule: the characters of its code that the best
    one gives, all of them for its name; 0 where none does."""
    return max((_weight(selector, code, name) for selector in selectors), default=0)


def _weight(selector: str, code: str, name: str) -> int:
    if selector == name:
        return len(code)
    return len(selector) if code.startswith(selector) else 0


def matches(globs: tuple[str, ...], path: str) -> bool:
    """Whether ``globs`` (as in a ``.gitignore``) cover ``path`` or a folder above it."""
    return bool(globs) and _patterns(globs).covers(path)


@lru_cache(maxsize=4096)
def _patterns(globs: tuple[str, ...]) -> Patterns:
    return listed(globs)
