"""From files and command line to settings, each value with where it comes from."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from mmlint.config.checking import checked
from mmlint.config.layers import (
    FileLayer,
    Layer,
    OptionsLayer,
    PairsLayer,
    is_pair,
    merged,
    nearest,
)
from mmlint.config.problem import ConfigError, Keys, Problem, expected, shown
from mmlint.config.schema import RULE_OPTIONS, Options, key_of
from mmlint.config.settings import Settings
from mmlint.model.gitignore import pattern
from mmlint.model.regex import regex

_SELECTION = ("select", "extend_select", "ignore")
"""Fields that a new ``select`` begins anew: what another source said of them is forgotten."""

_PART = regex(r"MM[0-9]*")

_EVERY = "MM"
"""What the codes of all rules begin with."""


def load(
    start: Path,
    root: Path,
    *,
    overrides: Sequence[str] = (),
    isolated: bool = False,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    rules: Callable[[], Mapping[str, str]] = dict,
) -> Settings:
    """Return the settings for the project at ``root``, seen from the folder ``start`` in it.

    ``overrides``: arguments of ``--config``, each a file (which replaces those that would be found)
    or ``key=value``. ``isolated``: no file is looked for. ``select``, ``ignore``: the command
    line's. ``rules``: returns the name of every rule there is by its code, and is asked only where
    something is set; without it names are not checked.

    Raises ConfigError, whose message says where, what, and what is allowed.
    """
    start, root = Path(os.path.realpath(start)), Path(os.path.realpath(root))
    named = [one for one in overrides if not is_pair(one)]
    file = _file(named, start, root, isolated)
    pairs = PairsLayer(one for one in overrides if is_pair(one))
    below = _below(file.path.parent, root) if file else ""
    sources = [
        *([_Source(file, rules(), below, file.path.parent)] if file else []),
        # To check what says nothing would take longer than to look for all files that may.
        *(_Source(one, rules()) for one in (pairs, OptionsLayer(select, ignore)) if one.values),
    ]
    values: dict[str, object] = {}
    provenance: dict[str, str] = {}
    if file and not named:
        sources[0].confine(root)
    for source in sources:
        if "select" in source.layer.values:
            for field in _SELECTION:
                values.pop(field, None)
                provenance.pop(key_of(field), None)
        values = merged(values, source.fields())
        provenance |= source.origins()
    return msgspec.structs.replace(
        Settings(provenance=provenance, source=file.label if file else None), **values
    )


def _file(named: Sequence[str], start: Path, root: Path, isolated: bool) -> FileLayer | None:
    if not named:
        return None if isolated else nearest(start, root)
    if isolated:
        raise ConfigError("--isolated: no configuration file may be named beside it; drop one")
    if len(named) > 1:
        raise ConfigError(f"--config: one file at the most, not {len(named)}; pairs may repeat")
    if not os.path.isfile(named[0]):
        raise ConfigError(
            f"--config: {shown(named[0])} is no file; expected the path of a configuration file, "
            "or key=value"
        )
    layer = FileLayer(Path(named[0]).resolve())
    if layer.found is None:
        raise ConfigError(f"{layer.label}: has no section {'.'.join(layer.section)}")
    return layer


class _Source:
    """The values of one layer: valid, rules by name, globs relative to the project's root.

    ``below``: the folder that the layer's globs start from, as a glob. ``folder``: the one that
    its paths start from. Raises ConfigError.
    """

    def __init__(
        self,
        layer: Layer,
        rules: Mapping[str, str],
        below: str = "",
        folder: Path | None = None,
    ) -> None:
        self.layer = layer
        self.rules = rules
        self.below = below
        self.folder = folder or Path.cwd()
        try:
            self.options = checked(layer.values, Options)
            if rules:
                self._check_rules()
            self._check_rule_options()
            self._check_globs()
        except Problem as problem:
            raise self._error(problem) from problem

    def confine(self, root: Path) -> None:
        """Raise ConfigError where a file that comes with the project names a place outside of it:
        a command that only reads a project writes no files elsewhere."""
        named = (
            ("cache-dir", "folder", self.options.cache_dir, "--config cache-dir=FOLDER"),
            ("baseline", "file", self.options.baseline, "--baseline FILE"),
        )
        for key, kind, path, option in named:
            if path is None:
                continue
            target = Path(os.path.realpath(self.folder / path))
            if target == root or not target.is_relative_to(root):
                problem = Problem(
                    f'`{key}`: "{shown(path)}" is no {kind} inside the project; '
                    f"expected one there, or {option} on the command line",
                    (key,),
                    None,
                )
                raise self._error(problem) from problem

    def _error(self, problem: Problem) -> ConfigError:
        return ConfigError(f"{self.layer.where(problem.keys, problem.near)}: {problem.message}")

    def fields(self) -> dict[str, object]:
        """Return the values that are set, by the names of their fields."""
        options = self.options
        resolved = msgspec.structs.replace(
            options,
            select=_words(options.select),
            extend_select=_words(options.extend_select),
            ignore=_words(options.ignore),
            severity=self._by_name(options.severity),
            rules=self._by_name(options.rules),
            cache_dir=self._path(options.cache_dir),
            baseline=self._path(options.baseline),
            exclude=self._globs(options.exclude),
            per_file_ignores={
                self._glob(glob): _words(words) for glob, words in options.per_file_ignores.items()
            },
            overrides=tuple(
                msgspec.structs.replace(one, paths=self._globs(one.paths))
                for one in options.overrides
            ),
        )
        names = Options.__struct_fields__
        return {
            name: getattr(resolved, name) for name in names if key_of(name) in self.layer.values
        }

    def origins(self) -> dict[str, str]:
        """Return where each value stands, by key; by ``table.key`` for what stands in tables."""
        found: dict[str, str] = {}
        for key, value in self.layer.values.items():
            if isinstance(value, dict):
                for inner in value:
                    shown_as = self._glob(inner) if key == "per-file-ignores" else inner
                    if key != "per-file-ignores":
                        shown_as = self._name(shown_as)
                    found[f"{key}.{shown_as}"] = self.layer.origin((key, inner))
            else:
                found[key] = self.layer.origin((key,))
        return found

    def _by_name(self, table: Mapping[str, object]) -> dict[str, object]:
        return {self._name(key): value for key, value in table.items()}

    def _name(self, word: str) -> str:
        """Return the name of a rule for its code or name, in any case of letters."""
        word = _word(word)
        return self.rules.get(word, word)

    def _path(self, path: str | None) -> str | None:
        if path is None:
            return None
        return os.path.normpath(self.folder / path)

    def _globs(self, globs: Sequence[str]) -> tuple[str, ...]:
        return tuple(self._glob(glob) for glob in globs)

    def _glob(self, glob: str) -> str:
        """Return the glob as it is written at the project's root."""
        if not self.below:
            return glob
        negation = "!" if glob.startswith("!") else ""
        glob = glob.removeprefix("!")
        between = "/" if "/" in glob.rstrip("/") else "/**/"
        return f"{negation}{self.below}{between}{glob.removeprefix('/')}"

    # --- checks ----------------------------------------------------------------------------------

    def _check_rules(self) -> None:
        """Raise a Problem for the first word that should name a rule and does not."""
        known = [*self.rules, *self.rules.values()]
        for keys, word, may_be_part in self._named():
            is_part = _PART.fullmatch(word) and any(code.startswith(word) for code in self.rules)
            if word in known or (may_be_part and is_part):
                continue
            part = ", or a code prefix such as MM1" if may_be_part else ""
            hint = expected(word, known, f"the code or name of a rule{part}; see: mmlint rules")
            raise Problem(f'unknown rule "{shown(word)}" in `{keys[0]}`; {hint}', keys, word)

    def _named(self) -> Iterator[tuple[Keys, str, bool]]:
        """Yield what should name a rule: where, the word, whether a code's beginning will do."""
        options = self.options
        for field in _SELECTION:
            for index, word in enumerate(getattr(options, field)):
                yield from (((key_of(field), index), one, True) for one in _words((word,)))
        for glob, words in options.per_file_ignores.items():
            for index, word in enumerate(words):
                yield from (
                    (("per-file-ignores", glob, index), one, True) for one in _words((word,))
                )
        for word in options.severity:
            yield ("severity", word), _word(word), False
        for word in options.rules:
            yield ("rules", word), _word(word), False

    def _check_rule_options(self) -> None:
        """Raise a Problem for the first value of a rule's option that it does not take. Options
        that it does not know are told where all rules are known."""
        for word, table in self.options.rules.items():
            _, struct = RULE_OPTIONS.get(self._name(word), (None, None))
            if struct is not None:
                known = {key: table[key] for key in struct.__struct_fields__ if key in table}
                checked(known, struct, ("rules", word))

    def _check_globs(self) -> None:
        options = self.options
        globs: list[tuple[Keys, str]] = [(("exclude",), glob) for glob in options.exclude]
        globs += [(("per-file-ignores", glob), glob) for glob in options.per_file_ignores]
        for index, override in enumerate(options.overrides):
            globs += [(("overrides", index, "paths"), glob) for glob in override.paths]
        for keys, glob in globs:
            try:
                pattern(glob)
            except ValueError as error:
                message = f'`{keys[0]}`: "{shown(glob)}" is no pattern in the style of .gitignore'
                raise Problem(message, keys, glob) from error


def _words(selectors: Iterable[str]) -> tuple[str, ...]:
    """Return the single words of selectors, which may be lists with commas or spaces."""
    split = (part for one in selectors for part in one.replace(",", " ").split() or [one])
    return tuple(map(_word, split))


def _word(word: str) -> str:
    """Return a code, a beginning of one, or a name as rules are called; ALL is what all codes
    begin with."""
    if word.upper() == "ALL":
        return _EVERY
    return word.upper() if _PART.fullmatch(word.upper()) else word.lower()


def _below(folder: Path, root: Path) -> str:
    """Return the folder as a glob from ``root``, empty for the root itself and folders outside."""
    if not folder.is_relative_to(root) or folder == root:
        return ""
    return re.sub(r"([*?\[\\!#])", r"\\\1", folder.relative_to(root).as_posix())
