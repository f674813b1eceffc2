"""The small language that JavaScript, TypeScript and Python are all lowered into.

One vocabulary for both languages means that every question ("is this promise awaited?", "does this
object have the key?", "which function is called?") is asked, and answered, once.

Every node carries ``start`` and ``end``: byte offsets into the file, from 0, end exclusive.
Nothing here holds a secret: adapters redact string literals through ``sdk.keys`` on making them.

Where a construct has no counterpart here it is lowered to ``Unknown`` with the values inside it, so
that calls are never lost; what is unknown stays silent.
"""

from __future__ import annotations

from typing import Literal as Choices

import msgspec

from mmlint.model.key import Key


class Node(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """Something that stands in the source between two byte offsets.

    Nodes hold only what was made before them, so they cannot form circles and Python need not look
    for any: there are hundreds of thousands, and looking takes four times as long as making them.
    """

    start: int
    end: int


# --- values -------------------------------------------------------------------------------------


class Literal(Node, frozen=True):
    """A string, number, boolean or null; ``undefined``, ``null`` and ``None`` are all ``None``.

    ``value`` of a string that holds a key is the redacted text; ``key`` then says what was there.
    """

    value: str | int | float | bool | None
    key: Key | None = None


class Template(Node, frozen=True):
    """A template literal or f-string: literal text and holes, in order."""

    parts: tuple[Value, ...]


class Name(Node, frozen=True):
    """An identifier. ``binding`` is an index into ``Module.bindings``, or -1 when it is global."""

    name: str
    binding: int


class Member(Node, frozen=True):
    """``object.name``, ``object?.name``, ``object["name"]``. ``name_start``: the name's offset."""

    object: Value
    name: str
    name_start: int
    optional: bool = False


class Index(Node, frozen=True):
    """``object[index]`` with an index that is no string literal."""

    object: Value
    index: Value


class Argument(Node, frozen=True):
    """One argument. ``name`` is set for Python keywords; a spread is a ``Spread`` value."""

    name: str | None
    value: Value


class Call(Node, frozen=True):
    """A call, ``new`` expression, or tagged template. The span includes callee and arguments."""

    callee: Value
    arguments: tuple[Argument, ...]
    new: bool = False
    optional: bool = False


class Entry(Node, frozen=True):
    """One entry of an object or dict. The span covers the whole entry.

    ``key`` is None for spreads (``value`` is what is spread) and for computed keys.
    ``key_start``: the key's byte offset (equals ``start`` where there is no key).
    ``name_start``: where in the key its name begins, behind a quote (JavaScript); else -1.
    """

    key: str | None
    value: Value
    key_start: int
    kind: Choices["pair", "shorthand", "spread", "computed", "method"] = "pair"
    name_start: int = -1


class Object(Node, frozen=True):
    """An object literal, a dict display, a TypeScript enum's members, or an object pattern."""

    entries: tuple[Entry, ...]


class Sequence(Node, frozen=True):
    """An array, list, tuple or set display, or an array pattern."""

    items: tuple[Value, ...]


class Choice(Node, frozen=True):
    """One of several values: ``a ? b : c``, ``a ?? b``, ``a || b``, ``a && b``, ``b if a else c``.

    ``test`` is evaluated first and always. For ``||``, ``??`` and ``or`` the test is also the first
    option; for ``&&`` and ``and`` only the right side is an option (the left one is falsy then).
    """

    operator: Choices["?:", "||", "??", "&&"]
    test: Value
    options: tuple[Value, ...]


class Await(Node, frozen=True):
    """``await value``."""

    value: Value


class Lambda(Node, frozen=True):
    """A function or class expression used as a value: an index into ``Module.functions``."""

    function: int


class ClassValue(Node, frozen=True):
    """A class expression used as a value: an index into ``Module.classes``."""

    index: int


class Operation(Node, frozen=True):
    """Any other operator: ``void x``, ``!x``, ``a + b``, ``typeof x``, ``not x``, ``a == b``."""

    operator: str
    operands: tuple[Value, ...]


class Spread(Node, frozen=True):
    """``...value``, ``*value`` or ``**value`` (``double``) among arguments or list items."""

    value: Value
    double: bool = False


class Comprehension(Node, frozen=True):
    """A Python list, set, dict or generator comprehension: evaluates ``element`` per item."""

    element: Value
    sources: tuple[Value, ...]
    targets: tuple[Value, ...] = ()


class Element(Node, frozen=True):
    """A JSX element: attributes as entries, children as values."""

    name: str
    attributes: tuple[Entry, ...]
    children: tuple[Value, ...]


class Unknown(Node, frozen=True):
    """Anything else; ``parts`` are the values found inside it, in evaluation order."""

    parts: tuple[Value, ...] = ()


Value = (
    Literal
    | Template
    | Name
    | Member
    | Index
    | Call
    | Object
    | Sequence
    | Choice
    | Await
    | Lambda
    | ClassValue
    | Operation
    | Spread
    | Comprehension
    | Element
    | Unknown
)


# --- statements ---------------------------------------------------------------------------------


class ExpressionStatement(Node, frozen=True):
    """An expression statement."""

    value: Value


class Assign(Node, frozen=True):
    """``target = value``, also as a declaration; ``+=`` and the like set ``operator``.

    ``target`` is a ``Name``, ``Member``, ``Index``, or a pattern made of ``Object``/``Sequence``
    (a default in a pattern is a ``Choice`` with operator ``??`` whose first option is the target).
    ``using``: ``"using"`` or ``"await using"`` for JavaScript's explicit resource management.
    """

    target: Value
    value: Value
    operator: str = "="
    using: str | None = None


class Return(Node, frozen=True):
    value: Value | None


class Throw(Node, frozen=True):
    value: Value | None


class Jump(Node, frozen=True):
    """``break`` or ``continue``, with its label if it has one."""

    kind: Choices["break", "continue"]
    label: str | None = None


class If(Node, frozen=True):
    """``if``: ``orelse`` is empty without an ``else``; ``else if`` is a nested branch."""

    test: Value
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]


