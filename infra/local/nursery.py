"""The process that the embedded AWS's functions are forked from: it has read the libraries they all need.

`python -m infra.local.nursery DESCRIPTOR`: the descriptor is its end of a socket pair, infra/local/forked.py
holds the other. Each function still has a process, an environment and a folder of its own and reads its own
code. Only for Linux.
"""

import ctypes
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

# Libraries only: the project's code is read by the function, as it stands then.
_LIBRARIES = (
    "botocore.handlers", "botocore.session", "cryptography.hazmat.primitives.asymmetric.utils", "jwt",
    "numpy", "pyarrow.compute", "pyarrow.parquet", "python_calamine", "urllib3", "xlsxwriter", "zipfile",
)  # fmt: skip
_LONGEST = 1 << 17  # bytes of a request
_PR_SET_NAME = 15


def main(descriptor: int) -> None:
    """Fork for each request until the server has gone."""
    gc.set_threshold(20_000, 20, 20)  # a function reads much when it starts and has little garbage
    for name in _LIBRARIES:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what was read is looked at no more, so all functions share its memory
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits here: the server watches by itself
    server = socket.socket(fileno=descriptor)
    while True:
        request, streams, _flags, _address = socket.recv_fds(server, _LONGEST, 3)
        if not request:
            return
        child = os.fork()
        if not child:
            server.close()
            _become(json.loads(request), streams)
        for stream in streams:
            os.close(stream)
        handle = os.pidfd_open(child)
        socket.send_fds(server, [str(child).encode()], [handle])
        os.close(handle)


def _become(wanted: dict[str, Any], streams: list[int]) -> NoReturn:
    """Run a script as a new Python would: its streams, folder, environment, name and search path."""
    code = 1
    try:
        for place, stream in enumerate(streams):
            os.dup2(stream, place)
            os.close(stream)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ.clear()
        os.environ.update(wanted["environment"])
        os.chdir(wanted["folder"])
        ctypes.CDLL(None).prctl(_PR_SET_NAME, wanted["name"].encode(), 0, 0, 0)  # the kernel keeps 15 bytes
        sys.argv, sys.path[0] = [wanted["script"]], str(Path(wanted["script"]).parent)
        runpy.run_path(wanted["script"], run_name="__main__")
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it was, this process never goes back to forking
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(int(sys.argv[1]))
