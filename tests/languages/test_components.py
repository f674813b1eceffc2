"""Programs inside markup: which bytes are code, whose names they share, and where exactly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmlint.languages.markup.components import Component, observe
from mmlint.model import syntax as s
from mmlint.model import walk
from mmlint.model.facts import FileFacts

COMPONENTS: tuple[Component, ...] = ("html", "vue", "svelte", "astro")


def calls_of(module: s.Module) -> Iterator[s.Call]:
    for function in module.functions:
        for _, value in walk.values(function.body):
            if isinstance(value, s.Call):
                yield value


def calls(text: str, language: Component) -> list[list[str]]:
    """The source of every call, program by program, in source order."""
    data = text.encode()
    return [
        [data[c.start : c.end].decode() for c in sorted(calls_of(module), key=lambda c: c.start)]
        for module in observe(data, language).modules
    ]


def call(text: str, language: Component) -> s.Call:
    (module,) = observe(text.encode(), language).modules
    (found,) = calls_of(module)
    return found


def enclosing(text: str, language: Component) -> list[tuple[str, str]]:
    """Each call's source, and the kind of the function it stands in."""
    data = text.encode()
    (module,) = observe(data, language).modules
    return [
        (data[value.start : value.end].decode(), function.kind)
        for function in module.functions
        for _, value in walk.values(function.body)
        if isinstance(value, s.Call)
    ]


def problem(text: str, language: Component) -> str | None:
    """The rest of the file from where the problem is."""
    data = text.encode()
    found = observe(data, language).problem
    return data[found.start :].decode() if found else None


def ignored(facts: FileFacts) -> list[tuple[str, ...]]:
    return [fact.codes for fact in facts.ignores]


# --- what is no code ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", COMPONENTS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "track('x')",
        "<p title=\"track('x')\">track('x')</p>",
        "<!-- <script>track('x')</script> -->",
        "<style>a { b: track('x') }</style>",
        "<script></script><script> \n </script>",
        "<script src='a.js'>track('x')</script>",
        '<script type="application/json">{"a": track("x")}</script>',
        '<script type="application/ld+json">track("x")</script>',
        "<script type=importmap>track('x')</script>",
        '<script type="text/template"><a onclick="track()"></a></script>',
    ],
)
def test_silent(text: str, language: Component) -> None:
    facts = observe(text.encode(), language)
    assert (facts.modules, facts.problem) == ((), None)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("<textarea><script>a()</script></textarea>", "html"),
        ('<a data-onclick="a()" one="x">', "html"),
        ("<docs><script>a()</script></docs>", "vue"),
        ('<script lang="coffee">a()</script>', "vue"),
        ('<template lang="pug">\nb(@click="a()") <i @click="a()">\n</template>', "vue"),
        ('<template><i v-for="a in b()" #x="{ c = d() }"></i></template>', "vue"),
        ('<template><b onclick="a()"><script>b()</script></b></template>', "vue"),
        ("{#if a()}<b/>{:else if b()}{/if}{@html c()}", "svelte"),
        ("{/* <script>a()</script> */}", "astro"),
        ("<Script src='x'>a()</Script>", "astro"),
    ],
)
def test_silent_in_this_language(text: str, language: Component) -> None:
    assert calls(text, language) == []


# --- html -----------------------------------------------------------------------------------------


def test_html_classic_scripts_and_handlers_share_one_program() -> None:
    text = (
        "<script>var mine = a()</script>"
        '<SCRIPT TYPE="text/javascript">b(mine) // end</SCRIPT>'
        "<a onclick=\"c(mine, 'x'); return false\" onFocus='d()'>x</a>"
    )
    assert calls(text, "html") == [["a()", "b(mine)", "c(mine, 'x')", "d()"]]
    (module,) = observe(text.encode(), "html").modules
    assert module.side == "client"
    named = [c.arguments[0].value for c in calls_of(module) if c.arguments]
    assert {value.binding for value in named if isinstance(value, s.Name)} == {0}


def test_html_every_module_script_is_a_program_of_its_own() -> None:
    text = (
        '<script type="module">import { a } from "m"; a()</script>'
        "<script>b()</script><script type=module>a()</script>"
    )
    assert calls(text, "html") == [["b()"], ["a()"], ["a()"]]


