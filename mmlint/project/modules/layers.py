"""Lambda layers: folders whose content a platform puts beside the code of functions.

A layer is unpacked into ``/opt``: Python finds modules in ``/opt/python``, JavaScript names files
by ``/opt/nodejs/…``. Which folders are layers is said by templates, or known by custom:
``layers/<name>/python``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping

import msgspec

from mmlint.model.regex import regex
from mmlint.model.settings import SettingsFile, Tagged, Tree, table, tables, text_of
from mmlint.project.modules.manifests import join, layer_templates

OPT = "/opt/"
"""Where a platform unpacks layers."""

_TYPE = regex(r"AWS::(?:Serverless|Lambda)::(?P<kind>\w+)")
_PATH = regex(r"[\w./-]+")
_PLACES = ("ContentUri", "Content", "path", "CodeUri")
"""Keys of the folder that is unpacked, or that holds a function's code, what counts first first."""
_CUSTOM = regex(r"(?P<layer>(?:.*/)?[\w.-]*layers?(?:/[^/]+)?)/(?:python|nodejs)/", re.I)


class Layer(msgspec.Struct, frozen=True):
    """``folder``: what is unpacked. ``built``: the folder holds sources, which a build puts into
    ``python`` or ``nodejs`` first."""

    folder: str
    built: bool = False


class User(msgspec.Struct, frozen=True):
    """The code of a function, and the layers it uses, by their names in the template."""

    folder: str
    layers: tuple[str, ...]


class Template(msgspec.Struct, frozen=True):
    """What one template says: ``home``, its folder; layers by name; functions; and the layers that
    all functions use."""

    home: str
    layers: Mapping[str, Layer]
    users: tuple[User, ...]
    shared: tuple[str, ...]


class Layers:
    """The layers of a project. ``files``: its code. ``manifests``: settings files by path."""

    def __init__(self, files: Collection[str], manifests: Mapping[str, SettingsFile]) -> None:
        given = ((path, manifests[path]) for path in sorted(manifests) if layer_templates(path))
        # Only what holds the word has layers; the others need not be parsed.
        some_layers = (one for one in given if b"ayer" in one[1].data)
        self._templates = [_read(path, file.tree) for path, file in some_layers]
        named = {layer.folder for one in self._templates for layer in one.layers.values()}
        # To look for the word first, in all names at once, is quick, and few projects have it.
        some = files if "layer" in "\n".join(files).lower() else ()
        found = (_CUSTOM.match(path) for path in some if "layer" in path.lower())
        self._by_custom = sorted({match["layer"] for match in found if match} - named)
        self._homes = tuple({f"{one}/" for one in (*named, *self._by_custom) if one})

    def holds(self, path: str) -> bool:
        """Whether ``path`` lies in a layer."""
        return path.startswith(self._homes)

    def places(self, folder: str, language: str) -> Iterator[tuple[str, ...]]:
        """Yield groups of folders that stand for ``/opt/python`` or ``/opt/nodejs`` for code in
        ``folder``; where one group knows a name, the next is not asked.

        The layers that the function itself uses come first, the last of them before the others.
        """
        kind = "python" if language == "python" else "nodejs"
        rest: list[str] = []
        for one in self._templates:
            if not _within(folder, one.home):
                continue
            for name in reversed(_used(one, folder)):
                if name in one.layers:
                    yield tuple(_unpacked(one.layers[name], kind))
            rest += [place for layer in one.layers.values() for place in _unpacked(layer, kind)]
        rest += [posixpath.join(layer, kind) for layer in self._by_custom]
        yield tuple(dict.fromkeys(rest))


def _used(template: Template, folder: str) -> tuple[str, ...]:
    mine = [one for one in template.users if _within(folder, one.folder)]
    nearest = max(mine, key=lambda one: len(one.folder), default=None)
    return (*template.shared, *(nearest.layers if nearest else ()))


def _unpacked(layer: Layer, kind: str) -> Iterator[str]:
    yield posixpath.join(layer.folder, kind)
    if layer.built:
        yield layer.folder


def _within(folder: str, home: str) -> bool:
    return not home or f"{folder}/".startswith(f"{home}/")


# --- templates ------------------------------------------------------------------------------------


def _read(path: str, tree: Tree) -> Template:
    """Read a SAM or CloudFormation template, or what ``serverless.yml`` says of layers."""
    home = posixpath.dirname(path)
    layers: dict[str, Layer] = {}
    users: list[User] = []
    shared: tuple[str, ...] = ()
    for document in tree if isinstance(tree, list) else [tree]:
        sections = table(document)
        shared += _references(sections.get("Globals"))
        for name, entry in table(sections.get("layers")).items():
            folder = _folder(entry)
            if folder:
                layers[name] = Layer(join(home, folder))
        for name, entry in table(sections.get("Resources")).items():
            folder = _folder(entry)
            match = _TYPE.fullmatch(text_of(table(entry).get("Type")) or "")
            if match and match["kind"] == "LayerVersion" and folder:
                methods = [text_of(one) for one in _under(entry, "BuildMethod")]
                layers[name] = Layer(
                    join(home, folder), bool(methods) and "makefile" not in methods
                )
            elif match and match["kind"] == "Function":
                users.append(User(join(home, folder or ""), _references(entry)))
    return Template(home, layers, tuple(users), shared)


def _under(entry: Tree, key: str) -> list[Tree]:
    """What stands under ``key`` anywhere in an entry of a template."""
    return [one[key] for one in tables(entry) if key in one]


def _folder(entry: Tree) -> str | None:
    for key in _PLACES:
        for value in reversed(_under(entry, key)):
            if isinstance(value, str) and _PATH.fullmatch(value):
                return value
    return None


def _references(entry: Tree) -> tuple[str, ...]:
    """The names of the layers that stand under ``Layers``."""
    return tuple(name for listed in _under(entry, "Layers") for name in _named(listed))


def _named(listed: Tree) -> Iterator[str]:
    """The resources that an intrinsic function refers to, wherever it stands in ``listed``."""
    waiting = [listed]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if isinstance(one, (dict, list)):
            if id(one) in seen:
                continue
            seen.add(id(one))
        if isinstance(one, Tagged):
            if one.tag in ("!Ref", "!GetAtt"):
                yield one.text.partition(".")[0]
        elif isinstance(one, dict):
            named = one.get("Ref")
            if isinstance(named, str):
                yield named
            waiting.extend(reversed(list(one.values())))
        elif isinstance(one, list):
            waiting.extend(reversed(one))
