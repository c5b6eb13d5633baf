"""What a stage is asked to do: the state machine's state, checked."""

from dataclasses import dataclass
from typing import Any

from ingestion.aws import layout, tokens
from ingestion.aws.objects import ObjectRef
from ingestion.pipeline.expected import EXPECTABLE


@dataclass(frozen=True)
class Job:
    """One attempt at one submission; `results` holds what earlier stages of this attempt returned."""

    submission: str
    attempt: int
    institution: str
    token_parameter: str
    resume_from: int
    original: ObjectRef
    results: dict[str, dict[str, Any]]
    expected_template: str = ""
    """What the sender said the file is; empty when it is to be recognised."""
    check_only: bool = False
    """Whether the file is only checked: it lies apart, and no later delivery is compared with it."""

    @classmethod
    def from_event(cls, event: dict[str, Any], account: str) -> "Job":
        """The job in a stage's payload; ValueError or KeyError when its parts do not belong together."""
        job = cls._of(event, account, event["token_parameter"], event["resume_from"])
        if tokens.submission_of(job.token_parameter) != (job.submission, job.attempt):
            raise ValueError("the token was parked for another attempt")
        return job

    @classmethod
    def outside_a_run(cls, event: dict[str, Any], account: str) -> "Job":
        """The same of a call that somebody waits for: no token is parked for it."""
        return cls._of(event, account, "", event["attempt"])

    @classmethod
    def _of(cls, event: dict[str, Any], account: str, token_parameter: str, resume_from: int) -> "Job":
        job = cls(
            submission=event["submission"],
            attempt=event["attempt"],
            institution=layout.institution_code(event["institution"]),
            token_parameter=token_parameter,
            resume_from=resume_from,
            original=ObjectRef.from_json(event["object"]),
            results={name: event[name] for name in layout.STAGES if event.get(name)},
            expected_template=event.get("expected_template", ""),  # what was started before had none
            check_only=event.get("check_only", False),
        )
        landing = layout.bucket_name(account, job.institution, "landing")
        key = layout.landing_key(job.submission, check_only=job.check_only)
        if (job.original.bucket, job.original.key) != (landing, key):
            raise ValueError("the object is not this submission's original")
        if not 1 <= job.resume_from <= job.attempt:
            raise ValueError("a run resumes from an earlier attempt or from itself")
        if job.expected_template and job.expected_template not in EXPECTABLE:
            raise ValueError("no template of this name can be expected")
        return job

    def output(self, name: str) -> ObjectRef | None:
        """The file of this name that an earlier stage wrote: the latest stage's, where several did."""
        for result in reversed(self.results.values()):
            for written in result["outputs"]:
                if written["name"] == name:
                    return ObjectRef.from_json(written)
        return None

    def looked_up(self, key: str) -> ObjectRef | None:
        """Which version of a control object the run follows; None when there was none."""
        for result in self.results.values():
            if found := result["control"].get(key):
                return ObjectRef.from_json(found)
        return None
