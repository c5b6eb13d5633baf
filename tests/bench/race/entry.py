"""python -m tests.bench.race.entry ENGINE FILE: one engine on one file in a fresh process; prints JSON."""

import importlib
import json
import logging
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from tests.bench.memory import peak_megabytes
from tests.bench.race.canon import by_rule, canonical, digest


def run(engine: str, path: Path) -> dict[str, Any]:
    """Seconds to import, parse and validate, peak memory in MB, and the findings' number and hash."""
    begun = time.perf_counter()
    module = importlib.import_module(f"tests.bench.race.engines.{engine}")
    imported = time.perf_counter()
    data = module.parse(path)
    parsed = time.perf_counter()
    findings = module.validate(data)
    done = time.perf_counter()
    memory = peak_megabytes()
    found = canonical(module.canonical(data, findings))
    return {
        "engine": engine,
        "import": imported - begun,
        "parse": parsed - imported,
        "validate": done - parsed,
        "total": done - imported,
        "memory": memory,
        "findings": len(found),
        "hash": digest(found),
        "by_rule": by_rule(found),
    }


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    print(json.dumps(run(sys.argv[1], Path(sys.argv[2]))))
