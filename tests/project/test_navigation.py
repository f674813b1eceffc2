"""Which calls count a page by hand when the route changes, and whether the SDK does so itself."""

from __future__ import annotations

import pytest

from mmlint.project.events.clients import setups
from mmlint.project.events.navigation import Navigation, counts_by_itself
from tests.project import linking

HEAD = 'import { page, track, init } from "@millimetric/track";\n'


def pages(text: str) -> list[str]:
    whole = HEAD + text
    linked = linking.program({"a.ts": whole})
    found = Navigation(linked).pages()
    return [whole[one.call.start : one.call.end] for one in found]


@pytest.mark.parametrize(
    "text",
    [
        "page();",
        "button.addEventListener('click', () => page());",
        "useEffect(() => { page(); }, [count]);",
        "useEffect(() => { page(); });",
        "router.on('error', () => page());",
        "router.afterEach(() => track('seen'));",
    ],
)
def test_a_page_that_no_route_counts(text: str) -> None:
    assert pages(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "addEventListener('popstate', () => page());",
        "router.afterEach(() => { page(); });",
        "function seen() { page(); } useRouteChange(seen);",
        "const p = usePathname(); useEffect(() => { page(); }, [p]);",
    ],
)
def test_a_page_that_a_change_of_the_route_counts(text: str) -> None:
    assert pages(text) == ["page()"]


def test_a_function_that_does_nothing_else_counts_where_it_is_called() -> None:
    text = "function seen() { page(); } addEventListener('popstate', () => { seen(); });"
    assert pages(text) == ["seen()"]


@pytest.mark.parametrize(
    ("options", "counts"),
    [
        ("{ ...rest }", False),
        ("{ autoPageView: false }", False),
        ("{ autoPageView: load() }", False),
        ("{ autoPageView: true }", True),
        ("{ apiKey: 'k' }", True),
    ],
)
def test_whether_the_sdk_counts_pages_itself(options: str, counts: bool) -> None:
    linked = linking.program({"a.ts": f"{HEAD}init({options});"})
    assert counts_by_itself(linked, tuple(setups(linked))) is counts
