"""`python -m ingestion.pipeline COMMAND …`."""

import io
import os
import signal
import sys

from ingestion.pipeline.cli import main
from ingestion.pipeline.errors import PackError

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C, and a reader such as `head` that has seen enough,
    if hasattr(signal, "SIGPIPE"):  # end the program without a trace; Windows has no such signal
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except PackError as error:  # somebody is at work on a pack
        sys.stderr.write(f"A template pack cannot be used. {error}.\n")
        code = 2
    except OSError as error:
        sys.stderr.write(f"The result cannot be written: {error.strerror}.\n")
        sys.stderr.flush()
        os._exit(2)  # leaving the usual way would try, and fail, to write once more
    sys.exit(code)
