"""The portal in this process before the deployed platform: real sign-ins, and who was granted which keys."""

from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import botocore.session
import jwt
import pytest
from django.test import Client

from ingestion.aws import clients, identity
from ingestion.aws.credentials import Credentials
from portal.accounts.models import Institution, Membership, User
from tests.infra.embedded import REGION, Platform
from tests.portal.dashboard.conftest import sign_in
from tests.portal.pages import Page


@dataclass
class Person:
    """A member with a browser and a program, and the access keys that AWS granted for their token."""

    user: User
    browser: Client
    program: Client
    keys: set[str] = field(default_factory=set)

    def opens(self, page: Page) -> Any:
        return (self.program if page.of_api else self.browser).get(page.address)


@cache
def session_of(key: str, secret: str, token: str) -> Any:
    """One for each role: what it has read about AWS makes further clients cheap."""
    session = botocore.session.get_session()
    session.set_credentials(key, secret, token)
    return session


class Portal:
    """The portal as the platform's stacks configure it; its own role is that of the deployed portal."""

    def __init__(self, platform: Platform, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self._platform = platform
        self._keys: defaultdict[str, set[str]] = defaultdict(set)
        out = platform.outputs
        settings.FUNDGATE_ISSUER = f"https://cognito-idp.{REGION}.amazonaws.com/{out['UserPoolId']}"
        settings.FUNDGATE_JWKS_URL = f"{platform.server.url}/{out['UserPoolId']}/.well-known/jwks.json"
        settings.FUNDGATE_USER_POOL_ID = out["UserPoolId"]
        settings.FUNDGATE_USER_POOL_CLIENT_ID = out["UserPoolClientId"]
        settings.FUNDGATE_CLI_CLIENT_ID = out["CliClientId"]
        settings.FUNDGATE_IDENTITY_POOL_ID = out["IdentityPoolId"]
        settings.FUNDGATE_STATE_MACHINE_ARN = out["StateMachineArn"]
        settings.FUNDGATE_RECEIPT_KEY_ARN = out["ReceiptKeyArn"]
        settings.FUNDGATE_RELEASE_KEY_ARN = out["ReleaseKeyArn"]
        self.issuer = settings.FUNDGATE_ISSUER
        monkeypatch.setenv("AWS_ENDPOINT_URL", platform.server.url)
        own = platform.runtime("portal")
        self.own_key = own["aws_access_key_id"]
        monkeypatch.setattr(clients, "_session", session_of(*own.values()))
        monkeypatch.setattr(clients, "_clients", OrderedDict())
        exchange = identity.get_credentials

        def noting(id_token: str, *args: Any, **kwargs: Any) -> Credentials:
            granted = exchange(id_token, *args, **kwargs)
            self._keys[id_token].add(granted.access_key)
            return granted

        monkeypatch.setattr(identity, "get_credentials", noting)

    def signed_in(self, institution: Institution, role: str) -> Person:
        """A member in this role who has signed in at the user pool."""
        email = self._platform.add_user(f"{role}-who-looks@{institution.code}.example", institution.code)
        token = self._platform.token(email)
        subject = jwt.decode(token, options={"verify_signature": False})["sub"]
        user = User.objects.create(issuer=self.issuer, subject=subject, email=email, name=role.title())
        Membership.objects.create(user=user, institution=institution, role=role)
        browser = sign_in(user, institution.code, id_token=token)
        return Person(user, browser, Client(headers={"Authorization": f"Bearer {token}"}), self._keys[token])
