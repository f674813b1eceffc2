"""What the payload rules are known to miss: each is silent today, and should not be."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from mmlint.app import check


class Gap(NamedTuple):
    """Source that has ``count`` mistakes for the rule ``code``."""

    code: str
    count: int
    source: str


GAPS = {
    "a list of no events that is handed to the function that sends it": Gap(
        "MM614",
        1,
        "const post = (events: any[]) => fetch(`${process.env.AOA_HOST}/v1/batch`, {\n"
        "  method: 'POST', headers: { Authorization: id }, body: JSON.stringify({ events }),\n"
        "});\n"
        "await post([]);\n",
    ),
    "a host that another file gives to the client": Gap(
        "MM605",
        1,
        "import { api } from './api';\n"
        "await api.post('/v1/track', { event: 'Bad Name', anonymous_id: id });\n",
    ),
    "a property that is written into the properties of a payload later": Gap(
        "MM610",
        1,
        "const payload: any = { event: 'a', anonymous_id: id, properties: {} };\n"
        "payload.properties.email = email;\n"
        "track(payload);\n",
    ),
}


@pytest.mark.xfail(strict=True, reason="not followed yet")
@pytest.mark.parametrize("gap", GAPS.values(), ids=GAPS)
def test_what_is_missed(gap: Gap, tmp_path: Path) -> None:
    (tmp_path / "api.ts").write_text(
        'import axios from "axios";\n'
        "const headers = { Authorization: process.env.AOA_SK };\n"
        "export const api = axios.create({ baseURL: process.env.AOA_HOST, headers });\n"
    )
    (tmp_path / "a.ts").write_text(
        'import { track } from "@millimetric/track-node";\n'
        f"declare const id: any, email: any, paid: any;\n{gap.source}"
    )
    found = [one for one in check(tmp_path).findings if one.finding.code == gap.code]
    assert len(found) == gap.count
