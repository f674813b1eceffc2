"""A fix leaves a file in the encoding that it has, on the disk and on stdout."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from mmlint.app import Request, run

PYTHON = """\
# coding: {}
from millimetric import track

def picked(anonymous_id):
    track({{"event": "picked_plan", "anonymousId": anonymous_id}})  # {}
"""
TYPESCRIPT = """\
import { track } from "@millimetric/track-node";
track({ event: "picked_plan", anonymousId: a }); // é
"""
CASES = [
    ("a.py", PYTHON.format("latin-1", "é").encode("latin-1")),
    ("a.py", PYTHON.format("shift_jis", "表").encode("shift_jis")),
    ("a.py", PYTHON.format("koi8-r", "ж").replace("\n", "\r\n").encode("koi8-r")),
    ("a.ts", codecs.BOM_UTF16_LE + TYPESCRIPT.encode("utf-16-le")),
    ("a.ts", codecs.BOM_UTF16_BE + TYPESCRIPT.encode("utf-16-be")),
]


def fixed(data: bytes) -> bytes:
    """Return what the fix of the misnamed key makes of one of the cases."""
    for name in ("utf-16-le", "utf-16-be", "ascii"):
        before, after = "anonymousId".encode(name), "anonymous_id".encode(name)
        if before in data:
            return data.replace(before, after)
    raise AssertionError("no case")


@pytest.mark.parametrize(("name", "data"), CASES)
def test_a_fixed_file_keeps_its_encoding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(data)
    run(Request(paths=(name,), fix=True, select=("MM602",)))
    assert (tmp_path / name).read_bytes() == fixed(data)


@pytest.mark.parametrize(("name", "data"), CASES)
def test_stdout_has_the_encoding_of_stdin(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
    name: str,
    data: bytes,
) -> None:
    monkeypatch.chdir(tmp_path)
    request = Request(paths=("-",), stdin_filename=name, fix=True, select=("MM602",))
    run(request, lambda: data)
    assert capfdbinary.readouterr().out == fixed(data)


def test_what_cannot_be_written_back_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    data = PYTHON.format("utf-7", "+AGE-").encode()
    (tmp_path / "a.py").write_bytes(data)
    assert run(Request(paths=("a.py",), fix=True, select=("MM602",))) == 2
    assert (tmp_path / "a.py").read_bytes() == data
    assert "Save the file as UTF-8" in capfd.readouterr().err


def test_excerpts_show_what_the_file_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_bytes(PYTHON.format("latin-1", "é").encode("latin-1"))
    run(Request(paths=("a.py",), select=("MM602",)))
    assert "anonymous_id})  # é\n" in capfd.readouterr().out
