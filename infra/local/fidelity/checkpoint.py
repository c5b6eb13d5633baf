"""Gap: state is saved on a graceful stop only; after `kill -9` keys, users and stacks are gone."""

import datetime
import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from ministack import app as emulator
from ministack.core import persistence
from ministack.services import scheduler, stepfunctions

INTERVAL_SECONDS = float(os.environ.get("FUNDGATE_CHECKPOINT_SECONDS") or 3)
KEEP_EXECUTIONS = datetime.timedelta(hours=24)
_READS = ("Get", "List", "Describe", "Receive", "Filter", "Lookup", "Verify", "Decrypt")
_MAKES = ("GetId", "GetCredentialsForIdentity")  # the identity pool's: they only sound like reading
_log = logging.getLogger("fundgate.checkpoint")
_changed = threading.Event()
_writing = threading.Lock()
_stopped = threading.Event()
_written: dict[str, str] = {}


def install() -> None:
    """Save what has changed every few seconds, in a thread that starts with the server's first request."""
    serve, tick, save_at_stop = emulator.app, scheduler._tick_schedules, emulator.save_all
    starting = threading.Lock()
    started = False

    async def app(
        scope: dict[str, Any], receive: Callable[..., Awaitable[Any]], send: Callable[..., Awaitable[Any]]
    ) -> None:
        nonlocal started
        with starting:
            if not started and scope["type"] == "http":  # by then the emulator has loaded its saved state
                started = True
                threading.Thread(target=_run, name="fundgate-checkpoint", daemon=True).start()
        await serve(scope, receive, send)
        if scope["type"] == "http" and _may_change(scope):
            _changed.set()

    def fire() -> None:
        before = dict(scheduler._schedule_last_fired)
        tick()
        if scheduler._schedule_last_fired != before:
            _changed.set()

    def last(services: dict[str, Callable[[], Any]]) -> None:
        with _writing:  # a checkpoint under way must not overwrite what the graceful stop saves
            _stopped.set()
            save_at_stop(services)

    emulator.app = app
    emulator.save_all = last
    scheduler._tick_schedules = fire


def _may_change(scope: dict[str, Any]) -> bool:
    """False for requests that only read, so that an idle system with its polling worker writes nothing."""
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return False
    target = dict(scope.get("headers") or []).get(b"x-amz-target", b"").decode("latin-1")
    action = target.rpartition(".")[2]
    return action in _MAKES or not action.startswith(_READS)


def _run() -> None:
    running = False
    while True:
        time.sleep(INTERVAL_SECONDS)
        was_running, running = running, _executions_run()
        if _changed.is_set() or was_running or running:
            _changed.clear()
            with _writing:
                if _stopped.is_set():
                    return
                save()


def _executions_run() -> bool:
    return any(each.get("status") == "RUNNING" for each in list(stepfunctions._executions._data.values()))


def save() -> None:
    """Write each service's state that is not on disk yet; one that keeps changing waits for the next time."""
    _forget_old_executions()
    for name, get_state in emulator._build_persistence_save_dict().items():
        text = _serialised(name, get_state)
        if text is None:
            _changed.set()
            continue
        digest = hashlib.sha256(text.encode()).hexdigest()
        if _written.get(name) != digest:
            path = Path(persistence.STATE_DIR) / f"{name}.json"
            temporary = path.with_suffix(".checkpoint")
            temporary.write_text(text)
            temporary.replace(path)
            _written[name] = digest


def _serialised(name: str, get_state: Callable[[], Any]) -> str | None:
    """The state in the emulator's own file format; None if it changed under us five times in a row."""
    for _ in range(5):
        try:
            envelope = {
                "__ministack_format__": persistence._state_format_version(name),
                "payload": get_state(),
            }
            return json.dumps(envelope, default=persistence._json_default)
        except RuntimeError:  # a dictionary changed its size while it was read
            time.sleep(0.02)
    _log.warning("%s was too busy for a checkpoint", name)
    return None


def _forget_old_executions() -> None:
    """Drop executions that ended more than a day ago: 600 of them make each checkpoint slow."""
    limit = (datetime.datetime.now(datetime.UTC) - KEEP_EXECUTIONS).isoformat()
    executions = stepfunctions._executions._data
    for key, execution in list(executions.items()):
        if execution.get("status") != "RUNNING" and (execution.get("stopDate") or limit) < limit:
            executions.pop(key, None)
