"""Two operators, and a clock that tests move."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission

from portal.accounts.actor import Actor
from portal.accounts.models import User
from portal.operators.services import carrying_out, moving, recovering
from tests.fixtures.cast import NoToken


def operator(name: str) -> Actor:
    """Somebody who runs the platform: the permission, and no membership."""
    user = User.objects.create(
        issuer="https://issuer.example", subject=name, name=name.title(), email=f"{name}@fundgate.example"
    )
    user.user_permissions.add(Permission.objects.get(codename="operate"))
    return Actor(user, None, None, NoToken(), address="192.0.2.9")


@pytest.fixture
def olga(db: None) -> Actor:
    """An operator."""
    return operator("olga")


@pytest.fixture
def otto(db: None) -> Actor:
    """Another operator."""
    return operator("otto")


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Moves the clock of recoveries onward; it stands still otherwise."""
    times = [datetime.now(UTC)]
    for module in (recovering, moving, carrying_out):
        monkeypatch.setattr(module, "now", lambda: times[-1])
    return lambda span: times.append(times[-1] + span)
