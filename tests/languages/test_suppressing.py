"""Comments that ignore a rule: the syntax of each language, and where one is proposed."""

from __future__ import annotations

import pytest

from mmlint.engine.fixer import apply
from mmlint.languages import observe
from mmlint.languages.edits.suppressing import proposals
from mmlint.model.facts import Language


def written(path: str, language: Language, source: str, at: str, reason: str = "why") -> list[str]:
    data = source.encode()
    start = data.index(at.encode())
    edits = proposals(path, language, data, (start,), "secret-in-public-env", reason)
    return [apply(data, [edit]).decode() for edit in edits]


@pytest.mark.parametrize(
    ("path", "language", "source"),
    [
        ("package.json", "json", '{\n  "here": 1\n}\n'),
        ("notes.txt", "text", "here\n"),
        ("a.md", "markdown", "here\n"),
        ("deploy.sh", "shell", "docker build \\\n  --build-arg here=1 .\n"),
    ],
)
def test_where_no_comment_can_stand_none_is_proposed(
    path: str, language: Language, source: str
) -> None:
    assert written(path, language, source, "here") == []


@pytest.mark.parametrize(
    ("path", "language", "source", "comment"),
    [
        (".env", "dotenv", "A=1\nHERE=2\n", "# "),
        ("compose.yaml", "yaml", "a:\n  HERE: 1\n", "# "),
        ("fly.toml", "toml", "[env]\nHERE = 1\n", "# "),
        ("Dockerfile", "dockerfile", "FROM a\nENV HERE=1\n", "# "),
        ("wrangler.jsonc", "json", '{\n  "HERE": 1\n}\n', "// "),
        ("a.py", "python", "def f():\n\tHERE()\n", "# "),
        ("a.ts", "typescript", "f();\nHERE();\n", "// "),
    ],
)
def test_it_stands_on_a_line_of_its_own_above(
    path: str, language: Language, source: str, comment: str
) -> None:
    first = written(path, language, source, "HERE")[0]
    line = next(one for one in source.splitlines() if "HERE" in one)
    indent = line[: len(line) - len(line.lstrip())]
    said = f"{indent}{comment}mmlint: ignore[secret-in-public-env] why\n"
    assert first == source.replace(line, said + line)
    [found] = observe(first.encode(), language).ignores
    assert (found.codes, found.reason, found.alone) == (("secret-in-public-env",), "why", True)


def test_a_page_is_offered_both_kinds_of_comments() -> None:
    source = "<body>\n  <script src=HERE></script>\n</body>\n"
    assert "  <!-- mmlint: ignore[secret-in-public-env] why -->\n  <script" in "".join(
        written("a.html", "html", source, "HERE")
    )


@pytest.mark.parametrize("reason", ["a --> b", "a\n-- b -->", "*/ b"])
def test_a_reason_ends_no_comment_and_breaks_no_line(reason: str) -> None:
    for text in written("a.astro", "astro", "<p>\nHERE\n</p>\n", "HERE", reason):
        assert text.count("\n") == 4
        assert text.count("-->") <= 1 or "// mmlint" in text
        assert text.count("*/") <= 1 or "// mmlint" in text


def test_a_key_in_a_reason_is_cut() -> None:
    key = "_".join(("sk", "live", "0a1b2c3d", "Sup3rSecretTail99"))
    [text] = written(".env", "dotenv", "HERE=1\n", "HERE", f"was {key}")
    assert "Sup3rSecretTail99" not in text
