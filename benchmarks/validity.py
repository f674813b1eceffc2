"""Tells which files of public repositories mmlint calls broken and their own compiler reads.

    python -m benchmarks.validity FOLDER... [--node-modules FOLDER]

Every JavaScript, TypeScript and Python file below each FOLDER is forced through the parser,
whatever it holds. Where mmlint reports a syntax error, the compiler of the language is asked:
esbuild and TypeScript (``npm install esbuild typescript@5`` in some folder, whose ``node_modules``
is named), and the ``compile`` of the running Python. What one of them accepts is a false alarm.
Exit code 1 if there is any.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from mmlint.files.kinds import MAX_BYTES
from mmlint.files.reading import Unreadable, read
from mmlint.languages import observe
from mmlint.model.facts import Language

_LANGUAGES: Final[dict[str, Language]] = {
    ".js": "javascript",
    ".jsx": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
    ".py": "python",
}
_CLOSED: Final = frozenset({".git", "node_modules"})

_JUDGE: Final = """
const { readFileSync } = require("node:fs");
const esbuild = require("esbuild"), ts = require("typescript");
for (const path of JSON.parse(readFileSync(0, "utf8"))) {
  const extension = path.slice(path.lastIndexOf(".") + 1).replace(/^[mc]/, "");
  const text = ts.sys.readFile(path);
  const accepted = [];
  try {
    const loader = extension === "js" ? "jsx" : extension;
    esbuild.transformSync(text, { loader, jsx: "preserve", logLevel: "silent" });
    accepted.push("esbuild");
  } catch {}
  const kind = { js: ts.ScriptKind.JSX, jsx: ts.ScriptKind.JSX, ts: ts.ScriptKind.TS }[extension];
  const tree = ts.createSourceFile(path, text, 99, false, kind ?? ts.ScriptKind.TSX);
  if (tree.parseDiagnostics.length === 0) accepted.push("TypeScript");
  console.log(JSON.stringify([path, accepted]));
}
"""
"""Reads a list of paths, writes who accepts each."""


def _files(folder: str) -> Iterator[str]:
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - _CLOSED)
        for name in sorted(names):
            path = os.path.join(top, name)
            if os.path.splitext(name)[1] in _LANGUAGES and not os.path.islink(path):
                yield path


def _problem(path: str) -> tuple[str, str | None] | None:
    """Return the path and what mmlint says of it, None if nothing; None alone if it is not read."""
    data = read(os.path.dirname(path), os.path.basename(path), limit=MAX_BYTES)
    if isinstance(data, Unreadable):
        return None
    problem = observe(data, _LANGUAGES[os.path.splitext(path)[1]]).problem
    if problem is None:
        return path, None
    line = data.count(b"\n", 0, problem.start) + 1
    return path, f"line {line}: {problem.message}"


def _accepted(paths: list[str], node_modules: str) -> dict[str, list[str]]:
    """Return, for each path, which compilers accept the file."""
    python = [path for path in paths if path.endswith(".py")]
    accepted = {path: ["CPython"] if _compiles(path) else [] for path in python}
    code = [path for path in paths if not path.endswith(".py")]
    if code:
        judged = subprocess.run(
            ["node", "-e", _JUDGE],
            input=json.dumps(code),
            env={**os.environ, "NODE_PATH": node_modules},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        accepted.update(json.loads(line) for line in judged.stdout.splitlines())
    return accepted


def _compiles(path: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(Path(path).read_bytes(), path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def main() -> int:
    """Print a row for each repository and each false alarm; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.validity")
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    parser.add_argument("--node-modules", default="node_modules", metavar="FOLDER")
    options = parser.parse_args()
    node_modules = os.path.abspath(options.node_modules)
    print("| repository | files | syntax errors | false alarms |")
    print("|---|--:|--:|--:|", flush=True)
    alarms = 0
    for folder in options.folders:
        with ProcessPoolExecutor() as pool:
            read_files = [one for one in pool.map(_problem, _files(folder), chunksize=32) if one]
        broken = {path: said for path, said in read_files if said is not None}
        judged = _accepted(list(broken), node_modules)
        false = {path: who for path, who in judged.items() if who}
        for path, who in sorted(false.items()):
            said = f"{path}: {broken[path]} ({' and '.join(who)} accept it)"
            print(said, file=sys.stderr, flush=True)
        alarms += len(false)
        name = os.path.basename(os.path.abspath(folder))
        print(f"| {name} | {len(read_files):,} | {len(broken)} | {len(false)} |", flush=True)
    return 1 if alarms else 0


if __name__ == "__main__":
    sys.exit(main())