def test_html_handlers_run_later_and_scripts_at_once() -> None:
    text = '<script>a()</script><a onclick="b()">x</a>'
    assert enclosing(text, "html") == [("a()", "module"), ("b()", "function")]


def test_html_a_handler_that_does_not_parse_is_passed_over() -> None:
    text = '<a onclick="go(" onblur="} a(); {"></a><script>b()</script>'
    assert calls(text, "html") == [["b()"]]
    assert problem(text, "html") is None


@pytest.mark.parametrize(
    ("handler", "argument"),
    [
        ("track(&quot;a b&quot;)", "a b"),
        ("track(&#39;a&#39;)", "a"),
        ("track(&#x27;a&apos;)", "a"),
        ("if (1 &lt;= 2 &amp;&amp; 3 &gt;= 2) track('a')", "a"),
        ("[1].map(x =&gt; track('a'))", "a"),
    ],
)
def test_html_entities_are_read_without_moving_anything(handler: str, argument: str) -> None:
    data = f'<a onclick="{handler}">'.encode()
    (module,) = observe(data, "html").modules
    track = next(c for c in calls_of(module) if isinstance(c.callee, s.Name))
    assert data[track.start : track.start + 5] == b"track"
    (value,) = (one.value for one in track.arguments)
    assert isinstance(value, s.Literal)
    assert value.value == argument


@pytest.mark.parametrize("tag", ["{{ x }}", "{{ x('y') | json }}", "<%= x %>", "<?= $x ?>"])
def test_html_template_values_are_unknown_names(tag: str) -> None:
    found = call(f"<script>track({tag}, 'plain')</script>", "html")
    values = [one.value for one in found.arguments]
    assert isinstance(values[0], s.Name)
    assert values[0].binding == -1
    assert isinstance(values[1], s.Literal)


def test_html_template_tags_in_strings_stay() -> None:
    found = call("<script>{% if a %}track('{{ url(\"b\") }}'){% endif %}</script>", "html")
    (value,) = (one.value for one in found.arguments)
    assert isinstance(value, s.Literal)
    assert str(value.value).startswith("{{ url(")


@pytest.mark.parametrize("tag", ["{{ x }}", "{% if x %}", "<% x %>", "<?php x ?>"])
def test_html_a_templated_page_has_no_syntax_errors(tag: str) -> None:
    assert problem(f"<p>{tag}</p><script>let = ;</script>", "html") is None


# --- vue ------------------------------------------------------------------------------------------

VUE = """<script lang="ts">export const q = w() as any</script>
<script setup lang="ts" generic="T extends A<B>">
import { track } from "@millimetric/track"
const later: number = 1
</script>
<template>
  <b @click="track('a')" v-on:blur="track('b'); f()" :key="g(later)" @x="() => track('c')">
    <template #slot><i v-if="h()" :style="{ a: i(), b: 1 }" /></template>
  </b>
</template>
<style>a { b: no() }</style>
"""


def test_vue_is_one_program_whose_template_sees_the_imports() -> None:
    assert calls(VUE, "vue") == [
        ["w()", "track('a')", "track('b')", "f()", "g(later)", "track('c')", "h()", "i()"]
    ]
    (module,) = observe(VUE.encode(), "vue").modules
    assert module.side == "client"
    assert problem(VUE, "vue") is None
    tracks = [
        c.callee
        for c in calls_of(module)
        if isinstance(c.callee, s.Name) and c.callee.name == "track"
    ]
    assert {module.bindings[name.binding].kind for name in tracks} == {"import"}


def test_vue_handlers_run_later() -> None:
    kinds = dict(enclosing(VUE, "vue"))
    assert kinds["w()"] == "module"
    assert kinds["track('a')"] == kinds["f()"] == "function"


def test_vue_removing_a_handlers_statement_leaves_the_attribute_whole() -> None:
    data = VUE.encode()
    (module,) = observe(data, "vue").modules
    found = [
        data[statement.start : statement.end]
        for function in module.functions
        for statement in walk.statements(function.body)
        if isinstance(statement, s.ExpressionStatement) and isinstance(statement.value, s.Call)
    ]
    assert set(found) == {b"track('a')", b"track('b');", b"f()"}


def test_vue_handlers_without_a_script() -> None:
    assert calls("<template><a @click=\"$track('x')\" /></template>", "vue") == [["$track('x')"]]


