"""The three demo institutions and their people."""

from dataclasses import dataclass

PASSWORD = "Fundgate-Demo-2026"  # for the embedded AWS only; an account's users choose their own
ROLES = ("admin", "reviewer", "uploader", "viewer")


@dataclass(frozen=True)
class DemoInstitution:
    code: str
    name: str
    kind: str
    lei: str  # nobody's: DEMO stands where real ones have 00

    def email(self, role: str) -> str:
        return f"{role}@{self.code}.example"


OPERATORS = ("operator@fundgate.example", "second-operator@fundgate.example")
"""They run the platform and belong to no institution; a recovery takes two."""

INSTITUTIONS = (
    DemoInstitution("alpine-am", "Alpine Asset Management", "manager", "9695DEMO0ALPINE00A35"),
    DemoInstitution("borealis-insurance", "Borealis Insurance", "owner", "9695DEMO0BOREALIS042"),
    DemoInstitution("cedar-pension", "Cedar Pension Fund", "owner", "9695DEMO0CEDAR000033"),
)
