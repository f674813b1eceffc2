"""Whose ``window.mm`` is: another product's where the project puts that there."""

from __future__ import annotations

import pytest

from mmlint.languages import observe
from mmlint.project.project import Project
from mmlint.project.semantic.foreign import is_foreign
from tests.project import linking

OTHER = 'import { Chat } from "mm-chat";\nwindow.mm = new Chat();\n'
USE = 'window.mm.track("joined");\n'


def sending(files: dict[str, str]) -> list[str]:
    """The paths of the files that send."""
    facts = {path: observe(text.encode(), "typescript") for path, text in files.items()}
    return [one.unit.path for one in Project(facts).sends]


def test_the_file_that_puts_another_product_there_sends_nothing() -> None:
    assert sending({"chat.ts": OTHER + USE}) == []
    assert sending({"chat.ts": USE}) == ["chat.ts"]


def test_a_folder_that_loads_nothing_of_it_is_not_concerned() -> None:
    files = {"packages/chat/src/chat.ts": OTHER + USE, "packages/shop/src/shop.ts": USE}
    assert sending(files) == ["packages/shop/src/shop.ts"]


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("window.mm = window.mm || [];", False),
        ("window.mm = { q: [] };", False),
        ("window.other = new Chat();", False),
        ("const window = {}; window.mm = new Chat();", False),
        ('import { Chat } from "mm-chat"; window.mm = Chat;', True),
        ("window.mm = window.mm || new Chat();", True),
        ("class Chat {} globalThis.mm = new Chat();", True),
    ],
)
def test_which_files_put_another_product_there(text: str, foreign: bool) -> None:
    linked = linking.program({"a.ts": text})
    assert is_foreign(linked.units[0], linked.resolve) is foreign


def test_python_has_no_window() -> None:
    linked = linking.program({"a.py": "class Chat: ...\nwindow.mm = Chat()\n"})
    assert not is_foreign(linked.units[0], linked.resolve)
