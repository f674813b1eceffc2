"""Settings files: which variables they hold, and that every span is exact to the byte."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmlint.languages import observe
from mmlint.model.facts import EnvEntry, Language

FORMATS: tuple[Language, ...] = ("json", "yaml", "toml")
FIRST, SECOND = "a1b2c3d4", "Zk3" * 8
"""The two parts of a key that must look random."""


def key(kind: str = "sk") -> str:
    return f"{kind}_live_{FIRST}_{SECOND}"


def entries(language: Language, text: str) -> list[EnvEntry]:
    data = text.encode()
    found = observe(data, language).entries
    for one in found:
        assert data[one.start : one.end].decode() == one.name
        for reference in one.references:
            assert data[reference.start : reference.end].decode() == reference.name
    return list(found)


def said(language: Language, text: str) -> dict[str, str]:
    """Name to the bytes of the value; the last one counts."""
    data = text.encode()
    return {
        one.name: data[one.value_start : one.value_end].decode() for one in entries(language, text)
    }


# --- what is no variable --------------------------------------------------------------------------


def test_a_byte_order_mark_changes_nothing() -> None:
    texts: dict[Language, str] = {
        "yaml": "services:\n  web:\n    environment:\n      A: x\n",
        "json": '{"services": {"web": {"environment": {"A": "x"}}}}',
        "toml": '[vars]\nA = "x"\n',
    }
    for language, text in texts.items():
        plain, marked = entries(language, text), entries(language, f"\ufeff{text}")
        assert [one.name for one in marked] == [one.name for one in plain] == ["A"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("json", '{"name": "shop", "version": "1", "scripts": {"A": "b"}}'),
        ("json", '["env", {"A": "b"}]'),
        ("yaml", "services:\n  web:\n    labels:\n      A: b\n"),
        ("yaml", "# env:\n#   A: b\n"),
        ("yaml", "just a text"),
        ("toml", '[tool.env-not]\nA = "b"\n'),
        ("toml", '# [vars]\n# A = "b"\n'),
    ],
)
def test_what_stands_elsewhere_is_no_variable(language: Language, text: str) -> None:
    assert entries(language, text) == []


def test_a_name_that_is_a_key_is_none() -> None:
    assert entries("json", json.dumps({"env": {key(): "x"}})) == []


def test_a_name_that_no_shell_could_set_is_none() -> None:
    assert entries("yaml", "env:\n  a b: c\n  ? [x]\n  : y\n  1A: d\n") == []


# --- the forms of each format ---------------------------------------------------------------------


def test_json_with_comments_and_trailing_commas() -> None:
    text = '\ufeff{ // c\n "env": { "A": "b", /* d */ "C": 1, "D": null, "E": { "x": 1 }, }, }'
    found = {one.name: one.value for one in entries("json", text)}
    assert found == {"A": "other", "C": "other", "D": "empty", "E": "unknown"}
    assert said("json", text)["A"] == "b"


def test_json_values_may_name_a_secret_of_the_host() -> None:
    (found,) = entries("json", '{"env": {"A": "@aoa_sk"}}')
    assert (found.value, [one.name for one in found.references]) == ("reference", ["aoa_sk"])


@pytest.mark.parametrize(
    "text",
    [
        'vars = { A = "b" }',
        '[vars]\nA = "b" # c',
        "[vars]\n\"A\" = 'b'",
        'vars.A = "b"',
        '[vars]\nA = """b"""',
        '\ufeff[vars]\r\nA = "b"\r\n',
        '[vars]\nA = "b"\n[broken\nx = = \n',
    ],
)
def test_toml_writes_a_table_in_many_ways(text: str) -> None:
    assert said("toml", text)["A"] == "b"


@pytest.mark.parametrize(
    "text",
    [
        "services:\n  web:\n    environment:\n      A: b # c\n",
        "services: {web: {environment: {A: b}}}",
        "services:\n  web:\n    environment:\n      - A=b\n",
        "services:\n  web:\n    environment: [ 'A=b' ]\n",
        'services:\n  web:\n    environment:\n      "A": "b"\n',
        "services:\n  web:\n    environment: !custom\n      A: !!str b\n",
        "services:\n\tweb:\n\t\tenvironment:\n\t\t\tA: b\n",
        "services:\r\n  web:\r\n    environment:\r\n      A: b\r\n",
        "x: &x\n  A: b\nservices:\n  web:\n    environment: *x\n",
        "x: &x\n  A: b\nservices:\n  web:\n    environment:\n      <<: [*gone, *x]\n",
        "x: &x\n  environment: {A: b}\nservices:\n  web:\n    <<: *x\n",
        "a: 1\n---\nb: 2\n---\nservices: {web: {environment: {A: b}}}\n",
        "{{- if .Values.web }}\nservices:\n  web:\n    environment:\n      A: b\n{{- end }}\n",
    ],
)
def test_yaml_writes_a_map_in_many_ways(text: str) -> None:
    (found,) = [one for one in entries("yaml", text) if "services.*.environment" in one.slots]
    assert (found.name, said("yaml", text)["A"]) == ("A", "b")


def test_lines_of_a_text_are_entries() -> None:
    text = (
        "jobs:\n  a:\n    with:\n      build-args: |\n        A=b c \n        D\n\n        # E=f\n"
    )
    data = text.encode()
    found = [one for one in entries("yaml", text) if "**.with.build-args" in one.slots]
    values = [(one.name, data[one.value_start : one.value_end], one.shorthand) for one in found]
    assert values == [("A", b"b c", False), ("D", b"", True)]


def test_a_list_of_names_and_values() -> None:
    text = (
        "spec:\n  containers:\n    - env:\n"
        "        - name: A\n          value: 'b'\n"
        "        - {name: C, valueFrom: {secretKeyRef: {name: x, key: y}}}\n"
    )
    found = {one.name: one.value for one in entries("yaml", text)}
    assert found == {"A": "other", "C": "unknown"}
    assert said("yaml", text)["A"] == "b"


def test_a_duplicate_key_is_two_entries() -> None:
    found = entries("yaml", "env:\n  A: b\n  A: c\n")
    assert [one.name for one in found] == ["A", "A"]


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("$A", ["A"]),
        ("${A:-b}", ["A"]),
        ("x${A}y$B", ["A", "B"]),
        ("$$A", []),
        ("${{ secrets.A }}", ["A"]),
        ("${{ secrets['A'] || vars.B }}", ["A", "B"]),
        ("${{ format('{0}', env.A) }}", ["A"]),
        ("{{ .Values.web.aoaSk | quote }}", ["aoaSk"]),
        ("$(A)", ["A"]),
        ("${env:A}", ["A"]),
        ("${ssm:/a/b}", []),
    ],
)
def test_references(value: str, names: list[str]) -> None:
    (found,) = entries("yaml", f"env:\n  X: {json.dumps(value)}\n")
    assert [one.name for one in found.references] == names


def test_tags_of_cloudformation() -> None:
    found = {one.name: one for one in entries("yaml", "env:\n  A: !Ref Sk\n  B: !GetAtt X.Y\n")}
    assert [one.name for one in found["A"].references] == ["Sk"]
    assert found["B"].value == "unknown"


# --- spans ----------------------------------------------------------------------------------------

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True)
VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\\\"'\r\n\t\x00\x85\u2028\u2029"))
VALUES = VALUES.filter(lambda text: text.isprintable() and "<<" not in text)


def _json(pairs: dict[str, str]) -> str:
    return json.dumps({"é": 1, "env": pairs}, ensure_ascii=False, indent=1)


def _yaml(pairs: dict[str, str]) -> str:
    lines = [f'  "{name}": "{value}" # é\n' for name, value in pairs.items()]
    return "".join(["é: 1\n", "env:\n", *lines])


def _toml(pairs: dict[str, str]) -> str:
    lines = [f"{name} = '{value}' # é\n" for name, value in pairs.items()]
    return "".join(["[env]\n", *lines])


@pytest.mark.parametrize(("language", "write"), [("json", _json), ("yaml", _yaml), ("toml", _toml)])
@settings(max_examples=60, derandomize=True, deadline=None)
@given(pairs=st.dictionaries(NAMES, VALUES, min_size=1, max_size=5))
def test_the_bytes_at_every_span_are_the_name_and_the_value(
    language: Language, write: Callable[[dict[str, str]], str], pairs: dict[str, str]
) -> None:
    assert said(language, write(pairs)) == pairs


# --- keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", FORMATS)
def test_a_key_stands_anywhere_in_a_file_and_is_redacted(language: Language) -> None:
    mark = "//" if language == "json" else "#"
    data = f'{mark} {key("rk")}\nx = "{key()}"\n'.encode()
    facts = observe(data, language, b"salt")
    assert [data[one.start : one.end].decode() for one in facts.keys] == [key("rk"), key()]
    assert facts.keys[0].where == "comment"
    assert SECOND not in repr(facts)


def test_equal_keys_have_equal_fingerprints_under_one_salt_only() -> None:
    data = f'{{"env": {{"A": "{key()}", "B": "{key()}", "C": "{key("ak")}"}}}}'.encode()

    def prints(salt: bytes) -> list[str]:
        found = [one.key for one in observe(data, "json", salt).entries]
        return [one.fingerprint for one in found if one is not None]

    first = prints(b"one")
    assert first[0] == first[1] != first[2]
    assert set(first).isdisjoint(prints(b"two"))
    assert prints(b"") == ["", "", ""]


# --- hostile files --------------------------------------------------------------------------------

BOMB = "a: &a [x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 20)}]\n" for n in range(20)
)
MAPS = "a: &a {K: v}\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} {{<<: [{', '.join(['*' + chr(97 + n)] * 20)}], env: *a}}\n"
    for n in range(20)
)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("yaml", BOMB),
        ("yaml", MAPS + "env: {<<: *u}\n"),
        ("yaml", "env: &a\n  <<: *a\n  K: *a\n"),
        ("yaml", "env:\n" + "  - " * 5000 + "A=b\n"),
        ("yaml", "[" * 20000),
        ("yaml", "{a: " * 5000),
        ("yaml", "&a " * 50000 + "*a"),
        ("yaml", "env:\n" + "".join(f"  A{n}: &a{n} *a{n - 1}\n" for n in range(3000))),
        ("yaml", "env:\n  A: " + "x" * 1_000_000 + "\n"),
        ("yaml", "env:\n  A: |\n" + "    a=" * 100_000 + "\n"),
        ("yaml", "env:\n  A: " + "${" * 200_000 + "\n"),
        ("yaml", "env:\n  A: " + "{{ " * 200_000 + "\n"),
        ("yaml", "{{" * 200_000),
        ("yaml", ("\t" * 200 + "a:\n") * 2000),
        ("json", '{"env":' * 20000),
        ("json", '{"env": {"A": "' + "x" * 1_000_000 + '"}}'),
        ("json", '{"env": {"A": "' + "sk_" * 300_000 + '"}}'),
        ("json", '{"a":{' + '"env":{"A":"b"},' * 20000),
        ("json", "/*" * 200_000),
        ("toml", "a." * 100_000 + "b = 1"),
        ("toml", "[" * 20000),
        ("toml", "vars = " + "{a = " * 5000),
        ("toml", '[vars]\nA = """' + '"" ' * 200_000),
    ],
    ids=lambda value: value if len(value) < 5 else value[:20].replace("\n", " "),
)
def test_hostile_files_come_to_an_end(language: Language, text: str) -> None:
    facts = observe(text.encode(), language)
    assert facts.language == language
    assert len(facts.entries) < 100_000


