"""Plain requests: what the table of HTTP libraries says of each decides where URL and body are."""

from __future__ import annotations

import pytest

from mmlint.languages import observe
from mmlint.model import syntax as s
from mmlint.model.facts import Language
from mmlint.project.http.requests import requests
from mmlint.project.project import Project
from mmlint.sdk.http_libraries import HTTP_LIBRARIES, http_library

URL = '"https://api.millimetric.ai/v1/track"'


def bodies(text: str, language: Language) -> list[bool]:
    """For each request to Millimetric in ``text``: whether its body, an object, is found."""
    path = "src/a.py" if language == "python" else "src/a.ts"
    program = Project({path: observe(text.encode(), language)}).program
    return [isinstance(one.body, s.Object) for _, one in requests(program)]


# --- nothing --------------------------------------------------------------------------------------


def test_a_package_that_only_begins_like_a_library_makes_no_request() -> None:
    assert http_library("axios-mock-adapter") is None
    assert http_library("requests_oauthlib") is None


def test_a_library_of_another_language_makes_no_request() -> None:
    text = f'import requests from "requests";\nrequests.post({URL}, {{ json: {{}} }});\n'
    assert bodies(text, "typescript") == []


def test_a_python_function_that_sends_no_body_makes_no_request() -> None:
    assert bodies(f"import httpx\nhttpx.get({URL})\n", "python") == []


# --- requests -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        name
        for one in HTTP_LIBRARIES
        if one.language == "python" and not one.request_object
        for name in one.packages
    ],
)
@pytest.mark.parametrize(
    "call",
    [f"post({URL}, json={{}})", f'request("POST", {URL}, data={{}})', f"put(url={URL}, json={{}})"],
)
def test_a_python_library_is_given_url_and_body(name: str, call: str) -> None:
    assert bodies(f"import {name}\n{name}.{call}\n", "python") == [True]


@pytest.mark.parametrize(
    "call",
    [
        f"urlopen(Request({URL}, data={{}}))",
        f"urlopen(Request({URL}, {{}}))",
        f"urlopen({URL}, {{}})",
    ],
)
def test_urlopen_takes_a_request_or_its_parts(call: str) -> None:
    text = f"from urllib.request import Request, urlopen\n{call}\n"
    assert bodies(text, "python") == [True]


@pytest.mark.parametrize(
    "name",
    [name for one in HTTP_LIBRARIES if one.language == "javascript" for name in one.packages],
)
def test_a_javascript_library_is_given_options(name: str) -> None:
    text = f'import send from "{name}";\nsend({URL}, {{ method: "POST", body: {{}} }});\n'
    assert bodies(text, "typescript") == [True]


@pytest.mark.parametrize("function", ["post", "put", "patch"])
def test_axios_is_given_the_body_itself(function: str) -> None:
    text = f'import axios from "axios";\naxios.{function}({URL}, {{}}, {{ headers: {{}} }});\n'
    assert bodies(text, "typescript") == [True]
