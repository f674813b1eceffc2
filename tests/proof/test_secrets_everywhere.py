"""Searches every byte that mmlint writes anywhere for keys made for the occasion, in every carrier.

It runs in this process, so that what is only there for a moment is seen too: whatever is put into
the folder for temporary files is read before it goes.
"""

from __future__ import annotations

import os
import random
import string
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from mmlint import rules
from mmlint.cli import cli
from mmlint.project.project import Project
from mmlint.report import FORMATS
from mmlint.report.masking import mask_path
from mmlint.rules import Registered, Verdict
from mmlint.sdk.keys import find_key
from tests.proof.command import environment, write

PIECE = 6

CARRIERS = {
    ".env": "NEXT_PUBLIC_AOA_SK={0}\nAOA_SK={1}\n# old: {2}\n",
    ".env.local": "export VITE_MM_KEY='{0}'\nOTHER=\"{1}\"\n",
    ".envrc": "export PUBLIC_KEY={0}\n",
    "worker/.dev.vars": 'PUBLIC_KEY="{0}"\n',
    "Dockerfile": "FROM node\nARG NEXT_PUBLIC_A={0}\nENV A={1} VITE_B={2}\nRUN X={0} <<E\n{1}\nE\n",
    "compose.yaml": "services:\n  web:\n    environment:\n      VITE_A: {0}\n      B: {1} #{2}\n",
    "vercel.json": '{{"env": {{"NEXT_PUBLIC_A": "{0}", "B": "{1}"}}}}\n',
    "netlify.toml": '[build.environment]\nVITE_A = "{0}"\nB = "{1}" # {2}\n',
    "wrangler.jsonc": '{{"vars": {{"PUBLIC_A": "{0}", /* {1} */ "B": "{2}"}}}}\n',
    ".github/workflows/a.yml": "env:\n  VITE_A: {0}\njobs:\n  a:\n    steps: [{{run: 'x {1}'}}]\n",
    "k8s/a.yaml": (
        "kind: ConfigMap\ndata:\n  VITE_A: {0}\n---\nkind: Secret\n"
        "stringData: {{B: {1}}}\n"
    ),
    "scripts/a.sh": 'export VITE_A="{0}"\ncurl -H "Authorization: Bearer {1}" x # {2}\n',
    ".mcp.json": '{{"mcpServers": {{"a": {{"env": {{"K": "{0}"}}, "args": ["{1}"]}}}}}}\n',
    "stats.ipynb": '{{"cells": [{{"source": ["k = \'{0}\'"], "outputs": ["{1}"]}}]}}\n',
    "README.md": "Call it with {0}.\n\n    Bearer {1}\n",
    "notes.txt": "{0} {1}\n",
    "next.config.mjs": 'export default {{ env: {{ A: "{0}", B: process.env.C ?? "{1}" }} }};\n',
    "vite.config.ts": (
        ''
        'export default {{ define: {{ "process.env.A": JSON.stringify("{0}") }} }};\n'
    ),
    "src/a.ts": (
        'import {{ init, track }} from "@millimetric/track-node";\n'
        'init({{ key: "{0}", host: "https://api.millimetric.ai" }}); // {1}\n'
        'export const POST = () => track({{ event: "{2}", props: {{ k: "{0}" }} }});\n'
        'fetch("https://api.millimetric.ai/mcp", {{ headers: {{ Auth'
        'orization: `Bearer {1}` }} }});\n'
        'process.env.VITE_B = "{2}";\nexport const both = ["{1}", `x${{1}}{2}`];\n'
    ),
    "src/b.tsx": (
        '"use client";\nimport {{ init, track }} from "@millimetric/track";\n'
        'init({{ key: "{0}" }}); track("{1}", {{ email: "{2}" }});\n'
        'export const A = () => <Script src="/v1/a.js" data-key="{1}" title="{2}">{0}</Script>;\n'
    ),
    "src/c.vue": (
        "<script setup>\nconst k = '{0}'\n</script>\n"
        "<template><a :k=\"'{1}'\" /></template>\n"
    ),
    "src/d.svelte": "<script>\nlet k = '{0}'\n</script>\n<p on:click={{() => go('{1}')}}>{2}</p>\n",
    "src/e.astro": "---\nconst k = '{0}'\n---\n<p>{1}</p><script>const k = '{2}'</script>\n",
    "index.html": (
        '<script async src="https://api.millimetric.ai/v1/a.js" data-key="{0}"></script>\n'
        "<script>window.mm.track('{1}')</script><!-- {2} --><p>{0}</p>\n"
    ),
    "base.html.j2": '{{% if a %}}<script src="/v1/a.js" data-key="{0}"></script>{{% endif %}}{1}\n',
    "jobs/a.py": (
        '"""{0}"""\nimport millimetric\nclient = millimetric.MillimetricClient(key="{1}")\n'
        'client.track({{"event": "{2}", "userId": "{0}", "url": "/{1}"}})  # {2}\n'
        'headers = {{"Authorization": f"Bearer {0}"}}\n'
    ),
    "src/glued.ts": (
        'import {{ track }} from "@millimetric/track-node";\n'
        'export const PUT = () => track({{ event: "e{1}", properties: {{ "a{2}": 1 }} }});\n'
        'export const GET = () => track({{ event: `\\n{0}`, properties: {{ "a{1}": 1 }} }});\n'
        'import {{ a as b }} from "./x{1}";\n'
    ),
    "jobs/glued.py": (
        '"""{0}"""\nimport millimetric\nclient = millimetric.MillimetricClient()\n'
        'client.track({{"event": "e{0}", "properties": {{"x{1}": 1}}}})\n'
        'helper("k{2}")\n'
    ),
    "app/api/{0}/x{1}/route.ts": (
        'import {{ track }} from "@millimetric/track-node";\n'
        'export async function POST() {{ track({{ event: "named" }}); }}\n'
    ),
    "jobs/broken.py": 'import millimetric\nkey = "{0}" "{1}\n',
    "src/broken.ts": 'import {{ track }} from "@millimetric/track-node";\ntrack("{0}" "{1}");\n',
}  # fmt: skip

