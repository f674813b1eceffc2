"""An env file that git tracks is one more file of the repository; any other is a secret's place."""

from __future__ import annotations

import subprocess
from pathlib import Path

from mmlint.app import check
from tests.cases import parse_cases


def project(root: Path, tracked: bool) -> Path:
    text = "\n".join(
        (
            "## one",
            "```dotenv .env.production", "AOA_SK={{sk}}", "# {{rk}}", "VITE_KEY={{sk}}", "```",
            "```text .gitignore", ".env.local", "```",
            "```dotenv .env.local", "AOA_SK={{sk}}", "```",
        )
    )  # fmt: skip
    (case,) = parse_cases(text, "hardcoded_secret/found")
    case.write(root)
    for words in (["init", "--quiet"], ["add", "--all"] if tracked else ["status"]):
        subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, timeout=60)
    return root


def found(root: Path) -> list[tuple[str, str]]:
    findings = [one.finding for one in check(root).findings]
    return sorted((one.place.path, one.code) for one in findings)


def test_what_git_does_not_track_is_silent(tmp_path: Path) -> None:
    assert found(project(tmp_path, tracked=False)) == [(".env.production", "MM201")]


def test_what_git_tracks_is_found(tmp_path: Path) -> None:
    env = ".env.production"
    assert found(project(tmp_path, tracked=True)) == [
        (env, "MM201"),
        (env, "MM203"),
        (env, "MM203"),
    ]
