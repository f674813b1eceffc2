"""Python's scoping: which binding a name means, decided once the whole file has been seen.

A name is local to a function when anything in it assigns the name, even further down, so uses are
noted while lowering and filled in at the end (docs.python.org, execution model, binding of names).
"""

from __future__ import annotations

from typing import Literal as Choices

import msgspec

from mmlint.model import syntax as s

BindingKind = Choices["import", "parameter", "variable", "function", "class", "catch"]


class Scope(msgspec.Struct, eq=False):
    """Names of one function, class body or comprehension. ``owner``: the function it belongs to."""

    kind: Choices["function", "class", "comprehension"]
    owner: int
    parent: Scope | None
    start: int = 0
    end: int = 0
    names: dict[str, int] = msgspec.field(default_factory=dict)
    globals: set[str] = msgspec.field(default_factory=set)
    nonlocals: set[str] = msgspec.field(default_factory=set)


class _Draft(msgspec.Struct, eq=False):
    """A binding in the making. ``remote``: so far only assigned through global or nonlocal."""

    name: str
    kind: BindingKind
    span: tuple[int, int]
    scope: Scope
    target: int
    assigned: int
    remote: bool


class Scopes:
    """The scopes of one file. ``current`` is the one that lowering stands in."""

    def __init__(self, end: int) -> None:
        self.module = Scope("function", 0, None, 0, end)
        self.current = self.module
        self._drafts: list[_Draft] = []
        self._uses: list[tuple[s.Name, Scope]] = []

    def enter(self, kind: Choices["function", "class", "comprehension"], owner: int) -> None:
        """Open a scope inside the current one."""
        self.current = Scope(kind, owner, self.current)

    def leave(self, start: int, end: int) -> None:
        """Close the current scope; its names can be seen in the bytes ``start`` to ``end``."""
        scope = self.current
        scope.start, scope.end = start, end
        assert scope.parent is not None
        self.current = scope.parent

    def refer(self, name: str, span: tuple[int, int]) -> s.Name:
        """Return a node for the identifier ``name``; ``finish`` fills in its binding."""
        node = s.Name(*span, name, -1)
        self._uses.append((node, self.current))
        return node

    def declare(
        self,
        name: str,
        span: tuple[int, int],
        kind: BindingKind = "variable",
        target: int = -1,
        *,
        assigned: bool = True,
        walrus: bool = False,
    ) -> int:
        """Note that ``name`` is bound at ``span`` and return its binding's index.

        ``walrus``: the name belongs to the function around a comprehension. A name of a class body
        is a member, no variable: it hides outer names there and has no binding (-1).
        """
        here = self.current
        while walrus and here.kind == "comprehension" and here.parent is not None:
            here = here.parent
        home = self._home(name, here)
        if home.kind == "class":
            home.names[name] = -1
            return -1
        if name in home.names:
            self._again(self._drafts[home.names[name]], span, kind, target, assigned, home is here)
        else:
            home.names[name] = len(self._drafts)
            draft = _Draft(name, kind, span, home, target, int(assigned), home is not here)
            self._drafts.append(draft)
        return home.names[name]

    def finish(self) -> tuple[s.Binding, ...]:
        """Resolve every name and return the bindings."""
        for node, scope in self._uses:
            # The tree is still being built and nothing else holds it, so the name may be completed.
            msgspec.structs.force_setattr(node, "binding", self._resolve(node.name, scope))
        return tuple(
            s.Binding(
                *draft.span,
                draft.name,
                draft.kind,
                draft.scope.owner,
                draft.scope.start,
                draft.scope.end,
                draft.target,
                draft.assigned <= 1,
            )
            for draft in self._drafts
        )

    def _home(self, name: str, scope: Scope) -> Scope:
        """Return the scope that an assignment to ``name`` in ``scope`` writes to."""
        if name in scope.globals:
            return self.module
        if name not in scope.nonlocals:
            return scope
        around = [one for one in _outwards(scope.parent) if one.kind == "function"]
        return next((one for one in around if name in one.names), around[0] if around else scope)

    def _resolve(self, name: str, start: Scope) -> int:
        for scope in _outwards(start):
            if scope.kind == "class" and scope is not start:
                continue
            if name in scope.globals:
                return self.module.names.get(name, -1)
            if name in scope.names:
                return scope.names[name]
        return -1

    @staticmethod
    def _again(
        draft: _Draft,
        span: tuple[int, int],
        kind: BindingKind,
        target: int,
        assigned: bool,
        local: bool,
    ) -> None:
        """Bind a name again: its own scope says what it is, and the last ``def`` wins."""
        draft.assigned += assigned
        if draft.remote and local:
            draft.remote, draft.kind, draft.span, draft.target = False, kind, span, target
        elif draft.kind == kind:
            draft.target = target


def _outwards(scope: Scope | None) -> list[Scope]:
    """``scope`` and those around it, innermost first."""
    found = []
    while scope is not None:
        found.append(scope)
        scope = scope.parent
    return found
