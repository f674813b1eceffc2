"""Entry point of the language adapters: parse the bytes of a file into ``FileFacts``."""

from __future__ import annotations

from typing import Protocol

from mmlint.model.facts import FileFacts, Language, SyntaxProblem
from mmlint.model.syntax import Module


def observe(data: bytes, language: Language, salt: bytes = b"") -> FileFacts:
    """Return what a file says. Every offset is a byte of ``data``, from 0, a BOM included.

    ``salt``: at most 64 random bytes, which make the fingerprints of keys; what is observed with
    one salt can be compared. Without it keys have none.

    Any bytes are fine: what a parser rejects comes back as the facts' ``problem``, together with
    what could still be read. Adapters are imported when their language is first asked for.
    """
    try:
        return _observe(data, language, salt)
    except RecursionError:
        problem = SyntaxProblem(start=0, end=0, message="nested too deeply to follow")
        return FileFacts(language=language, problem=problem)


def _observe(data: bytes, language: Language, salt: bytes) -> FileFacts:
    if language == "python":
        from mmlint.languages.python.adapter import observe as read_python

        return _facts(data, language, read_python(data, salt), salt)
    if language == "javascript" or language == "typescript" or language == "tsx":
        from mmlint.languages.javascript.adapter import observe as read_script

        return _facts(data, language, read_script(data, language, salt=salt), salt)
    if language == "dotenv":
        from mmlint.languages.settings.dotenv import observe as read_env_file

        return read_env_file(data, salt)
    if language in ("html", "vue", "svelte", "astro"):
        from mmlint.languages.markup.components import observe as read_component

        return read_component(data, language, salt)
    if language in ("json", "yaml", "toml"):
        from mmlint.languages.settings.adapter import observe as read_settings

        return read_settings(data, language, salt)
    if language == "dockerfile" or language == "shell":
        from mmlint.languages.settings.shell import observe as read_commands

        return read_commands(data, language, salt)
    from mmlint.languages.text import observe as read_text

    return read_text(data, language, salt)


class _Script(Protocol):
    """What the adapters of whole programs return."""

    @property
    def module(self) -> Module: ...
    @property
    def comments(self) -> tuple[tuple[int, int], ...]: ...
    @property
    def problem(self) -> SyntaxProblem | None: ...


def _facts(data: bytes, language: Language, script: _Script, salt: bytes) -> FileFacts:
    from mmlint.languages.comments import ignores
    from mmlint.languages.key_literals import key_literals

    return FileFacts(
        language=language,
        modules=(script.module,),
        ignores=ignores(data, script.comments, language),
        problem=script.problem,
        keys=key_literals(data, salt, code=[(0, len(data))], comments=script.comments),
    )
