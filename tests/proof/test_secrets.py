"""Feeds secrets made for the occasion through everything that mmlint prints or writes.

Of a key, kind, environment and the 8-character prefix may be shown; of other secrets the first
three characters and the length. So no six characters of what is secret may appear in a row.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from mmlint.sdk.keys import find_key
from tests.proof.command import Done, mmlint, write

FORMATS = ("text", "full", "concise", "json", "jsonl", "github", "gitlab", "sarif")
PIECE = 6
LETTERS = string.ascii_letters.replace("x", "").replace("X", "")
"""Three of these in a row are a stand-in's."""

Secrets = Mapping[str, tuple[str, str]]
"""By a name: what stands before the secret part, and the secret part."""


def word(length: int) -> str:
    """Return random characters with digits among them, as keys have."""
    body = "".join(secrets.choice(LETTERS + string.digits) for _ in range(length - 1))
    return body + secrets.choice(string.digits)


@pytest.fixture(scope="module")
def made() -> Secrets:
    kinds = {
        kind: (f"{kind}_live_{secrets.token_hex(4)}_", word(32)) for kind in ("sk", "rk", "ak")
    }
    return {
        **kinds,
        "test sk": (f"sk_test_{secrets.token_hex(4)}_", f"{word(10)}_{word(10)}-{word(8)}"),
        "stripe": ("sk_live_", f"51{word(30)}"),
        "token": ("", word(40)),
        "old token": ("", word(40)),
        "password": ("", word(24)),
    }


def leaks(made: Secrets, text: str) -> list[str]:
    """Return the names of the secrets of which six characters in a row stand in ``text``."""
    return [name for name, (_, hidden) in made.items() if any(p in text for p in pieces(hidden))]


def pieces(hidden: str) -> Iterator[str]:
    return (hidden[at : at + PIECE] for at in range(len(hidden) - PIECE + 1))


