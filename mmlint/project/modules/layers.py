"""Lambda layers: folders whose content a platform puts beside the code of functions.

A layer is unpacked into ``/opt``: Python finds modules in ``/opt/python``, JavaScript names files
by ``/opt/nodejs/…``. Which folders are layers is read from templates as text, or known by custom:
``layers/<name>/python``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping

import msgspec

from mmlint.model.regex import regex
from mmlint.project.modules.manifests import join, layer_templates

MAX_LINE = 1000
"""Characters of a template's line that are read."""

OPT = "/opt/"
"""Where a platform unpacks layers."""

_TYPE = regex(r"""\s*Type:\s*["']?AWS::(?:Serverless|Lambda)::(?P<kind>\w+)""")
_FOLDER = regex(
    r"""\s*(?P<key>CodeUri|ContentUri|Content|path):\s*["']?(?P<folder>[\w./-]+)["']?\s*(?:\#.*)?$"""
)
_METHOD = regex(r"""\s*BuildMethod:\s*["']?(?P<method>\w+)""")
_LAYERS = regex(r"\s*Layers:(?P<rest>.*)")
_REFERENCE = regex(r"""(?:!Ref\s+|\bRef:\s*|!GetAtt\s+)["']?(\w+)""")
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
    """The layers of a project. ``files``: its code. ``manifests``: path to bytes."""

    def __init__(self, files: Collection[str], manifests: Mapping[str, bytes]) -> None:
        texts = ((path, manifests[path]) for path in sorted(manifests) if layer_templates(path))
        self._templates = [_read(path, data.decode("utf-8", "replace")) for path, data in texts]
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


def _read(path: str, text: str) -> Template:
    """Read a SAM or CloudFormation template, or what ``serverless.yml`` says of layers."""
    home = posixpath.dirname(path)
    layers: dict[str, Layer] = {}
    users: list[User] = []
    shared: tuple[str, ...] = ()
    for section, name, lines in _blocks(text.splitlines()):
        folder = next(iter(_folders(lines)), None)
        if section == "Globals":
            shared += _references(lines)
        elif section == "layers" and folder:
            layers[name] = Layer(join(home, folder))
        elif section == "Resources":
            kind = next((match["kind"] for match in map(_TYPE.match, lines) if match), "")
            if kind == "LayerVersion" and folder:
                method = next((match["method"] for match in map(_METHOD.match, lines) if match), "")
                built = bool(method) and method != "makefile"
                layers[name] = Layer(join(home, folder), built)
            elif kind == "Function":
                users.append(User(join(home, folder or ""), _references(lines)))
    return Template(home, layers, tuple(users), shared)


def _blocks(lines: list[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the entries of a template's top sections: section, the entry's key, its lines."""
    section, name, held = "", "", list[str]()
    depth = -1
    for line in lines:
        line = line[:MAX_LINE].rstrip()
        bare = line.lstrip()
        if not bare or bare.startswith("#"):
            continue
        indent = len(line) - len(bare)
        if indent == 0 or (depth < 0 or indent <= depth):
            if name:
                yield section, name, held
            name, held = "", []
            if indent == 0:
                section, depth = bare.partition(":")[0], -1
                continue
            depth, name = indent, bare.partition(":")[0].strip("\"'")
        held.append(line)
    if name:
        yield section, name, held


def _folders(lines: list[str]) -> Iterator[str]:
    found = {match["key"]: match["folder"] for match in map(_FOLDER.match, lines) if match}
    for key in ("ContentUri", "Content", "path", "CodeUri"):
        if key in found:
            yield found[key]


def _references(lines: list[str]) -> tuple[str, ...]:
    """The names of layers under ``Layers:``, in one line or as a list."""
    found: list[str] = []
    indent = -1
    for line in lines:
        match = _LAYERS.match(line)
        here = len(line) - len(line.lstrip())
        if match:
            indent = here
            found += _REFERENCE.findall(match["rest"])
        elif indent >= 0 and (here > indent or line.lstrip().startswith("- ")):
            found += _REFERENCE.findall(line)
        else:
            indent = -1
    return tuple(found)
