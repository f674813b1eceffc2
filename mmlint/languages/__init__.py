"""The door to the adapters: the bytes of a file in, what they say out."""

from __future__ import annotations

from mmlint.model.facts import FileFacts, Language, SyntaxProblem


def observe(data: bytes, language: Language) -> FileFacts:
    """Return what a file says. Every offset is a byte of ``data``, from 0, a BOM included.

    Any bytes are fine: what a parser rejects comes back as the facts' ``problem``, together with
    what could still be read. Adapters are imported when their language is first asked for.
    """
    try:
        return _observe(data, language)
    except RecursionError:
        problem = SyntaxProblem(start=0, end=0, message="nested too deeply to follow")
        return FileFacts(language=language, problem=problem)


def _observe(data: bytes, language: Language) -> FileFacts:
    if language == "python":
        from mmlint.languages import python
        from mmlint.languages.comments import ignores

        read = python.observe(data)
        return FileFacts(
            language=language,
            modules=(read.module,),
            ignores=ignores(data, read.comments, language),
            problem=read.problem,
        )
    if language == "javascript" or language == "typescript" or language == "tsx":
        from mmlint.languages import javascript
        from mmlint.languages.comments import ignores

        script = javascript.observe(data, language)
        return FileFacts(
            language=language,
            modules=(script.module,),
            ignores=ignores(data, script.comments, language),
            problem=script.problem,
        )
    if language == "dotenv":
        from mmlint.languages import dotenv

        return dotenv.observe(data)
    from mmlint.languages import components

    return components.observe(data, language)
