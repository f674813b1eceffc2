"""What spares the following of paths says no where paths would find something: nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mmlint.app.opening import open_session
from mmlint.app.request import Request
from mmlint.project.delivery.expressions import TooLong
from mmlint.project.delivery.interpreter import Interpreter
from mmlint.project.delivery.may_effects import MayEffects
from mmlint.project.delivery.reachability import reachability
from mmlint.project.project import Project
from mmlint.project.semantic.entity import ProjectFunction
from tests.cases import Case, load_cases

FIXTURES = Path(__file__).parents[1] / "fixtures"
RULES = (
    "exit_without_flush",
    "flush_after_response",
    "missing_flush",
    "missing_shutdown_flush",
    "unawaited_flush",
    "unawaited_send",
)
CASES = [
    case
    for folder in ("rules", "platforms", "links")
    for case in load_cases(FIXTURES / folder, ("silent", "found"))
    if folder != "rules" or any(name in case.id for name in RULES)
]


def project(case: Case, root: Path) -> Project:
    case.write(root)
    return open_session(Request(), None, start=root).linked()


def functions(linked: Project) -> Iterator[ProjectFunction]:
    for unit in linked.program.units:
        for index in range(len(unit.module.functions)):
            yield ProjectFunction(unit, index)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_no_call_no_delivery(case: Case, tmp_path: Path) -> None:
    linked = project(case, tmp_path)
    found = reachability(linked.program)
    for one in functions(linked):
        try:
            left = Interpreter(linked.flow, one.unit, one.index).delivery()
        except TooLong:
            continue
        assert not left.unsent or one.index in found.sends[one.unit]
        flushes = bool(left.unwaited or left.cut_off or left.late)
        assert not flushes or one.index in found.flushes[one.unit]
        assert not left.dropped or one.index in found.requests[one.unit]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_is_mentioned_does_not_depend_on_who_asks_first(case: Case, tmp_path: Path) -> None:
    linked = project(case, tmp_path)
    every = list(functions(linked))
    forth, back = MayEffects(linked.program), MayEffects(linked.program)
    one_way = [(forth.sends(one), forth.flushes(one), forth.requests(one)) for one in every]
    other_way = [(back.sends(one), back.flushes(one), back.requests(one)) for one in every[::-1]]
    assert one_way == other_way[::-1]
