"""What an expression can turn out to be, once names have been followed."""

from __future__ import annotations

from msgspec import Struct

from mmlint.model import syntax as s
from mmlint.project.semantic.unit import Path, Unit
from mmlint.sdk.methods import METHODS, UNKNOWN_METHOD, Method, Sdk
from mmlint.sdk.surface import CLIENT_CLASS


class SdkObject(Struct, frozen=True):
    """The SDK's module, or a client: something with ``track`` and ``flush``."""

    sdk: Sdk

    def member(self, name: str) -> SdkObject | SdkClass | SdkFunction:
        """Return what ``name`` is of it."""
        if name == CLIENT_CLASS:
            return SdkClass(self.sdk)
        return self if name == "default" else SdkFunction(self.sdk, name)


class SdkFunction(Struct, frozen=True):
    """A function of the SDK, bare or of a client.

    ``awaitable``: whether its result must be awaited, where that is known: a project's own Python
    client says it by ``async def``. ``given``: what ``partial`` or ``bind`` has passed already.
    """

    sdk: Sdk
    name: str
    awaitable: bool | None = None
    given: tuple[BoundArgument, ...] = ()

    @property
    def does(self) -> Method:
        """What a call of it does, as the SDK's documentation says."""
        return METHODS[self.sdk].get(self.name, UNKNOWN_METHOD)

    def makes_client(self, python: bool) -> bool:
        """Whether its result is a client; a team's Python module may have further classes."""
        return self.does.sets_up or (python and self.name[:1].isupper())


class SdkClass(Struct, frozen=True):
    """``MillimetricClient``."""

    sdk: Sdk


class ProjectFunction(Struct, frozen=True, eq=False):
    """A function of the project. ``given``: what ``partial`` or ``bind`` has passed already; it is
    the same function nevertheless."""

    unit: Unit
    index: int
    given: tuple[BoundArgument, ...] = ()

    @property
    def key(self) -> tuple[int, int]:
        return (id(self.unit), self.index)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ProjectFunction) and self.key == other.key

    def __ne__(self, other: object) -> bool:  # a struct has one of its own
        return not self == other

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def function(self) -> s.Function:
        return self.unit.module.functions[self.index]


class ProjectClass(Struct, frozen=True):
    unit: Unit
    index: int


class Instance(Struct, frozen=True):
    """An object of a project class (also ``this`` and ``self``)."""

    unit: Unit
    index: int


class Namespace(Struct, frozen=True):
    """All exports of a project module."""

    unit: Unit


class External(Struct, frozen=True):
    """Something of a package that is not the project's: ``path`` leads from the module to it.

    ``()`` in the path is a call or construction: ``express().get`` is ``("default", "()", "get")``.
    ``given``: what ``partial`` or ``bind`` has passed already.
    """

    module: str
    path: Path
    given: tuple[BoundArgument, ...] = ()

    def __str__(self) -> str:
        return ".".join((self.module, *self.path)).replace(".()", "()")


class Global(Struct, frozen=True):
    """A global of the platform, as a path: ``("process", "env", "AOA_SK")``."""

    path: Path


class Parameter(Struct, frozen=True):
    """What a caller passes: parameter ``number`` of a function, and the path into it."""

    unit: Unit
    function: int
    number: int
    path: Path


class KnownValue(Struct, frozen=True, eq=False):
    """A literal, template, object or list whose source is at hand."""

    unit: Unit
    value: s.Value
    substitution: Substitution


class BoundMethod(Struct, frozen=True):
    """JavaScript's ``fn.bind``, ``fn.call`` and ``fn.apply``."""

    function: SdkFunction | ProjectFunction
    name: str


Resolved = (
    SdkObject
    | SdkFunction
    | SdkClass
    | ProjectFunction
    | ProjectClass
    | Instance
    | Namespace
    | External
    | Global
    | Parameter
    | KnownValue
    | BoundMethod
)


class PassedValue(Struct, frozen=True, eq=False):
    """An argument as the caller wrote it."""

    unit: Unit
    value: s.Value
    substitution: Substitution


class BoundArgument(Struct, frozen=True, eq=False):
    """An argument that was passed before the call, and what it stands for."""

    argument: s.Argument
    passed: PassedValue


Substitution = tuple[tuple[tuple[int, int, int], "PassedValue | None"], ...]
"""(id of unit, function, parameter number) to what was passed there; None: nothing was."""

NOTHING: Substitution = ()

HERE = frozenset({"this", "super"})
"""Names that mean something else in each class; any other means the same in a whole unit."""


def alike(one: Resolved | None, other: Resolved | None) -> bool:
    """Whether both mean the same, and were given the same before."""
    if isinstance(one, ProjectFunction) and isinstance(other, ProjectFunction):
        return one == other and one.given == other.given
    return one == other
