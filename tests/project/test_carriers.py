"""Which keys stand behind a variable, and which tags load the snippet, across a project."""

from __future__ import annotations

from mmlint.files.kinds import language
from mmlint.languages import observe
from mmlint.project.project import Project
from mmlint.project.secrets.carriers import keys_behind, read_together

SECRET = "sk_live_a1b2c3d4_" + "Zk3" * 8
PUBLIC = "pk_live_a1b2c3d4_" + "Zk3" * 8


def project(files: dict[str, str]) -> Project:
    return Project(
        {path: observe(text.encode(), language(path) or "text") for path, text in files.items()}
    )


def test_nothing_is_known_of_a_name_that_nobody_gives_a_key() -> None:
    found = project({".env": "A=b\nB=$C\n", "labels.yaml": f"env: {{D: {SECRET}}}\n"})
    assert [keys_behind(found, name) for name in "ABCD"] == [()] * 4


def test_every_carrier_that_gives_a_name_a_key_is_behind_it() -> None:
    found = project(
        {
            ".env": f"KEY={SECRET}\n",
            "compose.yml": "services: {web: {environment: {NEXT_PUBLIC_K: $KEY}}}\n",
            "fly.toml": f'[env]\nNEXT_PUBLIC_K = "{PUBLIC}"\n',
        }
    )
    behind = keys_behind(found, "NEXT_PUBLIC_K")
    assert [(one.carried.path, one.key.kind) for one in behind] == [
        (".env", "sk"),
        ("fly.toml", "pk"),
    ]


def test_files_of_a_family_are_read_together_in_one_mode() -> None:
    assert read_together("a/.env", "a/.env.production.local")
    assert read_together("a/.env.local", "a/.env.production")
    assert not read_together("a/.env.staging", "a/.env.production")
    assert not read_together("a/.env", "b/.env")
    assert not read_together("a/.env", "a/.env.example")


def test_tags_of_pages_and_of_jsx() -> None:
    src = "https://api.millimetric.ai/v1/a.js"
    found = project(
        {
            "a.html": f'<script async src="{src}" data-key="{PUBLIC}"></script><script src="x">',
            "b.tsx": f'const K = "{SECRET}";\nconst a = <Script src="{src}" data-key={{K}} />;',
        }
    )
    page, script = found.tags
    assert [one.name for one in page.tag.attributes] == ["async", "src", "data-key"]
    assert (page.path, page.tag.component) == ("a.html", False)
    (key,) = [one.key for one in script.tag.attributes if one.name == "data-key"]
    assert (script.path, script.tag.component, key and key.kind) == ("b.tsx", True, "sk")
