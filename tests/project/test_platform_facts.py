"""Facts of platforms: what stands in their files is what the linker acts on."""

from __future__ import annotations

import pytest

from mmlint.frameworks import platforms
from mmlint.frameworks.pattern import Platform
from mmlint.languages import observe
from mmlint.project.modules.manifests import holds_aliases, layer_templates
from mmlint.project.platforms.project_config import listens, wraps
from mmlint.project.project import Project
from mmlint.project.semantic.callee import after, throws, waits

ALL = [pytest.param(one, id=one.name) for one in platforms()]


def taken(text: str) -> dict[str, int]:
    """How many calls of ``text`` wait, run later, and throw."""
    program = Project({"src/a.ts": observe(text.encode(), "typescript")}).program
    every = program.calls
    return {
        "waits": sum(waits(one.call, one.callee) for one in every),
        "later": sum(after(one.callee) for one in every),
        "throws": sum(throws(one.callee) for one in every),
    }


def test_a_function_of_that_name_from_elsewhere_means_nothing() -> None:
    text = (
        'import { waitUntil, after, redirect } from "./own";\n'
        "waitUntil(a()); after(b); redirect(c); queue.waitUntil(d());\n"
    )
    assert taken(text) == {"waits": 0, "later": 0, "throws": 0}


@pytest.mark.parametrize("platform", ALL)
def test_every_function_of_a_platform_is_taken_for_what_it_is(platform: Platform) -> None:
    functions = [*platform.waiters, *platform.later]
    functions += [(module, name) for module, every in platform.throwing.items() for name in every]
    lines = [
        f'import {{ {name} as f{number} }} from "{module}";\nf{number}(value());'
        for number, (module, name) in enumerate(functions)
    ]
    lines += [f"{name}.waitUntil(value());" for name in platform.holders]
    assert taken("\n".join(lines)) == {
        "waits": len(platform.waiters) + len(platform.holders),
        "later": len(platform.later),
        "throws": sum(map(len, platform.throwing.values())),
    }


@pytest.mark.parametrize("platform", ALL)
def test_the_words_of_a_platform_are_looked_for_in_code(platform: Platform) -> None:
    assert all(listens(f"x{word}80)\n".encode()) for word in platform.listening)
    assert all(wraps(f'import x from "{word}"\n'.encode()) for word in platform.serverless)
    assert not any(listens(f"// x{word}\n".encode()) for word in platform.listening)
    assert not any(wraps(f'x = "{word}"\n'.encode()) for word in platform.serverless)


@pytest.mark.parametrize("platform", ALL)
def test_the_settings_of_a_platform_decide_where_modules_are(platform: Platform) -> None:
    assert all(holds_aliases(f"web/{name}") for name in platform.aliasing)
    assert all(layer_templates(f"cloud/{name}") for name in platform.templates)
    assert not any(holds_aliases(f"web/my-{name}") for name in platform.aliasing)
