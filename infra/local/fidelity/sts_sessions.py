"""Gap: temporary credentials end with the server; on AWS they last until they expire, whatever restarts."""

import time
from typing import Any

from ministack import app as emulator
from ministack.services import sts


def install() -> None:
    """Let the emulator save and load sessions as it does every other state.

    Those without an end are the functions' own: each start of a function makes them anew.
    """
    sts.get_state = _unexpired
    sts.load_persisted_state = _restore
    emulator._state_map["sts"] = "sts"


def _unexpired() -> dict[str, Any]:
    now = time.time()
    return {key: each for key, each in list(sts._sessions.items()) if each.get("Expiration", 0) > now}


def _restore(saved: dict[str, Any]) -> None:
    now = time.time()
    sts._sessions.update({key: each for key, each in saved.items() if each["Expiration"] > now})
