"""Find a Chromium for the browser tests; get one where that is possible."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


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
    _quietly([sys.executable, "-m", "playwright", "install", "chromium"], seconds=300)
    if found := find():
        return found, ""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        _quietly(["apt-get", "update", "-qq"], seconds=300)
        _quietly(["apt-get", "install", "-y", "-qq", "chromium"], seconds=600)
        if found := find():
            return found, ""
    return None, (
        "no Chromium: none is installed, playwright could not download one and the system package could "
        "not be installed. Install Chromium or Chrome, or name one in FUNDGATE_CHROMIUM."
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


def _quietly(command: list[str], seconds: int) -> None:
    try:
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return
