"""Hands mmlint what no editor writes: it must neither fall over nor lose its other findings.

Most inputs share one tree and one run, so that each is also a neighbour of all others.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.proof.command import Done, environment, mmlint, write

JS = b"""\
import { track, flush } from "@millimetric/track-node";
export async function POST(request) {
  const { anonymous_id } = await request.json();
  track({ event: "signup", anonymous_id });
  flush();
  return Response.json({});
}
"""

PY = b"""\
from millimetric import MillimetricClient
client = MillimetricClient()
async def handler(event, context):
    client.track({"event": "signup", "anonymous_id": event["anonymous_id"]})
    client.flush()
"""

HTML = b"""\
<script async src="https://api.millimetric.ai/v1/a.js" data-key="pk_"></script>
<button onclick="window.mm.track('signup')">Join</button>
"""

ENV = b"NEXT_PUBLIC_AOA_SK=\n"
COMPOSE = b"services:\n    web:\n        environment:\n            VITE_A: sk_live_...\n"

PACKAGE = '{"dependencies": {"next": "15.1.0"}}'

FLUSH = frozenset({"MM101"})
SYNTAX = frozenset({"MM001"})
TWICE = frozenset({"MM401"})
LEAK = frozenset({"MM201"})
NOTHING: frozenset[str] = frozenset()

LONG_LINE = b"const a = [" + b"1 , " * 230_000 + b"];"
MINIFIED = b"const a=[" + b"1," * 500_000 + b"];"


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def called(depth: int) -> bytes:
    return b"f(" * depth + b")" * depth


def blocks(depth: int) -> bytes:
    return b"if (a) {" * depth + b"}" * depth


INPUTS: Mapping[str, tuple[bytes, frozenset[str] | None]] = {
    # What is only odd is checked as ever.
    "app/healthy/route.js": (JS, FLUSH),
    "jobs/healthy/handler.py": (PY, FLUSH),
    "web/healthy.html": (HTML, TWICE),
    "env/healthy/.env": (ENV, LEAK),
    "app/bom/route.js": (b"\xef\xbb\xbf" + JS, FLUSH),
    "jobs/bom/handler.py": (b"\xef\xbb\xbf" + PY, FLUSH),
    "web/bom.html": (b"\xef\xbb\xbf" + HTML, TWICE),
    "env/bom/.env": (b"\xef\xbb\xbf" + ENV, LEAK),
    "app/crlf/route.js": (JS.replace(b"\n", b"\r\n"), FLUSH),
    "jobs/crlf/handler.py": (PY.replace(b"\n", b"\r\n"), FLUSH),
    "web/crlf.html": (HTML.replace(b"\n", b"\r\n"), TWICE),
    "env/crlf/.env": (ENV.replace(b"\n", b"\r\n"), LEAK),
    "app/cr/route.js": (JS.replace(b"\n", b"\r"), FLUSH),
    "app/latin/route.js": (b"// caf\xe9\n" + JS, FLUSH),
    "env/latin/.env": (b"NAME=caf\xe9\n" + ENV, LEAK),
    "app/nul/route.js": (b"// \0\n" + JS, None),
    "env/nul/.env": (b"A=\0\n" + ENV, LEAK),
    "app/no newline/route.js": (JS.rstrip(), FLUSH),
    # What cannot be understood as a whole is said to be so; the healthy part still counts.
    "app/broken/route.js": (b"const = ;\n" + JS, SYNTAX | FLUSH),
    "app/open/route.js": (JS + b"export function f() {\n", SYNTAX | FLUSH),
    "jobs/broken/handler.py": (PY + b"def (:\n", SYNTAX),
    "jobs/latin/handler.py": (PY + b"# caf\xe9\n", SYNTAX),
    "app/nested/route.js": (JS + b"f(" + nested(1_000) + b");\n", SYNTAX | FLUSH),
    "app/called/route.ts": (JS + called(1_000) + b";\n", SYNTAX | FLUSH),
    "app/blocks/route.tsx": (JS + blocks(1_000) + b"\n", SYNTAX | FLUSH),
    "jobs/nested/handler.py": (PY + nested(1_000) + b"\n", SYNTAX),
    "jobs/tabs/handler.py": (PY + b"if a:\n        b\n\tc\n", SYNTAX),
    "env/quotes/.env": (b"A='never closed\n" + ENV + b'B="', LEAK),
    "env/lines/.env": (b"=\n==\n#\n'\n\"\nexport\n${\n" + ENV, LEAK),
    "yaml/healthy/compose.yml": (COMPOSE, LEAK),
    "yaml/bom/compose.yml": (b"\xef\xbb\xbf" + COMPOSE, LEAK),
    "yaml/crlf/compose.yml": (COMPOSE.replace(b"\n", b"\r\n"), LEAK),
    "yaml/tabs/compose.yml": (COMPOSE.replace(b"    ", b"\t\t"), LEAK),
    "yaml/latin/compose.yml": (b"# caf\xe9\n" + COMPOSE, LEAK),
    "yaml/broken/compose.yml": (COMPOSE + b"x: [}\n  y: - z\n: :\n", None),
    "yaml/twice/compose.yml": (COMPOSE + COMPOSE, LEAK),
    "toml/broken/fly.toml": (b'[env]\nVITE_A = "sk_live_..."\nb = = 1\n[[\n', LEAK),
    "json/broken/vercel.json": (b'{"env": {"VITE_A": "sk_live_...",},,', LEAK),
    "docker/heredoc/Dockerfile": (b"RUN <<END\nexport VITE_A=sk_live_...\n", LEAK),
    # What is no text, or far too much of it, only must not do harm.
    "env/binary/.env": (b"\x7fELF" + bytes(range(256)) * 400, NOTHING),
    "env/archive/.env": (b"PK\x03\x04" + bytes(range(256)) + b"\n" + ENV, None),
    "env/utf16/.env": (ENV.decode().encode("utf-16"), frozenset({"MM201"})),
    "env/long/.env": (b"A=" + b"x" * 1_000_000 + b"\n" + ENV, LEAK),
    "env/huge/.env": (ENV * 500_000, NOTHING),
    "yaml/bomb/compose.yml": (b"a: &a [x]\nb: &b [" + b"*a," * 5_000 + b"]\n" + COMPOSE, LEAK),
    "yaml/nested/compose.yml": (COMPOSE + b"x:\n  " + b"- " * 5_000 + b"\n", None),
    "yaml/random/compose.yml": (COMPOSE + bytes(range(256)), None),
    "json/nested/vercel.json": (b"[" * 50_000, None),
    "text/binary/notes.txt": (b"sk_live_" + bytes(range(256)) * 40, NOTHING),
    "app/utf16/route.js": (JS.decode().encode("utf-16"), None),
    "jobs/nul/handler.py": (PY + b"\0\n", None),
    "jobs/utf16/handler.py": (PY.decode().encode("utf-16"), None),
    "jobs/codec/handler.py": (b"# coding: no-such-codec\n" + PY, None),
    "web/nul.html": (b"\0" + HTML, None),
    "app/random/route.js": (JS + bytes(range(256)) * 40, None),
    "web/random.vue": (b"<script>" + JS + bytes(range(256)) + b"</script", None),
    "app/empty/route.js": (b"", NOTHING),
    "app/empty/route.tsx": (b"", NOTHING),
    "jobs/empty.py": (b"", NOTHING),
    "web/empty.vue": (b"", NOTHING),
    "web/empty.html": (b"", NOTHING),
    "env/empty/.env": (b"", NOTHING),
    "sub/package.json": (b"", NOTHING),
    "sub/tsconfig.json": (b'{"compilerOptions": {"paths": {"@": 1, "@/*": [{}]}}}', NOTHING),
    "sub/route.ts": (b'import { a } from "@/x";\n', NOTHING),
    "deep/package.json": (nested(100_000), NOTHING),
    "list/package.json": (b"[1, null]", NOTHING),
    "app/long/route.js": (LONG_LINE + JS, FLUSH),
    "app/minified/route.js": (MINIFIED + JS, NOTHING),
    "app/larger/route.js": (JS + b"//" + b" " * 1024 * 1024, NOTHING),
    "app/nested20000/route.js": (JS + b"f(" + nested(20_000) + b");\n", None),
    "app/called20000/route.ts": (JS + called(20_000) + b";\n", None),
    "app/blocks20000/route.tsx": (JS + blocks(20_000) + b"\n", None),
    "app/closed20000/route.js": (JS + b"]" * 20_000 + b")" * 20_000, None),
    "app/open20000/route.js": (JS + b"[(" * 20_000, None),
    "app/joined20000/route.js": (JS + b"f(" + b"1 +" * 20_000 + b"1);", None),
    "app/chained20000/route.js": (JS + b"a" + b".b()" * 20_000, None),
    "jobs/nested20000/handler.py": (PY + nested(20_000) + b"\n", None),
    "jobs/joined20000/handler.py": (PY + b"1 +" * 20_000 + b"1\n", None),
    "jobs/chained20000/handler.py": (PY + b"a" + b".b()" * 20_000 + b"\n", None),
    "web/nested20000.html": (HTML + b"<div>" * 20_000, None),
    "web/nested20000.vue": (b"<template>" * 20_000 + HTML, None),
    "env/nested20000/.env": (ENV + b"NEXT_PUBLIC_A=" + b"${A:-" * 20_000 + b"}" * 20_000, None),
    "env/circle/.env": (b"NEXT_PUBLIC_A=${B}\nB=${NEXT_PUBLIC_A}\n" + ENV, LEAK),
    # Names are bytes: any but / and NUL may stand in them.
    "app/with space/route.js": (JS, FLUSH),
    "app/it's/route.js": (JS, FLUSH),
    'app/"quoted"/route.js': (JS, FLUSH),
    "app/two\nlines/route.js": (JS, FLUSH),
    "app/tab\tand\rreturn/route.js": (JS, FLUSH),
    "app/\x1b[31mred/route.js": (JS, FLUSH),
    "app/café/route.js": (JS, FLUSH),
    "app/cafe\u0301/route.js": (JS, FLUSH),
    "app/日本/route.js": (JS, FLUSH),
    "app/😀/route.js": (JS, FLUSH),
    "app/back\\slash/route.js": (JS, FLUSH),
    "app/-flag/route.js": (JS, FLUSH),
    "app/100%::x/route.js": (JS, FLUSH),
    "app/[[...all]]/route.js": (JS, FLUSH),
    os.fsdecode(b"app/bytes\xff/route.js"): (JS, None),
}
"""Content, and the codes found in it; None where it only has to be survived."""

Findings = dict[str, list[dict[str, Any]]]


def plant(folder: Path) -> Path:
    """Write all inputs into a project below ``folder``, and return it."""
    files = {path: content for path, (content, _) in INPUTS.items()}
    root = write(folder / "shop", {"package.json": PACKAGE, **files})
    write(folder, {"outside/route.js": JS, "outside/compose.yml": COMPOSE})
    (root / "x.ts").mkdir()
    (root / ".env").mkdir()
    links = {
        "app/broken-link.ts": "gone.ts",
        "app/circle-a.ts": "circle-b.ts",
        "app/circle-b.ts": "circle-a.ts",
        "app/up": "..",
        "app/outside": "../../outside",
        "app/outside.js": "../../outside/route.js",
        "app/.env": "/etc/passwd",
        "app/compose.yml": "../../outside/compose.yml",
    }
    for path, target in links.items():
        (root / path).symlink_to(target)
    os.mkfifo(root / "app/pipe.js")
    return root


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant(tmp_path_factory.mktemp("inputs"))


@pytest.fixture(scope="module")
def done(tree: Path) -> Done:
    return mmlint(tree, "--format", "json")


@pytest.fixture(scope="module")
def found(done: Done) -> Findings:
    report: Findings = {}
    for finding in json.loads(done.out)["findings"]:
        report.setdefault(finding["path"], []).append(finding)
    return report


def test_nothing_is_an_internal_error(done: Done) -> None:
    assert (done.code, done.err) == (1, b"")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(path, codes, id=ascii(path))
        for path, (_, codes) in INPUTS.items()
        if codes is not None
    ],
)
def test_what_is_found_in_it(path: str, expected: frozenset[str], found: Findings) -> None:
    assert {one["code"] for one in found.get(path, [])} == expected


def test_a_name_that_is_no_text_is_shown_as_far_as_it_is(found: Findings) -> None:
    (path,) = [path for path in found if path.startswith("app/bytes")]
    assert path.endswith("/route.js")
    assert path.isprintable()


@pytest.mark.parametrize("path", ["x.ts", ".env", "app/broken-link.ts", "app/circle-a.ts"])
def test_what_is_no_file_is_no_finding(path: str, found: Findings) -> None:
    assert path not in found


def test_no_link_leads_out_of_the_project_or_around_in_it(found: Findings) -> None:
    assert [path for path in found if "outside" in path or "/up/" in path] == []


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ("app/bom/route.js", 5, 3),
        ("jobs/bom/handler.py", 5, 5),
        ("env/bom/.env", 1, 1),
        ("app/crlf/route.js", 5, 3),
        ("jobs/crlf/handler.py", 5, 5),
        ("env/crlf/.env", 1, 1),
        ("app/latin/route.js", 6, 3),
        ("app/broken/route.js", 6, 3),
        ("app/long/route.js", 5, 3),
        ("env/quotes/.env", 2, 1),
    ],
)
def test_lines_and_columns_are_right_all_the_same(
    path: str, line: int, column: int, found: Findings
) -> None:
    places = [(one["line"], one["column"]) for one in found[path] if one["code"] != "MM001"]
    assert places == [(line, column)]


@pytest.mark.parametrize("format_", ["full", "concise", "jsonl", "github", "gitlab", "sarif"])
def test_every_format_can_show_it(format_: str, tree: Path) -> None:
    done = mmlint(tree, "--format", format_, "--color", "never", "app", "jobs", "env", "web")
    assert (done.code, done.err) == (1, b"")
    text = done.out.decode("utf-8")
    assert "app/healthy/route.js" in text
    assert "\x1b" not in text
    if format_ in ("full", "concise"):
        assert max(map(len, text.splitlines())) < 500


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = plant(tmp_path_factory.mktemp("repository"))
    for words in (("init", "--quiet"), ("add", "--all")):
        subprocess.run(["git", *words], cwd=root, env=environment(), check=True, timeout=60)
    return root


def test_it_is_all_the_same_in_a_repository(done: Done, repository: Path) -> None:
    assert mmlint(repository, "--format", "json") == done


def test_it_is_all_the_same_where_git_is_not_installed(
    done: Done, repository: Path, tmp_path: Path
) -> None:
    without = mmlint(repository, "--format", "json", PATH=str(tmp_path))
    assert (without.code, without.out) == (done.code, done.out)
    assert b"git is not installed" in without.err


def test_only_what_is_found_is_fixed_whatever_stands_around_it(tmp_path: Path) -> None:
    root = plant(tmp_path)
    done = mmlint(root, "--fix", "--format", "concise")
    assert (done.code, done.err) == (1, b"")
    for path, (content, codes) in INPUTS.items():
        if codes is not None and codes >= FLUSH:
            content = content.replace(b" flush()", b" await flush()")
            content = content.replace(b" client.flush()", b" await client.flush()")
        if codes is not None:
            assert (root / path).read_bytes() == content, ascii(path)
    assert (tmp_path / "outside/route.js").read_bytes() == JS


# --- files that cannot be read, and what is not there ---------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path / "shop", {"app/a/route.js": JS, "app/b/route.js": JS})
    return write(tmp_path / "shop", {"package.json": PACKAGE})


def places(done: Done) -> list[str]:
    """Return the paths of the findings in a JSON report."""
    return [one["path"] for one in json.loads(done.out)["findings"]]


def test_a_file_that_may_not_be_read_is_named_and_the_rest_reported(project: Path) -> None:
    closed = project / "app/a/route.js"
    closed.chmod(0)
    if os.access(closed, os.R_OK):
        pytest.skip("whoever runs this may read everything")
    done = mmlint(project, "--format", "json")
    assert (done.code, places(done)) == (2, ["app/b/route.js"])
    assert b"app/a/route.js: permission denied" in done.err


@pytest.mark.skipif(not Path("/proc/self/exe").exists(), reason="needs Linux's /proc")
def test_a_link_that_is_there_and_cannot_be_followed_is_none(project: Path) -> None:
    with subprocess.Popen(["git", "--version"], stdout=subprocess.DEVNULL) as ended:
        # Until somebody waits for it, an ended process has links that lead nowhere.
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        (project / "x.ts").symlink_to(f"/proc/{ended.pid}/exe")
        done = mmlint(project, "--format", "json")
    assert (done.code, places(done)) == (1, ["app/a/route.js", "app/b/route.js"])


@pytest.mark.parametrize("name", ["gone.ts", "gone/", "app/gone/route.js", "it's gone", "a\nb"])
def test_a_path_that_is_not_there_is_named_and_the_rest_reported(name: str, project: Path) -> None:
    done = mmlint(project, "--format", "json", name, "app/b")
    assert (done.code, places(done)) == (2, ["app/b/route.js"])
    shown = " ".join(name.splitlines())
    assert f"{shown}: no such file or folder" in done.err.decode()


def test_nothing_is_reported_where_no_path_is_there(project: Path) -> None:
    done = mmlint(project, "gone.ts")
    assert done.code == 2
    assert b"MM101" not in done.out
    assert b"gone.ts: no such file or folder" in done.err


@pytest.mark.parametrize("name", ["..", "../", "../other", "../other/a.js"])
def test_a_path_outside_of_the_project_is_a_project_of_its_own(name: str, project: Path) -> None:
    write(project.parent, {"other/a.js": JS})
    done = mmlint(project, "--format", "json", "app/a", name)
    assert done.code == 1
    assert {"app/a/route.js", "../other/a.js"} <= set(places(done))


def test_an_outer_project_counts_what_lies_in_an_inner_one_once(project: Path) -> None:
    done = mmlint(project, "--format", "json", "app/a", "..")
    assert places(done).count("app/a/route.js") == 1


@pytest.mark.parametrize("name", ["", "~", "*.ts", "app/a/route.js/x"])
def test_an_odd_path_is_no_internal_error(name: str, project: Path) -> None:
    done = mmlint(project, "app/a", name)
    assert b"internal error" not in done.err
    assert done.err.count(b"\n") <= 1


def test_an_output_that_cannot_be_written_is_named_and_the_rest_reported(project: Path) -> None:
    done = mmlint(project, "--format", "json", "--output", "sarif=gone/report.sarif")
    assert (done.code, len(places(done))) == (2, 2)
    assert b"gone/report.sarif" in done.err


@pytest.mark.parametrize(
    "pointer", ["gitdir: ../.git/modules/shop\n", "gitdir: gone\n", "", "\xff"]
)
def test_a_submodule_is_a_project_of_its_own(pointer: str, project: Path) -> None:
    write(project, {".git": pointer})
    write(project.parent, {".git/HEAD": "ref: refs/heads/main\n", "package.json": PACKAGE})
    done = mmlint(project, "--format", "json")
    assert (done.code, places(done)) == (1, ["app/a/route.js", "app/b/route.js"])


# --- stdin ----------------------------------------------------------------------------------------


def test_stdin_is_checked_in_place_of_the_file(project: Path) -> None:
    healthy = JS.replace(b" flush()", b" await flush()")
    words = ("--format", "json", "--stdin-filename", "app/a/route.js", "-")
    done = mmlint(project, *words, stdin=healthy)
    assert (done.code, places(done)) == (0, [])
    done = mmlint(project, *words, stdin=JS)
    assert (done.code, places(done)) == (1, ["app/a/route.js"])
    assert (project / "app/a/route.js").read_bytes() == JS


def test_stdin_may_stand_for_a_file_that_is_not_there_yet(project: Path) -> None:
    words = ("--format", "json", "--stdin-filename", "app/new/route.js", "-")
    done = mmlint(project, *words, stdin=JS)
    assert (done.code, places(done)) == (1, ["app/new/route.js"])


def test_stdin_that_stands_for_no_file_is_refused(project: Path) -> None:
    done = mmlint(project, "-", stdin=JS)
    assert (done.code, done.out) == (2, b"")
    assert b"--stdin-filename" in done.err


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("app/c/route.js", bytes(range(256))),
        ("app/c/route.js", b"millimetric" + nested(20_000)),
        ("handler.py", b"import millimetric\n" + bytes(range(256))),
        ("handler.py", b"import millimetric\n" + nested(20_000)),
        (".env", bytes(range(256))),
        ("a.html", b"millimetric" + bytes(range(256))),
        ("a.unknown", bytes(range(256))),
        ("package.json", nested(100_000)),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_any_bytes_may_come_from_stdin(name: str, data: bytes, project: Path) -> None:
    done = mmlint(project, "--format", "json", "--stdin-filename", name, "-", stdin=data)
    assert done.code in (0, 1)
    assert done.err == b""


# --- configuration --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        b"select = ",
        b"\xff\xfe",
        b"\0",
        b"a = " + nested(20_000),
        b"[" + b"a." * 20_000 + b"a]",
        b"select = 1\n",
        b"select = [1]\n",
        b"runtime = {}\n",
        b"rules = []\n",
        b"overrides = [1]\n",
        b'exclude = ["[", "***", "!"]\nselect = "x"\n',
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_a_broken_configuration_is_refused_with_its_place(text: bytes, project: Path) -> None:
    write(project, {"mmlint.toml": text})
    done = mmlint(project)
    assert (done.code, done.out) == (2, b"")
    assert b"mmlint.toml" in done.err
    assert b"internal error" not in done.err


def test_an_empty_configuration_is_one(project: Path) -> None:
    write(project, {"mmlint.toml": b""})
    assert mmlint(project).code == 1


@pytest.mark.parametrize("name", ["mmlint.toml", "package.json", "tsconfig.json", ".git"])
@pytest.mark.parametrize("words", [(), (".",)])
def test_a_fifo_in_place_of_a_file_is_told_and_the_rest_is_reported(
    words: tuple[str, ...], name: str, tmp_path: Path
) -> None:
    root = write(tmp_path, {"app/route.js": JS})
    os.mkfifo(root / name)
    done = mmlint(root, *words)
    assert done.code in (0, 1)
    assert f"{name}: not a regular file; it is not read" in done.err.decode()
