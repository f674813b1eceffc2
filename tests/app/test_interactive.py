"""`mmlint --fix -i`: nothing is done that nobody said yes to, and what was said yes to is done."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from mmlint.app.checking import NOTHING_READ, _parses
from mmlint.app.interactive import Dialogue
from mmlint.app.opening import open_session
from mmlint.app.request import Request
from mmlint.app.views import view
from mmlint.cli import cli
from mmlint.engine.analysis.baseline import entries_of
from mmlint.model.finding import Finding, Fix, Place
from mmlint.model.report import Reported, Result, TextEdit
from mmlint.report import View

IMPORT = 'import { track, flush } from "@millimetric/track-node";\n'


def handler(name: str, event: str, end: str = "") -> str:
    return (
        f"\nexport async function {name}(request: Request) {{\n"
        "  const { anonymous_id } = await request.json();\n"
        f'  track({{ event: "{event}", anonymous_id }});\n'
        f"{end}"
        "  return Response.json({});\n"
        "}\n"
    )


FLUSH = "  await flush();\n"
BOTH = IMPORT + handler("POST", "a") + handler("PUT", "b")
FIRST = IMPORT + handler("POST", "a", FLUSH) + handler("PUT", "b")
SECOND = IMPORT + handler("POST", "a") + handler("PUT", "b", FLUSH)
EACH = IMPORT + handler("POST", "a", FLUSH) + handler("PUT", "b", FLUSH)
PATH = "app/api/route.ts"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "shop"
    root.mkdir()
    monkeypatch.chdir(root)
    put(root, {"package.json": '{"dependencies": {"next": "15.0.0"}}', PATH: BOTH})
    return root


def put(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())


class Told:
    """A dialogue that was led with ``answers``; then nobody answers any more."""

    def __init__(
        self, root: Path, *answers: str, unsafe: bool = False, known: bool = False
    ) -> None:
        self.said = ""
        self.questions: list[str] = []
        self._answers: Iterator[str] = iter(answers)
        request = Request()
        session = open_session(request, None, start=root)
        if known:
            found = [one.finding for one in session.lint({})]
            assert session.observed is not None
            rows = entries_of(found, session.observed.facts, session.observed.sources)
            session.baseline = dict.fromkeys(rows, 1)
        self.result: Result = Dialogue(
            session,
            view(request, session),
            _parses,
            ("safe", "unsafe") if unsafe else ("safe",),
            ask=self._ask,
            say=self._say,
        ).run()

    def _ask(self, question: str) -> str | None:
        self.questions.append(question)
        return next(self._answers, None)

    def _say(self, text: str) -> None:
        self.said += text

    @property
    def codes(self) -> list[str]:
        return [one.finding.code for one in self.result.findings]


def text(root: Path, path: str = PATH) -> str:
    return (root / path).read_bytes().decode()


# --- nothing is done unasked ----------------------------------------------------------------------


@pytest.mark.parametrize("answers", [(), ("q",), ("n", "n"), ("n", "q"), ("", "?", "x", "q")])
def test_without_a_yes_nothing_changes(project: Path, answers: tuple[str, ...]) -> None:
    told = Told(project, *answers)
    assert text(project) == BOTH
    assert told.codes == ["MM102", "MM102"]
    assert told.result.summary.fixed == 0


def test_where_nothing_can_be_fixed_nothing_is_asked(project: Path) -> None:
    put(project, {PATH: EACH})
    assert Told(project).questions == []


def test_what_the_baseline_holds_is_not_offered(project: Path) -> None:
    told = Told(project, "y", "y", known=True)
    assert told.questions == []
    assert text(project) == BOTH


def test_unsafe_fixes_are_offered_only_when_they_are_asked_for(project: Path) -> None:
    page = '"use client";\nimport { track } from "@millimetric/track";\n'
    button = 'export const A = () => <a onClick={() => { track("a"); go(); }}>A</a>;\n'
    put(project, {PATH: FIRST.replace(handler("PUT", "b"), ""), "components/a.tsx": page + button})
    assert Told(project, "y").questions == []
    assert Told(project, "q", unsafe=True).questions != []


# --- answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "left"),
    [
        (("y",), FIRST),
        (("y", "q"), FIRST),
        (("n", "y"), SECOND),
        (("y", "y"), EACH),
        ((" YES ", "y"), EACH),
        (("a",), EACH),
        (("n", "a"), SECOND),
        (("y", "n"), FIRST),
    ],
)
def test_what_is_accepted_is_done_and_nothing_else(
    project: Path, answers: tuple[str, ...], left: str
) -> None:
    told = Told(project, *answers)
    assert text(project) == left
    assert told.result.summary.fixed == left.count(FLUSH)
    assert len(told.codes) == 2 - left.count(FLUSH)


def test_a_finding_is_shown_with_its_diff_before_it_is_asked_about(project: Path) -> None:
    told = Told(project, "q")
    assert "error MM102 missing-flush" in told.said
    assert f"--- a/{PATH}\n+++ b/{PATH}\n" in told.said
    assert "\n+  await flush();\n" in told.said
    assert told.questions == ["Apply this fix? [y,n,a,i,q,?] "]


def test_the_second_one_is_shown_as_the_file_is_then(project: Path) -> None:
    told = Told(project, "y", "q")
    second = told.said.rpartition("--- a/")[2]
    assert second.count("await flush();") == 1
    assert f"{PATH}:13:3" in told.said


def test_a_question_mark_explains_the_answers(project: Path) -> None:
    assert "i  ignore the finding" in Told(project, "?", "q").said


def test_no_secret_is_shown(project: Path) -> None:
    key = "_".join(("sk", "live", "0a1b2c3d", "Sup3rSecretTail99"))
    put(project, {PATH: BOTH.replace("  return", f'  const k = "{key}";\n  return')})
    told = Told(project, "n", "n")
    assert "sk_live_0a1b2c3d_…" in told.said
    assert "Sup3rSecretTail99" not in told.said


def test_a_file_that_changes_meanwhile_is_left_alone(project: Path) -> None:
    class Changing(Told):
        def _ask(self, question: str) -> str | None:
            put(project, {PATH: BOTH + "// mine\n"})
            return super()._ask(question)

    told = Changing(project, "y", "y")
    assert text(project) == BOTH + "// mine\n"
    assert len(told.questions) == 1
    assert any(
        one.failed and "changed while mmlint ran" in one.message for one in told.result.notices
    )


def test_asking_again_finds_nothing_more_to_do(project: Path) -> None:
    Told(project, "a")
    assert Told(project).questions == []
    assert text(project) == EACH


class Shared:
    """A session of two files that one finding is about; its fix renames a word in both."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def lint(self, overlay: dict[str, bytes]) -> list[Reported]:
        texts = {path: overlay.get(path) or self.linted(path) for path in ("a.env", "b.js")}
        if any(b"OLD" not in one for one in texts.values()):
            return []
        edits = tuple(
            TextEdit(path, at := one.index(b"OLD"), at + 3, "NEW") for path, one in texts.items()
        )
        fix = Fix("rename it", "safe", ())
        finding = Finding("MM201", "n", "error", "m", Place("a.env", 0, 3), fix=fix)
        return [Reported(finding, edits)]

    def linted(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def result(self, left: list[Reported], fixed: int) -> Result:
        return Result(tuple(left), msgspec.structs.replace(NOTHING_READ, fixed=fixed))

    def close(self) -> None:
        pass


@pytest.mark.parametrize(("answer", "word"), [("y", "NEW"), ("n", "OLD")])
def test_a_fix_of_several_files_is_shown_whole_and_taken_as_one(
    project: Path, answer: str, word: str
) -> None:
    put(project, {"a.env": "OLD=\n", "b.js": "env.OLD;\n"})
    said: list[str] = []
    session: Any = Shared(project)
    seen = View(
        source=session.linted,
        shown=lambda path: path,
        carriers=lambda path: False,
        rules=dict,
        version="1",
    )
    dialogue = Dialogue(
        session, seen, _parses, ("safe",), ask=lambda question: answer, say=said.append
    )
    assert dialogue.run().summary.fixed == (word == "NEW")
    assert (text(project, "a.env"), text(project, "b.js")) == (f"{word}=\n", f"env.{word};\n")
    assert "+NEW=\n" in said[0]
    assert "+env.NEW;\n" in said[0]


# --- ignoring -------------------------------------------------------------------------------------


def test_ignoring_writes_the_reason_above_the_line(project: Path) -> None:
    told = Told(project, "i", "this host keeps  its\tprocesses", "n")
    line = "  // mmlint: ignore[missing-flush] this host keeps its processes\n"
    assert text(project) == BOTH.replace('  track({ event: "a"', line + '  track({ event: "a"')
    assert told.codes == ["MM102"]
    assert (told.result.summary.fixed, told.result.summary.ignored) == (0, 1)


def test_without_a_reason_nothing_is_ignored(project: Path) -> None:
    told = Told(project, "i", "  ", "q")
    assert text(project) == BOTH
    assert "Nothing is ignored without a reason." in told.said


def test_line_breaks_and_byte_order_marks_are_kept(project: Path) -> None:
    put(project, {PATH: "\ufeff" + BOTH.replace("\n", "\r\n")})
    Told(project, "i", "why", "q")
    after = text(project)
    assert "  // mmlint: ignore[missing-flush] why\r\n  track(" in after
    assert after.count("\n") == after.count("\r\n")
    assert after.startswith("\ufeff")


def ignored(project: Path, path: str, source: str, **options: bool) -> str:
    put(project, {PATH: "export {};\n", path: source})
    Told(project, "i", "why", "q", **options)
    return text(project, path)


SERVER = IMPORT + handler("GET", "joined", FLUSH)


def duplicated(project: Path, path: str, source: str) -> str:
    put(project, {"app/api/joined/route.ts": SERVER})
    return ignored(project, path, source, unsafe=True)


def test_python_gets_its_own_comment(project: Path) -> None:
    source = (
        "import millimetric\n\n\ndef joined(aid):\n"
        "    millimetric.track(\n        event='a', anonymous_id=aid, userId=aid.user\n    )\n"
    )
    after = ignored(project, "services/app.py", source)
    assert after == source.replace(
        "    millimetric.track", "    # mmlint: ignore[misnamed-field] why\n    millimetric.track"
    )


def test_between_elements_a_comment_stands_in_braces(project: Path) -> None:
    source = (
        '"use client";\nimport { track } from "@millimetric/track";\n'
        "export const A = () => (\n  <p>\n"
        '    <a onClick={() => { track("joined"); go(); }}>A</a>\n'
        "  </p>\n);\n"
    )
    after = duplicated(project, "components/a.tsx", source)
    assert after == source.replace(
        "    <a ", "    {/* mmlint: ignore[duplicate-event] why */}\n    <a "
    )


@pytest.mark.parametrize("path", ["public/a.html", "web/a.vue"])
def test_a_page_s_script_gets_a_comment_of_scripts(project: Path, path: str) -> None:
    start = '<script type="module">\nimport { track } from "@millimetric/track";\n'
    source = f'{start}track("joined");\n</script>\n'
    after = duplicated(project, path, source)
    assert after == source.replace(
        'track("joined")', '// mmlint: ignore[duplicate-event] why\ntrack("joined")'
    )


def test_a_reason_cannot_end_its_comment(project: Path) -> None:
    put(project, {PATH: BOTH})
    Told(project, "i", "over\n*/ alert(1) /*", "q")
    assert "// mmlint: ignore[missing-flush] over */ alert(1) /*\n" in text(project)


# --- on a terminal --------------------------------------------------------------------------------


def test_without_a_terminal_it_is_refused(project: Path) -> None:
    done = CliRunner().invoke(cli, ["--fix", "-i"])
    assert done.exit_code == 2
    assert "stdin is no terminal; expected one to answer on. Run it in a terminal" in done.output
    assert text(project) == BOTH


@pytest.mark.parametrize("words", [("-i",), ("--fix", "-i", "--diff")])
def test_it_goes_with_fix_alone(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(cli, list(words))
    assert (done.exit_code, "--interactive goes with --fix" in done.output) == (2, True)


@pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo terminals")
@pytest.mark.parametrize(("typed", "left"), [("y\nn\n", FIRST), ("y\n\x04", FIRST), ("a\n", EACH)])
def test_it_is_led_from_a_terminal(project: Path, typed: str, left: str) -> None:
    outer, inner = pty.openpty()
    try:
        os.write(outer, typed.encode())
        done = subprocess.run(
            [sys.executable, "-m", "mmlint", "--fix", "-i", "--format", "concise"],
            stdin=inner,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(outer)
        os.close(inner)
    assert text(project) == left, done.stderr
    assert "Apply this fix? [y,n,a,i,q,?] " in done.stderr
    assert "Apply" not in done.stdout
    assert done.stdout.startswith("Fixed " if left == EACH else PATH)
    assert done.returncode == (0 if left == EACH else 1)


# --- a variable that is renamed wherever it is named ----------------------------------------------

NAMED = {
    "package.json": '{"dependencies": {"next": "15.0.0"}}',
    PATH: "export {};\n",
    ".env.example": "A=1\nNEXT_PUBLIC_AOA_SK=\n",
    "lib/key.ts": "export const key = () => process.env.NEXT_PUBLIC_AOA_SK;\n",
}


def test_a_variable_is_renamed_in_all_files_or_in_none(project: Path) -> None:
    put(project, NAMED)
    before = {path: text(project, path) for path in NAMED}
    assert Told(project, "n", unsafe=True).questions
    assert {path: text(project, path) for path in NAMED} == before
    told = Told(project, *"y" * 5, unsafe=True)
    assert told.codes == []
    assert told.said.count("+++ b/") >= 2
    for path in (".env.example", "lib/key.ts"):
        assert "NEXT_PUBLIC_" not in text(project, path)
        assert f"+++ b/{path}" in told.said


def test_an_env_file_gets_its_comment_on_a_line_of_its_own(project: Path) -> None:
    put(project, NAMED)
    Told(project, "i", "no key of ours", "q", unsafe=True)
    assert text(project, ".env.example") == (
        "A=1\n# mmlint: ignore[secret-in-public-env] no key of ours\nNEXT_PUBLIC_AOA_SK=\n"
    )
