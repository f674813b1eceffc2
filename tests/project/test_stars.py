"""What barrels pass on as a whole, also where they pass each other on."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmlint.app import check
from mmlint.languages import observe
from mmlint.project.semantic.entity import ProjectFunction, Resolved, SdkFunction, SdkObject
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.stars import stars

NODE = 'export * from "@millimetric/track-node";\n'


def program(files: dict[str, str]) -> Program:
    python = {path: path.endswith(".py") for path in files}
    return Program(
        {
            path: observe(text.encode(), "python" if python[path] else "typescript")
            for path, text in files.items()
        }
    )


def exported(files: dict[str, str], name: str) -> Resolved | None:
    linked = program(files)
    return linked.exported(next(one for one in linked.units if one.path == "a.ts"), name)


def ring(count: int, of_all: str) -> dict[str, str]:
    """Modules that all pass each other on; the last one exports ``of_all`` as well."""
    files = {
        f"m{n}.ts": "".join(
            f'export * from "./m{other}";\n' for other in range(count) if other != n
        )
        for n in range(count)
    }
    files[f"m{count - 1}.ts"] += of_all
    return files


# --- what a name means ----------------------------------------------------------------------------


def test_a_name_that_no_module_exports_is_unknown() -> None:
    files = {"a.ts": 'export * from "./b";', "b.ts": 'export * from "./a";\nexport const b = 1;'}
    assert exported(files, "missing") is None


def test_a_name_of_its_own_stands_before_what_is_passed_on() -> None:
    own = NODE + "export let track = one();\ntrack = other;\n"
    assert exported({"a.ts": own}, "track") is None
    assert exported({"a.ts": 'export * from "./b";', "b.ts": own}, "track") is None


def test_a_name_that_a_module_says_stands_before_what_a_package_may_hold() -> None:
    files = {"a.ts": NODE + 'export * from "./b";', "b.ts": "export function track() {}"}
    assert isinstance(exported(files, "track"), ProjectFunction)


def test_types_are_not_passed_on() -> None:
    assert exported({"a.ts": 'export type * from "@millimetric/track-node";'}, "track") is None


def test_the_sdk_is_passed_on_through_modules_that_pass_each_other_on() -> None:
    found = exported({**ring(4, NODE), "a.ts": 'export * from "./m0";'}, "track")
    assert found == SdkFunction("node", "track")


def test_a_renamed_export_is_passed_on_through_them() -> None:
    again = 'export { track as sent } from "@millimetric/track-node";\n'
    assert exported({**ring(4, again), "a.ts": 'export * from "./m0";'}, "sent") == SdkFunction(
        "node", "track"
    )


def test_names_that_lead_to_each_other_are_unknown() -> None:
    files = {"a.ts": 'export { x } from "./b";', "b.ts": 'export { x } from "./a";'}
    assert exported(files, "x") is None


def test_python_modules_that_take_everything_from_each_other() -> None:
    files = {
        f"m{n}.py": "".join(f"from m{other} import *\n" for other in range(4) if other != n)
        for n in range(4)
    }
    files["m3.py"] += "from millimetric import track as sent\n_hidden = sent\n"
    linked = program({**files, "a.py": "from m0 import *\nsent({})\n_hidden({})\n"})
    (first, second) = [one.callee for one in linked.calls if one.unit.path == "a.py"]
    assert first == SdkFunction("node", "track")
    assert not isinstance(second, SdkFunction)


def test_what_is_behind_a_module_comes_in_the_order_of_its_stars() -> None:
    files = {
        "a.ts": 'export * from "./c"; export * from "./b"; export * from "@millimetric/track";',
        "b.ts": 'export const x = 1; export * from "./a";',
        "c.ts": "export const x = 2, y = 3; module.exports = {};",
        "d.ts": "export const z = 4;",
    }
    linked = program(files)
    found = stars(linked.units[0], linked.module)
    assert [one.path for one in found.units] == ["a.ts", "c.ts", "b.ts"]
    assert {name: one.path for name, one in found.holders.items() if name != "="} == {
        "x": "c.ts",
        "y": "c.ts",
    }
    assert found.open == (linked.units[2], SdkObject("browser"))


# --- work -----------------------------------------------------------------------------------------


def looks(files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> int:
    """How often a specifier is followed while all names of the project are."""
    count = 0
    follow = Program.module

    def counted(self: Program, *arguments: object) -> Resolved | None:
        nonlocal count
        count += 1
        return follow(self, *arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Program, "module", counted)
        assert program(files).calls
    return count


@pytest.mark.parametrize("name", ["sent", "missing"])
def test_each_star_of_modules_that_pass_each_other_on_is_followed_once(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    importer = f'import {{ {name} }} from "./m0";\n{name}({{}});\n'
    sent = "export const sent = (event) => event;\n"
    for count in (6, 12):
        found = looks({**ring(count, sent), "a.ts": importer}, monkeypatch)
        assert found <= count * (count - 1) + 2


def test_many_names_behind_one_barrel_cost_a_look_each(monkeypatch: pytest.MonkeyPatch) -> None:
    def barrel(count: int) -> dict[str, str]:
        files = {f"m{n}.ts": f"export const s{n} = () => 1;\n" for n in range(count)}
        files["all.ts"] = "".join(f'export * from "./m{n}";\n' for n in range(count))
        names = [f"s{n}" for n in range(count)]
        calls = "".join(f"{name}();\n" for name in names)
        return files | {"a.ts": f'import {{ {", ".join(names)} }} from "./all";\n{calls}'}

    few, many = (looks(barrel(count), monkeypatch) for count in (20, 40))
    assert many <= 2 * few + 2


def test_each_star_of_python_modules_is_followed_once_for_a_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for count in (6, 12):
        files = {
            f"m{n}.py": "".join(f"from m{other} import *\n" for other in range(count) if other != n)
            for n in range(count)
        }
        found = looks({**files, "a.py": "from m0 import *\nmissing()\n"}, monkeypatch)
        assert found <= count * (count - 1) + 3


def test_a_name_that_no_parsed_module_says_is_looked_for_once(tmp_path: Path) -> None:
    sdk = 'import { track } from "@millimetric/track-node";\n'
    files = ring(6, sdk + "export const used = track;\n") | {
        "unparsed.ts": 'export const NAME = "bought";\n',
        "a.ts": f'import {{ NAME }} from "./m0";\n{sdk}track({{ event: NAME }});\n',
    }
    files["m5.ts"] += 'export * from "./unparsed";\n'
    for path, text in files.items():
        (tmp_path / path).write_text(text)
    assert check(tmp_path).summary.limits == {}
