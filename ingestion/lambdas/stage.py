"""A stage: token to credentials, work under those credentials only, outputs, marker."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ingestion.aws import layout, tokens
from ingestion.aws.clients import client, forget
from ingestion.aws.config import Platform, platform_from_environment, required
from ingestion.aws.credentials import Credentials
from ingestion.aws.errors import NotFound
from ingestion.aws.identity import get_credentials
from ingestion.aws.objects import ObjectRef
from ingestion.lambdas import markers
from ingestion.lambdas.failures import TokenMissing
from ingestion.lambdas.function import Handler, Payload, function
from ingestion.lambdas.job import Job
from ingestion.lambdas.signed_in import warm_up as warm_up_signing_in
from ingestion.lambdas.work import UNREADABLE, Work
from ingestion.pipeline.errors import UnreadableFile


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a stage found out: counts and codes, nothing from a cell."""

    readable: bool = True
    code: str | None = None
    verdict: str | None = None
    counts: dict[str, int] | None = None
    ruleset_version: str | None = None


def stage(
    name: str,
    act: Callable[[Work], Outcome],
    *,
    reads: tuple[str, ...],
    warm_up: Callable[[], None],
    across_attempts: bool = True,
    afterwards: Callable[[Work, Payload], None] | None = None,
) -> Handler:
    """The handler of one stage.

    `reads` names its inputs; what no earlier stage wrote (an unreadable file has no findings) is left out.
    `across_attempts` lets it take over an earlier attempt's result; `afterwards` runs when the marker is
    written, also of a result taken over.
    """

    def run(event: Payload) -> Payload:
        platform = platform_from_environment()
        job = Job.from_event(event, platform.account_id)
        credentials = credentials_of(job, platform)
        try:
            s3 = client("s3", credentials, platform.region)
            work = Work(job=job, stage=name, account=platform.account_id, s3=s3)
            result = _result(work, act, reads, across_attempts)
            if afterwards:
                afterwards(work, result)
            return result
        finally:
            forget(credentials)  # a warm process keeps nothing of this institution

    def warm() -> None:
        platform = platform_from_environment()
        for service in ("ssm", "s3"):
            client(service, region=platform.region)
        warm_up_signing_in(platform)
        warm_up()

    return function(name, run, warm)


def credentials_of(job: Job, platform: Platform) -> Credentials:
    """Temporary credentials of the user whose token is parked for this run; TokenMissing when it is gone."""
    try:
        token = tokens.read(client("ssm", region=platform.region), job.token_parameter)
    except NotFound:
        raise TokenMissing from None
    return credentials_for(token, platform)


def credentials_for(token: str, platform: Platform) -> Credentials:
    """Temporary credentials of the user whose ID token this is."""
    return get_credentials(
        token, platform.identity_pool_id, platform.account_id, platform.region, pool=platform.user_pool
    )


def _result(
    work: Work, act: Callable[[Work], Outcome], reads: tuple[str, ...], across_attempts: bool
) -> dict[str, Any]:
    job, started = work.job, _now()
    code_version = required("FUNDGATE_CODE_VERSION")
    inputs = [_named(name, ref) for name in reads if (ref := work.ref(name))]
    oldest = job.resume_from if across_attempts else job.attempt
    done = markers.find(work, range(job.attempt, oldest - 1, -1), code_version, inputs)
    if done:
        return done
    try:
        outcome = act(work)
    except UnreadableFile as error:
        work.write(UNREADABLE, json.dumps(_reason(error)).encode())
        outcome = Outcome(readable=False, code=error.code)
    result = {
        "stage": work.stage,
        "readable": outcome.readable,
        "code": outcome.code,
        "verdict": outcome.verdict,
        "counts": outcome.counts,
        "ruleset_version": outcome.ruleset_version,
        "code_version": code_version,
        "role": layout.role_name(job.institution),
        "started": started,
        "finished": _now(),
        "resumed": False,
        "expected_template": job.expected_template,
        "inputs": inputs,
        "control": {key: ref.to_json() if ref else None for key, ref in work.control.items()},
        "outputs": [_named(name, ref) for name, ref in work.outputs.items()],
    }
    markers.save(work, result)
    return result


def _reason(error: UnreadableFile) -> dict[str, Any]:
    """Code and detail; of an unknown layout also its headers and examples, so that it can be mapped."""
    layout = error.layout.to_json() if error.layout else None
    return {"code": error.code, "detail": error.detail.to_json(), "layout": layout}


def _named(name: str, ref: ObjectRef) -> dict[str, Any]:
    return {"name": name, **ref.to_json()}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
