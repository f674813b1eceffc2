"""Commits under the real pre-commit, with the hooks as .pre-commit-hooks.yaml offers them.

Only where the hooks' program lives is different: instead of installing mmlint, which needs a
network, the entry runs this checkout.
"""

from __future__ import annotations

import json
import re
import secrets
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.files.kinds import _LOCK_FILES, _UNREAD, LANGUAGES, VENDORED, language, skipped
from tests.proof.command import ROOT, environment, write

pytest.importorskip("pre_commit", reason="pre-commit is not installed")
yaml = pytest.importorskip("yaml", reason="comes with pre-commit")

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
HOOKS = {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text("utf-8"))}

PACKAGE = '{"name": "shop", "dependencies": {"next": "15.1.0"}}\n'

ROUTE = """\
import { track, flush } from "@millimetric/track-node";

export async function POST(request: Request) {
  const { anonymous_id } = await request.json();
  track({ event: "signup", anonymous_id });
  await flush();
  return Response.json({ ok: true });
}
"""

FORM = """\
import { track } from "@millimetric/track";

export const joined = () => track("%s");
"""


# --- what is offered ------------------------------------------------------------------------------


_WORDS = [
    *LANGUAGES,
    *("pyi", "tf", "tfvars", "go", "rb", "java", "php", "cs", "ini", "properties", "txt", "J2"),
    *("png", "SVG", "lock", "map", "zip", "tsv", "d", "min", "env", "dev.vars", "test", "local"),
    *("Dockerfile", "Containerfile", "dockerfile-dev", "Makefile", "npmrc", "example"),
    *("package-lock.json", "pnpm-lock.yaml", "Packages.Lock.json", "a b", "[id]"),
]
_NAMES = st.lists(st.sampled_from([*_WORDS, ""]), min_size=1, max_size=4).map(".".join)
_FOLDERS = st.sampled_from([*sorted(VENDORED), "src", "tests", "Vendor", "dist.old", "my build"])
_PATHS = st.builds(lambda folders, name: "/".join([*folders, name]), st.lists(_FOLDERS), _NAMES)

_PINNED = """
    main.tf prod.tfvars main.go a.rb A.java a.php a.cs a.ini a.properties Makefile .npmrc
    a.env.example env.local .env .env.local .env.lock .envrc .dev.vars Dockerfile Dockerfile.png
    a.ts a.py a.vue a.j2 wrangler.jsonc .github/workflows/deploy.yaml README.md a.ipynb
    notes.txt data.tsv docs/a.rst [id]/a.ts logo.png yarn.lock package-lock.json types.d.ts
    .env.d.ts a.min.js vendor/a.go app.js.map .png
"""


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize(
    "path",
    [
        *_PINNED.split(),
        *(f"a.{extension}" for extension in sorted({*LANGUAGES, *_UNREAD})),
        *(f"{folder}/a.ts" for folder in sorted(VENDORED)),
        *sorted(_LOCK_FILES),
    ],
)
def test_a_hook_is_handed_exactly_what_mmlint_reads(hook: str, path: str) -> None:
    is_read = language(path) is not None and skipped(path) is None
    assert (re.search(HOOKS[hook]["files"], path) is not None) == is_read


@given(_PATHS)
def test_the_hooks_and_the_kinds_of_files_agree_on_every_path(path: str) -> None:
    is_read = language(path) is not None and skipped(path) is None
    for hook in HOOKS.values():
        assert (re.search(hook["files"], path) is not None) == is_read


def test_the_hooks_see_all_files_of_a_commit_in_one_process() -> None:
    assert {hook["require_serial"] for hook in HOOKS.values()} == {True}


@pytest.mark.slow
def test_pre_commit_accepts_the_manifest(tmp_path: Path) -> None:
    done = pre_commit(tmp_path, "validate-manifest", str(MANIFEST))
    assert done.returncode == 0, done.stdout


# --- commits --------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose first commit holds a server that sends `signup`."""
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    write(folder, {"package.json": PACKAGE, "app/api/signup/route.ts": ROUTE})
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=Begin")
    return folder


def use(repository: Path, hook: str) -> None:
    """Configure a hook as the manifest has it, and let git call it on every commit."""
    offered = HOOKS[hook]
    program, *words = shlex.split(offered["entry"])
    assert program == "mmlint"
    entry = shlex.join([sys.executable, "-m", "mmlint.cli", *words])
    local = {**offered, "entry": entry, "language": "system"}
    config = {"repos": [{"repo": "local", "hooks": [local]}]}
    write(repository, {".pre-commit-config.yaml": json.dumps(config)})
    git(repository, "add", ".pre-commit-config.yaml")
    git(repository, "commit", "--quiet", "--message=Lint on every commit")
    done = pre_commit(repository, "install")
    assert done.returncode == 0, done.stdout


