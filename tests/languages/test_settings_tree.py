"""The tree of a settings file: the same values, whatever style they are written in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.languages.settings.tree import plain_json, read_json, read_yaml, settings_file
from mmlint.model.settings import Tagged, scalars, tables
from tests.work import calls

# --- nothing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "# a", "---\n---\n", "null", "~", "\ufeff"])
def test_yaml_that_says_nothing_has_no_tree(text: str) -> None:
    assert read_yaml(text.encode()) is None


@pytest.mark.parametrize("text", ["", "{", '{"a": 1', "{a: 1}", "{,}}", '{"a" 1}', "/*", '"'])
def test_json_that_does_not_parse_says_nothing(text: str) -> None:
    assert read_json(text.encode()) is None


def test_what_is_no_data_has_no_tree() -> None:
    file = settings_file("vite.config.ts", b"export default {}")
    assert (file.is_script, file.tree, file.script) == (True, None, "export default {}")


def test_an_alias_of_nothing_is_nothing_and_one_of_itself_ends() -> None:
    assert read_yaml(b"a: *none\nb: &b [*b, c]\n") == {"a": None, "b": [[None, "c"], "c"]}


@given(st.binary(max_size=300))
def test_any_bytes_are_read(data: bytes) -> None:
    for name in ("a.json", "a.yml", "a.toml"):
        tree = settings_file(name, data).tree
        assert list(tables(tree)) is not None
        assert all(isinstance(one, str) for one in scalars(tree))
    assert len(plain_json(data)) == len(data)


# --- JSON -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": "//b", "c": "/*"}', {"a": "//b", "c": "/*"}),
        ('// x\n{"a": 1, // y\n /* , */ "b": [1, 2, /* z */ ], }', {"a": 1, "b": [1, 2]}),
        ('{"a\\\\": "\\",}", "b": ["\\\\",],}', {"a\\": '",}', "b": ["\\"]}),
        ('\ufeff{"a": 1,}', {"a": 1}),
    ],
)
def test_json_may_have_comments_and_trailing_commas(text: str, found: object) -> None:
    assert read_json(text.encode()) == found


# --- YAML -----------------------------------------------------------------------------------------

BLOCK = """
Resources:
  A:
    Properties:
      Handler: app.run
      CodeUri: functions/x/
"""


@pytest.mark.parametrize(
    "text",
    [
        BLOCK,
        "Resources: {A: {Properties: {Handler: app.run, CodeUri: functions/x/}}}",
        "Resources:\n  A: {Properties: {Handler: app.run, # c\n    CodeUri: functions/x/}}",
        '{"Resources": {"A": {"Properties": {"Handler": "app.run", "CodeUri": "functions/x/"}}}}',
        "\"Resources\":\n  'A':\n    Properties:\n      'Handler': 'app.run' # c\n"
        '      "CodeUri": "functions\\u002fx/"\n',
        "Resources:\n  A:\n    Properties: &p\n      CodeUri: functions/x/\n"
        "      Handler: >-\n        app.run\n",
        "x: &x\n  CodeUri: functions/x/\n  Handler: other\n"
        "Resources:\n  A:\n    Properties:\n      <<: *x\n      Handler: app.run\n",
        "x: &x app.run\nResources: {A: {Properties: {Handler: *x, CodeUri: !!str functions/x/}}}",
        "\ufeffResources:\r\n  A:\r\n    Properties:\r\n      Handler: app.run\r\n"
        "      CodeUri: functions/x/\r\n",
    ],
    ids=["block", "flow", "flow in block", "JSON", "quoted", "folded", "merged", "alias", "BOM"],
)
def test_every_style_of_yaml_says_the_same(text: str) -> None:
    tree = read_yaml(text.encode())
    assert isinstance(tree, dict)
    assert tree["Resources"] == {
        "A": {"Properties": {"Handler": "app.run", "CodeUri": "functions/x/"}}
    }


def test_tags_are_told_apart_from_texts() -> None:
    text = b'a: !Ref X\nb: [!Sub "${Y}/z", !GetAtt X.Arn]\nc: !GetAtt [X, Arn]\nd: !Sub\n  - e\n'
    assert read_yaml(text) == {
        "a": Tagged("!Ref", "X"),
        "b": [Tagged("!Sub", "${Y}/z"), Tagged("!GetAtt", "X.Arn")],
        "c": ["X", "Arn"],
        "d": ["e"],
    }


def test_several_documents_are_a_list() -> None:
    assert read_yaml(b"a: b\n---\nc: d\n") == [{"a": "b"}, {"c": "d"}]


# --- work -----------------------------------------------------------------------------------------


def test_aliases_of_aliases_are_read_and_walked_once() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    tree = read_yaml("\n".join(lines).encode())
    assert calls(lambda: list(scalars(tree))) < 20_000


@pytest.mark.parametrize("text", [b'"\\' + b"\\" * 100_000, b'"a" ' * 50_000, b"/*" * 100_000])
def test_json_is_made_plain_in_linear_time(text: bytes) -> None:
    assert calls(lambda: plain_json(text)) < 10 * len(text)
