"""The table in the README: what is written, what is kept, and how findings are compared."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks.agreement import compare
from benchmarks.peers import AST_GREP, DETECT_SECRETS, ESLINT, PEERS, RULES, SEMGREP, Missing, Peer
from benchmarks.rows import GROUPS, Ground, Group
from benchmarks.senders import Planted
from benchmarks.table import BEGIN, END, Outcome, Results, published, written_into

OUTCOME = Outcome("a hook", "`import click`", "0.10 s", "0.08 s", "1.25 ×", "≤ 1.3 ×", True)
MISSED = Outcome("a scan", "`git grep`", "0.90 s", "0.30 s", "3.00 ×", "≤ 2 ×", False)
RESULTS = Results("abc1234", "2026-01-02", ["2 cores"], {"g": [OUTCOME, MISSED]}, {"g": ["a note"]})


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    text = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert written_into(text, "new\n") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    with pytest.raises(ValueError, match="needs the lines"):
        written_into("no marks", "new")


def test_the_table_names_date_machine_and_every_row_with_its_target() -> None:
    text = RESULTS.markdown()
    assert text.startswith("Measured 2026-01-02 at commit abc1234, on 2 cores.\n")
    assert "| a hook | `import click` | 0.10 s | 0.08 s | 1.25 × | ≤ 1.3 × | ✓ |" in text
    assert "| 3.00 × | ≤ 2 × | missed |" in text
    assert text.endswith("- a note\n")


def test_what_was_measured_can_be_read_off_the_table() -> None:
    assert published(f"{BEGIN}\n{RESULTS.markdown()}{END}\n") == {"a hook": 1.25, "a scan": 3.0}
    assert published("| what | so |\n|---|---|\n| a | b |\n") == {}


def test_the_readme_has_a_number_for_each_row_of_the_gate() -> None:
    rows = [row.what for group in GROUPS for row in group.rows]
    assert len(rows) == len(set(rows))
    known = published(bench.README.read_text("utf-8"))
    assert set(known) <= set(rows)
    assert {row.what for group in GROUPS if group.quick for row in group.rows} <= set(known)


def test_results_are_kept_and_found_again(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    assert Results.load(file) is None
    RESULTS.keep(file)
    assert Results.load(file) == RESULTS
    file.write_text('{"from": "another version"}')
    assert Results.load(file) is None


def test_a_run_that_was_stopped_goes_on_with_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"{BEGIN}\n{END}\n")
    monkeypatch.setattr(bench, "README", readme)
    ground, tried = Ground(tmp_path / "cache"), list[str]()

    def shown(group: Group, ground: Ground) -> tuple[list[Outcome], list[str], bool]:
        tried.append(group.name)
        if group.name == "hook" and tried.count("hook") == 1:
            raise KeyboardInterrupt
        missing = group.name == "ESLint"
        return [] if missing else [OUTCOME], ["not installed"] if missing else [], True

    monkeypatch.setattr(bench, "shown", shown)
    with pytest.raises(KeyboardInterrupt):
        bench.everything(ground)
    assert bench.everything(ground) == 0
    assert tried == ["start", "hook", *(group.name for group in GROUPS[1:])]
    assert readme.read_text().count("| a hook |") == len(GROUPS) - 1
    assert "- not installed" in readme.read_text()
    bench.everything(ground)  # that one was complete: this is a new run
    assert tried.count("start") == 2


def test_agreement_counts_what_is_missed_and_what_is_too_much() -> None:
    right = Planted("a.ts", 1, "MM101")
    hidden = Planted("app/api/v2/x/route.ts", 2, "MM301")
    wrong = Planted("a.ts", 9, "MM101")
    found = compare("it", [right, hidden], [right, wrong])
    assert not found.agrees
    assert str(found) == (
        "it finds 1 of the 2 it has rules for; misses 1 × MM301, 1 of them where the SDK comes "
        "through another file; reports 1 × MM101 that was not planted"
    )
    assert compare("it", [right], [right]).agrees


# --- the other tools -----------------------------------------------------------------------------

ID = re.compile(r"^(?:\s+- )?id: (?:\w+\.)?(MM\d+)$|^  (MM\d+):", re.M)


def declared(*names: str) -> set[str]:
    """The codes of the rules in these files."""
    texts = [(RULES / name).read_text("utf-8") for name in names]
    return {one or other for text in texts for one, other in ID.findall(text)}


def test_what_a_tool_is_said_to_express_is_what_its_rules_express() -> None:
    assert declared("semgrep.yml") == SEMGREP.codes
    assert declared("eslint.config.mjs") == ESLINT.codes
    rules = (f"ast_grep/rules/{name}.yml" for name in ("typescript", "python", "json"))
    assert declared(*rules) == AST_GREP.codes


def test_a_tool_is_expected_to_find_only_what_it_can_read_and_express() -> None:
    planted = [
        Planted("a.py", 1, "MM301"),
        Planted("a.ts", 1, "MM301"),
        Planted("a.ts", 2, "MM102"),
    ]
    assert ESLINT.expected(planted) == {planted[1]}
    key = Planted(".env.example", 3, "MM201")
    assert DETECT_SECRETS.expected([key]) == {key._replace(code="MM203")}


@pytest.mark.parametrize(
    ("peer", "output"),
    [
        (SEMGREP, {"results": [{"path": "a.ts", "start": {"line": 3}, "check_id": "x.MM101"}]}),
        (
            ESLINT,
            [{"filePath": "/root/a.ts", "messages": [{"line": 3, "ruleId": "peer/MM101"}]}],
        ),
        (AST_GREP, {"file": "a.ts", "range": {"start": {"line": 2}}, "ruleId": "MM101"}),
    ],
    ids=lambda value: value.name if isinstance(value, Peer) else "",
)
def test_places_are_read_from_what_a_tool_prints(peer: Peer, output: object) -> None:
    places = peer.places(json.dumps(output).encode(), Path("/root"))
    assert places == {Planted("a.ts", 3, "MM101")}


def test_a_tool_that_cannot_be_installed_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Missing, match="npm is not installed here"):
        ESLINT.install(tmp_path)
    assert not (tmp_path / "ESLint/installed.txt").exists()


def test_every_tool_is_pinned() -> None:
    for peer in PEERS:
        assert all(re.search(r"(==|.@)\d+\.\d+", one) for one in peer.pinned)