class Loop(Node, frozen=True):
    """Any loop. ``head`` runs once before it; ``test`` before each turn; ``update`` after each.

    For ``each`` loops (``for … of``, ``for … in``, ``async for``) ``target`` takes each item of
    ``iterable``. ``endless``: the test is absent or a true literal, so only a jump leaves the loop.
    """

    kind: Choices["each", "for", "while", "do"]
    head: tuple[Statement, ...]
    test: Value | None
    target: Value | None
    iterable: Value | None
    body: tuple[Statement, ...]
    update: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    endless: bool = False
    is_async: bool = False
    label: str | None = None


class Case(Node, frozen=True):
    """One arm of a switch; ``tests`` is empty for ``default`` and for Python's ``case _``."""

    tests: tuple[Value, ...]
    body: tuple[Statement, ...]


class Switch(Node, frozen=True):
    """``switch`` (``falls_through``) or Python ``match`` (not)."""

    subject: Value
    cases: tuple[Case, ...]
    falls_through: bool
    label: str | None = None


class Handler(Node, frozen=True):
    """A ``catch`` or ``except`` clause."""

    body: tuple[Statement, ...]
    test: Value | None = None


class Try(Node, frozen=True):
    """``try``. ``final`` is None where there is no ``finally``; ``orelse`` is Python's ``else``."""

    body: tuple[Statement, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Statement, ...]
    final: tuple[Statement, ...] | None


class With(Node, frozen=True):
    """Python ``with``/``async with``: ``items`` are Bind statements or Evaluate where unnamed."""

    items: tuple[Statement, ...]
    body: tuple[Statement, ...]
    is_async: bool = False


class Block(Node, frozen=True):
    """A bare or labelled block."""

    body: tuple[Statement, ...]
    label: str | None = None


Statement = (
    ExpressionStatement | Assign | Return | Throw | Jump | If | Loop | Switch | Try | With | Block
)


