"""Which files the scripts of a package start."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.project.platforms.npm_scripts import started

NOTHING = [
    "",
    "next build",
    "eslint check.ts",
    "eslint --ext tsx src/a.ts",
    "pnpx @better-auth/cli@latest generate --config ./src/auth.ts --output ./a.prisma",
    "esbuild a.ts --outfile=b.js",
    "wrangler dev src/index.ts",
    "node -e 'import(\"./a.js\")'",
    "python -m app.main",
    "tsc && vitest run a.test.ts",
    "node 'a.js",
]

STARTED = {
    "node a.js": ["a.js"],
    "node --enable-source-maps --import ./register.mjs dist/a.js --port 3": ["dist/a.js"],
    "tsx watch --env-file .env src/a.ts": ["src/a.ts"],
    "ts-node -P tsconfig.a.json a.ts": ["a.ts"],
    "npx tsx@4 a.ts": ["a.ts"],
    "pnpm exec vite-node a.ts": ["a.ts"],
    "bun run --watch a.ts": ["a.ts"],
    "bunx jiti a.ts": ["a.ts"],
    "deno run -A a.ts": ["a.ts"],
    "NODE_ENV=x cross-env A=1 node a.js": ["a.js"],
    "dotenv -e .env -- tsx a.ts": ["a.ts"],
    "env-cmd -f .env node a.js": ["a.js"],
    "nodemon --exec tsx src/a.ts": ["src/a.ts"],
    "pm2 start a.js --name web": ["a.js"],
    "tsc && node a.js; tsx b.ts | tee log": ["a.js", "b.ts"],
    "build\nnode a.js": ["a.js"],
    'concurrently -k "tsc -w" "node --watch a.js"': ["a.js"],
    "uv run python jobs/a.py": ["jobs/a.py"],
}


@pytest.mark.parametrize("command", NOTHING)
def test_what_starts_no_file(command: str) -> None:
    assert list(started(command)) == []


@pytest.mark.parametrize("command", STARTED)
def test_what_is_started(command: str) -> None:
    assert list(started(command)) == STARTED[command]


@given(st.text(alphabet="node a.ts-&|;\"'()\n=@", max_size=80))
def test_any_text_is_read(command: str) -> None:
    for word in started(command):
        assert word
