"""The tests make their tables from the models, a system from the migrations: both say the same."""

from typing import Any

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_the_migrations_lead_to_the_models_as_they_are(settings: Any) -> None:
    settings.MIGRATION_MODULES = {}  # --nomigrations hides all, and nothing would be compared
    call_command("makemigrations", check=True, dry_run=True)
