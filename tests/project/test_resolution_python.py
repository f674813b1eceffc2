"""Which file a Python import means: packages, source roots, and what belongs to libraries."""

from __future__ import annotations

import pytest

from mmlint.languages.settings.tree import settings_files
from mmlint.project.modules.resolution import Resolution, submodule


def find(importer: str, specifier: str, *files: str, settings: tuple[str, ...] = ()) -> str | None:
    known = frozenset({importer, *files})
    return Resolution(known, settings_files(dict.fromkeys(settings, b""))).find(
        importer, specifier, "python"
    )


# --- nothing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["logging", "json", "email", "queue", "stripe", "requests"])
def test_a_library_is_not_taken_for_a_file_of_its_name(name: str) -> None:
    files = (f"app/{name}.py", f"{name}.py", f"services/other/{name}.py", "app/__init__.py")
    assert find("app/views.py", name, *files) is None
    assert find("app/views.py", f"{name}.client", *files) is None


def test_a_library_is_not_taken_for_a_package_far_away() -> None:
    files = ("services/pay/stripe/__init__.py", "services/pay/pyproject.toml")
    assert find("web/a.py", "stripe", *files) is None


@pytest.mark.parametrize("name", [".", "..", "...", "", "a..b", ".missing", "..a"])
def test_what_leads_nowhere_is_not_found(name: str) -> None:
    assert find("a.py", name, "b.py") is None


def test_a_name_that_two_projects_have_is_neither_s() -> None:
    files = ("one/setup.py", "one/events.py", "two/setup.py", "two/events.py")
    assert find("three/a.py", "events", *files) is None


def test_a_folder_without_a_file_of_its_own_is_no_module() -> None:
    assert find("a.py", "lib", "lib/b.py") is None


# --- relative -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "file"),
    [
        (".b", "shop/web/b.py"),
        (".b.c", "shop/web/b/c.py"),
        (".", "shop/web/__init__.py"),
        ("..", "shop/__init__.py"),
        ("..b", "shop/b.py"),
        ("...b", "b.py"),
    ],
)
def test_dots_count_folders(name: str, file: str) -> None:
    assert find("shop/web/a.py", name, file) == file


def test_a_relative_import_may_be_named_like_a_library() -> None:
    assert find("app/a.py", ".stripe", "app/stripe.py") == "app/stripe.py"


# --- absolute -------------------------------------------------------------------------------------


def test_a_package_goes_before_a_module_of_its_name() -> None:
    assert find("a.py", "b", "b.py", "b/__init__.py") == "b/__init__.py"


def test_folders_of_a_namespace_need_no_file() -> None:
    assert find("acme/web/a.py", "acme.lib.b", "acme/lib/b.py") == "acme/lib/b.py"


def test_the_nearest_folder_above_wins() -> None:
    files = ("app/events.py", "services/api/app/events.py", "services/app/events.py")
    assert find("services/api/app/a.py", "app.events", *files) == "services/api/app/events.py"
    assert find("main.py", "app.events", *files) == "app/events.py"


@pytest.mark.parametrize("importer", ["tests/test_a.py", "src/shop/a.py", "conftest.py"])
def test_a_source_folder_is_looked_into(importer: str) -> None:
    assert find(importer, "shop.events", "src/shop/events.py") == "src/shop/events.py"


def test_a_folder_inside_a_package_is_no_place_to_start_from() -> None:
    files = ("shop/__init__.py", "shop/events.py", "events.py")
    assert find("shop/a.py", "events", *files) == "events.py"


def test_unless_its_files_are_run_as_scripts() -> None:
    assert find("shop/a.py", "events", "shop/__init__.py", "shop/events.py") == "shop/events.py"


@pytest.mark.parametrize("mark", ["pyproject.toml", "setup.cfg", "setup.py", "manage.py"])
@pytest.mark.parametrize("folder", ["libs/events", "libs/events/src"])
def test_another_project_of_the_repository_is_found_by_its_root(mark: str, folder: str) -> None:
    file = f"{folder}/events/client.py"
    code = (file, f"libs/events/{mark}") if mark.endswith(".py") else (file,)
    settings = () if mark.endswith(".py") else (f"libs/events/{mark}",)
    assert find("apps/web/a.py", "events.client", *code, settings=settings) == file
    assert find("apps/web/a.py", "events.client", file) is None


def test_a_library_s_name_can_be_the_project_s_own() -> None:
    file = "src/stripe/__init__.py"
    assert find("tests/test_a.py", "stripe", file, settings=("pyproject.toml",)) == file
    files = ("backend/manage.py", "backend/calendar/__init__.py", "backend/calendar/models.py")
    assert find("backend/shop/a.py", "calendar.models", *files) == "backend/calendar/models.py"


def test_a_submodule_is_named_from_its_package() -> None:
    assert submodule("a.b", "c") == "a.b.c"
    assert submodule("..", "c") == "..c"
