"""The words and code blocks that the generated repository's ordinary files are put together from.

None of them has anything to do with Millimetric. Some look as if they had: other libraries'
`track` and `flush`, public environment names that hold no secret, words such as `task_`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

NOUNS = tuple(
    "invoice order cart customer account project team member report ticket booking payment "  # noqa: SIM905
    "shipment product review coupon plan seat device session widget article comment message "
    "channel campaign segment audience lesson course exam patient visit room listing offer "
    "contract deal lead quote vendor asset backup release branch pipeline".split()
)
VERBS = ("load", "save", "list", "find", "merge", "sort", "group", "count", "format", "parse")
FIELDS = tuple(
    "title status owner amount quantity region locale currency priority category source label "  # noqa: SIM905
    "color weight length rating balance discount position version".split()
)

TYPESCRIPT = (
    """
export interface %Noun%%Verb%Options {
  %field%: string;
  %other%?: number;
  limit: number;
  signal?: AbortSignal;
}

/** Returns the %noun%s that match, newest first; an empty list where there is none. */
export async function %verb%%Noun%s%N%(options: %Noun%%Verb%Options): Promise<string[]> {
  const query = new URLSearchParams({ %field%: options.%field%, limit: String(options.limit) });
  const response = await fetch(`/internal/%noun%s?${query}`, { signal: options.signal });
  if (!response.ok) {
    throw new Error(`the %noun%s could not be read: ${response.status}`);
  }
  const rows: { id: string; %field%: string }[] = await response.json();
  return rows.filter((row) => row.%field% !== "archived").map((row) => row.id);
}
""",
    """
export function %verb%%Noun%%N%(rows: Array<Record<string, number>>, by = "%field%"): number {
  let total = 0;
  for (const row of rows) {
    if (row[by] === undefined || Number.isNaN(row[by])) continue;
    total += row[by] * (row.%other% ?? 1);
  }
  return Math.round(total * 100) / 100;
}
""",
    """
const %noun%%Verb%Defaults%N% = {
  %field%: "standard",
  %other%: 25,
  retries: 3,
  endpoint: process.env.NEXT_PUBLIC_API_URL ?? "http://localhost:3000",
};

export class %Noun%%Verb%Store%N% {
  private readonly entries = new Map<string, number>();

  constructor(private readonly limit = %noun%%Verb%Defaults%N%.%other%) {}

  put(id: string, %field%: number): this {
    if (this.entries.size >= this.limit) {
      const [oldest] = this.entries.keys();
      this.entries.delete(oldest);
    }
    this.entries.set(id, %field%);
    return this;
  }

  get(id: string): number | undefined {
    return this.entries.get(id);
  }
}
""",
    """
type %Noun%%Verb%Event%N% =
  | { kind: "opened"; %field%: string }
  | { kind: "closed"; %other%: number };

export function reduce%Noun%%Verb%%N%(state: string[], event: %Noun%%Verb%Event%N%): string[] {
  switch (event.kind) {
    case "opened":
      return [...state, event.%field%];
    case "closed":
      return state.slice(0, event.%other%);
    default:
      return state;
  }
}
""",
    """
// Written to the audit log, which is flushed by its own timer.
export async function log%Noun%%Verb%%N%(log: Log) {
  const started = Date.now();
  log.write(`%noun% %verb% started at ${new Date(started).toISOString()}`);
  try {
    await Promise.resolve();
  } finally {
    log.flush();
  }
  return Date.now() - started;
}
""",
)

TSX = (
    """
interface %Noun%%Verb%Props%N% {
  items: Array<{ id: string; %field%: string; %other%: number }>;
  onSelect?: (id: string) => void;
}

