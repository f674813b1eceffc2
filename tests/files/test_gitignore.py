"""Gitignore patterns, against git itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmlint.files.gitignore import parse, verdict


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
    said = verdict(parse(text), path.rstrip("/"), folder=path.endswith("/"))
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
        ours = verdict(patterns, "/".join(parts[:depth]), folder=is_folder)
        if ours:
            break
    theirs = git_says(repository, text, "/".join(parts) + "/" * folder)
    assert bool(ours) == bool(theirs)


def test_many_stars_cost_no_time() -> None:
    patterns = parse("*a" * 60 + "b\n" + "**/a/" * 40 + "b\n")
    # Each star tried at every letter, all of them together, would not end in a lifetime.
    assert verdict(patterns, "a" * 255, folder=False) is None
    assert verdict(patterns, "/".join("a" * 200), folder=False) is None


@given(st.text())
def test_any_text_is_a_gitignore_file(text: str) -> None:
    verdict(parse(text), "a/b", folder=False)
