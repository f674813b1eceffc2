"""Which public names hold a secret, which secrets reach the browser, what a name becomes."""

from __future__ import annotations

import pytest

from mmlint.languages import observe
from mmlint.model.facts import Language
from mmlint.project.fixes.renaming import is_first, is_read_in_browser, kept_elsewhere, new_name
from mmlint.project.project import Project
from mmlint.project.secrets.environment import public_secrets
from mmlint.project.secrets.leaks import client_secrets, stray_secrets

SECRET = "sk_live_" + "a1B2c3D4" + "_" + "k5L6m7N8" * 2
PUBLIC = "pk_live_" + "a1B2c3D4" + "_" + "k5L6m7N8" * 2
WEB = 'import { init } from "@millimetric/track";\n'
NODE = 'import { init } from "@millimetric/track-node";\n'


def project(files: dict[str, str], *, untracked: frozenset[str] | None = None) -> Project:
    facts = {path: observe(text.encode(), _language(path)) for path, text in files.items()}
    return Project(facts, untracked=untracked)


def _language(path: str) -> Language:
    if ".env" in path:
        return "dotenv"
    return "python" if path.endswith(".py") else "typescript"


# --- public names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "files",
    [
        {".env": f"AOA_SK={SECRET}\n"},
        {".env": f"NEXT_PUBLIC_AOA_PK={PUBLIC}\n"},
        {".env": "NEXT_PUBLIC_AOA_NAME=shop\n"},
        {"a.ts": f"process.env.AOA_SK = '{SECRET}';"},
        {"a.ts": f"other.NEXT_PUBLIC_AOA_SK = '{SECRET}';"},
        {"a.ts": "process.env.NEXT_PUBLIC_AOA_SK = load();"},
        {"a.py": f"import os\nos.environ.get('AOA_SK', '{SECRET}')\n"},
    ],
)
def test_a_private_name_or_a_public_key_is_no_leak(files: dict[str, str]) -> None:
    assert public_secrets(project(files)) == ()


@pytest.mark.parametrize(
    ("files", "name", "state"),
    [
        ({".env": f"NEXT_PUBLIC_AOA_SK={SECRET}\n"}, "NEXT_PUBLIC_AOA_SK", "key sk_live_"),
        ({".env.example": "NEXT_PUBLIC_AOA_SK=\n"}, "NEXT_PUBLIC_AOA_SK", "placeholder"),
        (
            {".env": f"AOA_SK={SECRET}\nVITE_AOA=$AOA_SK\n"},
            "VITE_AOA",
            "reference",
        ),
        (
            {"a.ts": f"process.env.NEXT_PUBLIC_AOA_SK = '{SECRET}';"},
            "NEXT_PUBLIC_AOA_SK",
            "key sk_live_",
        ),
        (
            {"a.py": f"import os\nos.environ.get('NEXT_PUBLIC_AOA_SK', '{SECRET}')\n"},
            "NEXT_PUBLIC_AOA_SK",
            "key sk_live_",
        ),
    ],
)
def test_a_public_name_that_holds_a_secret(files: dict[str, str], name: str, state: str) -> None:
    (one,) = public_secrets(project(files))
    assert one.name == name
    assert one.state.startswith(state)


# --- renaming -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "new"),
    [
        ("NEXT_PUBLIC_SECRET", None),
        ("NEXT_PUBLIC_AOA_SK", "AOA_SK"),
        ("NEXT_PUBLIC_VITE_AOA_SK", "AOA_SK"),
    ],
)
def test_a_variable_is_called_by_what_is_left_of_its_name(name: str, new: str | None) -> None:
    found = project({".env": f"{name}={SECRET}\n"})
    (one,) = public_secrets(found)
    assert new_name(found, one) == new


def test_what_the_browser_reads_keeps_its_name() -> None:
    browser = f'"use client";\n{WEB}init({{ key: process.env.NEXT_PUBLIC_AOA_SK }});\n'
    found = project({".env": f"NEXT_PUBLIC_AOA_SK={SECRET}\n", "a.ts": browser})
    assert is_read_in_browser(found, "NEXT_PUBLIC_AOA_SK")
    assert not is_read_in_browser(found, "AOA_SK")
    assert new_name(found, public_secrets(found)[0]) is None


def test_a_renaming_is_offered_once() -> None:
    files = {".env": f"VITE_AOA_SK={SECRET}\n", ".env.local": f"VITE_AOA_SK={SECRET}\n"}
    found = project(files)
    assert [is_first(found, one) for one in public_secrets(found)] == [True, False]


def test_no_file_says_what_a_pipeline_keeps_where_none_is_asked() -> None:
    assert kept_elsewhere(project({".env": f"VITE_AOA_SK={SECRET}\n"}), "VITE_AOA_SK") == ()


# --- leaks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "files",
    [
        {"a.ts": f"{NODE}init({{ key: '{SECRET}' }});"},
        {"a.ts": f"{WEB}init({{ key: '{PUBLIC}' }});"},
        {"a.ts": f"{WEB}init({{ key: process.env.NEXT_PUBLIC_KEY }});"},
        {".env": f"NEXT_PUBLIC_AOA_SK={SECRET}\n"},
    ],
)
def test_a_secret_that_no_browser_gets_is_none_of_its_code(files: dict[str, str]) -> None:
    assert client_secrets(project(files)) == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"{WEB}init({{ key: '{SECRET}' }});", None),
        (f'"use client";\nexport const key = "{SECRET}";', None),
        (f"{WEB}init({{ key: import.meta.env.AOA_SECRET }});", "AOA_SECRET"),
    ],
)
def test_a_secret_in_the_browsers_code(text: str, name: str | None) -> None:
    (one,) = client_secrets(project({"a.ts": text}))
    assert one.name == name


def test_each_secret_is_the_business_of_one_rule() -> None:
    files = {
        "a.ts": f'"use client";\nexport const key = "{SECRET}";',
        "b.ts": f'export const other = "{SECRET}";',
        ".env": f"NEXT_PUBLIC_AOA_SK={SECRET}\nAOA_SK={SECRET}\n",
    }
    stray = [one.place.path for one in stray_secrets(project(files, untracked=frozenset()))]
    assert stray == [".env", "b.ts"]
    ignored = project(files, untracked=frozenset({".env"}))
    assert [one.place.path for one in stray_secrets(ignored)] == ["b.ts"]
