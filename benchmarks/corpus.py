"""Makes a repository of any size to measure on: ``python -m benchmarks.corpus --out DIR``.

A monorepo of Next.js apps, TypeScript libraries and Python services, with everything committed. The
same numbers and seed give the same bytes and the same commit. A known share of the files uses
Millimetric, a known part of these wrongly; what was planted where stands in ``.git/corpus.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import IO, Any

from benchmarks.prose import FIELDS, NOUNS, VERBS, Prose
from benchmarks.senders import (
    BARREL,
    COMPONENT,
    TURNS,
    Mistake,
    Planted,
    Sender,
    key,
    take_marks,
    write,
)

VERSION = 2
"""Of what is generated: a corpus made by another version is made anew."""

PACKAGE_FILES = 250
LAYERS = ("model", "lib", "hooks", "components", "screens")
MEDIAN, SPREAD = 3000, 0.8
"""Of the sizes of ordinary files, in characters; they are spread log-normally."""

KINDS: dict[str, dict[str, int]] = {
    "app": {"tsx": 36, "ts": 26, "js": 5, "json": 9, "css": 10, "svg": 6, "md": 5, "yaml": 3},
    "library": {"ts": 60, "js": 18, "json": 8, "md": 9, "yaml": 5},
    "service": {"py": 70, "yaml": 12, "json": 9, "md": 9},
}
HOMES = {"app": "apps", "library": "packages", "service": "services"}
MISTAKEN = 3
"""One in so many files of a kind holds a mistake."""


@dataclass
class Corpus:
    """What was made. ``planted``: the mistakes. ``senders``: the files that use Millimetric.
    ``plain``, ``handler_ts``, ``handler_py``: one file each without any mistake."""

    root: Path
    files: int
    planted: list[Planted] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    plain: str = ""
    handler_ts: str = ""
    handler_py: str = ""

    @classmethod
    def load(cls, root: Path) -> Corpus:
        """Return the corpus that was made in ``root`` before."""
        kept = json.loads((root / ".git/corpus.json").read_text("utf-8"))
        kept["planted"] = [Planted(*each) for each in kept["planted"]]
        del kept["made_as"]
        return cls(root=root, **kept)

    def keep(self, made_as: dict[str, object]) -> None:
        """Write what ``load`` reads, beside the repository's own data, where no linter looks."""
        kept: dict[str, Any] = vars(self) | {"made_as": made_as}
        del kept["root"]
        (self.root / ".git/corpus.json").write_text(json.dumps(kept, indent=1), "utf-8")


@dataclass
class _Package:
    """One package of the monorepo. ``layers``: by feature and layer, the importable files."""

    kind: str
    name: str
    features: list[str]
    layers: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    buttons: dict[str, list[str]] = field(default_factory=dict)

    @property
    def root(self) -> str:
        return f"{HOMES[self.kind]}/{self.name}"

    @property
    def source(self) -> str:
        return self.name.replace("-", "_") if self.kind == "service" else "src"


def make(root: Path, *, files: int, share: float, seed: int = 4) -> Corpus:
    """Make the repository in ``root``, or find it there as it was made before, and return it.

    ``files``: how many in all. ``share``: which part of them uses Millimetric, 0 to 1.
    """
    made_as: dict[str, object] = {"version": VERSION, "files": files, "share": share, "seed": seed}
    try:
        if json.loads((root / ".git/corpus.json").read_text("utf-8"))["made_as"] == made_as:
            return Corpus.load(root)
    except (OSError, ValueError, KeyError):
        pass
    shutil.rmtree(root, ignore_errors=True)
    corpus = Corpus(root, files)
    _commit(root, _Maker(corpus, files, share, seed).files())
    corpus.keep(made_as)
    return corpus


