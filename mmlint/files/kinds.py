"""What a file is, as its project-relative path says: language, test, or nothing to look at."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from mmlint.model.regex import regex

if TYPE_CHECKING:
    from mmlint.model.facts import Language

MAX_BYTES: Final = 1024 * 1024
"""Larger files are data or bundles; they are skipped."""

LANGUAGES: Final[dict[str, Language]] = {
    "js": "javascript",
    "jsx": "javascript",
    "mjs": "javascript",
    "cjs": "javascript",
    "ts": "typescript",
    "mts": "typescript",
    "cts": "typescript",
    "tsx": "tsx",
    "py": "python",
    "html": "html",
    "htm": "html",
    "vue": "vue",
    "svelte": "svelte",
    "astro": "astro",
    "json": "json",
    "jsonc": "json",
    "json5": "json",
    "yaml": "yaml",
    "yml": "yaml",
    "toml": "toml",
    "dockerfile": "dockerfile",
    "sh": "shell",
    "bash": "shell",
    "zsh": "shell",
    "ksh": "shell",
    "md": "markdown",
    "mdx": "markdown",
    "markdown": "markdown",
    "ipynb": "notebook",
}
"""File name extension to language."""

_DOCKERFILE = regex(r"(?:dockerfile|containerfile)(?:[.-].+)?")

_NO_TEXT = (
    "7z a aac ai apk app arrow avi avif bin bmp br bz2 class cur dat db deb dll dmg doc docx dylib "
    "eot eps exe feather flac fig gif glb gltf gz h5 heic icns ico idx ipa iso jar jpeg jpg jxl "
    "keystore lib lz4 m4a m4v mov mp3 mp4 mpg msi node npy npz o obj odt ogg onnx otf parquet pbf "
    "pdb pdf pickle pkl png ppt pptx psd pt pth pyc pyd pyo rar rpm safetensors sketch so sqlite "
    "sqlite3 swf tar tflite tgz tif tiff ttf wasm wav webm webp woff woff2 xls xlsx xz zip zst"
)
"""Extensions of what is no text, or none that is written by hand."""

_MADE = frozenset({"lock", "lockb", "map", "snap", "sum", "svg", "tsbuildinfo"})
"""Extensions of text that tools write: sums, paths and mappings look like keys and are none."""

_UNREAD = _MADE.union(_NO_TEXT.split())
_LOCK_FILES = frozenset(
    {
        "npm-shrinkwrap.json",
        "package-lock.json",
        "packages.lock.json",
        "pnpm-lock.yaml",
        "pnpm-lock.yml",
    }
)

_TEMPLATES = frozenset({"jinja", "jinja2", "j2"})
"""Any text can be a template: ``page.html.j2`` and ``page.j2`` are pages, ``nginx.conf.j2`` not."""

_NOT_ENV = frozenset(
    {*LANGUAGES, *_TEMPLATES, "pyi", "json", "jsonc", "json5", "yaml", "yml", "toml", "md", "mdx"}
)
"""Last extensions that make ``.env.<…>`` a file about an environment instead of an env file."""

VENDORED: Final = frozenset(
    {
        "node_modules",
        "bower_components",
        "jspm_packages",
        "vendor",
        ".yarn",
        ".pnpm-store",
        "dist",
        "build",
        "_build",
        "storybook-static",
        "coverage",
        ".next",
        ".nuxt",
        ".output",
        ".svelte-kit",
        ".astro",
        ".vercel",
        ".netlify",
        ".serverless",
        ".wrangler",
        ".aws-sam",
        ".sst",
        "cdk.out",
        ".terraform",
        ".angular",
        ".docusaurus",
        ".expo",
        ".cache",
        ".parcel-cache",
        ".turbo",
        ".nx",
        ".venv",
        "venv",
        "virtualenv",
        "site-packages",
        "__pycache__",
        "__pypackages__",
        ".eggs",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".hypothesis",
        ".git",
        ".hg",
        ".svn",
    }
)
"""Folders that hold what others wrote or a tool made: nothing is fixed there."""

_TEST_FOLDERS = frozenset({"__tests__", "tests", "e2e", "cypress", "__mocks__"})
_TEST_INFIX = regex(r"\.(?:test|spec|stories)\.")

_MINIFIED_LINE = 500
"""Characters that a line of a bundle has on average; hand-written code stays far below 100."""
_SCANT = 2 * _MINIFIED_LINE
"""A file this short says nothing about its lines."""

VENDORED_REASON: Final = "vendored or generated folder"
DECLARATION_REASON: Final = "declaration file"
MINIFIED_REASON: Final = "minified bundle"


def language(path: str) -> Language | None:
    """Return the language of a file by its name; ``text`` is anything that may be text, and None
    what is none, or is written by a tool alone."""
    name = path.rpartition("/")[2].lower()
    if _is_env(name):
        return "dotenv"
    if "file" in name and _DOCKERFILE.fullmatch(name):
        return "dockerfile"
    stem, _, extension = name.rpartition(".")
    if extension in _TEMPLATES and stem:
        return _rendered(stem)
    if not stem:
        return "text"
    if name in _LOCK_FILES or extension in _UNREAD:
        return None
    return LANGUAGES.get(extension, "text")


def _rendered(stem: str) -> Language:
    """Return the language of a template by the name of what it becomes."""
    inner = LANGUAGES.get(stem.rpartition(".")[2]) if "." in stem else "html"
    return inner if inner in ("html", "yaml") else "text"


def _is_env(name: str) -> bool:
    if name in (".envrc", ".dev.vars") or name.endswith(".env"):
        return True
    return name.startswith((".env.", ".dev.vars.")) and name.rpartition(".")[2] not in _NOT_ENV


def is_test(path: str) -> bool:
    """Whether a file is a test or stands in for one (stories, mocks): only key rules apply."""
    folder, _, name = path.rpartition("/")
    if _in_tests(folder):
        return True
    if name.endswith(".py") and (name == "conftest.py" or name.startswith("test_")):
        return True
    return name.endswith("_test.py") or _TEST_INFIX.search(name) is not None


@lru_cache(maxsize=4096)
def _in_tests(folder: str) -> bool:
    return not _TEST_FOLDERS.isdisjoint(folder.split("/"))


@lru_cache(maxsize=4096)
def _in_vendored(folder: str) -> bool:
    return not VENDORED.isdisjoint(folder.split("/"))


def skipped(path: str) -> str | None:
    """Return why a file is not looked at, or None. The reason is fit to be counted by."""
    folder, _, name = path.rpartition("/")
    if _in_vendored(folder):
        return VENDORED_REASON
    name = name.lower()
    if ".d." in name and language(name) == "typescript":
        return DECLARATION_REASON
    if name.endswith((".min.js", ".min.mjs", ".min.cjs")):
        return MINIFIED_REASON
    return None


def looks_minified(data: bytes) -> bool:
    """Whether the bytes of a script are a bundle: their lines are long on average.

    White space between tokens would break such lines, so a table of data, which has plenty of it,
    is not taken for one.
    """
    if len(data) < _SCANT or len(data) < _MINIFIED_LINE * (data.count(b"\n") + 1):
        return False
    blanks = data.count(b" ") + data.count(b"\t")
    return blanks * 8 < len(data)
