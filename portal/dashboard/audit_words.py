"""The audit trail in words: what happened, and what a check of the chain finds."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.audit.tags import AuditTag
from portal.audit.verifying import Kind

FAULTS: dict[Kind, str | Promise] = {
    Kind.CHANGED: _("It was changed after it was written."),
    Kind.MISSING: _("It was deleted, or the chain was cut off before it."),
    Kind.INSERTED: _("The portal did not write it, or not in this place."),
    Kind.REORDERED: _("It stands in another place than it was written in."),
    Kind.REWRITTEN: _(
        "It, or one soon after it, was changed and the chain made anew; what was signed differs."
    ),
    Kind.UNSIGNED: _("It was signed as the end of the chain, and the signature does not fit."),
}

TAGS: dict[str, str | Promise] = {
    AuditTag.SIGNED_IN: _("Somebody signed in"),
    AuditTag.SIGN_IN_REFUSED: _("A sign-in was refused"),
    AuditTag.SIGNED_OUT: _("Somebody signed out"),
    AuditTag.SIGN_IN_RENEWED: _("A sign-in was renewed"),
    AuditTag.SIGN_IN_ENDED: _("A sign-in ended"),
    AuditTag.ACCESS_DENIED: _("A page or act was denied"),
    AuditTag.INSTITUTION_CONFLICT: _("A sign-in named another institution"),
    AuditTag.TOKEN_REFUSED: _("A program’s token was refused"),
    AuditTag.API_DENIED: _("A program was denied something"),
    AuditTag.INSTITUTION_ONBOARDED: _("The institution was onboarded"),
    AuditTag.USER_ADDED: _("A person was added from the command line"),
    AuditTag.MEMBER_ADDED: _("A member was added from the command line"),
    AuditTag.MEMBER_ROLE_CHANGED: _("A role was changed from the command line"),
    AuditTag.MEMBER_INVITED: _("A member was invited"),
    AuditTag.MEMBER_INVITED_AGAIN: _("A member was invited again"),
    AuditTag.MEMBER_GIVEN_ROLE: _("A member was given another role"),
    AuditTag.MEMBER_REMOVED: _("A member was removed"),
    AuditTag.PREFERENCES_CHANGED: _("Somebody changed their preferences"),
    AuditTag.SUBMISSION_RECEIVED: _("A file came in"),
    AuditTag.SUBMISSION_REFUSED: _("A file was refused"),
    AuditTag.SUBMISSION_STORED: _("A file was stored"),
    AuditTag.SUBMISSION_QUEUED: _("A check was asked for"),
    AuditTag.SUBMISSION_CONTINUED: _("A check was continued"),
    AuditTag.SUBMISSION_RUN_AGAIN: _("A check was run again"),
    AuditTag.SUBMISSION_WITHDRAWN: _("A submission was withdrawn"),
    AuditTag.SNAPSHOTS_EMPTIED: _("What later deliveries are compared with was emptied"),
    AuditTag.SUBMISSION_SUPERSEDED: _("A delivery was replaced by a later one"),
    AuditTag.FINDINGS_VIEWED: _("Findings were looked at"),
    AuditTag.ROW_VIEWED: _("A row was looked at"),
    AuditTag.FINDINGS_DOWNLOADED: _("Findings were downloaded"),
    AuditTag.ORIGINAL_DOWNLOADED: _("An original file was downloaded"),
    AuditTag.WORKBOOK_DOWNLOADED: _("An annotated workbook was downloaded"),
    AuditTag.TABLE_DOWNLOADED: _("A table was downloaded"),
    AuditTag.RECEIPT_ISSUED: _("A receipt was issued"),
    AuditTag.REASON_GIVEN: _("A reason for replacing was given"),
    AuditTag.MAPPING_SAVED: _("A column mapping was saved"),
    AuditTag.MAPPING_SET_ASIDE: _("A column mapping was set aside"),
    AuditTag.RULEBOOK_SAVED: _("The rulebook was saved"),
    AuditTag.DECISION_TRIED: _("A draft was tried on a delivery"),
    AuditTag.WARNING_ACCEPTED: _("Warnings were accepted"),
    AuditTag.RELEASE_ASKED: _("A release of errors was asked for"),
    AuditTag.RELEASE_GRANTED: _("Errors were released"),
    AuditTag.RELEASE_REFUSED: _("A release of errors was refused"),
    AuditTag.ACCEPTANCE_ENDED: _("An acceptance was ended"),
    AuditTag.ACCEPTANCE_LAPSED: _("An acceptance lapsed"),
    AuditTag.AUDIT_EXPORTED: _("The audit trail was taken away"),
    AuditTag.NOTICES_READ: _("Notices were marked as read"),
    AuditTag.NOTICE_SETTINGS_SAVED: _("Somebody changed what they are told"),
    AuditTag.WEBHOOK_ADDED: _("A webhook was added"),
    AuditTag.WEBHOOK_CHANGED: _("A webhook was changed"),
    AuditTag.WEBHOOK_SECRET_CHANGED: _("A webhook’s secret was changed"),
    AuditTag.WEBHOOK_REMOVED: _("A webhook was removed"),
    AuditTag.WEBHOOK_TESTED: _("A webhook was tested"),
    AuditTag.WEBHOOK_SENT_AGAIN: _("A webhook message was sent again"),
    AuditTag.EXPECTATION_SET: _("An expected delivery was set"),
    AuditTag.EXPECTATION_CHANGED: _("An expected delivery was changed"),
    AuditTag.EXPECTATION_REMOVED: _("An expected delivery was removed"),
    AuditTag.DEADLINE_ZONE_SET: _("The zone of the deadlines was set"),
    AuditTag.GRANT_DRAFTED: _("A grant was drafted"),
    AuditTag.GRANT_DISCARDED: _("The draft of a grant was discarded"),
    AuditTag.GRANT_OFFERED: _("A grant was offered"),
    AuditTag.GRANT_ACCEPTED: _("A grant was accepted"),
    AuditTag.GRANT_DECLINED: _("A grant was declined"),
    AuditTag.GRANT_SUSPENDED: _("A grant was suspended"),
    AuditTag.GRANT_RESUMED: _("A grant was resumed"),
    AuditTag.GRANT_REVOKED: _("A grant was revoked"),
    AuditTag.ACCESS_ASKED: _("Access was asked for"),
    AuditTag.ACCESS_DECLINED: _("A request for access was declined"),
    AuditTag.EXCHANGE_PROFILE_SAVED: _("The entry in the directory was saved"),
    AuditTag.GRANT_EXPIRED: _("A grant expired"),
    AuditTag.COPY_DELIVERED: _("A delivery was handed on"),
    AuditTag.COPY_DELETED: _("A copy was deleted"),
    AuditTag.RECEIVED_VIEWED: _("A received delivery was looked at"),
    AuditTag.RECEIVED_DOWNLOADED: _("A file of a received delivery was downloaded"),
    AuditTag.SUBMISSION_STARTED: _("A check started"),
    AuditTag.SUBMISSION_NEEDS_SIGN_IN: _("A check waits for a sign-in"),
    AuditTag.CHECK_DELETED: _("A file that was only checked was deleted"),
    AuditTag.STAGE_FINISHED: _("A step of a check finished"),
    AuditTag.SUBMISSION_COMPLETED: _("A check finished with a verdict"),
    AuditTag.SUBMISSION_FAILED: _("A check broke off"),
    AuditTag.EVENT_REFUSED: _("A message of the pipeline was refused"),
}
"""What happened, by tag; a tag without words is shown as it is."""


def happened(tag: str) -> str:
    """What a record says happened; "" for a tag that has no words."""
    return str(TAGS.get(tag, ""))
