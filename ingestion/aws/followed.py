"""By which rules a delivery was checked: its verdict document says so, the manifest of a copy repeats it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Followed:
    """The rules, and of the owner's rulebook object version and SHA-256, both "" where it had none."""

    ruleset_version: str
    rulebook_version: str = ""
    rulebook_sha256: str = ""

    @classmethod
    def of_verdict(cls, verdict: Mapping[str, Any]) -> "Followed":
        """What the verdict document of a file that could be read stands on."""
        rulebook = verdict.get("rulebook") or {"version_id": "", "sha256": ""}
        return cls(verdict["ruleset_version"], rulebook["version_id"], rulebook["sha256"])

    def to_json(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Followed":
        """The same in a JSON object; TypeError for more, less or anything but texts."""
        found = cls(**value)
        if any(type(each) is not str for each in asdict(found).values()):
            raise TypeError("not the rules that were followed")
        return found
