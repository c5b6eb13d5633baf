"""The embedded AWS: ministack with the fidelity layer in one process, on loopback. `python -m infra.local.server`.

Environment: GATEWAY_PORT (default 4566), STATE_DIR (required: the folder that keeps everything), S3_DATA_DIR and
TMPDIR (default: inside STATE_DIR), FUNDGATE_FIDELITY_WITHOUT (tests only). Ready when GET /_ministack/health answers;
SIGTERM saves and stops it.
"""

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
    """Complete the environment before the emulator reads it; SystemExit with a sentence if STATE_DIR is missing."""
    if not environment.get("STATE_DIR"):
        raise SystemExit("Set STATE_DIR to the folder in which the embedded AWS keeps its state.")
    state = Path(environment["STATE_DIR"]).resolve()
    folders = {"STATE_DIR": state, "S3_DATA_DIR": state / "s3", "TMPDIR": state / "tmp"}
    for name, folder in folders.items():
        environment[name] = environment.get(name, "") if name == "S3_DATA_DIR" and environment.get(name) else str(folder)
        Path(environment[name]).mkdir(parents=True, exist_ok=True, mode=0o700)
    environment.update(FIXED)
    for name, value in DEFAULTS.items():
        environment.setdefault(name, value)
    # Lambdas are children of this process and find the project's packages there.
    paths = [str(PROJECT), *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    environment["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))


def main() -> None:
    """Serve until SIGTERM."""
    configure(os.environ)
    # Both read the environment while they are imported.
    from infra.local import fidelity

    fidelity.install()
    from ministack.app import main as serve

    sys.argv = ["fundgate-aws"]
    serve()


if __name__ == "__main__":
    main()
