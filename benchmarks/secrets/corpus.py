"""Carriers of configuration with secret keys in public places, and decoys that only look like it.

Every key is made when the corpus is: none stands in the repository.
"""

from __future__ import annotations

import random
import string
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Planted(NamedTuple):
    """A line that must be found (``secret``) or must not: path and line, from 1."""

    path: str
    line: int
    carrier: str
    secret: bool


POSITIVE = (
    ("dotenv", ".env.production", "NEXT_PUBLIC_AOA_SK={sk}"),
    ("dotenv, by reference", "apps/web/.env", "VITE_INGEST=${{AOA_SK}}"),
    ("dotenv, a template", ".env.example", "NEXT_PUBLIC_AOA_SK=sk_live_..."),
    ("dotenv, by name", "apps/shop/.env.example", "NEXT_PUBLIC_MM_SECRET="),
    ("dotenv, Stripe's", "apps/pay/.env", "NEXT_PUBLIC_PAY={stripe}"),
    ("Dockerfile", "Dockerfile", "FROM node:22\nARG VITE_KEY={sk}"),
    ("Compose", "compose.yaml", "services:\n  web:\n    environment:\n      VITE_KEY: {sk}"),
    ("Vercel", "vercel.json", '{{ "env": {{\n  "NEXT_PUBLIC_KEY": "{sk}" }} }}'),
    ("Netlify", "netlify.toml", '[build.environment]\nVITE_KEY = "{sk}"'),
    ("Cloudflare", "wrangler.jsonc", '{{ "vars": {{\n  "PUBLIC_KEY": "{rk}" }} }}'),
    ("GitHub", ".github/workflows/a.yml", "env:\n  VITE_KEY: ${{{{ secrets.AOA_SK }}}}"),
    ("Kubernetes", "k8s/web.yaml", 'kind: ConfigMap\ndata:\n  VITE_KEY: "{sk}"'),
    ("shell", "scripts/build.sh", "#!/bin/sh\nexport VITE_KEY={sk}"),
    ("Next.js", "next.config.mjs", 'export default {{ env: {{\n  KEY: "{sk}" }} }};'),
    ("Python", "jobs/send.py", 'import os\nKEY = "{sk}"'),
    ("Python, a docstring", "jobs/doc.py", '"""Send it.\n\nBearer {rk}\n"""'),
    ("TypeScript", "server/send.ts", 'export const key = "{sk}";'),
    (
        "JSX snippet",
        "app/layout.tsx",
        'const a = 1;\nexport const S = () => <Script data-key="{sk}" />;',
    ),
    (
        "HTML snippet",
        "index.html",
        '<script async src="https://api.millimetric.ai/v1/a.js"\n data-key="{rk}"></script>',
    ),
    ("Vue", "src/Shop.vue", "<script setup>\nconst key = '{sk}'\n</script>"),
    (
        "Jinja",
        "templates/a.html.j2",
        '{{% if a %}}\n<script src="/v1/a.js" data-key="{ak}"></script>\n{{% endif %}}',
    ),
    ("MCP", ".mcp.json", '{{ "mcpServers": {{ "a": {{\n "args": ["Bearer {rk}"] }} }} }}'),
    ("notebook", "stats.ipynb", '{{ "cells": [\n "key = {rk}" ] }}'),
    ("Markdown", "README.md", "# Keys\n\nCall it with `{sk}`."),
    (
        "wrong kind",
        "server/init.ts",
        'import {{ init }} from "@millimetric/track-node";\n'
        'init({{ key: "{pk}", host: "https://api.millimetric.ai" }});',
    ),
)
"""Carrier, path, text; the last line but what closes it is the one to be found."""

DECOYS = (
    (
        "private names",
        "services/pay/settings.py",
        'STRIPE = "{stripe}"\nCLERK = "sk_test_{word}"\nOPENAI = "sk-proj-{word}"',
    ),
    (
        "public keys",
        "apps/web/.env.development",
        "NEXT_PUBLIC_AOA_KEY={pk}\nVITE_STRIPE=pk_live_{word}",
    ),
    ("hashes", "sums.txt", "{hex}  shop.tar\nsha256-{word}="),
    (
        "placeholders",
        "docs/keys.md",
        "sk_live_... sk_xxx sk_live_a1b2c3d4_YOUR_SECRET <sk_live_key>",
    ),
    ("lock file", "package-lock.json", '{{ "integrity": "sha512-{word}{word}" }}'),
    ("SVG path", "src/logo.ts", 'export const path = "M10 sk_dim_customer_addresses L{hex}";'),
    ("base64", "src/image.ts", 'export const image = "data:image/png;base64,{word}{word}{word}";'),
    (
        "references",
        "deploy/compose.yaml",
        "services:\n  api:\n    environment:\n      AOA_SK: ${{AOA_SK}}",
    ),
    ("words", "src/words.py", "risk_live_a1b2c3d4_abcdefgh1 = task_id_12345678_abcdefgh1 = 1"),
)


def make(root: Path, seed: int = 1) -> list[Planted]:
    """Write the corpus to ``root``, as a git repository; return what was planted."""
    chance = random.Random(seed)
    planted: list[Planted] = []
    for secret, rows in ((True, POSITIVE), (False, DECOYS)):
        for carrier, path, text in rows:
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            written = text.format(**_words(chance))
            target.write_text(written + "\n", "utf-8")
            planted += (Planted(path, line, carrier, secret) for line in _lines(written, secret))
    (root / "apps/web/.env").write_text(
        (root / "apps/web/.env").read_text("utf-8") + "# AOA_SK comes from the host\n", "utf-8"
    )
    for words in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *words], cwd=root, check=True, timeout=60)
    return planted


def _lines(text: str, secret: bool) -> Iterator[int]:
    lines = text.split("\n")
    if not secret:
        yield from range(1, len(lines) + 1)
    elif len(lines) == 1:
        yield 1
    else:
        marks = ("_live_", "${", "AOA_SK")
        yield max(n for n, line in enumerate(lines, 1) if any(mark in line for mark in marks))


def _words(chance: random.Random) -> dict[str, str]:
    def word(length: int) -> str:
        return "".join(chance.choices(string.ascii_lowercase + string.digits, k=length - 1)) + "7"

    keys = {
        kind: f"{kind}_live_{chance.getrandbits(32):08x}_{word(28)}"
        for kind in ("sk", "rk", "ak", "pk")
    }
    more = {"word": word(40), "hex": f"{chance.getrandbits(256):064x}"}
    return {**keys, **more, "stripe": f"sk_live_51{word(30)}"}
