"""Masking: what must stay readable, what must never be shown."""

from __future__ import annotations

import re
import string
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from report_samples import key, secret

from mmlint.report.masking import Masked, mask, mask_lines

SECRETS = st.text(string.ascii_letters + string.digits + "_-", min_size=8, max_size=40)
PREFIXES = st.text(string.ascii_letters + string.digits, min_size=8, max_size=8)


def env(text: str) -> list[str]:
    return mask_lines(text.split("\n"), carrier=True)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "const key = process.env.MM_SECRET_KEY!;",
        'const name = "MM_SECRET_KEY";',
        'secretName = "MM_SECRET_KEY"',
        "run_task_test_fixtures(disk_usage)",
        "init({ key: 'sk_live_...' })",
        "await client.flush()",
        "MM_SECRET: ${MM_SECRET}",
        "import_secret_module as mm",
    ],
)
def test_code_without_secrets_stays_as_it_is(line: str) -> None:
    assert mask(line) == line


@pytest.mark.parametrize(
    "line",
    [
        "",
        "# a comment about keys",
        "PORT=3000",
        "DEBUG=true",
        "EMPTY=",
        'EMPTY=""',
        "HOST=https://api.millimetric.ai",
        "HOST=http://localhost:8787/v1 # local",
        "export MM_SK=$OTHER",
        "MM_SK=${OTHER}",
        "MM_SK=sk_live_...",
        "MM_SK=<your key>",
        "MM_SK=your-key-here",
        "# PORT=3000",
        "  export  A = 'no'  # why",
    ],
)
def test_harmless_env_lines_stay_as_they_are(line: str) -> None:
    assert env(line) == [line]


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("A=hunter2", "A=hun… (7 characters)"),
        ("export A='hunter two'", "export A=hun… (10 characters)"),
        ('A="hunter2" # was hunter1', "A=hun… (7 characters)"),
        ("A='x' B=hunter2", "A=x' … (12 characters)"),
        ("A=https://me:hunter2@host/x", "A=htt… (25 characters)"),
        ("A=https://host/x?token=hunter2", "A=htt… (28 characters)"),
        ("A: hunter2", "A: hun… (7 characters)"),
        ("# A=hunter2", "# A=hun… (7 characters)"),
        ("B=1 # A=hunter2", "B=1 # A=hun… (7 characters)"),
        ("A=12345678901234", "A=123… (14 characters)"),
        ("hunter2 hunter2", "… (15 characters)"),
        ("aGVsbG8gd29ybGQ=", "… (16 characters)"),
        ("A=${B:-hunter2}", "A=${B… (13 characters)"),
    ],
)
def test_env_values_are_cut(line: str, masked: str) -> None:
    assert env(line) == [masked]


def test_key_in_env_keeps_its_public_part() -> None:
    assert env(f"A={key('pk')}\nB='{key()}'") == [
        "A=pk_live_a1b2c3d4_…",
        "B=sk_live_a1b2c3d4_…",
    ]


def test_lines_of_a_quoted_value_are_hidden() -> None:
    text = 'A="-----BEGIN KEY-----\nB=hunter2\n\nxyz="\nC=1'
    assert env(text) == [
        "A=---… (19 characters)",
        "… (9 characters)",
        "",
        "… (5 characters)",
        "C=1",
    ]


def test_quote_that_nothing_closes_hides_its_own_line_only() -> None:
    assert env('A="hunter2\nB=1') == ["A=hun… (7 characters)", "B=1"]


def test_escaped_quote_closes_nothing() -> None:
    assert env('A="hunter\nx\\"y\nhunter2"\nB=1')[1:] == [
        "… (4 characters)",
        "… (8 characters)",
        "B=1",
    ]


@pytest.mark.parametrize(
    "before", ["", '"', "Bearer ", '"\\n', "key%3D", "_", "x", "7", "-", "購", "sk_", "ask_"]
)
@pytest.mark.parametrize("after", ["", '"', "\\n", " ", "&x=1", "…", "購", "/"])
@pytest.mark.parametrize("kind", ["pk", "sk", "rk", "ak"])
def test_keys_are_cut_wherever_they_stand(before: str, after: str, kind: str) -> None:
    whole = key(kind)
    masked = mask(before + whole + after)
    assert whole[-24:-18] not in masked
    assert whole[-6:] not in masked


def test_other_peoples_keys_are_cut() -> None:
    tail = secret(24)
    assert tail[4:] not in mask(f'stripe("sk_live_{tail}")')
    assert tail[4:] not in mask(f'"\\nsk_live_{tail}"')


@pytest.mark.parametrize(
    "line",
    [
        'MM_SECRET_KEY: "{}"',
        "ENV NEXT_PUBLIC_MM_SECRET={}",
        "const mmSecret = '{}';",
        '"MILLIMETRIC_SECRET": "{}",',
        "      AOA_SK: {}",
    ],
)
def test_values_under_secret_names_are_cut(line: str) -> None:
    value = secret(20)
    masked = mask(line.format(value))
    assert f"{value[:3]}… (20 characters)" in masked
    assert value[3:9] not in masked


def test_masking_twice_changes_nothing_more() -> None:
    once = mask(f"a {key()} b {key('pk')} sk_live_{secret()}")
    assert mask(once) == once


