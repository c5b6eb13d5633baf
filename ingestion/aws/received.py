"""What is found in a received delivery by the recipient's own rulebook, and where it lies.

It lies beside the copy, in the place that ends with it: whoever takes the copy back, and the janitor, delete
both at once. The portal's row of it is an index.
"""

from dataclasses import asdict, dataclass
from typing import Any

from ingestion.aws import layout
from ingestion.aws.objects import ObjectRef

VERDICT, FINDINGS = "checked/verdict.json", "checked/findings.parquet"
"""Names beside the copied files; the recipient may write under no others there."""

UNFOLLOWABLE = "RULEBOOK_INVALID"
"""The code where the rulebook is what stands in the way, not the delivery."""


@dataclass(frozen=True)
class Wanted:
    """One received delivery to check: its place, the SHA-256 and length of its original file.

    `rulebook`: version id and SHA-256 of the saved rulebook to follow; both "" for the rules as they stand.
    """

    owner: str
    recipient: str
    grant: str
    submission: str
    attempt: int
    sha256: str
    bytes: int
    rulebook_version: str = ""
    rulebook_sha256: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Wanted":
        """The same in a JSON object; TypeError for more, less or other kinds than that."""
        wanted = cls(**value)
        numbers = {"attempt", "bytes"}
        if any(type(each) is not (int if name in numbers else str) for name, each in asdict(wanted).items()):
            raise TypeError("not a received delivery")
        return wanted

    def key(self, file: str) -> str:
        """The key of a file of the copy, or beside it, in the recipient's exchange bucket."""
        return layout.exchange_key(self.owner, self.grant, self.submission, self.attempt, file)


@dataclass(frozen=True)
class Checked:
    """What came of it: `verdict` passed, failed or unreadable, then with `code`; the documents by name.

    `known_rules`: where the rulebook cannot be followed, the rules of the release that said so.
    """

    verdict: str
    code: str
    counts: dict[str, int]
    documents: dict[str, ObjectRef]
    known_rules: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Checked":
        """The same in a JSON object; KeyError or ValueError if it is none."""
        documents = {str(name): ObjectRef.from_json(ref) for name, ref in value["documents"].items()}
        counts = {name: int(value["counts"][name]) for name in ("error", "warning", "info")}
        known = str(value.get("known_rules", ""))  # an earlier release of the function says none
        return cls(str(value["verdict"]), str(value["code"]), counts, documents, known)
