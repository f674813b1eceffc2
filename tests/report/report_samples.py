"""Results made by hand, and the small projects that they speak of."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass, field

from msgspec.structs import replace

from mmlint.model.finding import Finding, Fix, Place, Related, Replace
from mmlint.model.report import Notice, Reported, Result, RuleInfo, Summary, TextEdit
from mmlint.report import View

RULES = {
    "MM101": RuleInfo(
        code="MM101",
        name="unawaited-flush",
        severity="error",
        summary="A flush whose promise nobody waits for.",
        doc="A flush whose promise nobody waits for.\n\nThe platform freezes the process first.\n",
        url="https://mmlint.example/rules/unawaited-flush",
        fixable="safe",
    ),
    "MM201": RuleInfo(
        code="MM201",
        name="secret-in-public-env",
        severity="error",
        summary="A secret under a public name.",
        doc="A secret under a public name.\n\nBundlers copy it into the browser's code.\n",
        url="https://mmlint.example/rules/secret-in-public-env",
        fixable="unsafe",
    ),
    "MM401": RuleInfo(
        code="MM401",
        name="double-counted-event",
        severity="warning",
        summary="An event sent from both sides.",
        doc="",
        url="https://mmlint.example/rules/double-counted-event",
    ),
}


def secret(length: int = 24, seed: int | None = None) -> str:
    """Make the fourth segment of a key; none is ever written down."""
    chosen = random.Random(seed)
    return "7" + "".join(chosen.choices(string.ascii_letters + string.digits, k=length - 1))


def key(kind: str = "sk", prefix: str = "a1b2c3d4", length: int = 24) -> str:
    """Make a full key with a known public part."""
    return f"{kind}_live_{prefix}_{secret(length)}"


@dataclass
class Project:
    """Files by path; ``.env`` and its family are carriers."""

    files: dict[str, bytes] = field(default_factory=dict)

    def view(self, **options: object) -> View:
        view = View(
            source=self.files.get,
            shown=lambda path: path,
            carriers=lambda path: path.rsplit("/", 1)[-1].startswith(".env"),
            rules=lambda: RULES,
            version="1.2.3",
        )
        return replace(view, **options)  # type: ignore[arg-type]

    def place(self, path: str, text: str) -> Place:
        """Return the place of the first ``text`` in the file at ``path``."""
        start = self.files[path].index(text.encode())
        return Place(path, start, start + len(text.encode()))


def summary(findings: tuple[Reported, ...], files: int = 42) -> Summary:
    """Count ``findings`` as a run would."""
    severities = [reported.finding.severity for reported in findings]
    fixes = [reported.finding.fix for reported in findings if reported.edits]
    return Summary(
        files=files,
        parsed=min(files, 7),
        skipped={"too-large": 1, "binary": 2},
        errors=severities.count("error"),
        warnings=severities.count("warning"),
        ignored=1,
        fixable=sum(fix is not None and fix.safety == "safe" for fix in fixes),
    )


def result(*findings: Reported, notices: tuple[Notice, ...] = ()) -> Result:
    """Return a run that found ``findings``."""
    return Result(findings, summary(findings), notices)


def one(
    path: str, data: bytes, start: int = 0, end: int = 1, message: str = "m", code: str = "MM101"
) -> tuple[Result, View]:
    """Return a run with one finding in a project of one file."""
    finding = Finding(code, RULES[code].name, "error", message, Place(path, start, end))
    return result(Reported(finding)), Project({path: data}).view()


# --- the runs that the goldens show ---------------------------------------------------------------


def clean_run() -> tuple[Result, View]:
    return result(), Project().view()


def fixable_run() -> tuple[Result, View]:
    project = Project(
        {
            "app/api/checkout/route.ts": (
                b"import { flush } from '@millimetric/track-node';\n"
                b"export async function POST() {\n"
                b"\tflush();\r\n"
                b"}\n"
            )
        }
    )
    place = project.place("app/api/checkout/route.ts", "flush();")
    at = place.start
    finding = Finding(
        code="MM101",
        name="unawaited-flush",
        severity="error",
        message="The promise of flush() is dropped; await it.",
        place=Place(place.path, at, at + len("flush()")),
        evidence=("serverless: a route handler under app/",),
        fix=Fix("await the call", "safe", (Replace(place.path, at, at, "await "),)),
    )
    edits = (TextEdit(place.path, at, at, "await "),)
    return result(Reported(finding, edits)), project.view()


def secret_run() -> tuple[Result, View]:
    project = Project(
        {
            ".env": f"# keys\nNEXT_PUBLIC_MM_SK={key()}\nPORT=3000\n".encode(),
            "src/client.ts": b"init({ key: process.env.NEXT_PUBLIC_MM_SK });\n",
        }
    )
    place = project.place(".env", "NEXT_PUBLIC_MM_SK")
    read = project.place("src/client.ts", "process.env.NEXT_PUBLIC_MM_SK")
    edits = (
        TextEdit(".env", place.start, place.end, "MM_SK"),
        TextEdit("src/client.ts", read.start, read.end, "process.env.MM_SK"),
    )
    finding = Finding(
        code="MM201",
        name="secret-in-public-env",
        severity="error",
        message="NEXT_PUBLIC_MM_SK is public and holds a secret; rename it and rotate the key.",
        place=place,
        related=(Related(read, "read here"),),
        fix=Fix("drop the public prefix", "unsafe", ()),
    )
    return result(Reported(finding, edits)), project.view()


def crowded_run() -> tuple[Result, View]:
    calls = "".join(f'track("purchase", {{ n: {n} }});\n' for n in range(1, 12))
    project = Project(
        {
            "web/a: b,100%.js": "const 購入 = '購入'; track(\"purchase\");\n".encode(),
            "server/pay.js": calls.encode(),
        }
    )
    width = len('track("purchase", { n: 1 });\n')
    related = tuple(
        Related(Place("server/pay.js", n * width, n * width + 5), "also sent from the server here")
        for n in range(9)
    )
    finding = Finding(
        code="MM401",
        name="double-counted-event",
        severity="warning",
        message='"purchase" is sent from both sides:\nkeep one.',
        place=project.place("web/a: b,100%.js", 'track("purchase")'),
        related=related,
        fix=Fix("send it from the server only", "shown", ()),
    )
    notices = (Notice("gone.ts: cannot be read", failed=True), Notice("2 files skipped"))
    return result(Reported(finding), notices=notices), project.view()


RUNS = {
    "clean": clean_run,
    "fixable": fixable_run,
    "secret": secret_run,
    "crowded": crowded_run,
}
