"""What is known of one line, and the states of the function around it."""

from __future__ import annotations

from mmlint.engine.explain.delivery import DeliveryExplanation
from mmlint.engine.explain.line import LineExplanation
from mmlint.engine.explain.states import states
from mmlint.languages import observe
from mmlint.model.finding import Finding, Place
from mmlint.project.project import Project

NODE = 'import { track, flush } from "@millimetric/track-node";\n'
TEXT = (
    f"{NODE}export async function GET() {{\n"
    "  track({ event: 'a' });\n"
    "  const b = 1;\n"
    "  await flush();\n"
    "}\n"
)
PATH = "app/api/a/route.ts"


def project(text: str = TEXT) -> Project:
    return Project({PATH: observe(text.encode(), "typescript")})


def explained(line: int, *findings: Finding, text: str = TEXT) -> list[str]:
    told = LineExplanation(project(text), {PATH: text.encode()})
    return told.of(PATH, line, list(findings))


def test_a_file_that_was_not_parsed_holds_nothing() -> None:
    told = LineExplanation(project(), {}).of("other.ts", 1, [])
    assert told == ["other.ts holds nothing that mmlint looks for: it was not parsed."]


def test_a_line_without_a_call_or_declaration_is_unknown() -> None:
    (told,) = explained(4)
    assert told == "No Millimetric call, key or handler on this line."


def test_a_send_and_a_flush_are_told_with_what_becomes_of_them() -> None:
    sent, flushed = " ".join(explained(3)), " ".join(explained(5))
    assert "the server SDK" in sent
    assert "the server SDK" in flushed
    assert sent != flushed


def test_a_finding_is_told_at_its_line_alone() -> None:
    at = TEXT.index("track({")
    place = Place(PATH, at, at + 5)
    one = Finding(
        code="MM999",
        name="a-rule",
        severity="error",
        place=place,
        message="it is so",
        extent=(at, at + 5),
    )
    assert "finding MM999 a-rule: it is so" in explained(3, one)
    assert not any("MM999" in told for told in explained(5, one))


def test_a_whole_file_lists_the_lines_of_which_something_is_known() -> None:
    told = LineExplanation(project(), {PATH: TEXT.encode()}).whole(PATH, [])
    assert [line for line, _ in told] == [2, 3, 5]


def test_no_secret_is_shown() -> None:
    secret = "sk_live_" + "a1B2c3D4" + "_" + "k5L6m7N8" * 2
    text = TEXT.replace("'a'", f"'{secret}'")
    assert secret not in "\n".join(explained(3, text=text))
    assert secret not in "\n".join(states(project(text), PATH, 3, text.encode()))


# --- states ---------------------------------------------------------------------------------------


def test_a_line_of_no_file_that_is_followed_has_no_states() -> None:
    told = states(project(), "other.ts", 1, b"a = 1\n")
    assert told == ["No function that mmlint follows is on this line."]


def test_the_states_of_the_function_around_a_line() -> None:
    told = states(project(), PATH, 4, TEXT.encode())
    assert told[0] == "GET(), lines 2 to 6"
    assert "line 3, expression: queued 3; the caller's events are queued" in told


def test_a_line_outside_of_functions_is_of_the_top_level() -> None:
    assert states(project(), PATH, 1, TEXT.encode())[0].startswith("the top level, lines 1 to")


def delivered(text: str) -> list[str]:
    """What is told of the first call of the project."""
    linked = project(text)
    call = linked.program.calls[0]
    return list(DeliveryExplanation(linked, lambda unit, offset: "there").of(call))


def test_a_send_that_is_flushed_is_not_lost() -> None:
    (told,) = delivered(TEXT)
    assert "without a flush" not in told


def test_each_exit_that_loses_a_send_is_told_with_its_place() -> None:
    told = delivered(
        f"{NODE}export async function GET(request) {{\n"
        "  track({ event: 'a' });\n"
        "  if (request.url) return;\n"
        "  throw new Error();\n"
        "}\n"
    )
    assert told == [
        "  GET() returns without a flush at there",
        "  GET() throws without a flush at there",
    ]
