"""Tests what settings and stacks say about handlers; whole platforms stand in the fixtures."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.frameworks.pattern import Setting
from mmlint.languages import observe
from mmlint.languages.settings.tree import settings_file, settings_files
from mmlint.project.modules.literals import expression, script_values, strings, uncommented
from mmlint.project.platforms.configured_handlers import ConfiguredHandler, bound
from mmlint.project.platforms.project_config import MANIFESTS, ProjectConfig, listens, wraps
from mmlint.project.platforms.runtimes import Evidence, Runtimes
from mmlint.project.semantic.program import Program
from tests.work import calls

LANGUAGES = {"ts": "typescript", "js": "javascript", "py": "python"}


def runtimes(files: dict[str, str], *stacks: str) -> Runtimes:
    """Link a project; ``stacks``: code whose text is read like settings."""
    texts = {path: text.encode() for path, text in files.items()}
    code = {path: data for path, data in texts.items() if path.rpartition(".")[2] in LANGUAGES}
    facts = {
        path: observe(data, LANGUAGES[path.rpartition(".")[2]])  # type: ignore[arg-type]
        for path, data in code.items()
    }
    settings = {
        path: data
        for path, data in texts.items()
        if path.rpartition("/")[2] in MANIFESTS or path in stacks
    }

    def those(what: Callable[[bytes], bool]) -> tuple[str, ...]:
        return tuple(path for path, data in code.items() if what(data))

    around = ProjectConfig.read(
        settings_files(settings), listening=those(listens), wrapping=those(wraps)
    )
    return Runtimes(Program(facts), around)


def handlers(found: Runtimes) -> dict[str, str]:
    """``path:function`` of every handler to its runtime."""
    return {
        f"{one.function.unit.path}:{one.function.function.name}": one.evidence.runtime
        for one in found.handlers
    }


def evidence(found: Runtimes, path: str, name: str) -> Evidence:
    """Return the runtime of the function ``name`` of a file."""
    unit = next(one for one in found.program.units if one.path == path)
    names = [function.name for function in unit.module.functions]
    return found.of(unit, names.index(name))


# --- literal values in settings -------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "export default {}",
        "// srcDir: 'site'",
        "/* srcDir: 'site' */",
        "export default { srcDir }",
        "export default { srcDir: folder }",
        "export default { srcDir: `${root}/site` }",
        "export default { srcDir: join('a', 'b') }",
        "export default { srcDir: dev ? 'a' : 'b' }",
        "export default { mySrcDir: 'site', my_srcDir: 'site', my.srcDir: 'site' }",
        "if (srcDir === 'site') {}",
    ],
)
def test_what_is_no_literal_says_nothing(text: str) -> None:
    assert script_values(uncommented(text), "srcDir") == ()


@pytest.mark.parametrize(
    "text",
    [
        "export default { srcDir: 'site' }",
        'export default defineConfig({ url: "https://x.example", "srcDir" : "site" })',
        "config.srcDir = 1; const other = {\n  srcDir: `site`,\n};",
        "export default { srcDir: ['site'] as const }",
    ],
)
def test_a_literal_is_read_wherever_the_key_stands(text: str) -> None:
    assert script_values(uncommented(text), "srcDir") == ("site",)


def test_toml_is_read_by_its_tables() -> None:
    text = (
        '[functions]\ndirectory = "a"\n[build]\ndirectory = "b"\n[[d.e]]\nf = "c"\n[[d.e]]\nf = 1'
    )
    assert said("netlify.toml", text, "functions.directory") == ("a",)
    assert said("netlify.toml", text, "d.e.f") == ("c",)
    assert said("netlify.toml", text, "directory") == ()
    assert said("netlify.toml", "[functions", "functions.directory") == ()


def said(name: str, text: str, key: str) -> tuple[str, ...]:
    """What a settings file at the root gives to a dotted key."""
    around = ProjectConfig.read(settings_files({name: text.encode()}))
    return around.values("a.ts", Setting((name,), (key,)))


def test_comments_go_and_strings_stay() -> None:
    text = "a: 'x//y', /* b: */ c: \"/*\" // d\n, e: `//${f}`"
    assert uncommented(text) == "a: 'x//y',   c: \"/*\"  \n, e: `//${f}`"


def test_an_expression_ends_where_its_surroundings_do() -> None:
    text = "f(a, ')', [b])(c), next"
    assert expression(text, 0) == "f(a, ')', [b])(c)"
    assert expression(text, 2) == "a"
    assert expression(text, 2, stops="") == "a, ')', [b]"


@given(st.text(alphabet="\"'`/*\\\n:={}[]()srcDir$ "))
def test_reading_text_never_fails(text: str) -> None:
    plain = uncommented(text)
    assert uncommented(plain + "\n").count("\n") <= text.count("\n") + 1
    assert all(value in plain for value in script_values(plain, "srcDir"))


# --- names that settings bind ---------------------------------------------------------------------


def names(path: str, text: str) -> set[tuple[str, str]]:
    return {(one.stem, one.name) for one in bound(path, settings_file(path, text.encode()))}


def test_other_files_bind_nothing() -> None:
    assert names("docs/notes.yml", "handler: src/a.b") == set()
    assert names("serverless.yml", "# handler: src/a.b\n  handlers: src/a.b") == set()
    assert names("serverless.yml", "handler: ${file(x)}.b\nhandler: noname") == set()


def test_a_compiled_handler_is_the_one_of_its_source() -> None:
    assert names("svc/serverless.yml", "  handler: dist/mail.send") == {
        ("svc/dist/mail", "send"),
        ("svc/src/mail", "send"),
        ("svc/mail", "send"),
    }


def test_python_modules_are_named_with_dots() -> None:
    assert ("svc/shop/web", "main") in names("svc/serverless.yml", "handler: shop.web.main")


def test_a_template_gives_each_function_its_own_folder() -> None:
    text = """
