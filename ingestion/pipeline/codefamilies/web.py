"""The shapes of e-mail addresses and web links. Patterns take linear time."""

import re

_LOCAL = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}")
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_LINK = re.compile(r"(?:https?://)?([^/?#:\s]+)(?::[0-9]{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)
_BETWEEN_ADDRESSES = re.compile(";")
_BETWEEN_LINKS = re.compile(r";\s*(?=https?://|www\.|$)")
"""A semicolon may also stand inside a link."""
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)


def is_email(value: str) -> bool:
    """One address, or several separated by semicolons."""
    return explain_email(value) is None


def is_url(value: str) -> bool:
    """One web link, with or without http(s)://, or several separated by semicolons."""
    return explain_url(value) is None


def explain_email(value: str) -> str | None:
    """What is wrong with an e-mail address."""
    for part in _parts(value, _BETWEEN_ADDRESSES):
        if part.lower().startswith("mailto:"):
            return "The address alone is asked for, without mailto:."
        if "<" in part:
            return "The address alone is asked for, without a name."
        local, at, domain = part.rpartition("@")
        if not at:
            return "An e-mail address has an @."
        if not _LOCAL.fullmatch(local):
            return "The part before the @ holds a space or a sign that cannot stand there, or is missing."
        if not _is_host(domain):
            return "The part after the @ is not the name of a domain."
    return None


def explain_url(value: str) -> str | None:
    """What is wrong with a web link."""
    for part in _parts(value, _BETWEEN_LINKS):
        scheme = _SCHEME.match(part)
        if scheme and scheme[1].lower() not in ("http", "https"):
            return f"A web link begins with https:// or http://, not {scheme[1].lower()}://."
        if part[:2] == "\\\\" or re.match(r"[A-Za-z]:\\", part):
            return "A path on somebody's computer, not a web link."
        if any(character.isspace() for character in part):
            return "There is a space inside the link; write it as %20."
        found = _LINK.fullmatch(part)
        if not found or not _is_host(found[1]):
            return "Not the shape of a web link, such as https://www.example.com/document.pdf."
    return None


def _parts(value: str, separator: re.Pattern[str]) -> list[str]:
    """Several in one cell, at least one."""
    parts = [part.strip() for part in separator.split(value)]
    return [part for part in parts if part] or [""]


def _is_host(name: str) -> bool:
    labels = name.split(".")
    return len(name) <= 253 and len(labels) > 1 and all(map(_LABEL.fullmatch, labels))
