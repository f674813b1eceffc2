"""A rule that raises costs its own findings, not the run, and no file's text is quoted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mmlint.engine.analysis.judge import MOST_RELATED, Policy, judge
from mmlint.languages import observe
from mmlint.model.finding import Finding, Related
from mmlint.project.project import Project
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


# --- related places -------------------------------------------------------------------------------


def duplicated(count: int, **policy: object) -> list[Finding]:
    """What is found where both sides send one event at ``count`` places each."""
    browser = 'import { track } from "@millimetric/track";\n' + 'track("same");\n' * count
    server = 'import { track } from "@millimetric/track-node";\n'
    files = {"src/a.ts": browser} | {
        f"server/{number:03}.ts": f'{server}track({{ event: "same", anonymous_id: x }});\n'
        for number in range(count)
    }
    project = Project({path: observe(text.encode(), "typescript") for path, text in files.items()})
    found = judge(
        project,
        registry(),
        Policy(selected=lambda rule: rule.code == "MM401", **policy),  # type: ignore[arg-type]
        source={path: text.encode() for path, text in files.items()}.get,
        suggest=lambda word, known: None,
    )
    return found.findings


def test_a_few_related_places_are_all_listed() -> None:
    for one in duplicated(3):
        assert len(one.related) == 3
        assert not one.evidence


def test_of_many_related_places_some_are_listed_and_all_are_counted() -> None:
    findings = duplicated(MOST_RELATED + 5)
    assert len(findings) == MOST_RELATED + 5
    for one in findings:
        assert [place.place.path for place in one.related] == [
            f"server/{number:03}.ts" for number in range(MOST_RELATED)
        ]
        assert f"{MOST_RELATED} of {MOST_RELATED + 5} related places are listed" in one.evidence


def test_those_in_files_that_were_named_are_listed_first() -> None:
    last = f"server/{MOST_RELATED + 4:03}.ts"
    for one in duplicated(MOST_RELATED + 5, named=lambda path: path == last):
        assert last in {place.place.path for place in one.related}
        assert list(one.related) == sorted(one.related)


def test_related_places_are_made_once_for_all_findings_of_a_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from mmlint.rules import duplicate_event

    def made(count: int) -> int:
        places: list[Related] = []
        make = duplicate_event._related

        def counted(*arguments: object) -> Related:
            places.append(make(*arguments))  # type: ignore[arg-type]
            return places[-1]

        with monkeypatch.context() as patch:
            patch.setattr(duplicate_event, "_related", counted)
            assert len(duplicated(count)) == count
        return len(places)

    assert made(20) == 20
    assert made(40) == 40
