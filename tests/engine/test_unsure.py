"""Files whose needles others' code holds too: which are parsed is decided by the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmlint.app.opening import open_session
from mmlint.app.request import Request

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