IDENTIFIERS = (
    'import {{ track }} from "@millimetric/track-node";\n'
    "export async function POST_{0}()"
    ' {{ track({{ event: "b", properties: {{ x{1}: k{2} }} }}); }}\n'
    "helper_{0}(k{1}.a{2});\n"
    'import {{ a{2} as b }} from "./a";\n'
)
"""A key is part of a name in code where it has no hyphen."""

_LETTERS = "".join(letter for letter in string.ascii_letters if letter not in "xX")


def _key(kind: str, chance: random.Random) -> str:
    """A key that no shrinking can make look like anything else."""
    secret = "".join(chance.choices(_LETTERS + string.digits + "_-", k=chance.randint(12, 36)))
    return f"{kind}_{chance.choice(('live', 'test'))}_{chance.getrandbits(32):08x}_q7{secret}9"


def _identifier(key: str) -> str:
    return key.replace("-", "")


_THREE = st.randoms(use_true_random=False).map(
    lambda chance: [_key(kind, chance) for kind in chance.sample(("sk", "rk", "ak"), 3)]
)


class Watched:
    """Everything that was written: what was printed, and what stood in files of mmlint's own."""

    def __init__(self, made: list[str], own: Path) -> None:
        every = [*made, *map(_identifier, made)]
        self.hidden = [key.split("_", 3)[3] for key in every]
        self.own = own
        self.seen: list[tuple[str, str]] = []

    def run(self, *words: str, code: int | None = None) -> str:
        done = CliRunner().invoke(cli, [*words], catch_exceptions=False)
        self.seen.append((" ".join(words), done.stdout + done.stderr))
        assert code is None or done.exit_code == code, done.output
        self.look()
        return done.stdout

    def look(self) -> None:
        for path in self.own.rglob("*"):
            self.seen.append((f"the name {path.name}", path.name))
            if path.is_file():
                self.seen.append((str(path), path.read_bytes().decode("latin-1")))

    def leaks(self) -> set[str]:
        pieces = {one[at : at + PIECE] for one in self.hidden for at in range(len(one) - PIECE + 1)}
        return {where for where, text in self.seen if any(piece in text for piece in pieces)}