def tree(made: Secrets) -> dict[str, str]:
    """A project in which every kind of secret stands on, beside and inside of findings."""
    key = {name: before + hidden for name, (before, hidden) in made.items()}
    return {
        "package.json": '{"dependencies": {"next": "15.1.0"}}\n',
        ".env": (
            f"# the old one was {key['old token']}\n"
            f"AOA_SK={key['sk']}\n"
            f"MAIL_TOKEN={key['token']}\n"
            "NEXT_PUBLIC_AOA_SK=${AOA_SK}\n"
            f"DATABASE_URL=postgres://app:{key['password']}@db/app\n"
        ),
        ".env.local": (
            f"MAIL_TOKEN='{key['token']}'\n"
            f'export NEXT_PUBLIC_AOA_KEY="{key["test sk"]}"\n'
            f"VITE_STRIPE={key['stripe']} # not {key['old token']}\n"
            f"NEXT_PUBLIC_AOA_READ={key['rk']}\n"
            f"NEXT_PUBLIC_AOA_ACCOUNT={key['ak']}\n"
            f"MAIL_TOKEN_2={key['token']}\n"
        ),
        ".env.said": (
            f"A=1 # mmlint: ignore[MM201] was {key['sk']}\n# mmlint: ignore[{key['rk']}]\n"
        ),
        ".env.broken": f"NEXT_PUBLIC_AOA_SK='{key['sk']}\n{key['token']}\n",
        "app/api/signup/route.ts": f"""\
import {{ init, track, flush }} from "@millimetric/track-node";
const AOA_SECRET = "{key["token"]}";
init({{ key: "{key["sk"]}", host: "https://api.millimetric.ai" }});
export async function POST(request: Request) {{
  track({{ event: "signup", properties: {{ one: "{key["test sk"]}", two: "{key["stripe"]}" }} }});
  if (request.headers.get("x") === "{key["rk"]}") return send("{key["ak"]}");
  flush(); // mmlint: ignore[{key["sk"]}]
  track({{ event: "{key["sk"]}", anonymous_id: "a" }});
  return pay(`{key["stripe"]}`, track({{ event: "paid", user_id: "{key["rk"]}" }}));
}}
""",
        "app/glued/route.ts": f"""\
import {{ track }} from "@millimetric/track-node";
export async function POST() {{
  track({{ event: "a", k: "Bearer {key["sk"]}", url: "https://app:{key["test sk"]}@host/" }});
  track({{ event: "b", k: "x-{key["sk"]}", l: "_{key["rk"]}", m: "\\n{key["ak"]}" }});
  track({{ event: "d", k: "A{key["sk"]}", l: "{key["sk"]}é" }});
  track({{ event: "c", k: "-{key["stripe"]}-", l: "{key["rk"]}/{key["rk"]}" }});
}}
""",
        "app/broken/route.ts": f"""\
import {{ track }} from "@millimetric/track-node";
export async function POST() {{
  track({{ event: "x", key: "{key["sk"]}" "{key["stripe"]}" }});
}}
""",
        "app/form.tsx": f"""\
"use client";
import {{ track }} from "@millimetric/track";
export const join = () => {{ track("signup", {{ key: "{key["rk"]}" }}); track("{key["sk"]}"); }};
const fallback = process.env.NEXT_PUBLIC_AOA_SK ?? "{key["ak"]}";
""",
        "jobs/handler.py": f'''\
"""Uses {key["sk"]}."""
import millimetric
client = millimetric.MillimetricClient(key="{key["sk"]}", secret="{key["stripe"]}")
async def handler(event, context):
    client.track({{"event": "signup", "properties": {{"key": "{key["test sk"]}"}}}})
    client.flush()  # {key["ak"]}
    return "{key["rk"]}"
''',
        "jobs/broken.py": f'import millimetric\nkey = "{key["sk"]}" "{key["stripe"]}\n',
        "compose.yml": f"""\
services:
  web: {{environment: {{NEXT_PUBLIC_A: "{key["sk"]}", B: "{key["rk"]}"}}}} # {key["ak"]}
  job:
    environment:
      - DB={key["password"]}
      - VITE_B={key["stripe"]}
      - "{key["rk"]}=x"
""",
        "wrangler.toml": f'vars = {{ PUBLIC_A = "{key["test sk"]}", B = "{key["stripe"]}" }}\n',
        "vercel.json": f"""{{"env": {{"NEXT_PUBLIC_A": "{key["ak"]}", "{key["sk"]}": 1}}}}\n""",
        "Dockerfile": f"ARG VITE_A={key['sk']}\nENV VITE_B {key['stripe']} {key['rk']}\n",
        "deploy.sh": f"export VITE_A='{key['sk']}' # {key['ak']}\nVITE_B={key['stripe']} run\n",
        "README.md": f"Use `{key['sk']}`. <!-- mmlint: ignore[{key['rk']}] -->\n",
        "book.ipynb": f"""{{"cells": [{{"source": ["key = '{key["sk"]}'\\n"]}}]}}\n""",
        "notes.txt": f"{key['ak']}\n# mmlint: ignore[MM203] {key['rk']}\n",
        "next.config.mjs": f"""\
export default {{ env: {{ A: "{key["stripe"]}", "{key["rk"]}": "{key["sk"]}" }} }};
""",
        "index.html": f"""\
<script async src="https://api.millimetric.ai/v1/a.js" data-key="{key["sk"]}"></script>
<a onclick="window.mm.track('signup', {{ key: '{key["stripe"]}' }})">{key["rk"]}</a>
<script>window.mm.track("signup", {{ key: "{key["ak"]}" }}); {{{{</script>
""",
    }


@pytest.fixture
def project(made: Secrets, tmp_path: Path) -> Path:
    return write(tmp_path / "shop", tree(made))


def test_the_secrets_are_what_mmlint_takes_for_secrets(made: Secrets) -> None:
    shapes = {name: find_key(before + hidden) for name, (before, hidden) in made.items()}
    assert {name for name, key in shapes.items() if key and key.shape == "full"} == {
        "sk",
        "rk",
        "ak",
        "test sk",
    }
    assert shapes["stripe"] is not None
    assert shapes["stripe"].shape == "foreign"


def test_a_leak_is_seen(made: Secrets) -> None:
    _, hidden = made["token"]
    assert leaks(made, f"…{hidden[20:26]}…") == ["token"]
    assert leaks(made, f"…{hidden[20:25]}…") == []


@pytest.mark.parametrize("format_", FORMATS)
def test_no_format_shows_a_secret(format_: str, made: Secrets, project: Path) -> None:
    done = mmlint(project, "-v", "--statistics", "--color", "always", "--format", format_)
    assert_found(done, "MM001", "MM101", "MM102", "MM201", "MM301", "MM401")
    assert leaks(made, done.text) == []


