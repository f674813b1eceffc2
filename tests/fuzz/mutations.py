"""Sources as they are written by accident: cases of the rules, with bytes cut, moved, doubled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hypothesis import strategies as st

from tests.cases import Case, load_cases

FIXTURES = Path(__file__).parent.parent / "fixtures"
CASES: list[Case] = [
    case
    for name in ("rules", "platforms")
    for case in load_cases(FIXTURES / name, ("silent", "found"))
]

ODD = (
    "(",
    "{",
    "`",
    '"',
    "'",
    "/*",
    "//",
    "#",
    "${",
    "}",
    "\\",
    "\x00",
    "\r",
    "\u2028",
    "é",
    "&&",
    "=>",
)
"""What begins, ends or breaks something in one of the languages."""

CONFIGURATIONS = {"pyproject.toml", "mmlint.toml", ".mmlint.toml"}

Mutation = Callable[[str], str]


def _cut(at: float, length: int) -> Mutation:
    return lambda text: text[: int(at * len(text))] + text[int(at * len(text)) + length :]


def _insert(at: float, piece: str) -> Mutation:
    return lambda text: text[: int(at * len(text))] + piece + text[int(at * len(text)) :]


def _double(at: float, length: int) -> Mutation:
    def doubled(text: str) -> str:
        start = int(at * len(text))
        return text[: start + length] + text[start:]

    return doubled


def _without_line(at: float) -> Mutation:
    def shorter(text: str) -> str:
        lines = text.splitlines(keepends=True)
        del lines[int(at * len(lines)) : int(at * len(lines)) + 1]
        return "".join(lines)

    return shorter


_places = st.floats(0, 1, exclude_max=True)
mutations: st.SearchStrategy[Mutation] = st.one_of(
    st.builds(_cut, _places, st.integers(1, 40)),
    st.builds(_insert, _places, st.sampled_from(ODD)),
    st.builds(_double, _places, st.integers(1, 200)),
    st.builds(_without_line, _places),
)


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, str]:
    """The files of one case, each with a few mutations. A broken configuration is an error of its
    own, so that stays as it is."""
    case = draw(st.sampled_from(CASES))
    files = dict(case.files)
    for path in sorted(files.keys() - CONFIGURATIONS):
        for mutation in draw(st.lists(mutations, max_size=3)):
            files[path] = mutation(files[path])
    return files
