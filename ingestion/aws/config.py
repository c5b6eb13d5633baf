"""What a process must know about the platform, read from its environment; a missing value raises at once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


class ConfigurationError(RuntimeError):
    """An environment variable this process needs is missing or empty."""


@dataclass(frozen=True)
class UserPool:
    """The Cognito pool whose ID tokens are accepted; issuer and key address never come from a token."""

    issuer: str
    jwks_url: str
    audiences: frozenset[str]


@dataclass(frozen=True)
class Platform:
    """Account, region and identity pool this process belongs to, with the pool of users it trusts."""

    account_id: str
    region: str
    identity_pool_id: str
    user_pool: UserPool


def required(name: str, environ: Mapping[str, str] = os.environ) -> str:
    """The value of one environment variable; ConfigurationError when it is missing or empty."""
    value = environ.get(name, "").strip()
    if not value:
        raise ConfigurationError(f"environment variable {name} is not set")
    return value


def from_environment(environ: Mapping[str, str] = os.environ) -> UserPool:
    """The user pool from FUNDGATE_ISSUER, FUNDGATE_JWKS_URL, FUNDGATE_AUDIENCES (or the two client ids)."""
    if environ.get("FUNDGATE_AUDIENCES"):
        audiences = required("FUNDGATE_AUDIENCES", environ).split(",")
    else:
        audiences = [
            required("FUNDGATE_USER_POOL_CLIENT_ID", environ),
            required("FUNDGATE_CLI_CLIENT_ID", environ),
        ]
    return UserPool(
        issuer=required("FUNDGATE_ISSUER", environ),
        jwks_url=required("FUNDGATE_JWKS_URL", environ),
        audiences=frozenset(name.strip() for name in audiences if name.strip()),
    )


def platform_from_environment(environ: Mapping[str, str] = os.environ) -> Platform:
    """Everything a process needs to exchange an ID token for credentials."""
    return Platform(
        account_id=required("FUNDGATE_ACCOUNT_ID", environ),
        region=required("FUNDGATE_REGION", environ),
        identity_pool_id=required("FUNDGATE_IDENTITY_POOL_ID", environ),
        user_pool=from_environment(environ),
    )
