"""Shows the fixed JavaScript and TypeScript of every acceptance case to the real compiler.

mmlint checks its own fixes with the parser it reads with; here another parser has the last word.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from mmlint.app import fix
from tests.cases import load_cases
from tests.proof.npm import WITHOUT_NPM, fetched

VERSION = "5.9.3"
CASES = load_cases(Path(__file__).parent.parent / "fixtures" / "rules", ("fixed",))
SCRIPTS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")

PARSE = """
const ts = require(process.argv[1]);
const vm = require("node:vm");
const files = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const compilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  jsx: ts.JsxEmit.ReactJSX,
  verbatimModuleSyntax: true,
};
const problems = {};
for (const [fileName, text] of Object.entries(files)) {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest);
  const messages = file.parseDiagnostics.map((one) => one.messageText);
  const { outputText } = ts.transpileModule(text, { fileName, compilerOptions });
  try {
    new vm.SourceTextModule(outputText);
  } catch (error) {
    messages.push(error.message);
  }
  if (messages.length > 0) problems[fileName] = messages;
}
console.log(JSON.stringify(problems));
"""
"""The engine sees what the compiler's parser lets pass: an await outside an async function, a name
that is declared twice."""

pytestmark = [pytest.mark.slow, WITHOUT_NPM]


@pytest.fixture(scope="module")
def compiler() -> Path:
    """The compiler's folder, in the user's cache; fetched the first time."""
    return fetched("typescript", VERSION)


def parse(compiler: Path, files: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the complaints of the compiler and the engine, by file; most files have none."""
    done = subprocess.run(
        ["node", "--no-warnings", "--experimental-vm-modules", "-e", PARSE, compiler],
        input=json.dumps(files),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    problems: dict[str, list[str]] = json.loads(done.stdout)
    return problems


def scripts(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every script below ``root``; declarations give no output."""
    for file in sorted(root.rglob("*")):
        if file.is_file() and file.name.endswith(SCRIPTS) and ".d." not in file.name:
            yield file.relative_to(root).as_posix(), file.read_text("utf-8")


def test_what_is_broken_is_complained_about(compiler: Path) -> None:
    files = {
        "good.tsx": "const a = <b>{c!}</b>; await using d = e();",
        "cast.ts": "export default <T>y satisfies T;",
        "bad.ts": "await f(;",
        "idle.ts": "function f() { await g(); }",
        "twice.ts": "import { flush, flush } from 'x';",
    }
    assert parse(compiler, files).keys() == {"bad.ts", "idle.ts", "twice.ts"}


def test_every_fixed_script_is_one_to_the_compiler(compiler: Path, tmp_path: Path) -> None:
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for number, case in enumerate(CASES):
        for unsafe in case.levels():
            root = tmp_path / f"{number}-{'unsafe' if unsafe else 'safe'}"
            case.write(root)
            before |= _named(root)
            fix(root, unsafe)
            after |= _named(root)
    changed = {name: text for name, text in after.items() if before[name] != text}
    assert changed
    assert parse(compiler, changed) == {}


def _named(root: Path) -> dict[str, str]:
    return {f"{root.name}/{name}": text for name, text in scripts(root)}
