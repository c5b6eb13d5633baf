"""Find a Chromium for the browser tests; get one where that is possible."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The first is the browser without what only a window on a screen needs: the same pages for a fifth less work.
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_APT = ("apt-get", "-y", "-qq", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3")
"""Waits for another installation on the machine, and asks again for what did not arrive."""
_PACKAGES = ("chromium-headless-shell", "chromium")
_FONTS = "fonts-dejavu-core"


def find() -> str | None:
    """Path of an installed Chromium or Chrome, or of playwright's own; None when there is none."""
    named = os.environ.get("FUNDGATE_CHROMIUM")
    if named:
        return named
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    return _playwrights_own()


def obtain() -> tuple[str | None, str]:
    """(path, "") or (None, reason): installed, else playwright's, else the system package as root."""
    if found := find():
        return found, ""
    problem = _quietly([sys.executable, "-m", "playwright", "install", "chromium"], seconds=300)
    if found := find():
        return found, ""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        _quietly([*_APT, "update"], seconds=300)
        for package in _PACKAGES:
            problem = _quietly([*_APT, "install", "--no-install-recommends", package, _FONTS], seconds=600)
            if found := find():
                return found, ""
    return None, (
        "no Chromium: none is installed, playwright could not download one and the system package could "
        f"not be installed ({problem}). Install Chromium or Chrome, or name one in FUNDGATE_CHROMIUM."
    )


def _playwrights_own() -> str | None:
    code = (
        "from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: print(p.chromium.executable_path)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    path = done.stdout.strip()
    return path if path and Path(path).exists() else None


def _quietly(command: list[str], seconds: int) -> str:
    """Runs it without a word; the last line of what it would have said."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    said = done.stdout.strip().splitlines()
    return said[-1].strip() if said else "it said nothing"
