"""The embedded AWS: ministack with the fidelity layer in one process. `python -m infra.local.server`.

Environment: STATE_DIR (required: the folder that keeps everything), GATEWAY_PORT (default 4566),
S3_DATA_DIR and TMPDIR (default: inside STATE_DIR); for tests FUNDGATE_FIDELITY_WITHOUT and
FUNDGATE_CHECKPOINT_SECONDS. It listens on loopback, is ready when GET /_ministack/health answers, and saves
and stops on SIGTERM.
"""

import gc
import os
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

# Not to be changed from outside: a server that listens elsewhere or does not check anything is not this one.
FIXED = {
    "BIND_HOST": "127.0.0.1",
    "MINISTACK_HOST": "127.0.0.1",
    "AUTH": "true",
    "PERSIST_STATE": "1",
    "S3_PERSIST": "1",
    "IOT_MTLS_ENABLED": "0",
    # Recorded calls would hold ID tokens in clear.
    "CLOUDTRAIL_RECORDING": "0",
}
DEFAULTS = {
    "GATEWAY_PORT": "4566",
    "MINISTACK_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "SFTP_ENABLED": "0",
    "SFTP_HOST": "127.0.0.1",
    # A Lambda with pandas is a process of about 115 MB.
    "LAMBDA_ACCOUNT_CONCURRENCY": "4",
    "LAMBDA_WARM_TTL_SECONDS": "60",
    "LOG_LEVEL": "WARNING",
}


def configure(environment: os._Environ[str]) -> None:
    """Complete the environment before the emulator reads it; SystemExit with a sentence without STATE_DIR."""
    if not environment.get("STATE_DIR"):
        raise SystemExit("Set STATE_DIR to the folder in which the embedded AWS keeps its state.")
    state = Path(environment["STATE_DIR"]).resolve()
    environment["STATE_DIR"] = str(state)
    environment.setdefault("S3_DATA_DIR", str(state / "s3"))
    environment.setdefault("TMPDIR", str(state / "tmp"))
    for name in ("STATE_DIR", "S3_DATA_DIR", "TMPDIR"):
        Path(environment[name]).mkdir(parents=True, exist_ok=True, mode=0o700)
    environment.update(FIXED)
    for name, value in DEFAULTS.items():
        environment.setdefault(name, value)
    # Lambdas are children of this process and find the project's packages there.
    paths = [str(PROJECT), *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    environment["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))


def main() -> None:
    """Serve until SIGTERM."""
    os.umask(0o077)  # what it stores holds keys and sessions in clear
    configure(os.environ)
    gc.set_threshold(20_000, 20, 20)  # saving copies all of its state, and nothing of that is garbage
    # Both read the environment while they are imported.
    from infra.local import fidelity, forked

    fidelity.install()
    forked.install()
    from ministack.app import main as serve

    sys.argv = ["fundgate-aws"]
    serve()


if __name__ == "__main__":
    main()
