"""Whose ``window.mm`` is: another product's where the project puts that there."""

from __future__ import annotations

from mmlint.languages import observe
from mmlint.project.project import Project

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
