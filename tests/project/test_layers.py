"""Where Lambda functions find what their layers hold, read from templates as text."""

from __future__ import annotations

import pytest

from mmlint.languages.settings.tree import settings_files
from mmlint.project.modules.resolution import Resolution

TEMPLATE = """
Globals:
  Function:
    Runtime: python3.12
    Layers: [!Ref Everywhere]
Resources:
  Everywhere:
    Type: AWS::Serverless::LayerVersion
    Properties:
      ContentUri: shared/everywhere/
  Ours:
    Type: "AWS::Serverless::LayerVersion"
    Properties:
      ContentUri: 'shared/ours' # sources
    Metadata:
      BuildMethod: python3.12
  Theirs:
    Type: AWS::Lambda::LayerVersion
    Properties:
      Content: ./shared/theirs
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code/orders
      Layers:
        - !Ref Theirs
        - Fn::GetAtt: [Nothing, Arn]
        - Ref: Ours
  Mails:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code/mails
      Layers:
      - !Ref Theirs
"""


def find(
    importer: str, specifier: str, *files: str, language: str = "python", template: str = TEMPLATE
) -> str | None:
    settings = {"cloud/template.yaml": template.encode()}
    known = frozenset({importer, *files})
    return Resolution(known, settings_files(settings)).find(importer, specifier, language)


# --- nothing --------------------------------------------------------------------------------------


def test_a_folder_that_no_template_names_is_no_layer() -> None:
    assert find("cloud/code/orders/a.py", "beat", "cloud/shared/other/python/beat.py") is None


def test_code_outside_the_template_s_folder_sees_no_layers() -> None:
    assert find("web/a.py", "beat", "cloud/shared/ours/python/beat.py") is None


def test_a_module_that_two_layers_have_is_neither_s_for_a_function_that_uses_none() -> None:
    files = ("cloud/shared/ours/python/beat.py", "cloud/shared/theirs/python/beat.py")
    assert find("cloud/code/alone/a.py", "beat", *files) is None


def test_a_layer_s_modules_are_not_those_of_the_interpreter() -> None:
    assert find("cloud/code/orders/a.py", "logging", "cloud/shared/ours/python/logging.py") is None


@pytest.mark.parametrize(
    "template",
    [
        "",
        "Resources:",
        ": :\n\t-",
        "Resources:\n  A:\n    Type: AWS::Lambda::LayerVersion\n",
        "Resources: {A: {Type: AWS::Lambda::LayerVersion}}",
        "layers:\n  a:\n",
        "\ufeff\x00",
    ],
)
def test_no_template_is_too_strange(template: str) -> None:
    assert find("cloud/a.py", "beat", "cloud/shared/python/beat.py", template=template) is None


# --- Python ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "file",
    [
        "cloud/shared/everywhere/python/beat.py",
        "cloud/shared/ours/python/beat/__init__.py",
        "cloud/shared/ours/beat.py",
        "cloud/shared/theirs/python/beat.py",
        "cloud/my_layers/python/beat.py",
        "cloud/code/layer/any/python/beat.py",
    ],
)
def test_a_layer_is_a_source_root(file: str) -> None:
    assert find("cloud/code/orders/a.py", "beat", file) == file


def test_what_is_not_built_lies_where_it_is_unpacked() -> None:
    assert find("cloud/code/orders/a.py", "beat", "cloud/shared/theirs/beat.py") is None


def test_the_function_s_own_module_comes_first() -> None:
    own = "cloud/code/orders/beat.py"
    assert find("cloud/code/orders/a.py", "beat", own, "cloud/shared/ours/python/beat.py") == own


def test_the_last_layer_that_a_function_uses_comes_first() -> None:
    files = [f"cloud/shared/{one}/python/beat.py" for one in ("everywhere", "ours", "theirs")]
    everywhere, ours, theirs = files
    assert find("cloud/code/orders/a.py", "beat", *files) == ours
    assert find("cloud/code/mails/a.py", "beat", *files) == theirs
    assert find("cloud/code/alone/a.py", "beat", *files) == everywhere


def test_serverless_yml_names_layers_by_their_path() -> None:
    files = frozenset({"code/a.py", "stock/beats/python/beat.py"})
    settings = {"serverless.yml": b"layers:\n  beats:\n    path: stock/beats\n"}
    found = Resolution(files, settings_files(settings)).find("code/a.py", "beat", "python")
    assert found == "stock/beats/python/beat.py"


@pytest.mark.parametrize(
    "layers", ["[!Ref Ours]", "[{Ref: Ours}]", "[!GetAtt Ours.Arn]", "\n        - !Ref Ours"]
)
def test_every_style_of_a_template_names_the_same_layers(layers: str) -> None:
    template = (
        "Resources:\n"
        "  Ours: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: shared/ours/}}\n"
        "  Theirs: {'Type': 'AWS::Lambda::LayerVersion', Properties: {Content: shared/theirs}}\n"
        "  Orders:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties:\n"
        "      CodeUri: code/orders\n"
        f"      Layers: {layers}\n"
    )
    files = [f"cloud/shared/{one}/python/beat.py" for one in ("ours", "theirs")]
    assert find("cloud/code/orders/a.py", "beat", *files, template=template) == files[0]


# --- JavaScript -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("specifier", "file"),
    [
        ("/opt/nodejs/beat", "cloud/shared/theirs/nodejs/beat.ts"),
        ("/opt/nodejs/beat.js", "cloud/shared/theirs/nodejs/beat.ts"),
        ("/opt/nodejs", "cloud/shared/theirs/nodejs/index.mjs"),
        ("/opt/nodejs/beat", "cloud/shared/ours/beat.js"),
    ],
)
def test_opt_is_where_layers_are(specifier: str, file: str) -> None:
    assert find("cloud/code/orders/a.js", specifier, file, language="javascript") == file


def test_other_folders_of_opt_are_the_machine_s() -> None:
    file = "cloud/shared/theirs/bin/beat.js"
    assert find("cloud/code/a.js", "/opt/bin/beat", file, language="javascript") is None
