"""The portal's settings plus addresses that show what a view would get."""

from portal.settings import *  # noqa: F403

ROOT_URLCONF = "tests.portal.accounts.live_urls"
