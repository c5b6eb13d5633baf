"""What AWS does and the bare emulator does not: one function per wrap, True if the server behaves as AWS."""

from collections.abc import Callable

from tests.infra.contracts.cognito import identity_pool, letters, sign_up
from tests.infra.contracts.iam import principal_arn, role_boundary
from tests.infra.contracts.lambdas import lambda_errors, lambda_room
from tests.infra.contracts.lasting import checkpoint, started_runs, sts_sessions
from tests.infra.contracts.s3 import bucket_configuration, s3_key_condition, s3_keys, version_ranges
from tests.infra.contracts.ssm import ssm_keys
from tests.infra.contracts.states import retry_delays
from tests.infra.contracts.trail import event_history
from tests.infra.embedded import Server

CONTRACTS: dict[str, Callable[[Server], bool]] = {
    each.__name__: each
    for each in (
        principal_arn,
        role_boundary,
        bucket_configuration,
        s3_keys,
        s3_key_condition,
        version_ranges,
        ssm_keys,
        event_history,
        identity_pool,
        sign_up,
        letters,
        lambda_errors,
        lambda_room,
        retry_delays,
        sts_sessions,
        started_runs,
        checkpoint,
    )
}
