"""A stage's view of the institution's buckets, through the user's credentials only."""

from dataclasses import dataclass, field
from typing import Any

from ingestion.aws import layout, objects
from ingestion.aws.errors import NotFound
from ingestion.aws.objects import ObjectRef
from ingestion.lambdas.job import Job

ORIGINAL = "original"
INSPECTION = "inspection.json"
RULEBOOK = "rulebook.json"  # the institution's, as it stood when the file was inspected
UNREADABLE = "unreadable.json"  # why a file cannot be checked, in place of what the stage writes otherwise
DELIVERY = "delivery.parquet"
_TABLES = ("holdings", "share_classes", "costs", "esg", "esg_indicators")
TABLES = {name: f"tables/{name}.parquet" for name in _TABLES}  # of these, those that the template fills
ROWS = "rows.parquet"  # the delivery once more, where people read it
VERDICT = "verdict.json"
FINDINGS = "findings.parquet"
COMPARED = "compared.json"  # which earlier deliveries Quality read
ANNOTATED = "annotated.xlsx"  # made after the verdict; it may be missing
SNAPSHOTS = "snapshots.json"  # what later deliveries will be compared with, by key


@dataclass
class Work:
    """Reads what the stage declared, writes under its own prefix, and keeps account of both."""

    job: Job
    stage: str
    account: str
    s3: Any = field(repr=False)
    outputs: dict[str, ObjectRef] = field(default_factory=dict)
    control: dict[str, ObjectRef | None] = field(default_factory=dict)
    """The institution's decisions that were looked up, by key; None for one that is not there."""

    def ref(self, name: str) -> ObjectRef | None:
        """Where an input stands: the original, or a file an earlier stage wrote; None when none did."""
        return self.job.original if name == ORIGINAL else self.job.output(name)

    def read(self, name: str) -> bytes:
        """The bytes of an input, proven by SHA-256; NotFound when no stage wrote it."""
        ref = self.ref(name)
        if ref is None:
            raise NotFound("NoSuchInput", "Read")
        return objects.get(self.s3, ref)

    def look_up(self, kind: layout.Control, name: str) -> bytes | None:
        """A decision of the institution as it stands now, None when there is none."""
        key = layout.control_key(kind, name)
        try:
            self.control[key], body = objects.newest(self.s3, self.bucket("results"), key)
        except NotFound:
            self.control[key] = None
            return None
        return body

    def is_withdrawn(self) -> bool:
        """Whether the delivery was taken back since this attempt began."""
        job = self.job
        key = layout.result_key(job.submission, job.attempt, layout.WITHDRAWN, check_only=job.check_only)
        return objects.version(self.s3, self.bucket("results"), key) is not None

    def write(self, name: str, body: bytes) -> ObjectRef:
        """Writes an intermediate file of this stage."""
        job = self.job
        key = layout.stage_key(job.submission, job.attempt, self.stage, name, check_only=job.check_only)
        return self._put(name, "interim", key, body)

    def publish(self, name: str, body: bytes) -> ObjectRef:
        """Writes a result of this attempt."""
        job = self.job
        key = layout.result_key(job.submission, job.attempt, name, check_only=job.check_only)
        return self._put(name, "results", key, body)

    def bucket(self, area: layout.Area) -> str:
        return layout.bucket_name(self.account, self.job.institution, area)

    def _put(self, name: str, area: layout.Area, key: str, body: bytes) -> ObjectRef:
        self.outputs[name] = objects.put(self.s3, self.bucket(area), key, body)
        return self.outputs[name]
