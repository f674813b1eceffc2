"""A rule that raises costs its own findings, not the run, and no file's text is quoted."""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.engine.judge import Policy, judge
from mmlint.languages import observe
from mmlint.project.view import Project
from mmlint.rules import Registered, Rule, Verdict, registry

SOURCE = b'NEXT_PUBLIC_AOA_SK="sk_live_..."\n'


def test_other_rules_still_report_and_the_notice_names_rule_and_file() -> None:
    project = Project(
        {".env": observe(SOURCE, "dotenv"), "app.py": observe(b"import millimetric\n", "python")}
    )
    broken = Registered("broken-rule", Rule("MM999", "error"), "A rule.", _raises)
    found = judge(
        project,
        [*registry(), broken],
        Policy(selected=lambda rule: True),
        source={".env": SOURCE, "app.py": b"import millimetric\n"}.get,
        suggest=lambda word, known: None,
    )
    assert [one.code for one in found.findings] == ["MM201"]
    [notice] = found.notices
    assert notice.failed
    assert "MM999 broken-rule while it looked at app.py (ValueError)" in notice.message
    assert "sk_live" not in notice.message + notice.detail


def _raises(project: Project) -> Iterator[Verdict]:
    for unit in project.units:
        raise ValueError(SOURCE.decode(), unit)
    yield from ()
