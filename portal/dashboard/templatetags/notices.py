"""How many notices a person has not read, for the bell in the band."""

from django import template
from django.conf import settings

from portal.accounts.actor import Actor
from portal.notices.selectors import MOST_COUNTED, unread_count

register = template.Library()


@register.filter
def unread(actor: Actor) -> str:
    """The number as it fits into the bell: empty for none, 99+ beyond."""
    count = unread_count(actor)
    return f"{MOST_COUNTED - 1}+" if count >= MOST_COUNTED else str(count or "")


@register.simple_tag
def mailbox_folder() -> str:
    """Where e-mails stay on this machine; empty where they are sent."""
    return settings.FUNDGATE_MAILBOX