@pytest.mark.parametrize(
    ("lang", "body"),
    [("", "a(<b/>)"), ("jsx", "a(<b/>)"), ("ts", "a(<any>b)"), ("tsx", "a(<b/> as any)")],
)
def test_vue_dialects(lang: str, body: str) -> None:
    text = f'<script lang="{lang}">{body}</script>'
    assert calls(text, "vue") == [[body]]
    assert problem(text, "vue") is None


def test_vue_expressions_that_do_not_parse_are_passed_over() -> None:
    text = '<template><a :b="c(" @click="d((" :e="f()" /></template><script>g()</script>'
    assert calls(text, "vue") == [["f()", "g()"]]
    assert problem(text, "vue") is None


# --- svelte ---------------------------------------------------------------------------------------


def test_svelte_is_one_program_of_scripts_and_expressions() -> None:
    text = """<script module>export const q = w()</script>
<script>
  import { track } from "@millimetric/track"
  $: doubled = f(q)
</script>
{#each xs as { a, b }}<p>don't {g(a)}{h(b)}</p>{/each}
<button on:click={() => { track("}") }} class="x {i("y")} z" {...rest} t={{ a: j() }} u=v{k()}>
  {count > 1 ? l(`${m({})}`) : "a"}
</button>"""
    assert calls(text, "svelte") == [
        [
            *("w()", "f(q)", "g(a)", "h(b)", 'track("}")', 'i("y")', "j()", "k()"),
            *("l(`${m({})}`)", "m({})"),
        ]
    ]
    assert problem(text, "svelte") is None


def test_svelte_handlers_resolve_to_the_scripts_imports() -> None:
    text = "<script>import { track } from 'm'</script><a onclick={() => track('x')}>x</a>"
    assert isinstance(found := call(text, "svelte").callee, s.Name)
    assert found.binding == 0


@pytest.mark.parametrize("tag", ['<script lang="ts">', '<script type="text/typescript">'])
def test_svelte_typescript(tag: str) -> None:
    assert problem(f"{tag}let a: number = b()</script>", "svelte") is None


def test_svelte_an_unclosed_brace_hides_no_script() -> None:
    assert calls("<p>{a( <script>b()</script>", "svelte") == [["b()"]]


# --- astro ----------------------------------------------------------------------------------------

ASTRO = """---
import { track } from "@millimetric/track-node"
const a: string = await f()
---
<p onclick="g(); return false">don't {items.map(i => <li class={h(i)}>{i.j()}</li>)}</p>
<script>k<string>(`</p>`)</script>
<script is:inline>l()</script>
"""


def test_astro_frontmatter_is_the_server_and_every_script_a_client() -> None:
    modules = observe(ASTRO.encode(), "astro").modules
    assert calls(ASTRO, "astro") == [["f()"], ["k<string>(`</p>`)"], ["l()"], ["g()"]]
    assert [module.side for module in modules] == ["server", "client", "client", "client"]
    assert problem(ASTRO, "astro") is None


@pytest.mark.parametrize("start", ["", "\ufeff", "\n", "<!-- a -->\n<!-- --- -->\n"])
def test_astro_what_may_stand_before_the_fence(start: str) -> None:
    (module,) = observe(f"{start}---\r\na()\r\n---\r\n<p/>".encode(), "astro").modules
    assert module.side == "server"


@pytest.mark.parametrize("text", ["<p/>\n---\na()\n---", "a()\n---\nb()"])
def test_astro_dashes_further_down_are_text(text: str) -> None:
    assert calls(text, "astro") == []


# --- offsets and problems -------------------------------------------------------------------------


@pytest.mark.parametrize("language", COMPONENTS)
@pytest.mark.parametrize("start", ["", "\ufeff", "<p>é ü 漢</p>\r\n"])
def test_offsets_are_bytes_of_the_file(start: str, language: Component) -> None:
    text = f'{start}<script>\r\n  track("é");\r\n</script>'
    assert calls(text, language) == [['track("é")']]