def test_no_report_file_shows_a_secret(made: Secrets, project: Path) -> None:
    reports = project.parent / "reports"
    reports.mkdir()
    outputs = [f"--output={name}={reports / name}" for name in FORMATS]
    done = mmlint(project, *outputs)
    assert_found(done, "MM201")
    for name in FORMATS:
        report = (reports / name).read_text("utf-8")
        assert "MM201" in report
        assert leaks(made, report) == [], name


@pytest.mark.parametrize("words", [("--diff",), ("--diff", "--unsafe-fixes")])
def test_no_diff_shows_a_secret(words: tuple[str, ...], made: Secrets, project: Path) -> None:
    done = mmlint(project, "-v", *words)
    assert (done.code, b"+++" in done.out) == (1, True), done.text
    assert leaks(made, done.text) == []
    assert {name: (project / name).read_text() for name in tree(made)} == tree(made)


@pytest.mark.parametrize("unsafe", [(), ("--unsafe-fixes",)], ids=["safe", "unsafe"])
@pytest.mark.parametrize("format_", ["text", "json"])
def test_no_fix_shows_a_secret_or_loses_one(
    format_: str, unsafe: tuple[str, ...], made: Secrets, project: Path
) -> None:
    before = _counts(made, project)
    done = mmlint(project, "-v", "--fix", *unsafe, "--format", format_)
    assert_found(done, "MM001", "MM401" if not unsafe else "MM301")
    assert leaks(made, done.text) == []
    assert {name for name, text in tree(made).items() if (project / name).read_text() != text}
    if not unsafe:
        assert _counts(made, project) == before


def _counts(made: Secrets, project: Path) -> dict[str, int]:
    everything = "".join((project / name).read_text() for name in tree(made))
    return {name: everything.count(hidden) for name, (_, hidden) in made.items()}


@pytest.mark.parametrize("name", ["app/api/signup/route.ts", "jobs/handler.py", "app/form.tsx"])
def test_nothing_read_from_stdin_is_shown(name: str, made: Secrets, project: Path) -> None:
    data = (project / name).read_bytes()
    for words in ((), ("--diff", "--unsafe-fixes")):
        done = mmlint(project, *words, "--stdin-filename", name, "-", stdin=data)
        assert (done.code, name in done.text) == (1, True), done.text
        assert leaks(made, done.text) == []


@pytest.mark.parametrize(
    "words",
    [("rules",), ("config",), ("explain", "MM201"), ("--show-files",), ("check", "gone")],
    ids=" ".join,
)
def test_no_other_command_shows_a_secret(
    words: tuple[str, ...], made: Secrets, project: Path
) -> None:
    done = mmlint(project, *words)
    assert done.text
    assert leaks(made, done.text) == []


@pytest.mark.parametrize(
    "line",
    [
        'select = ["{}"]',
        'ignore = ["{}"]',
        'exclude = "{}"',
        'runtime = "{}"',
        '"{}" = 1',
        'severity = {{ "{}" = "off" }}',
        'severity = {{ MM101 = "{}" }}',
        'rules = {{ "{}" = {{}} }}',
        'key = "{}',
    ],
)
def test_no_complaint_about_the_configuration_shows_a_secret(
    line: str, made: Secrets, tmp_path: Path
) -> None:
    before, hidden = made["sk"]
    write(tmp_path, {"mmlint.toml": line.format(before + hidden) + "\n", "a.js": ""})
    for words in ((), ("config",)):
        done = mmlint(tmp_path, *words)
        assert done.code == 2, done.text
        assert leaks(made, done.text) == []


def assert_found(done: Done, *codes: str) -> None:
    """The run must have had something to say: silence leaks nothing either."""
    assert done.code == 1, done.text
    assert [code for code in codes if code not in done.text] == []


def test_what_is_kept_between_runs_holds_no_secret(made: Secrets, project: Path) -> None:
    cache = project.parent / "cache"
    write(project, {"app/other/route.ts": tree(made)["app/api/signup/route.ts"].split("AOA")[0]})
    for words in ((), ("--unsafe-fixes", "--diff")):
        done = mmlint(project, *words, XDG_CACHE_HOME=str(cache))
        assert done.code == 1, done.text
    kept = {one.name: one.read_bytes() for one in cache.rglob("*") if one.is_file()}
    everything = b"".join(kept.values())
    assert b"@millimetric/track-node" in everything  # of a file without any
    assert leaks(made, everything.decode("latin-1")) == []
    assert leaks(made, " ".join(kept)) == []
