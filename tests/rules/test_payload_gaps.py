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
    "a property that is written into the properties of a payload later": Gap(
        "MM610",
        1,
        "const payload: any = { event: 'a', anonymous_id: id, properties: {} };\n"
        "payload.properties.email = email;\n"
        "track(payload);\n",
    ),
    "a name that a loop takes from a list of literals": Gap(
        "MM605",
        1,
        "for (const event of ['Bad Name', 'good']) track({ event, anonymous_id: id });\n",
    ),
    "a key that stands in both objects of a choice": Gap(
        "MM603",
        2,
        "track({ event: 'a', anonymous_id: id, ...(paid ? { plan: 1 } : { plan: 2 }) });\n",
    ),
}


@pytest.mark.xfail(strict=True, reason="not followed yet")
@pytest.mark.parametrize("gap", GAPS.values(), ids=GAPS)
def test_what_is_missed(gap: Gap, tmp_path: Path) -> None:
    (tmp_path / "a.ts").write_text(
        'import { track } from "@millimetric/track-node";\n'
        f"declare const id: any, email: any, paid: any;\n{gap.source}"
    )
    found = [one for one in check(tmp_path).findings if one.finding.code == gap.code]
    assert len(found) == gap.count
