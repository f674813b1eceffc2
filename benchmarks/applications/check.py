"""Runs mmlint's fixes on a converted application, and says what other tools complain of since.

A complaint is a line of the TypeScript compiler, of the formatter or of the import sorter that the
application configures. What it needs is installed by npm, without running any script of a package.
Only complaints about files that a fix changed are compared, and only as sets without line numbers:
the application's own dependencies are not installed, so that the compiler always has many.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.applications.convert import SCRIPTS, commit

HERE = Path(__file__).parent
LEVELS = {"fix": ("--fix",), "unsafe": ("--fix", "--unsafe-fixes")}
LIMIT = 900
"""Seconds that one command may take."""

_PLUGIN = re.compile(r"""["']((?:@[\w-]+/)?prettier-plugin-[\w-]+)["']""")
_VERSION = re.compile(r"\d+\.\d+\.\d+[\w.-]*")
_ANNOTATION = re.compile(r"::error (?:title=([^,]*),)?file=([^,]*)")
_EXTENDS = re.compile(r'"extends"\s*:\s*(\[[^\]]*\]|"[^"]*")')
_EXCESS = re.compile(r"^(TS2353 .*?)'[^']*'")
"""The compiler names the first unknown key of an object alone."""
_PRETTIER = re.compile(
    r"(?:^|/)(?:\.prettierrc[^/]*|prettier\.config\.[^/]*|[^/]*prettier/index\.js)$"
)


@dataclass(frozen=True)
class Complaint:
    """``tool``: who says it. ``path``: below the application's root. ``text``: without a line."""

    tool: str
    path: str
    text: str


@dataclass(frozen=True)
class Tools:
    """``folder``: has ``node_modules`` and ``stubs``. ``formatter``: prettier, biome or none."""

    folder: Path
    formatter: str


def compare(copy: Path, mmlint: str, out: Path, tools: Path | None) -> int:
    """Fix clones of ``copy``, and write to ``out`` what was found, each diff and new complaints.

    Prints a table. Returns 1 where a fix brought a new complaint. ``tools`` is kept if given.
    """
    copy, out = copy.resolve(), out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        folder = tools or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found = _settled(copy, _installed(copy, folder.resolve()))
        report = _run([mmlint, "--no-cache", "--format", "json", "--exit-zero"], copy)
        (out / "findings.json").write_text(report, "utf-8")
        findings = json.loads(report)["findings"]
        rows = [_fixed(copy, mmlint, level, out, found) for level in LEVELS]
    codes = Counter(one["code"] for one in findings)
    print(f"{copy.name}: {len(findings)} findings:", _counts(codes))
    print("| level | files | hunks | left | new complaints |\n|---|--:|--:|--:|---|")
    for level, files, hunks, left, new in rows:
        kinds = _counts(Counter(one.tool for one in new)) or "none"
        print(f"| {level} | {files} | {hunks} | {left} | {kinds} |")
    return 1 if any(row[-1] for row in rows) else 0


def _fixed(
    copy: Path, mmlint: str, level: str, out: Path, tools: Tools
) -> tuple[str, int, int, int, list[Complaint]]:
    clone = out / level
    shutil.rmtree(clone, ignore_errors=True)
    _run(["git", "clone", "--quiet", "--shared", str(copy), str(clone)], out)
    words = [mmlint, *LEVELS[level], "--no-cache", "--format", "json", "--exit-zero"]
    left = json.loads(_run(words, clone))["findings"]
    diff = _run(["git", "diff", "--no-color"], clone)
    (out / f"{level}.diff").write_text(diff, "utf-8")
    changed = _run(["git", "diff", "--name-only", "-z"], clone).split("\0")[:-1]
    before = Counter(complaints(copy, changed, tools))
    new = list((Counter(complaints(clone, changed, tools)) - before).elements())
    lines = [f"{one.tool}: {one.path}: {one.text}\n" for one in new]
    (out / f"{level}.complaints").write_text("".join(lines), "utf-8")
    hunks = sum(line.startswith("@@") for line in diff.splitlines())
    return level, len(changed), hunks, len(left), new


# --- the tools -----------------------------------------------------------------------------------


def complaints(root: Path, paths: Sequence[str], tools: Tools) -> list[Complaint]:
    """Return what the tools say of ``paths`` below ``root``, in no particular order."""
    scripts = [path for path in paths if Path(path).suffix in SCRIPTS]
    if not scripts:
        return []
    _link(root, tools)
    checker = str(HERE / "types.mjs")
    said = _run(["node", checker, str(root), str(tools.folder), *scripts], root)
    types = [
        Complaint("types", one["file"], _EXCESS.sub(r"\1", one["text"])) for one in json.loads(said)
    ]
    return types + _format(root, scripts, tools)


def _format(
    root: Path, paths: Sequence[str], tools: Tools, *, write: bool = False
) -> list[Complaint]:
    program = str(tools.folder / "node_modules/.bin" / tools.formatter)
    if tools.formatter == "prettier":
        verb = "--write" if write else "--list-different"
        said = _run([program, verb, *paths], root)
        names = set(said.splitlines()) & set(paths)
        return [Complaint("prettier", path, "is not formatted") for path in sorted(names)]
    if tools.formatter == "biome":
        more = ["--write"] if write else ["--reporter=github", "--max-diagnostics=1000"]
        said = _run([program, "check", "--linter-enabled=false", *more, *paths], root)
        found = {(one[2], one[1] or "") for one in _ANNOTATION.finditer(said)}
        return [Complaint("biome", path, text) for path, text in sorted(found)]
    return []


def _settled(copy: Path, tools: Tools) -> Tools:
    """Format what the conversion changed, so that later complaints are the fixes' own.

    Returns ``tools`` without a formatter where the application's configuration does not work.
    """
    names = _run(["git", "log", "--format=%s"], copy).splitlines()
    if not tools.formatter or "Formatted" in names:
        return tools
    _link(copy, tools)
    told = _run(["git", "grep", "-lIE", "@millimetric/|\\.track\\(|\\.flush\\("], copy)
    paths = [path for path in told.splitlines() if Path(path).suffix in SCRIPTS]
    try:
        for first in range(0, len(paths), 200):
            _format(copy, paths[first : first + 200], tools, write=True)
    except RuntimeError as error:
        print(f"{copy.name}: {tools.formatter} is not compared: {str(error).splitlines()[-1]}")
        return replace(tools, formatter="")
    commit(copy, "Formatted")
    return tools


def _link(root: Path, tools: Tools) -> None:
    """Let the configuration of a formatter find its plugins."""
    link = root / "node_modules"
    if not link.exists():
        link.symlink_to(tools.folder / "node_modules")
        exclude = root / ".git/info/exclude"
        exclude.parent.mkdir(exist_ok=True)
        exclude.write_text("/node_modules\n", "utf-8")


def _installed(copy: Path, folder: Path) -> Tools:
    """Install what the application's configuration asks for into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(HERE / "stubs", folder / "stubs", dirs_exist_ok=True)
    wanted, formatter = ["typescript@5", "@types/node@22"], ""
    manifest = (
        (copy / "package.json").read_text("utf-8") if (copy / "package.json").exists() else "{}"
    )
    asked = json.loads(manifest)
    biome = next(iter(copy.glob("biome.json*")), None)
    if biome:
        text = biome.read_text("utf-8")
        version = _VERSION.search(text) or _VERSION.search(_version(asked, "@biomejs/biome"))
        wanted.append(f"@biomejs/biome@{version[0] if version else 'latest'}")
        wanted += [f"{one}@{_version(asked, one) or 'latest'}" for one in _extended(text)]
        formatter = "biome"
    else:
        listed = _run(["git", "ls-files"], copy).splitlines()
        files = [copy / path for path in listed if _PRETTIER.search(path)]
        if files or "prettier" in asked:
            texts = [path.read_text("utf-8", "replace") for path in files]
            plugins = {one for text in texts for one in _PLUGIN.findall(text)}
            wanted += [f"prettier@{_version(asked, 'prettier') or 3}"]
            wanted += [f"{one}@{_version(asked, one) or 'latest'}" for one in sorted(plugins)]
            formatter = "prettier"
    if not (folder / "node_modules").exists():
        (folder / "package.json").write_text("{}", "utf-8")
        npm = [
            "npm",
            "install",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--legacy-peer-deps",
        ]
        _run([*npm, *wanted], folder)
        _link_workspace(copy, folder / "node_modules")
    return Tools(folder, formatter)


def _link_workspace(copy: Path, installed: Path) -> None:
    """Let configurations that are packages of the application's workspace be found."""
    for path in _run(["git", "ls-files", "*package.json"], copy).splitlines():
        try:
            name = json.loads((copy / path).read_text("utf-8")).get("name")
        except (ValueError, AttributeError):
            continue  # an example, a template
        link = installed / name if isinstance(name, str) and name else installed
        if not link.exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to((copy / path).parent)


def _extended(text: str) -> list[str]:
    """Return the packages that a configuration of biome extends."""
    listed = _EXTENDS.search(text)
    names = re.findall(r'"([^"]+)"', listed[1]) if listed else []
    parts = [name.split("/") for name in names if not name.startswith((".", "/"))]
    return sorted({"/".join(one[: 2 if one[0].startswith("@") else 1]) for one in parts} - {""})


def _version(manifest: dict[str, dict[str, str]], package: str) -> str:
    sections = (manifest.get(name, {}) for name in ("devDependencies", "dependencies"))
    version = next((one[package] for one in sections if package in one), "")
    return "" if ":" in version else version.lstrip("^~")


def _run(words: Sequence[str], cwd: Path) -> str:
    """Return what a command prints; that a formatter or mmlint exits with 1 is its answer."""
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=LIMIT)
    if (done.returncode > 1 and not done.stdout) or "configuration ━" in done.stderr:
        raise RuntimeError(f"{words[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counter.items()))
