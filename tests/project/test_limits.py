"""Every limit that ends a search is hit here, and told; what lies within it is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mmlint.app import check
from mmlint.app.session import MAX_NAME_ROUNDS
from mmlint.languages import observe
from mmlint.model import syntax as s
from mmlint.model.limits import WORDS, sentence
from mmlint.model.report import Result
from mmlint.project.delivery import calls, expressions, fixpoint
from mmlint.project.delivery import statements as paths
from mmlint.project.events import payload, sends
from mmlint.project.limits import relevant_limits
from mmlint.project.semantic import program
from mmlint.project.semantic.program import Program
from tests.project.linking import project

ROOT = Path(__file__).parents[2]
SDK = 'import { track, flush } from "@millimetric/track-node";\n'


def run(files: dict[str, str], root: Path) -> Result:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return check(root)


def limits(files: dict[str, str], root: Path) -> dict[str, int]:
    return run(files, root).summary.limits


def handler(body: str, before: str = "") -> dict[str, str]:
    text = f"{SDK}{before}\nexport async function GET(request) {{\n{body}\n}}\n"
    return {"app/api/a/route.ts": text}


# --- nothing --------------------------------------------------------------------------------------


def test_an_ordinary_project_hits_none(tmp_path: Path) -> None:
    body = 'for (const one of request.all) { if (one.ok) track({ event: "a" }); }\nawait flush();'
    assert limits(handler(body), tmp_path) == {}


def test_where_no_limit_was_hit_there_is_nothing_to_say() -> None:
    assert sentence({}) == ""


EXPRESSIONS = """
function ping(a, b) { return a ? pong(b, a) : pong(a, a) || pong(b, b); }
function pong(a, b) { return b ? ping(b, a) : ping(a, a) || ping(b, b); }
show({ event: ping(1, 2) });
"""


def test_where_nothing_is_sent_nothing_depends_on_a_limit(tmp_path: Path) -> None:
    parsed = {"vite.config.ts": f'export default {{ envPrefix: "OWN_" }};\n{EXPRESSIONS}'}
    result = run(parsed, tmp_path)
    assert result.summary.parsed == 1
    assert result.summary.limits == {}


def test_where_something_may_be_sent_a_limit_is_told(tmp_path: Path) -> None:
    assert limits({"a.ts": SDK + EXPRESSIONS.replace("show", "track")}, tmp_path) == {"names": 1}


def test_what_is_no_call_and_in_no_send_depends_on_no_limit(tmp_path: Path) -> None:
    lines = [f"const n{number} = n{number - 1};" for number in range(1, 60)]
    text = SDK + "const n0 = load();\n" + "\n".join(lines)
    asked = 'if (n59) n59.toLowerCase().includes("a");\ntrack({ event: "a" });\n'
    assert limits({"a.ts": f"{text}\n{asked}"}, tmp_path) == {}
    called = text + "\nn59();\n"
    assert limits({"a.ts": called}, tmp_path) == {"names": 1}


def test_the_length_of_a_chain_of_calls_is_no_limit(tmp_path: Path) -> None:
    options = "".join(f'\n  .option("--a{number}")' for number in range(60))
    text = f'{SDK}import {{ program }} from "commander";\n'
    text += f'program{options}\n  .action(() => track({{ event: "a" }}));\n'
    assert limits({"a.ts": text}, tmp_path) == {}


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"steps": 1}, "1 expression that leads to too many others"),
        ({"steps": 112}, "112 expressions that lead to too many others"),
        ({"turns": 1, "paths": 2}, "2 functions with too many paths, 1 loop that takes too many"),
    ],
)
def test_the_sentence_agrees_with_its_number(counts: dict[str, int], told: str) -> None:
    assert told in sentence(counts)


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("ask(n59);", {}),
        ("n59.map(f);", {}),
        ("n59();", {"names": 1}),
        ("track({ event: n59 });", {"names": 1}),
    ],
)
def test_only_names_that_are_called_or_sent_are_relevant(
    use: str, expected: dict[str, int]
) -> None:
    lines = [f"const n{number} = n{number - 1};" for number in range(1, 60)]
    text = SDK + "const n0 = load();\n" + "\n".join(lines)
    linked = project({"a.ts": f"{text}\n{use}\n"})
    (unit,) = linked.units
    for value in unit.every(s.Name):
        if value.name == "n59" and value.start > len(text):
            linked.program.resolve(unit, value)
    for value in unit.every(s.Member):
        linked.program.resolve(unit, value)
    assert linked.program.limits.counts()["names"] > 0
    assert relevant_limits(linked) == expected


# --- files ----------------------------------------------------------------------------------------


def imported(count: int) -> dict[str, str]:
    """A wrapper, and ``count`` files of which each imports the one before."""
    files = {"a0.ts": SDK + "export const send0 = (name) => track({ event: name });\n"}
    for number in range(1, count + 1):
        before = number - 1
        files[f"a{number}.ts"] = (
            f'import {{ send{before} }} from "./a{before}";\nexport const send{number} = () => 1;\n'
        )
    return files


def test_files_too_many_imports_away(tmp_path: Path) -> None:
    assert limits(imported(9), tmp_path) == {"imports": 1}


def test_as_many_imports_as_are_followed(tmp_path: Path) -> None:
    assert limits(imported(8), tmp_path) == {}


def named(count: int) -> dict[str, str]:
    """The name of an event, ``count`` files away."""
    files = {"a.ts": SDK + 'import { NAME } from "./n0";\ntrack({ event: NAME });\n'}
    for number in range(count):
        files[f"n{number}.ts"] = f'export {{ NAME }} from "./n{number + 1}";\n'
    files[f"n{count}.ts"] = 'export const NAME = "bought";\n'
    return files


def test_names_from_files_too_far_away(tmp_path: Path) -> None:
    assert limits(named(MAX_NAME_ROUNDS), tmp_path) == {"origins": 1}


def test_names_from_files_near_enough(tmp_path: Path) -> None:
    assert limits(named(MAX_NAME_ROUNDS - 1), tmp_path) == {}


# --- names ----------------------------------------------------------------------------------------


def variables(count: int) -> dict[str, str]:
    lines = [f"const n{number} = n{number - 1};" for number in range(1, count + 1)]
    return {"a.ts": SDK + "const n0 = track;\n" + "\n".join(lines) + f"\nn{count}({{}});\n"}


def test_names_behind_too_many_names(tmp_path: Path) -> None:
    assert limits(variables(program.MAX_DEPTH), tmp_path) == {"names": 1}


def test_as_many_names_as_are_followed(tmp_path: Path) -> None:
    assert limits(variables(program.MAX_DEPTH // 2 - 1), tmp_path) == {}


def test_a_question_that_went_too_far_does_not_spoil_the_nearer_ones() -> None:
    text = variables(40)["a.ts"] + "n5({});\n"
    linked = Program({"a.ts": observe(text.encode(), "typescript")})
    far, near = linked.calls[-2:]
    assert far.callee is None
    assert near.callee is not None


# --- work -----------------------------------------------------------------------------------------

MUTUAL = """
function ping(a, b) { return a ? pong(b, a) : pong(a, a) || pong(b, b); }
function pong(a, b) { return b ? ping(b, a) : ping(a, a) || ping(b, b); }
"""


def test_functions_that_call_each_other_cost_a_bounded_number_of_looks(tmp_path: Path) -> None:
    text = SDK + MUTUAL + "track({ event: ping(1, 2) });\n"
    linked = Program({"a.ts": observe(text.encode(), "typescript")})
    asked = list(linked.calls)
    assert linked.looked_at <= (len(asked) + 1) * (program.MAX_STEPS + program.MAX_DEPTH)
    assert "names" in limits({"a.ts": text}, tmp_path)


def test_the_looks_are_the_same_in_every_run() -> None:
    facts = observe((SDK + MUTUAL + "ping(track, flush)({});\n").encode(), "typescript")

    def looks() -> tuple[int, dict[str, int]]:
        linked = Program({"a.ts": facts})
        assert linked.calls
        return linked.looked_at, linked.limits.counts()

    assert looks() == looks()


def wrapped(count: int) -> dict[str, str]:
    lines = [f"export const w{n} = (name) => w{n - 1}(name);" for n in range(1, count + 1)]
    text = "export const w0 = (name) => track({ event: name });\n" + "\n".join(lines)
    return {"a.ts": f'{SDK}{text}\nw{count}("bought");\n'}


def test_wrappers_around_each_other(tmp_path: Path) -> None:
    assert limits(wrapped(sends.MAX_WRAPPERS), tmp_path) == {"wrappers": 1}


def test_as_many_wrappers_as_are_followed(tmp_path: Path) -> None:
    assert limits(wrapped(sends.MAX_WRAPPERS - 1), tmp_path) == {}


def test_wrappers_that_call_each_other_are_followed_once(tmp_path: Path) -> None:
    text = """
