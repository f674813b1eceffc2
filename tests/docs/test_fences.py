"""No block of a document escapes its test: commands are run, settings loaded, data parsed."""

from __future__ import annotations

import json
import re
import shlex
from contextlib import suppress
from pathlib import Path

import click
import pytest

from mmlint.cli import cli
from mmlint.config import load
from mmlint.config.layers import toml
from mmlint.rules import names as rule_names
from tests.docs.console import steps
from tests.docs.fences import DOCUMENTS, ROOT, RULE_PAGES, Fence, fences, name

yaml = pytest.importorskip("yaml", reason="comes with pre-commit")

WRITTEN = [path for path in DOCUMENTS if path.parent != RULE_PAGES]
"""All pages but those of the rules, whose examples are run as cases."""

BLOCKS = [(path, fence) for path in WRITTEN for fence in fences(path.read_text("utf-8"))]
SETTINGS = ("mmlint.toml", ".mmlint.toml", "pyproject.toml")


def _of(*infos: str) -> list[object]:
    return [
        pytest.param(fence, id=f"{name(path)}:{fence.line}")
        for path, fence in BLOCKS
        if fence.info in infos
    ]


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_line_that_looks_like_a_command_is_run(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    shown = [n for n, line in enumerate(lines, start=1) if re.match(r"[\s>]*\$ +\w", line)]
    assert shown == [step.line for step in steps(path)], "put it into a fence called `console`"


@pytest.mark.parametrize("path", WRITTEN, ids=name)
def test_every_fence_is_closed_and_says_what_it_holds(path: Path) -> None:
    text = path.read_text("utf-8")
    found = list(fences(text))
    assert all(re.fullmatch(r"[a-z]+", fence.info) for fence in found)
    assert not re.search(r"^ *~~~", text, re.M)
    marks = re.findall(r"^ *```", text, re.M)
    inside = [mark for fence in found for mark in re.findall(r"^ *```", fence.body, re.M)]
    assert len(marks) - len(inside) == 2 * len(found)


@pytest.mark.parametrize("fence", _of("yaml"))
def test_yaml_can_be_read(fence: Fence) -> None:
    assert list(yaml.load_all(fence.body, _Loader))


class _Loader(yaml.SafeLoader):  # type: ignore[misc,name-defined]
    """Reads tags as well, such as those of CloudFormation and GitLab."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: node.value)


@pytest.mark.parametrize("fence", _of("json", "jsonc"))
def test_json_can_be_read(fence: Fence) -> None:
    assert json.loads(fence.body)


def inline_settings(text: str) -> list[str]:
    """Return the code spans of a text that set a key of the configuration, ``key = value`` or a
    table with its keys; those inside fences are text of theirs."""
    prose = "\n".join(_outside(text))
    spans = re.findall(r"(?<!`)`([^`]+)`(?!`)", prose)
    return [one for one in spans if re.match(r"\[+[\w.-]+\]+\s|[a-z-]+(\.[a-z-]+)* = ", one)]


def _outside(text: str) -> list[str]:
    inside = {
        fence.line + number
        for fence in fences(text)
        for number in range(fence.body.count("\n") + 1)
    }
    lines = enumerate(text.splitlines(), start=1)
    return [line for number, line in lines if number not in inside]


def test_code_that_assigns_is_no_setting() -> None:
    assert not inline_settings("`a.B = c`, `x == y`, `[tool.mmlint]` and `const a = 1`")


PAGES = [(path, path.read_text("utf-8")) for path in DOCUMENTS]
INLINE = [
    pytest.param(setting, id=f"{name(path)}:{setting}")
    for path, text in PAGES
    for setting in inline_settings(text)
]
ON_RULE_PAGES = [
    pytest.param(fence.body, id=f"{name(path)}:{fence.line}")
    for path, text in PAGES
    if path not in WRITTEN
    for fence in fences(text)
    if fence.info == "toml"
]


@pytest.mark.parametrize("setting", [*INLINE, *ON_RULE_PAGES])
def test_settings_in_the_text_and_on_pages_of_rules_are_accepted(
    setting: str, tmp_path: Path
) -> None:
    file = tmp_path / "mmlint.toml"
    file.write_text(setting)
    assert load(tmp_path, tmp_path, rules=rule_names).source == str(file)


@pytest.mark.parametrize("fence", _of("toml"))
def test_toml_can_be_read_and_mmlint_accepts_its_settings(fence: Fence, tmp_path: Path) -> None:
    tables = toml(fence.body)
    assert tables
    if fence.path and Path(fence.path).name not in SETTINGS:
        return
    own = "tool" in tables or Path(fence.path).name == "pyproject.toml"
    file = tmp_path / ("pyproject.toml" if own else "mmlint.toml")
    file.write_text(fence.body)
    assert load(tmp_path, tmp_path, rules=rule_names).source == str(file)


# --- commands that are mentioned ------------------------------------------------------------------


def mentioned(text: str) -> set[str]:
    """Return the calls of mmlint in a text, in ``sh`` and ``yaml`` fences and in code spans."""
    whole = [
        line.strip().removeprefix("- ").removeprefix("run: ").partition(" #")[0]
        for fence in fences(text)
        if fence.info in ("sh", "yaml")
        for line in fence.body.splitlines()
    ]
    spans = re.findall(r"(?<!`)`(mmlint(?: [^`]+)?)`(?!`)", re.sub(r"\s*\n\s*", " ", text))
    return {call.strip() for call in [*whole, *spans] if re.match(r"mmlint( [^:]|$)", call)}


CALLS = sorted({call for path in WRITTEN for call in mentioned(path.read_text("utf-8"))})


@pytest.mark.parametrize("call", CALLS)
def test_a_command_that_is_mentioned_is_one_that_mmlint_takes(call: str) -> None:
    words = shlex.split(call.replace("…", ""))[1:]
    if words in (["--help"], ["--version"]):  # click answers these itself
        assert set(words) <= {
            one for param in cli.get_params(click.Context(cli)) for one in param.opts
        }
        return
    outer = cli.make_context("mmlint", words)
    named, command, rest = cli.resolve_command(outer, [*outer._protected_args, *outer.args])
    assert command is not None
    with suppress(click.MissingParameter):  # a verb that is only named
        command.make_context(named, rest, parent=outer)


def test_an_option_that_is_not_there_would_be_noticed() -> None:
    assert mentioned("Say `mmlint --no-such-thing`.") == {"mmlint --no-such-thing"}
    with pytest.raises(click.UsageError):
        test_a_command_that_is_mentioned_is_one_that_mmlint_takes("mmlint --no-such-thing")


# --- where it all comes from ----------------------------------------------------------------------


def _home() -> str:
    found: str = toml((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]["Homepage"]  # type: ignore[index,call-overload]
    return found


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_addresses_of_this_repository_lead_into_it(path: Path) -> None:
    text = path.read_text("utf-8")
    for kind, target in re.findall(rf"{_home()}/(blob|tree)/main/([^\s)>#\"']+)", text):
        assert (ROOT / target).is_dir() == (kind == "tree"), target
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_what_is_to_be_installed_is_there(path: Path) -> None:
    """A release's tag once there is a release, and the branch until then."""
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changes, re.M)
    wanted = f"v{released[0]}" if released else "main"
    text = path.read_text("utf-8")
    found = re.findall(rf"{_home()}(?:\.git)?(?:@|\s+rev: )([\w.]+)", text)
    assert set(found) <= {wanted}