@pytest.mark.parametrize("language", COMPONENTS)
def test_a_scripts_own_syntax_error_is_reported_where_it_is(language: Component) -> None:
    text = "<script>fine()</script>\n<script>let a = ;</script>\n<script>b()</script>"
    assert problem(text, language) in [
        text[at:] for at in range(text.index("let"), text.index(";") + 1)
    ]
    assert ["b()"] in [found[-1:] for found in calls(text, language)]


def test_a_frontmatters_syntax_error_is_reported_where_it_is() -> None:
    assert problem("---\nlet a = ;\n---\n", "astro") in ("= ;\n---\n", ";\n---\n")


@pytest.mark.parametrize("language", COMPONENTS)
def test_broken_markup_is_nobodys_business(language: Component) -> None:
    assert problem("<p <b =x '><//><script>a()</script></q", language) is None


def test_directives_of_a_script_are_kept() -> None:
    (module,) = observe(b"<script>'use strict'; a()</script>", "html").modules
    assert module.directives == ("use strict",)


# --- comments -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", COMPONENTS)
def test_comments_of_markup_and_scripts_both_suppress(language: Component) -> None:
    text = """<!-- mmlint: ignore-file[MM401] all of it -->
<script>
// mmlint: ignore[MM101] a
a() /* mmlint: ignore[MM102] b */
</script>
<!-- mmlint: ignore[MM704] c -->
"""
    facts = observe(text.encode(), language)
    assert ignored(facts) == [("MM401",), ("MM101",), ("MM102",), ("MM704",)]
    assert [fact.alone for fact in facts.ignores] == [True, True, False, True]
    assert [fact.leading for fact in facts.ignores] == [True, True, False, False]


def test_comments_of_frontmatter_suppress() -> None:
    facts = observe(b"---\n// mmlint: ignore-file[MM401]\n---\n", "astro")
    assert ignored(facts) == [("MM401",)]
    assert facts.ignores[0].leading


@pytest.mark.parametrize("language", ["svelte", "astro"])
def test_comments_in_braces_suppress(language: Component) -> None:
    facts = observe(b"<p>{#if a}{/if}\n  {/* mmlint: ignore[MM401] don't */}\n</p>", language)
    assert ignored(facts) == [("MM401",)]
    assert facts.ignores[0].alone


# --- any bytes ------------------------------------------------------------------------------------

_PIECES = [
    *(b"<", b">", b"/", b"=", b"{", b"}", b"'", b'"', b"`", b"${", b"(", b")", b" ", b"\n", b"a"),
    *(b"<script>", b"</script>", b"<script type=module>", b"<template>", b"</template>", b"---\n"),
    *(b"<a onclick=", b' @click="', b"a()", b"{{", b"}}", b"{%", b"%}", b"<!--", b"-->", b"/*"),
    *(b"*/", b"//", b"&quot;", b"&amp;", b"\\", b"\x00", b"\xff", b"\xef\xbb\xbf", b"{#if", b";"),
]


# The same examples every time: a grammar's error recovery can take minutes over a few odd bytes,
# which is for the script adapter's own tests to find.
@settings(derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=30), st.sampled_from(COMPONENTS))
def test_any_markup_gives_places_inside_the_file(pieces: list[bytes], language: Component) -> None:
    data = b"".join(pieces)
    facts = observe(data, language)
    for module in facts.modules:
        for found in calls_of(module):
            assert 0 <= found.start < found.end <= len(data)
    if facts.problem:
        assert 0 <= facts.problem.start <= facts.problem.end <= len(data)


@settings(derandomize=True, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(COMPONENTS))
def test_any_bytes_are_fine(data: bytes, language: Component) -> None:
    assert observe(data, language).language == language


@pytest.mark.parametrize("language", COMPONENTS)
@pytest.mark.parametrize(
    "data",
    [
        b"<div>" * 100_000,
        b"{" * 300_000,
        b"{/*" * 100_000,
        b"{{" * 100_000,
        b"<a b={" * 50_000,
        b"<a b='{c}{c}" * 30_000,
        b"<a " + b"{b}" * 100_000,
        b"<!--" * 100_000,
        b"<script type=module>a()</script>" * 2_000,
        b"<script></script" * 20,
        b"<script>" + b"(" * 5_000,
        b"<template>" * 50_000,
    ],
    ids=lambda data: repr(data[:12]),
)
def test_hostile_files_end_soon(data: bytes, language: Component) -> None:
    assert len(observe(data, language).modules) <= 51
