"""Checks a decoded configuration against the types of the schema, one value at a time, so that an
error can name the place, what may stand there, and what was probably meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from mmlint.config.problem import Keys, Problem, dotted, expected, shown

T = TypeVar("T", bound=msgspec.Struct)

_WORDS = {
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a table",
    type(None): "null",
}


def checked(value: object, struct: type[T], keys: Keys = ()) -> T:
    """Return ``value`` (decoded TOML or JSON) as a ``struct``.

    ``keys``: where it stands. Raises Problem for the first thing that is wrong.
    """
    from msgspec import inspect

    _check(value, inspect.type_info(struct), keys)
    return msgspec.convert(value, struct)


def _check(value: object, kind: msgspec.inspect.Type, keys: Keys) -> None:
    from msgspec import inspect

    if isinstance(kind, inspect.Metadata):
        _check(value, kind.type, keys)
    elif isinstance(kind, inspect.StructType):
        _check_fields(_table(value, keys), kind, keys)
    elif isinstance(kind, inspect.DictType):
        for key, item in _table(value, keys).items():
            _check(item, kind.value_type, (*keys, key))
    elif isinstance(kind, inspect.VarTupleType):
        if not isinstance(value, list):
            raise _wrong(value, "a list", keys)
        for index, item in enumerate(value):
            _check(item, kind.item_type, (*keys, index))
    elif isinstance(kind, inspect.LiteralType):
        allowed = [str(one) for one in kind.values]
        if value not in allowed:
            message = f"`{dotted(keys)}` is {_quoted(value)}; {expected(str(value), allowed)}"
            raise Problem(message, keys)
    elif isinstance(kind, inspect.UnionType):
        # The schema has no other unions than "this or nothing".
        if value is not None:
            _check(value, kind.types[0], keys)
    elif isinstance(kind, inspect.StrType):
        if not isinstance(value, str):
            raise _wrong(value, "a string", keys)
        if len(value) < (kind.min_length or 0):
            raise Problem(f"`{dotted(keys)}` must not be empty", keys)
    elif isinstance(kind, inspect.IntType):
        if not isinstance(value, int) or isinstance(value, bool):
            raise _wrong(value, "a whole number", keys)
        if kind.ge is not None and value < kind.ge:
            raise _wrong(value, f"a whole number of at least {kind.ge}", keys)
    elif isinstance(kind, inspect.BoolType) and not isinstance(value, bool):
        raise _wrong(value, "true or false", keys)


def _table(value: object, keys: Keys) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _wrong(value, "a table", keys)
    return value


def _check_fields(
    table: Mapping[str, object], kind: msgspec.inspect.StructType, keys: Keys
) -> None:
    fields = {field.encode_name: field for field in kind.fields}
    for key, value in table.items():
        if key not in fields:
            message = f'unknown key "{dotted((*keys, key))}"; {expected(key, fields)}'
            raise Problem(message, (*keys, key))
        _check(value, fields[key].type, (*keys, key))
    for name, field in fields.items():
        if field.required and name not in table:
            raise Problem(f"`{dotted(keys)}` lacks the key `{name}`", keys)


def _wrong(value: object, wanted: str, keys: Keys) -> Problem:
    name = f"`{dotted(keys)}`" if keys else "the configuration"
    return Problem(f"{name} must be {wanted}, not {_quoted(value)}", keys)


def _quoted(value: object) -> str:
    """Name a wrong value: texts and numbers as they are, the rest by its kind."""
    if isinstance(value, str):
        return f'"{shown(value)}"'
    if isinstance(value, int | float) and not isinstance(value, bool):
        return shown(value)
    return _WORDS.get(type(value), "a date or time")
