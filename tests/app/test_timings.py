"""Where the time went: every part of a run, on stderr, and the report as it always is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mmlint.app import Request, run
from mmlint.engine.timings import Timings
from tests.proof.command import write


def test_what_is_measured_adds_up() -> None:
    clock = Timings()
    with clock.measure("outside", but="inside"):
        for _ in range(3):
            with clock.measure("inside"):
                clock.add("elsewhere", 2.0)
    assert clock.seconds["elsewhere"] == 6.0
    assert 0 < clock.seconds["outside"] < 1
    assert 0 < clock.seconds["inside"] < 1


def test_time_is_taken_down_although_something_fails() -> None:
    clock = Timings()
    with pytest.raises(ValueError, match="x"), clock.measure("this"):
        raise ValueError("x")
    assert clock.seconds["this"] > 0


def test_every_part_of_a_run_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"a.js": 'import { track } from "@millimetric/track";\n', "b.py": "x = 1\n"})
    monkeypatch.chdir(tmp_path)
    code = run(Request(format="json"))
    plain = capfd.readouterr()
    assert run(Request(format="json", timings=True)) == code
    timed = capfd.readouterr()
    assert timed.out == plain.out
    assert plain.err == ""
    head, *rows = timed.err.splitlines()
    assert head == "mmlint: milliseconds"
    found = dict(re.fullmatch(r" *([\d.]+)  (.+)", row).group(2, 1) for row in rows)  # type: ignore[union-attr]
    assert {"listing", "needles", "adapter javascript", "links", "reports", "all"} <= found.keys()
    assert {"rule MM101", "rule MM401"} <= found.keys()
    assert "adapter python" not in found
    assert float(found["all"]) > 0
