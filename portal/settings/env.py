"""Typed readers of the environment; a bad or missing value raises Misconfigured with one clear sentence."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


class Misconfigured(ImproperlyConfigured):
    """An environment variable is missing or has a value that cannot be used; never shows a secret."""


def text(name: str, default: str | None = None) -> str:
    """The variable's text; without a default it must be set and not empty."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise Misconfigured(f"{name} is not set; this environment needs it.")
    return default


def secret(name: str, default: str | None = None) -> str:
    """A secret from the variable itself or from the file that `<name>_FILE` points to, never from both."""
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return text(name, default)
    if os.environ.get(name):
        raise Misconfigured(f"{name} and {name}_FILE are both set; set one of them.")
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"{name}_FILE points to a file that cannot be read: {type(error).__name__}."
        ) from None
    if not value:
        raise Misconfigured(f"{name}_FILE points to an empty file.")
    return value


def flag(name: str, default: bool) -> bool:
    """yes/no, true/false, on/off, 1/0."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise Misconfigured(f"{name} must be yes or no.")


def integer(name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    """A whole number between `least` and `most`."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not re.fullmatch(r"\d{1,12}", value) or not least <= int(value) <= most:
        raise Misconfigured(f"{name} must be a whole number from {least} to {most}.")
    return int(value)


def choice(name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    """One of the allowed words."""
    value = text(name, default)
    if value not in allowed:
        raise Misconfigured(f"{name} must be one of {', '.join(allowed)}.")
    return value


def words(name: str, default: str | None = None) -> list[str]:
    """A comma-separated list, without empty entries."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def url(name: str, default: str | None = None) -> str:
    """An http(s) address without trailing slash, query or user part; an empty default stays empty."""
    value = text(name, default)
    if not value:
        return value
    parts = urlsplit(value)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
    ):
        raise Misconfigured(f"{name} must be an address such as https://portal.example.com.")
    return value.rstrip("/")