def pre_commit(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return _run(folder, sys.executable, "-m", "pre_commit", *words)


def git(folder: Path, *words: str) -> str:
    """Run git, which must succeed; return what it prints."""
    done = attempt(folder, *words)
    assert done.returncode == 0, done.stdout
    return done.stdout


def attempt(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run git, which may refuse."""
    identity = ("-c", "user.name=n", "-c", "user.email=e@example.com")
    return _run(folder, "git", *identity, *words)


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    home = str(folder.parent / "pre-commit")
    return subprocess.run(
        words,
        cwd=folder,
        env=environment(PRE_COMMIT_HOME=home, PRE_COMMIT_COLOR="never"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )


def commit(repository: Path, files: dict[str, str]) -> tuple[bool, str]:
    """Write and commit ``files``; return whether the commit was made, and what was printed."""
    write(repository, files)
    git(repository, "add", "--force", *files)
    done = attempt(repository, "commit", "--message=Change")
    return done.returncode == 0, done.stdout


def key(kind: str) -> str:
    return f"{kind}_live_{secrets.token_hex(4)}_{secrets.token_hex(16)}"


@pytest.mark.slow
def test_a_commit_without_a_mistake_is_made(repository: Path) -> None:
    use(repository, "mmlint")
    done, printed = commit(
        repository,
        {".env.local": f"NEXT_PUBLIC_AOA_KEY={key('pk')}\n", "app/join.ts": FORM % "clicked_join"},
    )
    assert done, printed
    assert "Passed" in printed


@pytest.mark.slow
def test_a_file_that_no_hook_wants_does_not_start_mmlint(repository: Path) -> None:
    use(repository, "mmlint")
    done, printed = commit(repository, {"app.js.map": "NEXT_PUBLIC_AOA_SK\n"})
    assert done, printed
    assert "no files to check" in printed


@pytest.mark.slow
def test_a_secret_in_a_public_variable_stops_the_commit_and_is_not_shown(repository: Path) -> None:
    use(repository, "mmlint")
    secret = key("sk")
    done, printed = commit(repository, {".env.local": f"NEXT_PUBLIC_AOA_KEY={secret}\n"})
    assert not done, printed
    assert "MM201" in printed
    assert secret[17:] not in printed


@pytest.mark.slow
def test_a_changed_client_file_meets_the_server_file_that_did_not_change(repository: Path) -> None:
    use(repository, "mmlint")
    done, printed = commit(repository, {"app/join.ts": FORM % "signup"})
    assert not done, printed
    assert "MM401" in printed
    assert "app/api/signup/route.ts" in printed


@pytest.mark.slow
def test_a_mistake_that_was_there_before_does_not_stop_the_commit_of_another_file(
    repository: Path,
) -> None:
    write(repository, {"app/join.ts": FORM % "signup"})
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message=Track twice")
    use(repository, "mmlint")
    done, printed = commit(repository, {"app/plan.ts": FORM % "clicked_plan"})
    assert done, printed


@pytest.mark.slow
def test_a_fix_stops_the_commit_once_and_passes_the_second_time(repository: Path) -> None:
    use(repository, "mmlint-fix")
    bare = {"app/api/leave/route.ts": ROUTE.replace("await flush()", "flush()")}
    done, printed = commit(repository, bare)
    assert not done, printed
    assert "files were modified by this hook" in printed
    assert (repository / "app/api/leave/route.ts").read_text() == ROUTE
    assert "app/api/leave/route.ts" in git(repository, "status", "--short")
    git(repository, "add", ".")
    again = attempt(repository, "commit", "--message=Change")
    assert again.returncode == 0, again.stdout


@pytest.mark.slow
def test_a_fix_leaves_files_alone_that_are_not_part_of_the_commit(repository: Path) -> None:
    bare = ROUTE.replace("await flush()", "flush()")
    write(repository, {"app/api/leave/route.ts": bare})
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message=Track leaving")
    use(repository, "mmlint-fix")
    done, printed = commit(repository, {"app/plan.ts": FORM % "clicked_plan"})
    assert done, printed
    assert (repository / "app/api/leave/route.ts").read_text() == bare


@pytest.mark.slow
def test_a_fix_leaves_handlers_alone_when_a_manifest_is_committed(repository: Path) -> None:
    bare = ROUTE.replace("await flush()", "flush()")
    write(repository, {"app/api/leave/route.ts": bare})
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message=Track leaving")
    use(repository, "mmlint-fix")
    done, printed = commit(repository, {"package.json": PACKAGE.replace("}", "} ", 1)})
    assert done, printed
    assert (repository / "app/api/leave/route.ts").read_text() == bare
