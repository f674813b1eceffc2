"""Which files are worth parsing."""

from __future__ import annotations

import pytest

from mmlint.files.needles import may_matter


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"export const a = 1;",
        b"const risk_score = task_count;",
        b"console.log(process.env.NEXT_PUBLIC_SITE_URL);",
        b"import os  # noqa: F401\nCOMMAND = 1\n",
        b"\xff\xfe\x00",
    ],
)
def test_code_about_something_else_does_not_matter(data: bytes) -> None:
    assert not may_matter(data, "typescript")
    assert not may_matter(data, "python")


@pytest.mark.parametrize(
    "data",
    [
        b'import { track } from "@millimetric/track-node";',
        b"from millimetric import Client",
        b"os.environ['MILLIMETRIC_HOST']",
        b"fetch(`${host}/v1/track`)",
        b"window.mm.track('a')",
        b"mm?.track('a')",
        b"// mmlint: ignore[MM101]",
        b"x = 1  # noqa: E501, MM101",
        b'process.env.NEXT_PUBLIC_PAY = "sk_test_" + rest;',
        b'os.environ["VITE_A"] = "rk_"',
    ],
)
def test_anything_that_could_be_a_fact_matters(data: bytes) -> None:
    assert may_matter(data, "typescript")


def test_env_files_always_matter() -> None:
    assert may_matter(b"", "dotenv")


def test_callers_add_needles_and_prefixes() -> None:
    assert not may_matter(b"from acme_events import client", "python")
    assert may_matter(b"from Acme_Events import client", "python", needles=[b"acme_events"])
    assert not may_matter(b'env.ACME_WEB_KEY = "sk_a"', "javascript")
    assert may_matter(b'env.ACME_WEB_KEY = "sk_a"', "javascript", prefixes=["ACME_WEB_"])