export function %Noun%%Verb%List%N%({ items, onSelect }: %Noun%%Verb%Props%N%) {
  const [open, setOpen] = useState<string | null>(null);
  const sorted = useMemo(() => [...items].sort((a, b) => a.%other% - b.%other%), [items]);

  return (
    <ul className="%noun%-list" aria-label="%Noun%s">
      {sorted.map((item) => (
        <li key={item.id} data-open={open === item.id}>
          <button type="button" onClick={() => { setOpen(item.id); onSelect?.(item.id); }}>
            {item.%field%} <span className="muted">{item.%other%}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
""",
    """
export function %Noun%%Verb%Card%N%(props: { %field%: string; %other%?: string; busy: boolean }) {
  if (props.busy) {
    return <p role="status">The %noun% is on its way…</p>;
  }
  return (
    <section className="card card--%noun%">
      <h3>{props.%field%}</h3>
      {props.%other% ? <p>{props.%other%}</p> : <p className="muted">No %other% yet</p>}
      <a href={`/%noun%s/${props.%field%}`}>Open the %noun%</a>
    </section>
  );
}
""",
    """
export function use%Noun%%Verb%%N%(id: string) {
  const [%field%, set%Noun%%Verb%%N%] = useState<string | undefined>();
  useEffect(() => {
    let alive = true;
    fetch(`/internal/%noun%s/${id}`)
      .then((response) => response.json())
      .then((body) => alive && set%Noun%%Verb%%N%(body.%field%));
    return () => {
      alive = false;
    };
  }, [id]);
  return %field%;
}
""",
)

JAVASCRIPT = (
    """
exports.%verb%%Noun%%N% = function %verb%%Noun%%N%(%field%, options = {}) {
  const { %other% = 10, strict = false } = options;
  if (strict && typeof %field% !== "string") {
    throw new TypeError("%field% must be a string");
  }
  return String(%field%)
    .split(",")
    .slice(0, %other%)
    .map((part) => part.trim())
    .filter(Boolean);
};
""",
    """
// Other teams' analytics: the old product's events, until they are moved.
exports.legacy%Noun%%Verb%%N% = async (segment, %field%) => {
  segment.track({ event: "%Noun% %Verb%", properties: { %field%, source: "legacy" } });
  await segment.flush();
};
""",
    """
exports.%verb%%Noun%Table%N% = (rows) =>
  rows
    .filter((row) => row.%field% != null)
    .reduce((table, row) => {
      (table[row.%field%] ||= []).push(row.%other%);
      return table;
    }, Object.create(null));
""",
)

PYTHON = (
    '''

@dataclass(frozen=True)
class %Noun%%Verb%%N%:
    """One %noun% as the %noun% service returns it."""

    id: str
    %field%: str
    %other%: int = 0

    def is_open(self) -> bool:
        return self.%field% not in {"closed", "archived"} and self.%other% >= 0
''',
    '''

def %verb%_%noun%s_%N%(rows: Iterable[dict[str, Any]], *, %field%: str | None = None) -> list[str]:
    """Return the ids of the %noun%s in ``rows`` that have the given %field%."""
    found: list[str] = []
    for row in rows:
        if %field% is not None and row.get("%field%") != %field%:
            continue
        found.append(str(row["id"]))
    found.sort()
    return found
''',
    '''

class %Noun%%Verb%Repository%N%:
    """Reads and writes %noun%s; one connection, made on first use."""

    def __init__(self, connect: Callable[[], Any], task_limit: int = 50) -> None:
        self._connect = connect
        self._connection: Any = None
        self.task_limit = task_limit

    def %verb%(self, %field%: str) -> list[tuple[str, int]]:
        if self._connection is None:
            self._connection = self._connect()
        cursor = self._connection.execute(
            "select id, %other% from %noun%s where %field% = ? limit ?", (%field%, self.task_limit)
        )
        return [(str(identifier), int(%other%)) for identifier, %other% in cursor]

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
''',
    '''

def total_%other%_by_%field%_%N%(entries: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    """Sum up the %other% of every %noun%, by %field%; unknown values count as zero."""
    totals: dict[str, Decimal] = {}
    for entry in entries:
        key = str(entry.get("%field%", "unknown"))
        totals[key] = totals.get(key, Decimal(0)) + Decimal(str(entry.get("%other%", 0)))
    return totals
''',
)

MARKDOWN = (
    """
## How the %noun% service decides to %verb%

Every %noun% has a %field% and may have a %other%. When the %field% changes, the %noun% is read
again and the search index follows within a minute. Nothing is sent before the change is stored.

- `%field%`: set by the owner, required.
- `%other%`: set by the nightly run, optional; see the runbook.

```sh
make %verb%-%noun%s
```
""",
    """
### %Noun%s that cannot be found

If a %noun% is missing, look at its %field% first. A %noun% whose %field% was changed by hand keeps
its old %other% until somebody starts the nightly run. Ask in the channel of the team before you do.
""",
)

CSS = (
    """
.%noun%-%verb%-%N% {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr));
  gap: var(--space-%n%);
  color: var(--color-%field%);
}

.%noun%-%verb%-%N% > .%other%:hover {
  outline: 2px solid currentcolor;
  transform: translateY(-1px);
}
""",
)

SVG = (
    '  <path d="M%n%.4 12.%n%c0 4.2-3.3 7.%n%-7.5 7.%n%S4.8 16.3 4.8 12.%n% 8.1 5.2 12.3 5.2z"'
    ' fill="none" stroke="currentColor" stroke-width="1.5"/>\n'
    '  <circle cx="%n%.75" cy="%n%.5" r="1.%n%" fill="currentColor"/>\n',
)

YAML = (
    """
  - name: %verb%-%noun%-%N%
    schedule: "%n% 3 * * *"
    image: registry.internal/%noun%-%verb%:1.%n%
    env:
      - name: %NOUN%_LIMIT
        value: "%n%00"
    resources: { cpu: 250m, memory: 256Mi }
""",
)

JSON = (
    """  "%noun%_%verb%_%N%": {
    "%field%": "The %noun% was changed",
    "%other%": %n%,
    "hints": ["%verb%", "%field%", "%other%"]
  },
""",
)

BLOCKS = {
    "ts": TYPESCRIPT,
    "tsx": TSX,
    "js": JAVASCRIPT,
    "py": PYTHON,
    "md": MARKDOWN,
    "css": CSS,
    "svg": SVG,
    "yaml": YAML,
    "json": JSON,
}

HEADS = {
    "tsx": 'import { useEffect, useMemo, useState } from "react";\n',
    "js": '"use strict";\n',
    "py": (
        "from __future__ import annotations\n\n"
        "from collections.abc import Callable, Iterable, Mapping\n"
        "from dataclasses import dataclass\nfrom decimal import Decimal\nfrom typing import Any\n"
    ),
    "md": "# Notes\n",
    "svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">\n',
    "yaml": "jobs:\n",
    "json": "{\n",
}
TAILS = {"svg": "</svg>\n", "json": '  "version": 1\n}\n'}

POOL = 300
"""How many different blocks there are of each language."""


def _filled(block: str, number: int, draw: random.Random) -> str:
    noun, verb = draw.choice(NOUNS), draw.choice(VERBS)
    field, other = draw.sample(FIELDS, 2)
    words = {
        "noun": noun,
        "Noun": noun.capitalize(),
        "NOUN": noun.upper(),
        "verb": verb,
        "Verb": verb.capitalize(),
        "field": field,
        "other": other,
        "n": str(number % 10),
        "N": str(number),
    }
    for word, text in words.items():
        block = block.replace(f"%{word}%", text)
    return block


class Prose:
    """Blocks of every language, made once. The names in two blocks of a language differ, so that
    any of them can stand together in a file."""

    def __init__(self, seed: int) -> None:
        draw = random.Random(f"prose {seed}")
        self._pool = {
            kind: [_filled(blocks[n % len(blocks)], n, draw) for n in range(POOL)]
            for kind, blocks in BLOCKS.items()
        }

    def file(self, kind: str, size: int, draw: random.Random, imports: str = "") -> str:
        """Return a file of about ``size`` characters, with ``imports`` where they belong."""
        body = "".join(self.blocks(kind, size, draw))
        return f"{HEADS.get(kind, '')}{imports}{body}{TAILS.get(kind, '')}"

    def blocks(self, kind: str, size: int, draw: random.Random) -> Iterator[str]:
        """Yield different blocks until ``size`` characters are reached; at least one."""
        pool, length = self._pool[kind], 0
        start, step = draw.randrange(POOL), draw.choice((1, 7, 11, 13, 17))  # prime to POOL
        for turn in range(POOL):
            block = pool[(start + turn * step) % POOL]
            yield block
            length += len(block)
            if length >= size:
                return
