"""A secret's name that a pipeline keeps in its own store: said, shown, and left for a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmlint.app import check
from mmlint.model.finding import Finding

LATER = "Rename it without the prefix, also in your hosting dashboard"


def found(root: Path, files: dict[str, str]) -> list[Finding]:
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    return [one.finding for one in check(root).findings if one.finding.code == "MM201"]


def workflow(value: str) -> str:
    return f"jobs:\n  build:\n    env:\n      NEXT_PUBLIC_AOA_SK: {value}\n"


@pytest.mark.parametrize(
    "value",
    ["$NEXT_PUBLIC_AOA_SK", "${{ env.NEXT_PUBLIC_AOA_SK }}", "${{ secrets.AOA_SK }}", ""],
)
def test_what_no_store_keeps_under_that_name_is_not_spoken_of(value: str, tmp_path: Path) -> None:
    (one,) = found(tmp_path, {".github/workflows/a.yml": workflow(value)})
    assert f"{LATER}, and rotate this secret" in one.message
    assert "kept there" not in str(one.related)


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        ("${{ secrets.NEXT_PUBLIC_AOA_SK }}", "secrets.NEXT_PUBLIC_AOA_SK"),
        ("${{ vars.NEXT_PUBLIC_AOA_SK || '' }}", "vars.NEXT_PUBLIC_AOA_SK"),
        ("${{ secrets['NEXT_PUBLIC_AOA_SK'] }}", "secrets.NEXT_PUBLIC_AOA_SK"),
    ],
)
def test_a_name_in_a_store_is_named_and_shown(value: str, spelled: str, tmp_path: Path) -> None:
    path, text = ".github/workflows/a.yml", workflow(value)
    (one,) = found(tmp_path, {path: text})
    assert f"{LATER} and {spelled} by hand, and rotate this secret" in one.message
    (shown,) = one.related
    start = text.encode().rindex(b"NEXT_PUBLIC_AOA_SK")
    assert (shown.place.path, shown.place.start) == (path, start)
    assert spelled in shown.message


def test_each_place_is_shown_also_beside_a_private_name(tmp_path: Path) -> None:
    other = "jobs:\n  b:\n    env:\n      AOA_SK: ${{ secrets.NEXT_PUBLIC_AOA_SK }}\n"
    files = {
        ".github/workflows/a.yml": workflow("${{ secrets.NEXT_PUBLIC_AOA_SK }}"),
        ".github/workflows/b.yml": other,
    }
    (one,) = found(tmp_path, files)
    assert one.message.count("secrets.NEXT_PUBLIC_AOA_SK") == 1
    assert [shown.place.path for shown in one.related] == list(files)


def test_helms_values_are_no_store(tmp_path: Path) -> None:
    text = "env:\n  NEXT_PUBLIC_AOA_SK: '{{ .Values.secrets.NEXT_PUBLIC_AOA_SK }}'\n"
    for one in found(tmp_path, {"chart/values.yaml": text}):
        assert "by hand" not in one.message
