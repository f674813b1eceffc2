"""Files whose needles others' code holds too: which are parsed is decided by the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmlint.app.opening import open_session
from mmlint.app.request import Request
from mmlint.engine.discovery.import_index import Imports
from mmlint.engine.discovery.unsure import MAX_ROUNDS, imported_by, product_is_named
from mmlint.files.imports import import_lines
from mmlint.project.modules.resolution import Resolution

CALL = "export const post = (host, body) => fetch(`${host}/v1/track`, { method: 'POST', body });\n"
SECRET = "sk_live_" + "a1B2c3D4" + "_" + "k5L6m7N8" * 2


def run(files: dict[str, str], root: Path) -> tuple[set[str], list[str]]:
    """Return the files that are parsed, and the codes of what is found."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    session = open_session(Request(), None, start=root)
    found = [one.finding.code for one in session.lint({})]
    assert session.observed is not None
    return set(session.observed.facts), found


# --- the product ----------------------------------------------------------------------------------


def test_a_path_is_nothing_where_no_name_says_that_the_host_is_the_product_s(
    tmp_path: Path,
) -> None:
    files = {
        "a.ts": CALL,
        "b.ts": 'import { post } from "./a";\npost(process.env.API, "{}");\n',
        "dates.ts": 'export const SHORT = "YYYY-MM-DD";\n',
        "other.ts": "export const mmHost = 1;\n",
    }
    assert run(files, tmp_path) == (set(), [])


@pytest.mark.parametrize(
    "files",
    [
        {"b.ts": 'import { post } from "./a";\npost(process.env.MM_HOST, "{}");\n'},
        {"b.ts": 'export * from "./a";\n', "c.ts": 'import { post } from "./b";\npost(aoaUrl);\n'},
        {"b.ts": 'import "./a";\nfetch("http://localhost:8787/a");\n'},
        {"b.ts": 'import { track } from "@millimetric/track";\n'},
        {"b.ts": f'export const key = "{SECRET}";\nexport const host = process.env.AOA_HOST;\n'},
    ],
    ids=["argument", "barrel", "local host", "the sdk elsewhere", "parsed anyway"],
)
def test_a_path_counts_where_one_does(files: dict[str, str], tmp_path: Path) -> None:
    parsed, _ = run({"a.ts": CALL, **files}, tmp_path)
    assert "a.ts" in parsed


def test_a_send_to_a_host_that_is_named_beside_it_is_found(tmp_path: Path) -> None:
    send = "fetch(`${aoaHost}/v1/track`, { method: 'POST', body: '{}' });\n"
    files = {"app/api/a/route.ts": f"export async function POST(aoaHost) {{ {send} }}\n"}
    parsed, found = run(files, tmp_path)
    assert parsed == set(files)
    assert "MM703" in found


# --- configurations -------------------------------------------------------------------------------

SHARED = "export const shared = { env: { PLAIN: process.env.AOA_SK } };\n"


def test_options_called_env_are_nothing_that_no_configuration_has(tmp_path: Path) -> None:
    files = {
        "a.ts": 'spawn("a", { env: { ...process.env } });\n',
        "shared.mjs": SHARED,
        "next.config.mjs": "export default {};\n",
    }
    assert run(files, tmp_path) == (set(), [])


def test_options_that_a_configuration_imports_are_its_own(tmp_path: Path) -> None:
    files = {
        "shared.mjs": SHARED,
        "all.mjs": 'export * from "./shared.mjs";\n',
        "next.config.mjs": 'import { shared } from "./all.mjs";\nexport default { ...shared };\n',
        ".env": f"AOA_SK={SECRET}\n",
    }
    assert "shared.mjs" in run(files, tmp_path)[0]


def test_options_of_a_configuration_are_read(tmp_path: Path) -> None:
    config = "export default { env: { PLAIN: process.env.AOA_SK } };\n"
    files = {"next.config.mjs": config, ".env": f"AOA_SK={SECRET}\n"}
    parsed, found = run(files, tmp_path)
    assert parsed == set(files)
    assert "MM201" in found


# --- the questions themselves ---------------------------------------------------------------------


def named(files: dict[str, str], calling: str, *parsed: bytes) -> bool:
    """Whether the host that the file ``calling`` calls may be the product's."""
    lines = [import_lines(text.encode(), python=False) for text in files.values()]
    imports = Imports.joined(list(files), lines)
    resolution = Resolution(frozenset(files))
    read = {path: text.encode() for path, text in files.items()}.get
    return product_is_named([calling], parsed, lambda: imports, resolution, read)


def test_a_name_in_a_file_that_has_nothing_to_do_with_it_says_nothing() -> None:
    files = {"a.ts": "fetch(host);", "b.ts": "const aoaHost = 1;"}
    assert not named(files, "a.ts")
    assert not named({"a.ts": 'import "./b";', "b.ts": "const aoaHost = 1;"}, "a.ts")


def test_a_name_there_or_in_what_imports_it_says_whose_the_host_is() -> None:
    assert named({"a.ts": "fetch(aoaHost);"}, "a.ts")
    assert named({"a.ts": "fetch(host);", "b.ts": 'import "./a"; f(aoaHost);'}, "a.ts")
    assert named({"a.ts": "fetch(host);"}, "a.ts", b"const aoaHost = 1;")


def test_a_file_that_cannot_be_read_says_nothing() -> None:
    resolution = Resolution(frozenset({"a.ts"}))
    imports = Imports.joined(["a.ts"], [b"\n"])
    assert not product_is_named(["a.ts"], [], lambda: imports, resolution, lambda path: None)


def chain(length: int) -> dict[str, bytes]:
    return {f"c{n}.ts": f'import "./c{n + 1}";'.encode() for n in range(length)}


def test_what_configurations_import_is_followed_up_to_a_limit() -> None:
    files = chain(MAX_ROUNDS + 3)
    found = imported_by(["c0.ts"], Resolution(frozenset(files)), files.get)
    assert found == {f"c{n}.ts" for n in range(MAX_ROUNDS + 1)}
    assert imported_by([], Resolution(frozenset(files)), files.get) == set()