def test_positions_around_masked_text() -> None:
    whole = key()
    line = f'f("{whole}", "{whole}", x)'
    masked = Masked(line, mask(line))
    for found in ('f("', "x)", '", "', '", x'):
        assert masked.column(line.index(found)) == masked.text.index(found)
    assert masked.column(len(line)) == len(masked.text)
    assert masked.text[masked.column(3) :].startswith("sk_live_a1b2c3d4_…")


@given(st.text(), st.sampled_from(["live", "test"]), PREFIXES, SECRETS, st.text())
def test_no_part_of_a_secret_is_left(
    before: str, environment: str, prefix: str, tail: str, after: str
) -> None:
    # Upper case only, so that what is left cannot stem from a word or a number of ours.
    tail = "ZQ".join(tail.upper())
    masked = mask(f"{before}sk_{environment}_{prefix}_{tail}{after}")
    rest = masked.replace(before, "").replace(after, "").replace(prefix, "")
    assert not any(tail[start : start + 6] in rest for start in range(len(tail) - 5))


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r")), max_size=6))
def test_no_lines_raise(lines: list[str]) -> None:
    assert len(mask_lines(lines, carrier=True)) == len(lines)
    for line in lines:
        masked = Masked(line, mask(line))
        columns = [masked.column(index) for index in range(len(line) + 1)]
        assert columns == sorted(columns)
        assert columns[-1] == len(masked.text)


@given(st.from_regex(r"[A-Z][A-Z0-9_]{0,8}", fullmatch=True), SECRETS, st.sampled_from("\"'` "))
def test_no_env_value_is_left(name: str, value: str, quote: str) -> None:
    value = f"ZQ9{value}ZQ9"
    (masked,) = env(f"{name}={quote.strip()}{value}{quote.strip()}")
    assert value[3:] not in masked
    assert masked.startswith(f"{name}=ZQ9")


def test_hostile_lines_take_no_time() -> None:
    for unit in ("sk_a_", "a=", "a='", '\\"', "MM_SK=", "sk_live_", "'", "=", "(", "SK ", "_"):
        text = unit * 50_000
        masked = Masked(text, mask(text))
        assert masked.column(len(text)) == len(masked.text)
        env(f'A="{text}')
        env(text)


# --- variables in lists ---------------------------------------------------------------------------

PASSWORD = "hunter2-" + "9" * 8
"""A secret of somebody else's, whose shape tells nothing."""


def plain(text: str) -> str:
    return "\n".join(mask_lines(text.split("\n"), carrier=False))


@pytest.mark.parametrize(
    "text",
    [
        "- name: DB_HOST\n  value: db-12345678.internal",
        "- name: LOG_KEY\n  value: $(OTHER_KEY)",
        "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db-12345678",
        "- name: DB_PASSWORD\n- name: PORT\n  value: port-12345678",
        "- name: DB_PASSWORD\n  a: 1\n  b: 2\n  c: 3\n  value: far-12345678",
        "- name: PORT\n  value: |\n    port-12345678\n- name: DB_PASSWORD",
        "- name: DB_PASSWORD\n  value: ''",
        "- name: DB_PASSWORD\n  value: <your password>",
        '{"name": "DB_PASSWORD"},\n{"name": "PORT", "value": "port-12345678"}',
    ],
)
def test_listed_values_that_nothing_calls_secret_stay(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "- name: DB_PASSWORD\n  value: {}",
        "- name: DB_PASSWORD\n  value: {} # the old one",
        '- name: "DB_PASSWORD"\n  value: "{}"',
        "- name: DB_PASSWORD\n  # why\n  value: '{}'",
        "- value: {}\n  name: DB_PASSWORD",
        "- key: MAIL_API_KEY\n  value: {}\n  scope: RUN_TIME",
        "- {{name: DB_PASSWORD, value: {}}}",
        "- name: DB_PASSWORD\n  value: |\n    first\n    {}\n  other: 1",
        '{{\n  "name": "DB_PASSWORD",\n  "value": "{}"\n}}',
        '[[env]]\nname = "DB_PASSWORD"\nvalue = "{}"',
        "- name: MILLIMETRIC_SECRET\n  value: {}",
    ],
)
def test_listed_values_under_secret_names_are_cut(text: str) -> None:
    shown = plain(text.format(PASSWORD))
    assert PASSWORD not in shown
    assert len(shown.split("\n")) == len(text.split("\n"))
    assert "_" in shown, "the name is still to be read"


def test_a_masked_list_stays_as_it_is() -> None:
    once = plain(f"- name: DB_PASSWORD\n  value: {PASSWORD}")
    assert plain(once) == once


@given(SECRETS.filter(lambda one: bool(re.search("[a-z]", one) and re.search("[0-9]", one))))
def test_no_listed_value_is_left(value: str) -> None:
    assume(not value.startswith("pk_"))
    assert value not in plain(f"- name: DB_PASSWORD\n  value: '{value}'")
    assert value not in plain(f"- value: {value}\n  name: DB_PASSWORD")


@pytest.mark.parametrize("line", ["value: a" + " " * 10**6, "name: " * 10**5, "value: '" * 10**5])
def test_hostile_lists_take_no_time(line: str) -> None:
    begun = time.process_time()
    plain(f"- name: DB_PASSWORD\n{line}")
    assert time.process_time() - begun < 5