# --- declarations -------------------------------------------------------------------------------


class Binding(Node, frozen=True):
    """A declared name. The span is the declaring identifier's.

    ``owner``: the function (index into ``Module.functions``) that the name is local to.
    ``target``: index of the function or class for those kinds, else -1.
    ``scope_start``/``scope_end``: the bytes in which the name can be seen.
    ``stable``: declared once and never assigned again (``const``, import, function, or a ``let``,
    ``var`` or Python name with a single assignment).
    """

    name: str
    kind: Choices["import", "parameter", "variable", "function", "class", "catch"]
    owner: int
    scope_start: int
    scope_end: int
    target: int = -1
    stable: bool = True


class Parameter(Node, frozen=True):
    """A parameter; ``target`` is a ``Name`` or a pattern. ``self`` is listed like any other."""

    name: str | None
    target: Value
    default: Value | None = None
    kind: Choices["positional", "keyword", "rest", "keywords"] = "positional"
    annotation: str | None = None


class Function(Node, frozen=True):
    """A function, method, arrow, lambda; index 0 of a module is the module's own top level.

    ``body_start``/``body_end``: the bytes inside the body's braces (or of the expression, or of the
    Python suite's statements). ``expression``: an arrow or lambda without a block.
    ``parent``: the enclosing function; ``owner``: index of the class it is a method of, or -1.
    ``directives``: string directives at the start of the body (``"use server"``).
    """

    name: str | None
    kind: Choices["module", "function", "method", "getter", "setter", "constructor"]
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    body_start: int
    body_end: int
    parent: int
    is_async: bool = False
    is_generator: bool = False
    expression: bool = False
    owner: int = -1
    decorators: tuple[Value, ...] = ()
    directives: tuple[str, ...] = ()


class ClassMember(Node, frozen=True):
    """A method (``function`` is its index) or a field (``value``)."""

    name: str
    function: int
    value: Value | None
    static: bool = False


class Class(Node, frozen=True):
    name: str | None
    bases: tuple[Value, ...]
    members: tuple[ClassMember, ...]
    decorators: tuple[Value, ...] = ()
    parent: int = 0


class Import(Node, frozen=True):
    """One imported name, or a bare import of a module.

    ``module``: the specifier as written (Python: dotted, with leading dots for relative imports).
    ``name``: the name taken from it; ``"default"`` for a default import, ``"*"`` for the module
    itself (namespace import, ``require``, ``import()``, ``import x``), also for its side effects.
    ``binding``: the local binding, or -1 (side effects, ``require``/``import()`` in expressions).
    ``everything``: Python's ``from x import *``, which gives every public name of ``x`` to here.
    """

    module: str
    name: str
    binding: int
    kind: Choices["static", "require", "dynamic"] = "static"
    type_only: bool = False
    everything: bool = False


class Export(Node, frozen=True):
    """A name that other files can take from here (JavaScript only; Python exports its globals).

    Exactly one of these says what it is: ``binding`` (>= 0), ``value``, or ``module`` and
    ``imported`` for re-exports (``"*"``: everything). ``name`` is ``"default"`` for a default
    export, ``"*"`` for ``export *``, and ``"="`` for ``module.exports = …``.
    """

    name: str
    binding: int = -1
    value: Value | None = None
    module: str | None = None
    imported: str | None = None
    type_only: bool = False


class Module(Node, frozen=True):
    """One program: a script file, or one region of a component file.

    ``side``: what the region itself says (``client`` for a component's script, ``server`` for Astro
    frontmatter), None for whole files. ``functions[0]`` is the top level. ``executable``: its first
    line names the interpreter that runs it (``#!``).
    """

    language: Choices["javascript", "python"]
    side: Choices["client", "server"] | None
    bindings: tuple[Binding, ...]
    functions: tuple[Function, ...]
    classes: tuple[Class, ...]
    imports: tuple[Import, ...]
    exports: tuple[Export, ...]
    directives: tuple[str, ...] = ()
    esm: bool = False
    executable: bool = False
