"""What the patterns of platforms and providers describe begins as is read from them."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.frameworks import platforms
from mmlint.frameworks.pattern import Callback, Decorated
from mmlint.project.platforms.providers import PROVIDERS
from mmlint.project.semantic.callee_matcher import beginnings, callee_matcher
from mmlint.sdk.schema import is_among


def _patterns() -> set[str]:
    found = {one.listens for one in platforms()}
    found |= {text for one in PROVIDERS for text in (one.verifiers, one.listeners)}
    for platform in platforms():
        for one in platform.patterns:
            if isinstance(one, Callback):
                found.add(one.callee)
            elif isinstance(one, Decorated):
                found.add(one.decorator)
    return found - {""}


PATTERNS = sorted(_patterns())

ODD = (r"^a?b", r"^a*b", r"^a{0,2}b", r"^a+b", r"^(ab|c)?d", r"^(?:a|b)c", r"a|^b", r"^a|^(b|c)d")
ODD += (r"^[a|b]c", r"^a\.b", r"^a\\b", r"^(a(b|c)|d)", r"^\w", r"^", r"^(|a)b", r"^a|", r"^(a|b)+")
ODD += (r"^(?!a)b", r"^[])]b", r"^[^]|]c", r"^a\)b", r"^\x61", r"^\(a|b")


@given(st.data(), st.sampled_from((*PATTERNS, *ODD)))
def test_what_a_pattern_is_found_in_begins_so(data: st.DataObject, pattern: str) -> None:
    text = data.draw(st.from_regex(pattern))
    assert text.startswith(beginnings(pattern))


@given(st.sampled_from((*PATTERNS, *ODD)), st.text("abcd.():/@|]x", max_size=8))
def test_a_pattern_describes_what_it_is_found_in(pattern: str, text: str) -> None:
    assert callee_matcher(pattern)(text) == (re.search(pattern, text) is not None)


@pytest.mark.parametrize(
    ("pattern", "begin"),
    [
        (r"^@nestjs/common:(Get|Post)$", ("@nestjs/common:",)),
        (r"^django\..*:require_\w+|^flask:run$", ("django.", "flask:run")),
        (r"^(quart|bottle(\.\w+)?)[\w.]*:run$", ("quart", "bottle")),
        (r"^(:Bun\.|bun:)serve$", (":Bun.", "bun:")),
        (r"^https?:createServer$", ("http",)),
        (r"/std/http/.*:serve$|^std:serve$", ("", "std:serve")),
    ],
)
def test_beginnings_are_read_as_far_as_they_are_fixed(pattern: str, begin: tuple[str, ...]) -> None:
    assert beginnings(pattern) == begin


@given(st.text("ab*?[]-_", max_size=6), st.text("ab*?[]-_", max_size=5))
def test_an_event_is_among_patterns_as_file_names_are(event: str, pattern: str) -> None:
    assert is_among(event, [pattern]) == fnmatchcase(event, pattern)
