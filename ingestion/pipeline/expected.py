"""The templates a sender may say to be expecting, and what each is called in a sentence."""

from ingestion.pipeline.sentences import said

EXPECTABLE = {
    "TPT": "TPT",
    "EMT": "EMT",
    "EPT": "EPT",
    "EET": "EET",
    "HOLDINGS": said("list of holdings"),
}


def called(template: str, version: str = "") -> str:
    """A template's name in a sentence: `EMT 4.3`, `list of holdings`."""
    name = EXPECTABLE.get(template, template)
    # the version of a list of holdings is ours and says nothing to its sender
    return name if template == "HOLDINGS" else f"{name} {version}".strip()