Globals:
  Function:
    CodeUri: common
Resources:
  One:
    Properties:
      Handler: a.one
      Nested:
        CodeUri: wrong
  Two:
    Properties:
      CodeUri: own
      Handler: a.two
"""
    assert names("template.yaml", text) == {("common/a", "one"), ("own/a", "two")}


SAM = {
    "block": "Resources:\n  A:\n    Properties:\n      {}\n      {}\n",
    "flow": "Resources: {{A: {{Properties: {{{}, {}}}}}}}",
    "flow in block": "Resources:\n  A:\n    Properties: {{{}, {}}}\n",
    "anchor": "x: &x {{{}, {}}}\nResources: {{A: {{Properties: *x}}}}\n",
}


@pytest.mark.parametrize("style", SAM)
@pytest.mark.parametrize(
    ("handler", "folder", "found"),
    [
        ("Handler: app.run", "CodeUri: functions/x/", {("functions/x/app", "run")}),
        ("'Handler': 'app.run'", '"CodeUri": "functions/x/"', {("functions/x/app", "run")}),
        ("Handler: app.run", "CodeUri: !Sub functions/x/", {("functions/x/app", "run")}),
        ("Handler: app.run", "CodeUri: !Sub '${Home}/x/'", {("app", "run")}),
        ("Handler: app.run", "CodeUri: s3://bucket/x.zip", set()),
        ("Handler: !Ref Handler", "CodeUri: functions/x/", set()),
        ("Handler: !Sub '${Name}.run'", "CodeUri: functions/x/", set()),
    ],
)
def test_every_style_of_a_template_names_the_same_handlers(
    style: str, handler: str, folder: str, found: set[tuple[str, str]]
) -> None:
    assert names("template.yaml", SAM[style].format(handler, folder)) == found


def test_templates_beside_the_code_in_question_are_not_parsed() -> None:
    handler = b"Resources: {A: {Properties: {Handler: app.run, CodeUri: %s}}}"
    files = {
        "a/template.yaml": handler % b"x/",
        "b/template.yaml": handler % b"x/",
        "c/template.yaml": handler % b"../a/x/",
    }
    around = ProjectConfig.read(settings_files(files))
    found = list(around.bound(["a/x/app"]))
    assert {one.where for one in found} == {"a/template.yaml", "c/template.yaml"}
    assert {one.where for one in found if one.stem == "a/x/app"} == {one.where for one in found}


def test_a_template_may_be_json() -> None:
    given = {"Handler": "app.run", "CodeUri": "functions/x/"}
    text = json.dumps({"Resources": {"A": {"Properties": given}}}, indent=2)
    assert names("template.yaml", text) == {("functions/x/app", "run")}
    assert names("template.json", text) == {("functions/x/app", "run")}
    assert names("template.json", '{"template": "basic", "handler": "app.run"}') == set()


STACK_TS = """
import * as cdk from "aws-cdk-lib";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";

