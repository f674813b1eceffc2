"""Gitignore patterns, against git itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmlint.model.gitignore import listed, parse, pattern
from tests.work import calls


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", folder], check=True)
    return folder


def git_says(repository: Path, text: str, path: str) -> bool | None:
    """Git's verdict on ``path`` itself, which is made for it (a trailing slash: as a folder)."""
    (repository / ".gitignore").write_text(text, "utf-8", newline="")
    target = repository / path
    (target if path.endswith("/") else target.parent).mkdir(parents=True, exist_ok=True)
    if not path.endswith("/"):
        target.touch()
    try:
        done = subprocess.run(
            ["git", "-C", repository, "check-ignore", "--no-index", "-z", "-v", "--stdin"],
            input=path.rstrip("/").encode() + b"\0",
            capture_output=True,
            check=False,
        )
    finally:
        top = repository / path.split("/")[0]
        shutil.rmtree(top) if top.is_dir() else top.unlink()
    if not done.stdout:
        return None
    _, _, pattern, _, _ = done.stdout.split(b"\0")
    return not pattern.startswith(b"!")


CASES = [
    ("", "a"),
    ("#a\n", "#a"),
    ("\\#a\n", "#a"),
    ("\\!a\n", "!a"),
    ("/\n", "a"),
    ("//\n", "a"),
    ("a\n", "b/a"),
    ("/a\n", "b/a"),
    ("a/\n", "a"),
    ("a/\n", "a/"),
    ("a/b\n", "c/a/b"),
    ("a/b\n", "a/b"),
    ("*.log\n", "x/y.log"),
    ("*\n!a/\n", "a/"),
    ("*\n!a/\n", "a/b"),
    ("a/**\n!a/keep\n", "a/"),
    ("a/**\n!a/keep\n", "a/keep"),
    ("a/**\n", "a/b/c"),
    ("**/a\n", "a"),
    ("**/a\n", "b/c/a"),
    ("a/**/b\n", "a/b"),
    ("a/**/b\n", "a/x/y/b"),
    ("a**b\n", "axb"),
    ("a/**b\n", "a/x/b"),
    ("a/***/b\n", "a/x/y/b"),
    ("**\n", "a"),
    ("**/\n", "a/"),
    ("**/\n", "a"),
    ("a \n", "a"),
    ("a\\ \n", "a "),
    ("a\\  \n", "a "),
    ("a\r\n", "a"),
    ("\ufeffa\n", "a"),
    ("[ab]c\n", "bc"),
    ("[!ab]c\n", "bc"),
    ("[^ab]c\n", "dc"),
    ("[a-c]\n", "b"),
    ("[c-a]\n", "b"),
    ("[]a]\n", "]"),
    ("[!]a]\n", "b"),
    ("[a\n", "[a"),
    ("[[:digit:]]x\n", "7x"),
    ("[[:nope:]]x\n", "7x"),
    ("[[:x]\n", "x"),
    ("[[:]\n", "["),
    ("[[:-[:digit:]]\n", "7"),
    ("[z-a]\n", "z"),
    ("[a-c-e]\n", "d"),
    ("[/a]\n", "a"),
    ("[/a]b/c\n", "ab/c"),
    ("a\\/b\n", "a/b"),
    ("[a-]\n", "-"),
    ("[\\]]\n", "]"),
    ("a\\\n", "a"),
    ("?\n", "a"),
    ("a?b\n", "a/b"),
    ("a*b/c\n", "axb/c"),
    ("{a,b}\n", "a"),
    ("a.b\n", "axb"),
    ("node_modules\n", "x/node_modules/"),
]


@pytest.mark.parametrize(("text", "path"), CASES)
def test_patterns_mean_what_git_means(repository: Path, text: str, path: str) -> None:
    said = parse(text).verdict(path.rstrip("/"), folder=path.endswith("/"))
    assert said == git_says(repository, text, path)


LINES = st.text(alphabet="ab*?/![]\\- ^.", max_size=8)
PATHS = st.lists(st.text(alphabet="ab.-", min_size=1, max_size=3), min_size=1, max_size=4).filter(
    lambda parts: not {".", ".."} & set(parts)
)


@given(lines=st.lists(LINES, max_size=4), parts=PATHS, folder=st.booleans())
@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_pattern_means_what_git_means(
    repository: Path, lines: list[str], parts: list[str], folder: bool
) -> None:
    """As a walk asks: from the top down, until a folder is ignored."""
    text = "".join(line + "\n" for line in lines)
    patterns = parse(text)
    ours: bool | None = None
    for depth in range(1, len(parts) + 1):
        is_folder = folder or depth < len(parts)
        ours = patterns.verdict("/".join(parts[:depth]), folder=is_folder)
        if ours:
            break
    theirs = git_says(repository, text, "/".join(parts) + "/" * folder)
    assert bool(ours) == bool(theirs)


@given(lines=st.lists(LINES, max_size=4), paths=st.lists(PATHS, min_size=1, max_size=3))
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_list_of_a_configuration_covers_the_files_that_git_ignores(
    repository: Path, lines: list[str], paths: list[list[str]]
) -> None:
    """One list is asked about many files, and remembers what it said of their folders."""
    patterns = listed(lines)
    text = "".join(line + "\n" for line in lines)
    for path in map("/".join, paths):
        assert patterns.covers(path) == bool(git_says(repository, text, path))


@pytest.mark.parametrize(
    "line", ["", " ", "#a", "/", "//", "!", "!/", "[a", "a/[b", "[[:nope:]]", "[[:", "a\\"]
)
def test_what_can_match_nothing_is_no_pattern(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        pattern(line)


# --- what it costs --------------------------------------------------------------------------------


NAMES = {
    "stars and letters": lambda n: ("*a" * n + "b", "a" * n),
    "sets": lambda n: ("[a-z]*" * n + "1", "a" * n),
    "question marks": lambda n: ("*?b" * n, "a" * n),
    "folders": lambda n: ("**/a/" * n + "b", "a/" * 40 + "c"),
    "open sets": lambda n: ("[" + "[:" * n + "]b", "a"),
}


@pytest.mark.parametrize("shape", NAMES)
def test_a_pattern_that_is_twice_as_long_takes_twice_the_calls(shape: str) -> None:
    def ask(n: int) -> None:
        line, path = NAMES[shape](n)
        assert not listed([line]).covers(path)

    ask(1)
    once, twice = calls(lambda: ask(1000)), calls(lambda: ask(2000))
    assert twice < 2.5 * once


def test_a_list_of_names_and_paths_takes_one_look_whatever_its_length() -> None:
    def ask(n: int) -> None:
        assert patterns[n].covers(f"web/src/{n - 1}.ts")

    lines = [line for number in range(2000) for line in (f"web/src/{number}.ts", f"name{number}")]
    patterns = {n: listed(lines[: 2 * n]) for n in (1000, 2000)}
    assert calls(lambda: ask(1000)) == calls(lambda: ask(2000))


@pytest.mark.parametrize("line", ["*a" * 120 + "b", "[a-z]*" * 120 + "1", "*?*[!b]" * 60 + "b"])
def test_no_name_is_tried_in_all_ways(line: str) -> None:
    """What a regular expression does by itself is no step of ours; this would not end."""
    assert not listed([line]).covers("a" * 255)


@given(st.text())
def test_any_text_is_a_gitignore_file(text: str) -> None:
    parse(text).verdict("a/b", folder=False)


@given(st.lists(st.text()), st.text())
def test_any_list_can_be_asked_about_any_path(lines: list[str], path: str) -> None:
    listed(lines).covers(path)
