"""Which files the scripts of a ``package.json`` start: the first file operand of what runs files.

A file that is only an argument or an option of another tool (``eslint a.ts``, ``cli -c a.ts``) is
not started. Commands are read as a shell would split them, and never run.
"""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator
from typing import Final

_RUNNERS: Final = frozenset(
    {"node", "tsx", "ts-node", "ts-node-esm", "ts-node-dev", "tsnd", "bun", "bunx", "deno"}
    | {"vite-node", "jiti", "esno", "esr", "babel-node", "swc-node", "nodemon", "pm2"}
    | {"python", "python3"}
)
_LAUNCHERS: Final = frozenset(
    {"npx", "pnpx", "npm", "pnpm", "yarn", "exec", "dlx", "cross-env", "cross-env-shell", "env"}
    | {"dotenv", "dotenvx", "env-cmd", "doppler", "infisical", "nice", "time", "uv", "poetry"}
    | {"pipenv", "rye", "run"}
)
"""What runs the command that stands behind it."""
_TOGETHER: Final = frozenset({"concurrently", "npm-run-all", "run-p", "run-s"})
"""What runs each of the commands that it is given in quotes."""
_SUBCOMMANDS: Final = frozenset({"run", "watch", "start", "x"})
_TAKES_VALUE: Final = frozenset(
    {"--import", "-r", "--require", "--loader", "--experimental-loader", "--env-file", "-P"}
    | {"--project", "--tsconfig", "--name", "-i", "--instances", "--ext", "--max-memory-restart"}
    | {"--ignore", "--delay", "--package", "-f", "--file", "-C", "--dir", "--filter"}
)
_GIVES_CODE: Final = frozenset({"-e", "--eval", "-p", "--print", "-c", "-m", "--test"})
_EXECUTES: Final = frozenset({"-x", "--exec"})
"""Options of nodemon whose value is the command that runs the file."""


def started(command: str) -> Iterator[str]:
    """Yield the words of ``command`` that name a file which it starts."""
    waiting = [command]
    while waiting:
        for words in _commands(waiting.pop()):
            words = _behind_launchers(words)
            if words and _tool(words[0]) in _TOGETHER:
                waiting += [one for one in words[1:] if " " in one]
            elif words and _tool(words[0]) in _RUNNERS:
                operand = _operand(words[1:])
                if operand is not None:
                    yield operand


def _commands(text: str) -> Iterator[list[str]]:
    """Split a line of a shell into its simple commands."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=";&|()\n")
    lexer.whitespace_split = True
    lexer.commenters = ""
    lexer.whitespace = " \t\r"
    words: list[str] = []
    try:
        for word in lexer:
            if word.strip(";&|()\n"):
                words.append(word)
            else:
                yield words
                words = []
    except ValueError:  # a quote that is not closed
        return
    yield words


def _tool(word: str) -> str:
    """Return the name of a tool, without its folder, its version and ``.cmd``."""
    return posixpath.basename(word).partition("@")[0].removesuffix(".cmd")


def _behind_launchers(words: list[str]) -> list[str]:
    """Return the command behind assignments and launchers, with their options."""
    at, launched = 0, False
    while at < len(words):
        word = words[at]
        if launched and word == "--":
            at += 1
        elif launched and word.startswith("-"):
            takes = word in _TAKES_VALUE or word in _GIVES_CODE
            at += 2 if takes else 1
        elif "=" in word and not word.startswith("-"):
            at += 1
        elif _tool(word) in _LAUNCHERS:
            at, launched = at + 1, True
        else:
            break
    return words[at:]


def _operand(words: list[str]) -> str | None:
    """Return the first operand of a runner; None where it is given code, a module or nothing."""
    at = 0
    while at < len(words):
        word = words[at]
        if word in _GIVES_CODE:
            return None
        if word in _TAKES_VALUE or word in _EXECUTES:
            at += 2
        elif word.startswith("-") or word in _SUBCOMMANDS or _tool(word) in _RUNNERS:
            at += 1
        else:
            return word
    return None
