"""The three demo institutions and their people."""

from dataclasses import dataclass

PASSWORD = "Fundgate-Demo-2026"  # for the embedded AWS only; an account's users choose their own
ROLES = ("admin", "reviewer", "uploader", "viewer")


@dataclass(frozen=True)
class DemoInstitution:
    code: str
    name: str
    kind: str

    def email(self, role: str) -> str:
        return f"{role}@{self.code}.example"


INSTITUTIONS = (
    DemoInstitution("alpine-am", "Alpine Asset Management", "manager"),
    DemoInstitution("borealis-insurance", "Borealis Insurance", "owner"),
    DemoInstitution("cedar-pension", "Cedar Pension Fund", "owner"),
)
