"""Gap: a run that began after the last checkpoint is unknown after `kill -9`; Step Functions forgets none.

Who asks about it then would wait for a run that never began. Known but ended, it is told and swept at once.
"""

import contextlib
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ministack.core import persistence
from ministack.core.responses import get_account_id, get_region
from ministack.services import stepfunctions

_RECENT = timedelta(hours=1)
_writing = threading.Lock()


def install() -> None:
    """Note each run before its start is answered; one the saved state does not know ended with the server."""
    start, load = stepfunctions._start_execution, stepfunctions.load_persisted_state

    def noted(data: dict[str, Any]) -> Any:
        answer = start(data)
        if answer[0] == 200:
            arn = json.loads(answer[2])["executionArn"]
            begun = stepfunctions._executions[arn]
            entry = {**begun, **_LOST, "events": begun["events"][:1]}
            with _writing, _journal().open("a") as journal:
                journal.write(_line(get_account_id(), get_region(), arn, entry))
        return answer

    def load_all(saved: dict[str, Any]) -> None:
        load(saved)
        lost = dict(_lost())
        for entry in lost.values():
            entry["stopDate"] = entry["stopDate"] or stepfunctions.now_iso()
        stepfunctions._executions._data.update(lost)
        _journal().write_text("".join(_line(*place, entry) for place, entry in lost.items()))

    stepfunctions._start_execution = noted
    stepfunctions.load_persisted_state = load_all


# As the emulator itself ends a run that it finds RUNNING in its saved state.
_LOST = {
    "status": "FAILED",
    "error": "States.ServiceRestart",
    "cause": "Execution was running when service restarted",
}


def _line(account: str, region: str, arn: str, entry: dict[str, Any]) -> str:
    return json.dumps([account, region, arn, entry]) + "\n"


def _journal() -> Path:
    return Path(persistence.STATE_DIR) / "started-runs.jsonl"


def _lost() -> Iterator[tuple[tuple[str, str, str], dict[str, Any]]]:
    """Runs that no checkpoint saw. Older ones are gone because the checkpoint forgot them on purpose."""
    if not _journal().exists():
        return
    recent = (datetime.now(UTC) - _RECENT).isoformat()
    for line in _journal().read_text().splitlines():
        with contextlib.suppress(ValueError):  # cut off by the kill: its start was never answered
            account, region, arn, entry = json.loads(line)
            place = (account, region, arn)
            if place not in stepfunctions._executions._data and entry["startDate"] > recent:
                yield place, entry
