"""For functions that act for a person: whose ID token it is, tried here, and what AWS lets that person do."""

from dataclasses import dataclass, field

from ingestion.aws import jwks, layout
from ingestion.aws.clients import unsigned_client
from ingestion.aws.config import Platform
from ingestion.aws.credentials import Credentials
from ingestion.aws.errors import AccessDenied
from ingestion.aws.identity import get_credentials, verify_id_token


@dataclass(frozen=True)
class Person:
    """Somebody of one institution; the caller forgets the credentials when it is done."""

    institution: str
    subject: str
    credentials: Credentials = field(repr=False)


def signed_in(token: str, platform: Platform) -> Person:
    """The person of a genuine token whose sign-in has not ended; the identity pool knows that."""
    claims = verify_id_token(token, platform.user_pool)
    if len(claims.groups) != 1:
        raise AccessDenied("NotOneInstitution")
    credentials = get_credentials(
        token, platform.identity_pool_id, platform.account_id, platform.region, pool=platform.user_pool
    )
    return Person(layout.institution_code(claims.groups[0]), claims.subject, credentials)


def warm_up(platform: Platform) -> None:
    """Loads what `signed_in` needs."""
    unsigned_client("cognito-identity", platform.region)
    jwks.key_set(platform.user_pool.jwks_url).key("")
