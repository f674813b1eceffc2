"""What the rules of webhooks, volume and set-up miss today. Each is a strict xfail."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmlint.app import check

GAPS = {
    "a size that is a constant of another file, which nothing else needs": (
        "MM503",
        {
            "src/size.ts": "export const SIZE = 5000;\n",
            "src/a.ts": 'import { init } from "@millimetric/track-node";\n'
            'import { SIZE } from "./size";\n'
            'init({ key: "k", host: "h", flushAt: SIZE });\n',
        },
    ),
    "a signature that a middleware checks before the handler": (
        "MM501",
        {
            "src/a.ts": 'import express from "express";\n'
            'import Stripe from "stripe";\n'
            'import { track } from "@millimetric/track-node";\n'
            "const stripe = new Stripe('k');\n"
            "const app = express();\n"
            "const verified = (req, res, next) => {\n"
            "  req.evt = stripe.webhooks.constructEvent(req.body, 's', 'whsec');\n"
            "  next();\n"
            "};\n"
            "app.post('/stripe', verified, (req, res) => {\n"
            "  track({ event: 'renewed', user_id: req.evt.account });\n"
            "});\n",
        },
    ),
    "a request in a script that does not say that it runs on a server": (
        "MM504",
        {
            "scripts/a.ts": "for (const row of await load())\n"
            "  await fetch('https://api.millimetric.ai/v1/track', {\n"
            "    method: 'POST',\n"
            "    body: JSON.stringify({ event: 'a', anonymous_id: row.aid }),\n"
            "  });\n",
        },
    ),
}


@pytest.mark.parametrize(
    ("code", "files"),
    [
        pytest.param(*gap, id=title, marks=pytest.mark.xfail(strict=True, reason="not seen yet"))
        for title, gap in GAPS.items()
    ],
)
def test_what_is_missed(code: str, files: dict[str, str], tmp_path: Path) -> None:
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert code in {one.finding.code for one in check(tmp_path).findings}