@contextmanager
def watching(made: list[str]) -> Iterator[tuple[Watched, Path]]:
    """A project with these keys in every carrier, entered; and private folders for the rest."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        root, own = folder / "shop", folder / "own"
        write(root, {path.format(*made): text.format(*made) for path, text in CARRIERS.items()})
        write(root, {"src/names.ts": IDENTIFIERS.format(*map(_identifier, made))})
        for name in ("tmp", "cache", "reports"):
            (own / name).mkdir(parents=True)
        subprocess.run(["git", "init", "-q"], cwd=root, env=environment(), check=True)
        subprocess.run(["git", "add", "-A"], cwd=root, env=environment(), check=True)
        watched = Watched(made, own)
        removing = os.unlink

        def unlink(path: str, *, dir_fd: int | None = None) -> None:
            if dir_fd is None and Path(path).is_relative_to(own):
                watched.look()
            removing(path, dir_fd=dir_fd)

        variables = {"TMPDIR": str(own / "tmp"), "XDG_CACHE_HOME": str(own / "cache")}
        stack.enter_context(patch.dict(os.environ, variables))
        stack.enter_context(patch.object(tempfile, "tempdir", str(own / "tmp")))
        stack.enter_context(patch("os.unlink", unlink))
        here = os.getcwd()
        stack.callback(os.chdir, here)
        os.chdir(root)
        yield watched, own


_RARELY = settings(max_examples=3, deadline=None, phases=[Phase.generate], database=None)


@_RARELY
@given(_THREE)
def test_no_byte_of_a_secret_is_written_anywhere(made: list[str]) -> None:
    assume(all((key := find_key(one)) and key.shape == "full" for one in made))
    with watching(made) as (watched, own):
        found = watched.run("-v", "--format", "json", code=1)
        for code in ("MM001", "MM201", "MM202", "MM203", "MM204"):
            assert code in found
        assert '"safety":"unsafe"' in found.replace(" ", "")
        outputs = [f"--output={name}={own / 'reports' / name}" for name in FORMATS]
        watched.run("-v", "--statistics", "--color", "always", "--timings", *outputs, code=1)
        watched.run("--select", "MM2", "--format", "concise", code=1)
        watched.run("--show-files", code=0)
        glued = ("src/glued.ts", "src/names.ts", "jobs/glued.py")
        for path in (".env", "compose.yaml", "src/a.ts", "jobs/a.py", *glued):
            watched.run("explain", path)
            for line in (1, 2):
                watched.run("explain", f"{path}:{line}")
        for format_ in ("table", "json", "csv", "markdown"):
            watched.run("events", "--format", format_, code=0)
        for format_ in ("text", "json"):
            watched.run("runtimes", "--format", format_, code=0)
        watched.run("baseline", "write", code=0)
        watched.seen.append(("the baseline", Path(".mmlint-baseline").read_text()))
        for format_ in ("table", "json"):
            watched.run("baseline", "show", "--format", format_, code=0)
        watched.run("baseline", "prune", code=0)
        watched.run("--strict", code=0)
        os.unlink(".mmlint-baseline")
        watched.run("config", code=0)
        for words in (("--diff",), ("--diff", "--unsafe-fixes")):
            assert "+++" in watched.run("-v", *words, code=1)
        watched.run("-v", "--fix", "--format", "json")
        watched.run("-v", "--fix", "--unsafe-fixes", "--format", "json")
        assert "process.env.AOA_" in Path("src/a.ts").read_text()
        folders = {where.rpartition("/")[0] for where, _ in watched.seen}
        assert str(own / "reports") in folders
        assert any(one.startswith(str(own / "cache")) for one in folders)
        assert watched.leaks() == set()


@_RARELY
@given(_THREE)
def test_a_rule_that_raises_says_nothing_of_what_it_saw(made: list[str]) -> None:
    def check(project: Project) -> Iterator[Verdict]:
        seen = made[0] + repr(project.files)
        raise ValueError(seen)
        yield

    crashing = tuple(
        Registered(one.name, one.rule, one.doc, check) if one.code == "MM203" else one
        for one in rules.registry()
    )
    with watching(made) as (watched, _), patch("mmlint.rules.registry", lambda: crashing):
        for name in FORMATS:
            watched.run("-v", "--format", name, code=2)
        assert "internal error in MM203" in watched.seen[0][1]
        assert watched.leaks() == set()


def test_a_leak_would_be_seen(tmp_path: Path) -> None:
    secret = "q7" + "Ab3" * 8
    watched = Watched([f"sk_live_a1b2c3d4_{secret}"], tmp_path)
    (tmp_path / "left").write_text(f"…{secret[4:10]}…")
    watched.look()
    assert watched.leaks() == {str(tmp_path / "left")}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_carrier_s_secret_is_found(carrier: str, tmp_path: Path) -> None:
    """A carrier that nobody looks into would leak nothing either."""
    made = [f"{kind}_live_a1b2c3d4_q7{kind}{'Zq4' * 6}" for kind in ("sk", "rk", "ak")]
    write(tmp_path, {carrier.format(*made): CARRIERS[carrier].format(*made)})
    for words in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *words], cwd=tmp_path, env=environment(), check=True)
    with patch.dict(os.environ, {"XDG_CACHE_HOME": str(tmp_path / "cache")}):
        here = os.getcwd()
        os.chdir(tmp_path)
        try:
            done = CliRunner().invoke(cli, ["--format", "concise", "--no-cache"])
        finally:
            os.chdir(here)
    shown = mask_path(carrier.format(*made))
    assert shown in done.stdout
    assert ("MM3" if "{" in carrier else "MM2") in done.stdout