new NodejsFunction(this, "Orders", {
  environment: { NOTE: "entry, handler" },
  entry: path.join(__dirname, "..", "functions/orders.ts"),
  handler: "place",
});
new NodejsFunction(this, "Unknown", { entry: folder, handler: "ignored" });
new lambda.Function(this, "Rows", {
  handler: "rows.load",
  code: lambda.Code.fromAsset("python"),
});
"""
STACK_PY = """
from aws_cdk import aws_lambda as _lambda
from aws_cdk.aws_lambda_python_alpha import PythonFunction

_lambda.Function(self, "Mail", handler="mail.send", code=_lambda.Code.from_asset("jobs"))
PythonFunction(self, "Sweep", entry="jobs/sweep", index="night.py", handler="run")
"""
FUNCTION_TS = "export async function {0}(event) {{ return event; }}"
FUNCTION_PY = "def {0}(event, context):\n    return None\n"


def test_a_cdk_stack_names_its_functions() -> None:
    found = runtimes(
        {
            "infra/lib/shop.ts": STACK_TS,
            "infra/mail.py": STACK_PY,
            "infra/functions/orders.ts": FUNCTION_TS.format("place"),
            "infra/python/rows.py": FUNCTION_PY.format("load"),
            "jobs/mail.py": FUNCTION_PY.format("send"),
            "jobs/sweep/night.py": FUNCTION_PY.format("run"),
            "jobs/rows.py": FUNCTION_PY.format("load"),
        },
        "infra/lib/shop.ts",
        "infra/mail.py",
    )
    assert handlers(found) == dict.fromkeys(
        [
            "infra/functions/orders.ts:place",
            "infra/python/rows.py:load",
            "jobs/mail.py:send",
            "jobs/sweep/night.py:run",
        ],
        "serverless",
    )


def test_a_bound_name_says_where_it_is_bound() -> None:
    found = runtimes(
        {"serverless.yml": "handler: a.go", "a.js": "exports.go = async () => helper();\n"}
    )
    assert evidence(found, "a.js", "go") == Evidence(
        "serverless", "AWS Lambda handler go, named in serverless.yml"
    )


def test_a_function_json_names_script_and_entry() -> None:
    text = json.dumps({"scriptFile": "../dist/Send/main.js", "entryPoint": "go"})
    assert names("Send/function.json", text) >= {("dist/Send/main", "go"), ("Send/index", "go")}
    assert ConfiguredHandler(
        "Ping/__init__", "main", "Ping/function.json", "Azure function"
    ) in list(bound("Ping/function.json", settings_file("Ping/function.json", b"{}")))


# --- scripts and programs -------------------------------------------------------------------------

HELPER = "export function note() {}\n"


@pytest.mark.parametrize(
    ("files", "runtime"),
    [
        pytest.param({}, "unknown", id="nobody imports it"),
        pytest.param({"a.ts": "import './lib'; app.listen(1)"}, "long-running", id="a server does"),
        pytest.param(
            {"a.ts": "import './b'; app.listen(1)", "b.ts": "export * from './c'",
             "c.ts": "export { note } from './lib'"},
            "long-running",
            id="a server does, through two barrels",
        ),
        pytest.param(
            {"a.ts": "import './lib'; app.listen(1)", "scripts/b.ts": "import '../lib'"},
            "unknown",
            id="a server and a script do",
        ),
        pytest.param(
            {"a.ts": "import './lib'; app.listen(1)",
             "b.ts": "import './lib'; export const handler = async () => {}"},
            "unknown",
            id="a server and a function do",
        ),
    ],
)  # fmt: skip
def test_a_file_lives_as_long_as_the_programs_that_import_it(
    files: dict[str, str], runtime: str
) -> None:
    found = runtimes({"lib.ts": HELPER, **files})
    assert evidence(found, "lib.ts", "note").runtime == runtime


@pytest.mark.parametrize(
    ("manifest", "runtime"),
    [
        ({}, "unknown"),
        ({"scripts": {"lint": "eslint ."}}, "unknown"),
        ({"bin": 7, "scripts": []}, "unknown"),
        ({"scripts": {"fill": "tsx src/fill.ts --all"}}, "script"),
        ({"scripts": {"fill": "node ./dist/fill.js"}}, "script"),
        ({"bin": "dist/fill.mjs"}, "script"),
        ({"bin": {"fill": "./src/fill.ts"}}, "script"),
    ],
)
def test_package_json_names_scripts(manifest: dict[str, object], runtime: str) -> None:
    found = runtimes({"tools/package.json": json.dumps(manifest), "tools/src/fill.ts": HELPER})
    assert evidence(found, "tools/src/fill.ts", "note").runtime == runtime


def test_a_program_that_listens_is_no_script() -> None:
    manifest = json.dumps({"scripts": {"start": "node main.js"}})
    found = runtimes({"package.json": manifest, "main.js": "server.listen(1);\nfunction note() {}"})
    assert evidence(found, "main.js", "note").runtime == "long-running"


def test_the_configuration_overrides_every_guess() -> None:
    files = {"app/api/x/route.ts": "export function GET() {}"}
    guessed = runtimes(files)
    fixed = Runtimes(guessed.program, guessed.project_config, lambda path: "long-running")
    unit = guessed.program.units[0]
    assert guessed.of(unit, 1).runtime == "serverless"
    assert fixed.of(unit, 1) == Evidence("long-running", "set in the configuration")


# --- hostile input --------------------------------------------------------------------------------


@given(st.sampled_from(sorted(MANIFESTS)), st.binary())
def test_any_bytes_are_read_in_silence(name: str, data: bytes) -> None:
    around = ProjectConfig.read(settings_files({name: data, f"a/{name}": data}))
    assert around.depends("a/b.ts", ("next",)) in (None, False)


@pytest.mark.parametrize(
    "name",
    [
        "package.json",
        "function.json",
        "vercel.json",
        "wrangler.jsonc",
        "netlify.toml",
        "serverless.yml",
        "template.yaml",
        "sst.config.ts",
        "next.config.js",
        "stack.py",
    ],
)
@pytest.mark.parametrize(
    "mark",
    ["[", '{"a":', "a = [", "handler: a.", "handler: a.b\n", "/*", "class_name: '", "Function("],
)
def test_deep_and_long_settings_cost_little(name: str, mark: str) -> None:
    def read(times: int) -> None:
        found = runtimes({name: mark * times, "a.ts": "class A { fetch() {} }"}, "stack.py")
        assert handlers(found) == {}

    read(1)  # what is imported once does not count
    assert calls(lambda: read(20_000)) < 6 * calls(lambda: read(5_000)) + 1_000


def test_strings_with_escapes_or_holes_are_left_out() -> None:
    assert strings("'a' \"b\" `c` `${d}` 'e\\n'") == ["a", "b", "c"]


def test_the_evidence_of_a_delegate_names_the_handler_that_it_is_said_of() -> None:
    files = {
        "package.json": json.dumps({"dependencies": {"next": "15"}}),
        "app/actions.ts": '"use server";\nimport { enter } from "../lib/enter";\n'
        "export async function join(form) { return enter(form); }\n"
        "export async function leave(form) { form.get('a'); form.get('b'); }",
        "lib/enter.ts": "export async function enter(form) { return form.get('a'); }",
    }
    found = {one.function.function.name: one.evidence.why for one in runtimes(files).handlers}
    assert found == {
        "enter": 'reached from join in app/actions.ts (server action ("use server"))',
        "leave": 'server action ("use server")',
    }
