"""The keys of the configuration: the one place from which reading, checking and the editor's JSON
Schema are made.

``python -m mmlint.config.schema`` writes the schema that is shipped with the package.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from mmlint.sdk.surface import MAX_BATCH, PYTHON_MODULES

SCHEMA_FILE: Final = "schema.json"

Level = Literal["error", "warning", "off"]
RuntimeChoice = Literal["serverless", "server", "auto"]
FlushFix = Literal["copy", "await", "guarded"]

Text = Annotated[str, Meta(min_length=1)]

Selectors = tuple[Text, ...]
"""Codes (``MM101``), names (``unawaited-flush``) or beginnings of codes (``MM1``)."""

Globs = tuple[Text, ...]
"""Patterns as in a ``.gitignore``, relative to the folder of the configuration file."""


class Override(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """What is different for some files. Where several overrides match, the last one counts."""

    paths: Annotated[
        Globs,
        Meta(description="Files that this is about, as patterns in the style of .gitignore."),
    ]
    runtime: Annotated[
        RuntimeChoice,
        Meta(description="How long the process lives that runs this code; auto: mmlint finds out."),
    ]


class BatchTooLarge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Options of batch-too-large."""

    limit: Annotated[int, Meta(ge=1, description="The most events of one request.")] = MAX_BATCH


class DuplicateEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Options of duplicate-event."""

    allow: Annotated[
        tuple[Text, ...], Meta(description="Names of events that both sides may send.")
    ] = ()


class ServerEventInBrowser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Options of server-event-in-browser."""

    events: Annotated[
        tuple[Text, ...],
        Meta(description="Names of events that only servers may send; * stands for any text."),
    ] = ()


RULE_OPTIONS: Final[dict[str, tuple[str, type[msgspec.Struct]]]] = {
    "batch-too-large": ("MM503", BatchTooLarge),
    "duplicate-event": ("MM401", DuplicateEvent),
    "server-event-in-browser": ("MM402", ServerEventInBrowser),
}
"""Name of each rule that takes options, to its code and what it takes."""


class Options(
    msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True
):
    """What mmlint.toml, tool.mmlint of pyproject.toml and mmlint of package.json may say."""

    select: Annotated[
        Selectors,
        Meta(
            description="Run only these rules: codes, names, or beginnings of codes such as MM1. "
            "Empty: the rules that are on by default."
        ),
    ] = ()
    extend_select: Annotated[
        Selectors, Meta(description="Run these rules too, besides those that are selected.")
    ] = ()
    ignore: Annotated[
        Selectors,
        Meta(description="Leave these rules out. The longer of two beginnings of a code counts."),
    ] = ()
    severity: Annotated[
        dict[str, Level],
        Meta(
            description="How serious the findings of a rule (code or name) are; off: no findings."
        ),
    ] = {}
    per_file_ignores: Annotated[
        dict[str, Selectors],
        Meta(description="Rules to leave out in the files that match a pattern."),
    ] = {}
    exclude: Annotated[
        Globs, Meta(description="Files that are not looked at, as patterns of a .gitignore.")
    ] = ()
    runtime: Annotated[
        RuntimeChoice,
        Meta(
            description="How long the process lives that runs server code: serverless (it may be "
            "frozen after each request), server (it goes on), auto (mmlint finds out)."
        ),
    ] = "auto"
    overrides: Annotated[
        tuple[Override, ...], Meta(description="What is different for some files.")
    ] = ()
    public_env_prefixes: Annotated[
        tuple[Text, ...],
        Meta(
            description="Further beginnings of environment names that a bundler copies into the "
            "browser's code, besides NEXT_PUBLIC_, VITE_ and the like."
        ),
    ] = ()
    python_sdk_modules: Annotated[
        tuple[Text, ...],
        Meta(description="Python modules that are clients of Millimetric."),
    ] = PYTHON_MODULES
    require_reason: Annotated[
        bool, Meta(description="Whether an ignore comment must give a reason.")
    ] = False
    anonymous_id_source: Annotated[
        Text | None,
        Meta(
            description="The expression that reads the visitor's id from the request, for the fix "
            "of missing-anonymous-id, such as req.cookies.aid."
        ),
    ] = None
    flush_fix: Annotated[
        FlushFix,
        Meta(
            description="How a fix waits for a flush: copy (as the project's other handlers do), "
            "await, or guarded (await, and errors of the flush are ignored)."
        ),
    ] = "copy"
    cache_dir: Annotated[
        Text | None,
        Meta(
            description="The folder that keeps what mmlint has read, for the next run: empty, or "
            "mmlint's own, and in the project. By default it is where the system keeps caches."
        ),
    ] = None
    baseline: Annotated[
        Text | None,
        Meta(
            description="The file with the findings that are known and not reported, in the "
            "project. By default it is .mmlint-baseline at the project's root, if it is there."
        ),
    ] = None
    rules: Annotated[
        dict[str, dict[str, object]],
        Meta(description="Options of single rules, by their names."),
    ] = {}


def key_of(field: str) -> str:
    """Return the key of a field as files write it."""
    return field.replace("_", "-")


def json_schema() -> dict[str, object]:
    """Return the JSON Schema of the configuration."""
    _, definitions = msgspec.json.schema_components(
        [Options, *(struct for _, struct in RULE_OPTIONS.values())],
        # An option of a rule may be anything; the rule says what.
        schema_hook=lambda anything: {"description": "The value of the option."},
        ref_template="#/$defs/{name}",
    )
    top = definitions.pop("Options")
    options = top["properties"]["rules"]
    options["properties"] = {
        word: {"$ref": f"#/$defs/{struct.__name__}"}
        for name, (code, struct) in RULE_OPTIONS.items()
        for word in (name, code)
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **top,
        "title": "mmlint",
        "$defs": definitions,
    }


def schema_text() -> str:
    """Return the JSON Schema as the text of the shipped file."""
    return msgspec.json.format(msgspec.json.encode(json_schema()), indent=2).decode() + "\n"


def main() -> None:
    """Write the shipped schema anew."""
    from pathlib import Path

    Path(__file__).with_name(SCHEMA_FILE).write_text(schema_text(), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
