"""A rule's page is true: its examples are run, and everybody who should speak of the rule does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mmlint.app import check, explain, fix
from mmlint.app.pages import chapters, index, page
from mmlint.model.report import Result
from mmlint.rules import Registered, registry
from tests.cases import Case, Mark, parse_cases

ROOT = Path(__file__).parent.parent.parent
CASES = ROOT / "tests" / "fixtures" / "rules"
RULES = registry()

_HEADING = re.compile(r"^\*\*([^*\n]+)\*\*", re.M)


def sections(rule: Registered) -> list[tuple[str, str]]:
    """Return the page's parts as heading and text: what stands between two bold line beginnings."""
    _, *parts = _HEADING.split(rule.doc)
    return list(zip(parts[::2], parts[1::2], strict=True))


def examples(rule: Registered) -> list[Case]:
    """Return the page's projects, titled by their headings; what is fixed belongs to the Bad before
    it, as the result of a fix run."""
    texts = ["rules: " + " ".join(one.code for one in RULES)]
    for heading, text in sections(rule):
        if "```" not in text:
            continue
        if heading == "Fixed":
            texts[-1] += text
        else:
            texts.append(f"## {heading}\n{text}")
    return parse_cases("\n".join(texts), f"{rule.name.replace('-', '_')}/page")


EXAMPLES = [case for rule in RULES for case in examples(rule)]
BAD = [case for case in EXAMPLES if case.title == "Bad"]
GOOD = [case for case in EXAMPLES if case.title == "Good"]
FIXED = [case for case in BAD if case.fixed]


def _id(case: Case) -> str:
    return case.rule


def _found(result: Result, case: Case) -> set[Mark]:
    return {
        (one.path, case.files[one.path].encode()[: one.start].count(b"\n") + 1, code)
        for one, code in ((each.finding.place, each.finding.code) for each in result.findings)
    }


# --- examples -------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", GOOD, ids=_id)
def test_good_code_is_silent(case: Case, tmp_path: Path) -> None:
    case.write(tmp_path)
    assert _found(check(tmp_path), case) == set()


@pytest.mark.parametrize("case", BAD, ids=_id)
def test_bad_code_has_exactly_the_marked_findings(case: Case, tmp_path: Path) -> None:
    case.write(tmp_path)
    assert _found(check(tmp_path), case) == case.marks


@pytest.mark.parametrize("case", FIXED, ids=_id)
def test_fixed_code_is_what_a_fix_run_makes_of_the_bad(case: Case, tmp_path: Path) -> None:
    case.write(tmp_path)
    fix(tmp_path)
    for path, expected in case.after(unsafe=False).items():
        assert expected.accepts((tmp_path / path).read_bytes()), (tmp_path / path).read_text()
    assert _found(check(tmp_path), case) == set()


# --- the page -------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_page_shows_bad_code_and_marks_only_its_own_findings(rule: Registered) -> None:
    bad = [case for case in examples(rule) if case.title == "Bad"]
    assert bad
    assert {code for case in bad for _, _, code in case.marks} == {rule.code}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_page_begins_with_one_sentence_and_ends_with_its_source(rule: Registered) -> None:
    first, blank, *_ = rule.doc.split("\n")
    assert first.endswith(".")
    assert blank == ""
    assert re.match(r"Source: \S", rule.doc.rstrip().rpartition("\n\n")[2])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_fix_is_described_where_and_only_where_there_is_one(rule: Registered) -> None:
    described = [text for heading, text in sections(rule) if heading == "Fix"]
    none = all(text.lstrip(": ").startswith("none") for text in described)
    assert none is (rule.rule.fixable is None)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_page_is_shown_without_the_marks_of_its_tests(rule: Registered) -> None:
    shown = page(rule.doc)
    assert "!MM" not in shown
    assert "{{" not in shown


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_explain_knows_a_rule_by_code_and_name_in_any_case(rule: Registered) -> None:
    shown = explain(rule.code)
    assert shown.startswith(f"# {rule.code} {rule.name}\n")
    assert {shown} == {explain(word) for word in (rule.name, rule.code.lower(), rule.name.upper())}


# --- who else speaks of a rule --------------------------------------------------------------------


def test_codes_and_names_are_unique() -> None:
    codes, names = {rule.code for rule in RULES}, {rule.name for rule in RULES}
    assert len(codes) == len(names) == len(RULES)


def test_the_readme_s_table_has_every_chapter_and_its_rules() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| \[([^]]+)\]\(docs/rules/README.md#.+?\) \| (\S+) \|", readme, re.M)
    wanted = {title: f"{rules[0].code}–{rules[-1].code}" for title, rules in chapters()}
    assert dict(rows) == wanted


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_list_of_rules_says_of_each_what_it_says_of_itself(rule: Registered) -> None:
    summary, fix = rule.doc.partition("\n")[0], rule.rule.fixable or "none"
    link = f"[`{rule.name}`]({rule.name}.md)"
    assert f"| {rule.code} | {link} | {summary} | {rule.rule.severity} | {fix} |\n" in index()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_changelog_mentions_the_rule(rule: Registered) -> None:
    assert rule.code in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_rule_has_cases_that_are_silent_and_cases_that_are_not(rule: Registered) -> None:
    assert _marked("silent.md", rule) == {False}
    assert True in _marked("found.md", rule)


def _marked(file: str, rule: Registered) -> set[bool]:
    """Whether each case of a rule's file expects a finding of that rule."""
    folder = rule.name.replace("-", "_")
    cases = parse_cases((CASES / folder / file).read_text("utf-8"), f"{folder}/{file[:-3]}")
    return {any(code == rule.code for _, _, code in case.marks) for case in cases}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_nothing_is_left_to_fill_in(rule: Registered) -> None:
    """`make new-rule` leaves TODO wherever the author has the word."""
    stem = rule.name.replace("-", "_")
    cases = [path.read_text("utf-8") for path in (CASES / stem).iterdir()]
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8").splitlines()
    mentions = [line for line in changelog if rule.code in line]
    assert [text for text in (rule.doc, *cases, *mentions) if "TODO" in text] == []


def test_no_cases_are_left_of_a_rule_that_is_gone() -> None:
    assert {path.name.replace("_", "-") for path in CASES.iterdir()} == {r.name for r in RULES}
