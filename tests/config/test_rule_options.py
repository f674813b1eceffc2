"""A misspelt option of a rule ends the run, and says what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmlint.app import UsageError, check


def test_a_known_option_is_taken(tmp_path: Path) -> None:
    (tmp_path / "mmlint.toml").write_text('[rules.duplicate-event]\nallow = ["x"]\n')
    assert check(tmp_path).findings == ()


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("duplicate-event", 'allowed: allow. Did you mean "allow"?'),
        ("missing-flush", "allowed: none."),
    ],
)
def test_an_unknown_option_is_named_with_its_place(
    tmp_path: Path, rule: str, expected: str
) -> None:
    (tmp_path / "mmlint.toml").write_text(f"# settings\n[rules.{rule}]\nalow = 1\n")
    with pytest.raises(UsageError) as caught:
        check(tmp_path)
    message = str(caught.value)
    assert message.endswith(f'mmlint.toml:2: unknown option "alow" of the rule {rule}; {expected}')
