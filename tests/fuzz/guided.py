"""The readers under atheris: damage is guided by the branches it reaches. Needs requirements/fuzz.in.

Workbooks are parsed in another process, of which nothing is seen here: `tests.fuzz.readers` is for them.
"""

import os
import sys
import tempfile
from pathlib import Path

import atheris

from tests.fuzz.mutations import sound_files

for name in [name for name in sys.modules if name.startswith("ingestion.pipeline")]:
    del sys.modules[name]  # imported again below, with a counter at every branch
with atheris.instrument_imports(include=["ingestion.pipeline"]):
    from ingestion.pipeline.readers import csv_text, json_records, zip_files  # noqa: F401 - counted as well
    from tests.fuzz.readers import read


def main() -> None:
    """Run for FUZZ_SECONDS (180); whatever is neither read nor refused ends the process."""
    seconds = int(os.environ.get("FUZZ_SECONDS", "180"))
    with tempfile.TemporaryDirectory() as corpus:
        for name, content in sound_files().items():
            if "xls" not in name:
                Path(corpus, name.replace(" ", "-")).write_bytes(content[:20_000])
        options = [f"-max_total_time={seconds}", "-max_len=20000", "-artifact_prefix=fuzz-found-", corpus]
        atheris.Setup([sys.argv[0], *options], lambda data: read(data) and None)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
