"""What the commands say about a file that cannot be opened and a template that does not exist."""

from pathlib import Path


def read_file(name: str) -> bytes:
    """One byte more than is allowed at most, so that a larger file is refused in the usual words."""
    from ingestion.pipeline.readers import MAX_BYTES  # imported here: a wrong argument is answered at once

    with Path(name).open("rb") as file:
        return file.read(MAX_BYTES + 1)


def not_opened(name: str, error: OSError) -> str:
    """Why a file cannot be opened, in a sentence."""
    if not name:
        return "A file name is empty."
    if isinstance(error, IsADirectoryError):
        return f"{name} is a folder; name the files in it."
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"There is no file {name}."
    return f"{name} cannot be read: {error.strerror}."


def unknown_template(expected: str | None) -> str:
    """That an expected template is not known here; empty if it is, or if none is named."""
    if expected is None:
        return ""
    from ingestion.pipeline.pack import pack_names  # imported here: seldom asked for

    template, _, version = expected.upper().partition("-")
    if any(template == name and version in ("", number) for name, number in pack_names()):
        return ""
    known = ", ".join("-".join(name) for name in pack_names())
    if not expected:
        return f"argument --expect: the name is empty; known are {known}, and each name without its version"
    return f"there is no template {expected[:40]}; known are {known}, and each name without its version"
