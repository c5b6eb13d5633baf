"""Wraps around the embedded AWS that close its gaps: what works or is refused locally is so on AWS too.

It makes local runs honest; it is no security boundary and ships in no production image. One module per wrap,
each with an `install()`. FUNDGATE_FIDELITY_WITHOUT=<wrap>[,<wrap>] leaves some out: that is how the contract
tests show that a gap is still there. When a newer emulator closes one, its test fails and the wrap can go.
"""

import importlib
import os

WRAPS = (
    "principal_arn",
    "role_boundary",
    "bucket_configuration",
    "s3_keys",
    "s3_key_condition",
    "version_ranges",
    "ssm_keys",
    "event_history",
    "identity_pool",
    "sign_up",
    "letters",
    "lambda_errors",
    "lambda_room",
    "retry_delays",
    "sts_sessions",
    "started_runs",
    "checkpoint",
)


def install() -> None:
    """Install every wrap but those in FUNDGATE_FIDELITY_WITHOUT; ValueError for a name that is no wrap."""
    left_out = set(filter(None, os.environ.get("FUNDGATE_FIDELITY_WITHOUT", "").split(",")))
    if unknown := left_out - set(WRAPS):
        raise ValueError(f"FUNDGATE_FIDELITY_WITHOUT names no wrap: {', '.join(sorted(unknown))}")
    for wrap in WRAPS:
        if wrap not in left_out:
            importlib.import_module(f"{__name__}.{wrap}").install()