class _Maker:
    """Yields the files of one corpus, and notes in it what they are."""

    def __init__(self, corpus: Corpus, files: int, share: float, seed: int) -> None:
        self.corpus, self.count = corpus, files
        self.draw = random.Random(seed)
        self.prose = Prose(seed)
        self.senders = round(files * share)
        self.packages = [self._package(number) for number in range(max(3, files // PACKAGE_FILES))]
        self.taken: list[str] = []

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield path and text of every file."""
        written = 0
        for path, text in (*_top(), *self._manifests(), *self._sending()):
            written += 1
            yield path, text
        if written > self.count:
            raise SystemExit(f"{self.count} files are too few: the set-up alone has {written}")
        rest = self.count - written
        for number, package in enumerate(self.packages):
            share = rest // len(self.packages) + (number < rest % len(self.packages))
            yield from self._ordinary(package, share)

    def _package(self, number: int) -> _Package:
        kind = ("app", "service", "library", "app", "service")[number % 5]
        name = f"{self.draw.choice(NOUNS)}-{self.draw.choice(FIELDS)}-{number}"
        return _Package(kind, name, self.draw.sample(NOUNS, 4))

    def _manifests(self) -> Iterator[tuple[str, str]]:
        for package in self.packages:
            yield from _manifest(package)

    # --- files that use Millimetric --------------------------------------------------------------

    def _sending(self) -> Iterator[tuple[str, str]]:
        homes = {
            kind: cycle([one for one in self.packages if one.kind == kind])
            for kind in ("app", "service")
        }
        seen: dict[int, int] = {}
        with_barrel: set[str] = set()
        turns = cycle(TURNS)
        while len(self.corpus.senders) < self.senders:
            sender = next(turns)
            package = next(homes[sender.home])
            if sender.home == "app" and package.name not in with_barrel:
                with_barrel.add(package.name)
                yield self._sender(BARREL, None, package)
                if len(self.corpus.senders) == self.senders:
                    return
            turn = seen[id(sender)] = seen.get(id(sender), -1) + 1
            mistake = None
            if turn % MISTAKEN == 1:
                mistake = sender.mistakes[turn // MISTAKEN % len(sender.mistakes)]
            yield self._sender(sender, mistake, package)

    def _sender(
        self, sender: Sender, mistake: Mistake | None, package: _Package
    ) -> tuple[str, str]:
        words = self._words(package, len(self.corpus.senders))
        if sender.prose:
            size = max(0, self._size() - len(sender.text))
            blocks = "".join(self.prose.blocks(sender.prose, size, self.draw))
        else:
            blocks = ""
        path = f"{package.root}/{write(sender.place, None, words)}"
        text, planted = take_marks(path, write(sender.text, mistake, words) + blocks)
        self.corpus.planted += planted
        self.corpus.senders.append(path)
        if not planted:
            self._remember(sender, path, words["event"], package, words["feature"])
        return path, text

    def _remember(
        self, sender: Sender, path: str, event: str, package: _Package, feature: str
    ) -> None:
        if sender.home == "service":
            self.corpus.handler_py = path
        elif "route.ts" in path:
            self.corpus.handler_ts = path
            self.taken.append(event)
        if sender is COMPONENT:
            package.buttons.setdefault(feature, []).append(path)

    def _words(self, package: _Package, number: int) -> dict[str, str]:
        noun, verb, last = self.draw.choice(NOUNS), self.draw.choice(VERBS), FIELDS[number % 20]
        event = f"{noun}_{verb}_{last}_{number}"
        return {
            "noun": noun,
            "Noun": noun.capitalize(),
            "event": event,
            "Event": f"{verb.capitalize()}{number}",
            "feature": self.draw.choice(package.features),
            "package": package.source,
            "taken": self.taken[-1] if self.taken else "",
            **{kind: key(kind, self.draw) for kind in ("pk", "sk", "rk")},
        }

    # --- ordinary files --------------------------------------------------------------------------

    def _ordinary(self, package: _Package, count: int) -> Iterator[tuple[str, str]]:
        """Yield ``count`` files, the lower layers first, so that the upper ones can import them."""
        kinds = list(KINDS[package.kind])
        weights = list(KINDS[package.kind].values())
        places = [(feature, layer) for layer in LAYERS for feature in package.features]
        for number in range(count):
            feature, layer = places[number * len(places) // count]
            kind = self.draw.choices(kinds, weights)[0]
            if kind == "tsx" and layer in ("model", "lib"):
                kind = "ts"
            name = f"{self.draw.choice(VERBS)}-{self.draw.choice(NOUNS)}-{number}"
            if kind == "py":
                name = name.replace("-", "_")
            folder = f"{package.root}/{package.source}/{feature}/{layer}"
            path = f"{folder}/{name}.{kind}"
            imports = self._imports(package, feature, layer, kind, folder)
            yield path, self.prose.file(kind, self._size(), self.draw, imports)
            if kind in ("ts", "tsx", "js", "py"):
                package.layers.setdefault((feature, layer), []).append(path)
                if kind == "ts":
                    self.corpus.plain = path

    def _imports(self, package: _Package, feature: str, layer: str, kind: str, folder: str) -> str:
        """Import a few files of the layer below, and in a screen one of the waiting buttons."""
        if kind not in ("ts", "tsx", "js", "py"):
            return ""
        below = LAYERS[max(0, LAYERS.index(layer) - 1)]
        candidates = package.layers.get((feature, below), [])
        chosen = self.draw.sample(candidates, min(len(candidates), self.draw.randrange(5)))
        if kind == "tsx" and layer == "screens" and package.buttons.get(feature):
            chosen.append(package.buttons[feature].pop())
        return "".join(_import(kind, folder, path, package) for path in chosen)

    def _size(self) -> int:
        return min(60_000, int(MEDIAN * self.draw.lognormvariate(0, SPREAD)))


def _import(kind: str, folder: str, path: str, package: _Package) -> str:
    stem = path.rpartition(".")[0]
    if kind == "py":
        return f"from {stem.removeprefix(package.root + '/').replace('/', '.')} import *\n"
    name = stem.rpartition("/")[2].replace("-", "_")
    relative = os.path.relpath(stem, folder)
    specifier = relative if relative.startswith(".") else f"./{relative}"
    if kind == "js":
        return f'const {name} = require("{specifier}");\n'
    return f'import * as {name} from "{specifier}";\n'


def _top() -> Iterator[tuple[str, str]]:
    folders = [f"{folder}/*" for folder in HOMES.values() if folder != "services"]
    yield "package.json", _json({"name": "acme", "private": True, "workspaces": folders})
    yield "tsconfig.base.json", _json({"compilerOptions": {"strict": True, "jsx": "preserve"}})
    yield ".gitignore", "node_modules/\n.next/\ndist/\n__pycache__/\n*.log\n.env\n.env.local\n"
    yield "README.md", "# Acme\n\nApps, packages and services. See the README of each.\n"


def _manifest(package: _Package) -> Iterator[tuple[str, str]]:
    root = package.root
    yield f"{root}/README.md", f"# {package.name}\n\nFeatures: {', '.join(package.features)}.\n"
    if package.kind == "service":
        yield (
            f"{root}/pyproject.toml",
            f'[project]\nname = "{package.name}"\nversion = "1.0.0"\n'
            'dependencies = ["requests>=2.31"]\n',
        )
        return
    manifest: dict[str, object] = {"name": f"@acme/{package.name}", "version": "1.0.0"}
    if package.kind == "app":
        manifest["dependencies"] = {"next": "15.1.0", "react": "19.0.0"}
    yield f"{root}/package.json", _json(manifest)
    options = {"baseUrl": ".", "paths": {"@/*": ["./*"]}}
    yield (
        f"{root}/tsconfig.json",
        _json({"extends": "../../tsconfig.base.json", "compilerOptions": options}),
    )


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


# --- git -----------------------------------------------------------------------------------------

_GIT = ("git", "-c", "core.compression=0", "-c", "core.autocrlf=false", "-c", "gc.auto=0")


def _commit(root: Path, files: Iterator[tuple[str, str]]) -> None:
    """Commit ``files`` in a new repository and check them out: one pack, and every file written."""
    root.mkdir(parents=True)
    environment = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*words: str) -> None:
        subprocess.run([*_GIT, *words], cwd=root, env=environment, check=True)

    git("init", "--quiet", "--initial-branch=main")
    with subprocess.Popen(
        [*_GIT, "fast-import", "--quiet"], cwd=root, env=environment, stdin=subprocess.PIPE
    ) as importing:
        assert importing.stdin is not None
        _stream(importing.stdin, files)
        importing.stdin.close()
    if importing.returncode:
        raise SystemExit("git fast-import failed: see above")
    git("reset", "--quiet", "--hard", "main")
    git("update-index", "--refresh")


def _stream(out: IO[bytes], files: Iterator[tuple[str, str]]) -> None:
    message = b"Everything"
    out.write(b"commit refs/heads/main\ncommitter Acme <acme@example.com> 1750000000 +0000\n")
    out.write(b"data %d\n%b\n" % (len(message), message))
    for path, text in files:
        data = text.encode()
        out.write(b"M 100644 inline %b\ndata %d\n%b\n" % (path.encode(), len(data), data))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corpus", description=__doc__)
    parser.add_argument("--files", type=int, default=50_000, help="how many files (50000)")
    parser.add_argument("--sdk", type=float, default=0.01, help="share that uses the SDK (0.01)")
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--out", type=Path, required=True, help="an empty folder, or none yet")
    asked = parser.parse_args()
    if (
        asked.out.is_dir()
        and any(asked.out.iterdir())
        and not (asked.out / ".git/corpus.json").exists()
    ):
        sys.exit(f"{asked.out} holds something else; name a folder that is empty or not there yet")
    corpus = make(asked.out, files=asked.files, share=asked.sdk, seed=asked.seed)
    print(
        f"{asked.out}: {corpus.files} files, {len(corpus.senders)} use Millimetric, "
        f"{len(corpus.planted)} mistakes"
    )


if __name__ == "__main__":
    main()
