"""The tools a team could use instead, each with those of mmlint's rules that it can express.

The rules beside this file are our own. Every tool is pinned, and installed into a folder of its
own; one that cannot be installed here is left out, and the table says so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.senders import Planted

RULES = Path(__file__).parent
INSTALLING = 300
"""Seconds that an installation may take."""


class Missing(Exception):
    """A tool that cannot be installed here; the message says why."""


@dataclass(frozen=True)
class Peer:
    """One tool. ``pinned``: what is installed, and from where. ``codes``: the rules it has, as
    mmlint's codes. ``reads``: the ends of the names it reads with them; all files where empty.
    ``argv``: from its folder to the command. ``places``: from what it prints to what it found.
    ``alike``: codes that it cannot tell from another one."""

    name: str
    registry: str
    pinned: tuple[str, ...]
    codes: frozenset[str]
    argv: Callable[[Path], list[str]]
    places: Callable[[bytes, Path], set[Planted]]
    reads: tuple[str, ...] = ()
    alike: tuple[tuple[str, str], ...] = ()

    @property
    def version(self) -> str:
        """Name and version of the tool itself, for the table."""
        return (
            f"{self.name} {self.pinned[0].rpartition('@' if self.registry == 'npm' else '==')[2]}"
        )

    def install(self, folder: Path) -> Path:
        """Return the tool's own folder below ``folder``, installed there once. Raises Missing."""
        home = folder / self.name
        stamp = home / "installed.txt"
        if not stamp.exists() or stamp.read_text("utf-8").split() != list(self.pinned):
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            for command in self._installing(home):
                _run(command, home)
            stamp.write_text("\n".join(self.pinned), "utf-8")
        if self.registry == "npm":  # its configuration must lie beside what it imports
            shutil.copy(RULES / "eslint.config.mjs", home)
        return home

    def _installing(self, home: Path) -> list[list[str]]:
        if self.registry == "npm":
            quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--save-exact"]
            (home / "package.json").write_text('{"private": true}', "utf-8")
            return [["npm", "install", *quiet, *self.pinned]]
        python = str(home / "bin/python")
        return [
            [sys.executable, "-m", "venv", str(home)],
            [python, "-m", "pip", "install", "--quiet", *self.pinned],
        ]

    def expected(self, planted: Iterable[Planted]) -> set[Planted]:
        """Return what the tool should find of ``planted``: of its rules, in files that it reads."""
        alike = dict(self.alike)
        return {
            one._replace(code=alike.get(one.code, one.code))
            for one in planted
            if one.code in self.codes and (not self.reads or one.path.endswith(self.reads))
        }


def _run(command: Sequence[str], home: Path) -> None:
    try:
        subprocess.run(
            command, cwd=home, check=True, capture_output=True, text=True, timeout=INSTALLING
        )
    except FileNotFoundError:
        raise Missing(f"{command[0]} is not installed here") from None
    except subprocess.TimeoutExpired:
        raise Missing(f"its installation took more than {INSTALLING} seconds") from None
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).strip().splitlines()
        raise Missing(f"its installation failed: {said[-1] if said else error}") from None


def _code(name: str) -> str:
    """``python.MM301`` and ``peer/MM301`` are MM301."""
    return name.replace("/", ".").rpartition(".")[2]


# --- Semgrep -------------------------------------------------------------------------------------


def _semgrep(home: Path) -> list[str]:
    quiet = ["--metrics", "off", "--disable-version-check", "--json", "--jobs", "2"]
    return [str(home / "bin/semgrep"), "scan", "--config", str(RULES / "semgrep.yml"), *quiet]


def _semgrep_places(output: bytes, root: Path) -> set[Planted]:
    found = json.loads(output)["results"]
    return {Planted(one["path"], one["start"]["line"], _code(one["check_id"])) for one in found}


SEMGREP = Peer(
    name="Semgrep",
    registry="pip",
    pinned=("semgrep==1.185.0",),
    codes=frozenset(
        "MM101 MM201 MM203 MM301 MM302 MM601 MM602 MM605 MM609 MM613 MM703".split()  # noqa: SIM905
    ),
    argv=_semgrep,
    places=_semgrep_places,
)

# --- ESLint --------------------------------------------------------------------------------------


def _eslint(home: Path) -> list[str]:
    program = str(home / "node_modules/.bin/eslint")
    config = ["--config", str(home / "eslint.config.mjs"), "--no-inline-config"]
    return [program, *config, "--concurrency", "2", "--format", "json", "."]


def _eslint_places(output: bytes, root: Path) -> set[Planted]:
    return {
        Planted(os.path.relpath(one["filePath"], root), said["line"], _code(said["ruleId"] or ""))
        for one in json.loads(output)
        for said in one["messages"]
    }


ESLINT = Peer(
    name="ESLint",
    registry="npm",
    pinned=("eslint@10.15.0", "@typescript-eslint/parser@8.73.0", "typescript@5.9.3"),
    codes=SEMGREP.codes - {"MM201", "MM703"},
    argv=_eslint,
    places=_eslint_places,
    reads=(".ts", ".tsx", ".js"),
)

# --- ast-grep ------------------------------------------------------------------------------------


def _ast_grep(home: Path) -> list[str]:
    program, config = str(home / "bin/ast-grep"), str(RULES / "ast_grep/sgconfig.yml")
    hidden = ["--no-ignore", "hidden"]
    return [program, "scan", "--config", config, *hidden, "--threads", "2", "--json=stream"]


def _ast_grep_places(output: bytes, root: Path) -> set[Planted]:
    found = [json.loads(line) for line in output.splitlines()]
    return {
        Planted(one["file"], one["range"]["start"]["line"] + 1, _code(one["ruleId"]))
        for one in found
    }


AST_GREP = Peer(
    name="ast-grep",
    registry="pip",
    pinned=("ast-grep-cli==0.51.1",),
    codes=SEMGREP.codes - {"MM201"},
    argv=_ast_grep,
    places=_ast_grep_places,
    reads=(".ts", ".tsx", ".js", ".py", ".json"),
)

# --- detect-secrets ------------------------------------------------------------------------------


def _detect_secrets(home: Path) -> list[str]:
    program = str(home / "bin/detect-secrets")
    others = [word for one in _detect_secrets_others(program) for word in ("--disable-plugin", one)]
    ours = str(RULES / "detect_secrets_keys.py")
    return [program, "--cores", "2", "scan", "--no-verify", "--plugin", ours, *others]


def _detect_secrets_others(program: str) -> list[str]:
    """The detectors it brings along, which look for other keys than ours."""
    command = [program, "scan", "--list-all-plugins"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def _detect_secrets_places(output: bytes, root: Path) -> set[Planted]:
    return {
        Planted(path, one["line_number"], "MM203")
        for path, found in json.loads(output)["results"].items()
        for one in found
    }


DETECT_SECRETS = Peer(
    name="detect-secrets",
    registry="pip",
    pinned=("detect-secrets==1.5.0",),
    codes=frozenset({"MM201", "MM203"}),
    argv=_detect_secrets,
    places=_detect_secrets_places,
    alike=(("MM201", "MM203"),),
)

PEERS = (SEMGREP, ESLINT, AST_GREP, DETECT_SECRETS)
