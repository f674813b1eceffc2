"""What the documents show is what the program prints, and what they link to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.console import ROOT, Step, matches, parse, run, steps
from tests.docs.fences import DOCUMENTS, name
from tests.docs.recipes import folder_of

STEPS = [step for path in DOCUMENTS for step in steps(path)]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_a_shown_command_prints_what_is_shown(step: Step, tmp_path: Path) -> None:
    code, printed = run(step, folder_of(step, tmp_path))
    assert code in ((0, 1) if step.code is None else (step.code,)), printed
    assert not step.shown or matches(step.shown, printed), printed


def test_the_readme_shows_a_real_finding() -> None:
    shown = [line for step in steps(ROOT / "README.md") for line in step.shown]
    assert any(re.match(r"(error|warning) MM\d{3} ", line) for line in shown)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_into_the_repository_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
    inside = [target for target in targets if "://" not in target]
    assert [target for target in inside if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_to_headings_lead_to_headings(path: Path) -> None:
    for target, heading in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", path.read_text("utf-8")):
        if "://" not in target:
            document = path.parent / target if target else path
            assert heading in _anchors(document), f"{target}#{heading}"


def _anchors(path: Path) -> set[str]:
    """The names that GitHub gives to a document's headings."""
    headings = re.findall(r"^#+ +(.+)$", path.read_text("utf-8"), re.M)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.strip().replace(" ", "-") for heading in plain}


# --- the reader of sessions -----------------------------------------------------------------------


def _parsed(*lines: str) -> list[Step]:
    return list(parse("\n".join(lines), "x.md"))


def test_a_fence_that_is_no_session_is_left_alone() -> None:
    assert _parsed("```sh", "$ mmlint", "```", "```text", "$ mmlint", "```") == []


def test_a_session_has_commands_output_and_an_exit_code() -> None:
    first, second = _parsed(
        "Words.", "```console", "$ mmlint a", "one", "", "two", "exit: 1", "$ mmlint b", "```"
    )
    assert (first.id, first.shown, first.code) == ("x.md:3 mmlint a", ["one", "", "two"], 1)
    assert (second.id, second.shown, second.code) == ("x.md:8 mmlint b", [], None)


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        (["a", "c"], "a\nb\nc\n"),
        (["a"], "a\nb\n"),
        (["a", "…", "d"], "a\nb\nc\n"),
        (["a.b"], "axb\n"),
        (["b…"], "ab\n"),
    ],
)
def test_output_that_differs_is_noticed(shown: list[str], printed: str) -> None:
    assert not matches(shown, printed)


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        (["a", "b"], "a\nb\n"),
        (["a", "…", "d"], "a\nb\nc\nd\n"),
        (["a", "…"], "a\n"),
        (["a…", "b"], "a and more\nb\n"),
        (["a", "", "b"], "a\n\nb\n"),
    ],
)
def test_output_can_be_elided(shown: list[str], printed: str) -> None:
    assert matches(shown, printed)


def test_only_mmlint_is_ever_run() -> None:
    (step,) = _parsed("```console", "$ rm -rf .", "```")
    with pytest.raises(ValueError, match="only mmlint"):
        run(step)
