"""Fetches a tool from npm into the user's cache, once, for tests that show it what mmlint reads."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

WITHOUT_NPM = pytest.mark.skipif(
    shutil.which("node") is None or shutil.which("npm") is None,
    reason="node or npm is not installed",
)


def fetched(package: str, version: str) -> Path:
    """Return the folder of a package; the test is skipped where npm cannot get it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mmlint-tests"
    folder = cache / f"{package}-{version}"
    installed = folder / "node_modules" / package
    if not installed.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as fresh:
            _install(Path(fresh), package, version)
            folder.mkdir(exist_ok=True)
            # In one step, so that no run ever meets half a package; another run may be first.
            with suppress(OSError):
                os.rename(Path(fresh) / "node_modules", folder / "node_modules")
    return installed


def _install(folder: Path, package: str, version: str) -> None:
    quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--fetch-retries=0")
    try:
        done = subprocess.run(
            ["npm", "install", *quiet, "--prefix", folder, f"{package}@{version}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not get {package} within a minute")
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if line.startswith("npm error")]
        pytest.skip(f"npm cannot get {package}: {' '.join(errors)[:200]}")