@pytest.mark.parametrize("step", [1, 2])
def test_yaml_as_deep_as_it_is_read_does_no_harm(step: int) -> None:
    lines = [f"{' ' * level}{'- ' * (step - 1)}a:\n{' ' * level}- b:\n" for level in range(99)]
    assert observe("".join(lines).encode(), "yaml").problem is None


def test_an_alias_is_the_node_it_names_and_costs_nothing() -> None:
    found = entries("yaml", MAPS + "services:\n  w: {environment: *u}\n")
    assert {one.name for one in found if "services.*.environment" in one.slots} == {"K", "env"}


@pytest.mark.parametrize("language", FORMATS)
@settings(max_examples=80, derandomize=True, deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_fine(language: Language, data: bytes) -> None:
    for start in (b"", b"env:\n  A: ", b'{"env": {"A": "', b"[env]\nA = "):
        whole = start + data
        for one in observe(whole, language).entries:
            assert 0 <= one.start < one.end <= len(whole)
            assert 0 <= one.value_start <= one.value_end <= len(whole)


# --- clients of the MCP server --------------------------------------------------------------------

ADDRESS = "https://api.millimetric.ai/mcp"


def servers(server: dict[str, object], *path: str) -> bytes:
    """A client's settings with one server, under ``mcpServers`` or where ``path`` says."""
    found: dict[str, object] = {"one": server}
    for name in reversed(path or ("mcpServers",)):
        found = {name: found}
    return json.dumps(found, indent=2).encode()


@pytest.mark.parametrize(
    "server",
    [
        {"url": ADDRESS, "headers": {"Authorization": "Bearer of bad news"}},
        {"url": ADDRESS, "headers": {"Authorization": 1}},
        {"url": ADDRESS, "headers": ["Authorization"]},
        {"url": 1, "args": {"a": ADDRESS}},
        {"url": "https://mcp.example.com/mcp", "headers": {"Authorization": f"Bearer {key()}"}},
        {"url": ADDRESS, "headers": {"X-Other": f"Bearer {key()}"}},
        {"command": "npx", "args": ["mcp-remote", "--header", f"Authorization: {key()}"]},
        {"url": f"{ADDRESS}/account", "args": [ADDRESS, f"Authorization: {key()}"]},
    ],
)
def test_what_is_shown_to_nobody_known_is_no_connection(server: dict[str, object]) -> None:
    assert observe(servers(server), "json").connections == ()


@pytest.mark.parametrize("path", [("mcpServers",), ("servers",), ("mcp", "servers")])
@pytest.mark.parametrize(
    "server",
    [
        {"url": ADDRESS, "headers": {"Authorization": f"Bearer {key()}"}},
        {"serverUrl": f"{ADDRESS}?a=b", "headers": {"authorization": key()}},
        {"args": ["mcp-remote", ADDRESS, "--header", f"Authorization: Bearer {key()}"]},
        {
            "url": "${AOA_HOST}/mcp",
            "headers": {"Authorization": "Bearer ${ONE}"},
            "env": {"ONE": key()},
        },
        {
            "args": ["x", ADDRESS, "--header", "Authorization:${ONE}"],
            "env": {"ONE": f"Bearer {key()}"},
        },
    ],
)
def test_the_key_that_a_client_shows_is_spanned_and_redacted(
    server: dict[str, object], path: tuple[str, ...]
) -> None:
    data = servers(server, *path)
    facts = observe(data, "json")
    (one,) = facts.connections
    assert (data[one.start : one.end].decode(), one.part) == (key(), "mcp")
    assert one.key is not None
    assert one.key.shape == "full"
    assert SECOND not in repr(facts)


def test_a_variable_that_a_client_shows_is_named() -> None:
    data = servers({"url": f"{ADDRESS}/account", "headers": {"Authorization": "Bearer ${env:A}"}})
    (one,) = observe(data, "json").connections
    assert one.part == "mcp/account"
    assert [named.name for named in one.references] == ["A"]
    assert [data[named.start : named.end] for named in one.references] == [b"A"]
