"""The door: every language by its name, any bytes, nothing heavy before it is needed."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmlint.languages import observe
from mmlint.model.facts import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
SCRIPTS: tuple[Language, ...] = ("javascript", "typescript", "tsx")
PROGRAMS: tuple[Language, ...] = (*SCRIPTS, "python", "html", "vue", "svelte", "astro")

COMMENTED: dict[Language, bytes] = {
    "json": b"{} // %s\n",
    "yaml": b"a: b # %s\n",
    "toml": b"a = 1 # %s\n",
    "dockerfile": b"# %s\n",
    "shell": b"true # %s\n",
    "markdown": b"<!-- %s -->\n",
    "text": b"# %s\n",
}
"""How a comment is written where nothing is a program."""


def sample(language: Language) -> bytes:
    """A file whose only call is ``track()``, with a suppression."""
    if language == "python":
        return b"# mmlint: ignore[MM101] why\ntrack()\n"
    script = b"// mmlint: ignore[MM101] why\ntrack()\n"
    return script if language in SCRIPTS else b"<script>\n" + script + b"</script>\n"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n", b"\r\n"])
def test_empty_files_say_nothing(data: bytes, language: Language) -> None:
    facts = observe(data, language)
    assert (facts.language, facts.entries, facts.ignores, facts.problem) == (language, (), (), None)


@pytest.mark.parametrize("language", COMMENTED)
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_suppressions_where_nothing_is_a_program(start: bytes, language: Language) -> None:
    data = start + COMMENTED[language] % b"mmlint: ignore[MM101] why"
    facts = observe(data, language)
    (fact,) = facts.ignores
    assert data[fact.code_starts[0] :].startswith(b"MM101] why")
    assert (fact.reason, facts.modules, facts.problem) == ("why", (), None)


@pytest.mark.parametrize("language", PROGRAMS)
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_programs_and_suppressions(start: bytes, language: Language) -> None:
    data = start + sample(language)
    facts = observe(data, language)
    (module,) = facts.modules
    (statement,) = module.functions[0].body
    assert data[statement.start : statement.end] == b"track()"
    (fact,) = facts.ignores
    assert data[fact.code_starts[0] :].startswith(b"MM101] why")
    assert (fact.alone, fact.leading, fact.reason) == (True, True, "why")
    assert facts.problem is None


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_env_files(start: bytes) -> None:
    data = start + b"NAME=value\n"
    (entry,) = observe(data, "dotenv").entries
    assert data[entry.start : entry.end] == b"NAME"


def test_noqa_is_pythons_alone() -> None:
    assert observe(b"x()  # noqa: MM101\n", "python").ignores[0].style == "noqa"
    assert observe(b"x() // # noqa: MM101\n", "javascript").ignores == ()


@pytest.mark.parametrize("language", ["javascript", "tsx"])
def test_comments_in_jsx(language: Language) -> None:
    facts = observe(b"a(<p>\n  {/* mmlint: ignore[MM101] */}\n</p>)", language)
    assert [fact.alone for fact in facts.ignores] == [True]


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_syntax_error_is_a_problem_of_the_facts(language: Language) -> None:
    broken = b"track(((\n"
    data = broken if language in (*SCRIPTS, "python") else b"<script>" + broken + b"</script>"
    problem = observe(data, language).problem
    assert problem is not None
    assert 0 <= problem.start <= len(data)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mark", [b"(", b"[", b"{", b"a(", b"f(function(){", b"x=>", b"!", b"<a>"])
def test_deep_nesting_is_survived(mark: bytes, language: Language) -> None:
    nested = mark * 3_000
    for data in (nested, b"<script>" + nested + b"</script>", b"A=" + nested):
        assert observe(data, language).language == language


def test_what_an_adapter_cannot_follow_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(data: bytes, salt: bytes) -> None:
        raise RecursionError

    monkeypatch.setattr("mmlint.languages.settings.dotenv.observe", too_deep)
    problem = observe(b"A=1", "dotenv").problem
    assert problem is not None
    assert "nested too deeply" in problem.message


@settings(derandomize=True, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(LANGUAGES))
def test_any_bytes_are_fine(data: bytes, language: Language) -> None:
    assert observe(data, language).language == language


def test_no_parser_is_loaded_with_the_door() -> None:
    code = (
        "import sys, mmlint.languages; from mmlint.languages import observe;"
        "observe(b'A=1', 'dotenv');"
        "print([name for name in ('libcst', 'tree_sitter') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
