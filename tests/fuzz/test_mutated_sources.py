"""Whatever a file holds: no internal error, the same answer twice, and fixes that can be done."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings

from mmlint.app import check, explain, fix
from mmlint.app.opening import open_session
from mmlint.app.request import Request
from mmlint.app.views import view
from mmlint.model.report import Result
from mmlint.report import FORMATS, render
from tests.fuzz.mutations import mutated

_PATIENT = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)

SPREADS_ITSELF = {
    "next.config.mjs": (
        "const c = { env: { AOA_SK: process.env.AOA_SK }, ...c };\nexport default c;\n"
    ),
    "package.json": '{ "dependencies": { "next": "15.1.0", "@millimetric/track": "1" } }',
    ".env": "NEXT_PUBLIC_AOA_SK=sk_live_...\n",
}
BLANKS = {".env": f"AOA_SK=sk_live_x {' ' * 20_000}y\n"}


def written(files: dict[str, str], root: Path) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode("utf-8", "surrogatepass"))
    return root


def sound(result: Result) -> bool:
    return not any("internal error" in one.message for one in result.notices)


@_PATIENT
@given(mutated())
@example(SPREADS_ITSELF)
@example(BLANKS)
def test_no_source_ends_in_an_internal_error(files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = written(files, Path(folder))
        with open_session(Request(), None, start=root) as session:
            result = session.result(session.lint({}))
            assert sound(result)
            looks = view(Request(), session)
            for name in FORMATS:
                text = render(name, result, looks)
                if name in ("json", "sarif", "gitlab"):
                    json.loads(text)
        assert check(root).findings == result.findings


@_PATIENT
@given(mutated())
def test_every_file_can_be_explained(files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        root = written(files, Path(folder))
        patch.chdir(root)
        for path in files:
            assert explain(path)


@_PATIENT
@given(mutated())
def test_fixes_leave_nothing_of_theirs_to_fix(files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = written(files, Path(folder))
        assert sound(fix(root))
        once = {path: (root / path).read_bytes() for path in files}
        assert sound(fix(root))
        assert {path: (root / path).read_bytes() for path in files} == once
