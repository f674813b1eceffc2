"""Bundlers: which files configure one, and which packages are one.

The options ``define``, ``env`` and ``runtimeConfig.public`` write values into the browser's code;
the words are far too common to mean that anywhere else.
"""

from __future__ import annotations

from typing import Final

from mmlint.model.regex import regex

CONFIGURATION: Final = regex(r"(?:^|[./_-])config\.|(?:^|/)(?:webpack|rspack|esbuild|vite)[^/]*$")
"""What stands in the path of a file that configures a bundler."""

BUNDLERS: Final = frozenset({"esbuild", "vite", "@rspack/core", "@rsbuild/core", "tsup", "bun"})
"""Packages whose options have ``define``, also in a script of any name."""