export function even(name) { if (name) odd(name); track({ event: name }); }
export function odd(name) { even(name); even(name); }
odd("bought");
"""
    assert limits({"a.ts": SDK + text}, tmp_path) == {}


def test_too_many_calls_of_wrappers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sends, "MAX_SENDS", 4)
    calls = "\n".join(f'w("{number}");' for number in range(8))
    text = f"{SDK}const w = (name) => track({{ event: name }});\n{calls}\n"
    assert limits({"a.ts": text}, tmp_path) == {"chains": 1}


def test_an_object_that_is_spread_into_itself_is_read_once(tmp_path: Path) -> None:
    writes = "\n".join(f"  Object.assign(event, {{ ...event, k{n}: {n} }});" for n in range(40))
    body = f'  const event = {{ event: "a", anonymous_id: request.id }};\n{writes}\n  track(event);'
    assert limits(handler(f"{body}\nawait flush();"), tmp_path) == {}


def test_an_object_made_of_too_many_others(tmp_path: Path) -> None:
    spreads = [f"...o{n - 1}, " * 7 for n in range(1, 12)]
    lines = [f"const o{n} = {{ {spread}a: {n} }};" for n, spread in enumerate(spreads, 1)]
    text = f'{SDK}const o0 = {{ event: "a" }};\n' + "\n".join(lines) + "\ntrack({ ...o11 });\n"
    assert "steps" in limits({"a.ts": text}, tmp_path)


# --- paths ----------------------------------------------------------------------------------------


def test_a_function_with_too_many_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expressions, "MAX_STEPS", 40)
    body = 'track({ event: "a" });\n' + "request.a();\n" * 50
    assert limits(handler(body), tmp_path) == {"paths": 1}


def test_a_function_with_too_much_to_remember(tmp_path: Path) -> None:
    sends = [f'if (request.a{n}) track({{ event: "a{n}" }});' for n in range(8)]
    flushes = [f"if (request.a{n}) await flush();" for n in range(8)]
    assert limits(handler("\n".join(sends + flushes)), tmp_path) == {"states": 1}


def test_conditions_that_are_tested_once_need_not_be_remembered(tmp_path: Path) -> None:
    sends = [f'if (request.a{n}) track({{ event: "a{n}" }});' for n in range(60)]
    assert limits(handler("\n".join([*sends, "await flush();"])), tmp_path) == {}


def test_a_loop_that_does_not_settle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "MAX_ROUNDS", 1)
    body = 'for (const one of request.all) track({ event: "a" });\nawait flush();'
    assert limits(handler(body), tmp_path) == {"turns": 1}


def test_recursion_that_does_not_settle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixpoint, "MAX_TURNS", 1)
    before = 'function again(n) { track({ event: "a" }); if (n) again(n - 1); }'
    assert limits(handler("again(3);\nawait flush();", before), tmp_path) == {"recursion": 1}


def test_callbacks_inside_callbacks(tmp_path: Path) -> None:
    depth = calls.MAX_INLINE + 2
    body = "[1].forEach(() => {" * depth + 'track({ event: "a" });' + "});" * depth
    assert "callbacks" in limits(handler(f"{body}\nawait flush();"), tmp_path)


def nested(depth: int) -> dict[str, str]:
    return handler(f"track({{ event: 'a', properties: {'{ a: ' * depth}1{' }' * depth} }});")


def test_properties_as_deep_as_is_looked_at(tmp_path: Path) -> None:
    assert "keys" not in limits(nested(payload.MAX_DEPTH + 1), tmp_path)


def test_properties_too_deep(tmp_path: Path) -> None:
    assert "keys" in limits(nested(payload.MAX_DEPTH + 2), tmp_path)


def test_too_many_properties(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payload, "MAX_KEYS", 2)
    body = "track({ event: 'a', properties: { a: 1, b: 2, c: 3 } });"
    assert "keys" in limits(handler(body), tmp_path)


# --- the page -------------------------------------------------------------------------------------


def test_every_limit_stands_on_the_architecture_s_page() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    table = page.partition("## Limits")[2].partition("\n## ")[0]
    named = set(re.findall(r"^\|[^|]*\|[^|]*\|[^|]*\| `(\w+)` \|$", table, re.M))
    assert named == set(WORDS)
