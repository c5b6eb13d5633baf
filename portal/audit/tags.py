"""What can be recorded: `source:subject:action`. A tag is never renamed; old records keep their meaning."""

from enum import StrEnum


class AuditTag(StrEnum):
    """Source is who acted: portal (a person in the browser), api, pipeline, worker, setup (command line)."""

    SIGNED_IN = "portal:session:signed-in"
    SIGN_IN_REFUSED = "portal:session:refused"
    SIGNED_OUT = "portal:session:signed-out"
    SIGN_IN_RENEWED = "portal:session:renewed"
    SIGN_IN_ENDED = "portal:session:ended"
    ACCESS_DENIED = "portal:access:denied"
    INSTITUTION_CONFLICT = "portal:access:institution-conflict"
    TOKEN_REFUSED = "api:token:refused"  # noqa: S105 - a tag, no secret
    API_DENIED = "api:access:denied"

    INSTITUTION_ONBOARDED = "setup:institution:onboarded"
    USER_ADDED = "setup:user:added"
    MEMBER_ADDED = "setup:member:added"
    MEMBER_ROLE_CHANGED = "setup:member:role-changed"
    PREFERENCES_CHANGED = "portal:user:preferences-changed"

    SUBMISSION_RECEIVED = "portal:submission:received"
    SUBMISSION_REFUSED = "portal:submission:refused"
    SUBMISSION_STORED = "portal:submission:stored"
    SUBMISSION_QUEUED = "portal:submission:queued"
    SUBMISSION_CONTINUED = "portal:submission:continued"
    SUBMISSION_RUN_AGAIN = "portal:submission:run-again"
    SUBMISSION_WITHDRAWN = "portal:submission:withdrawn"
    SNAPSHOTS_EMPTIED = "portal:submission:snapshots-emptied"
    SUBMISSION_SUPERSEDED = "portal:submission:superseded"
    FINDINGS_VIEWED = "portal:findings:viewed"
    ROW_VIEWED = "portal:row:viewed"
    FINDINGS_DOWNLOADED = "portal:findings:downloaded"
    ORIGINAL_DOWNLOADED = "portal:original:downloaded"
    WORKBOOK_DOWNLOADED = "portal:workbook:downloaded"
    TABLE_DOWNLOADED = "portal:table:downloaded"
    RECEIPT_ISSUED = "portal:receipt:issued"

    REASON_GIVEN = "portal:submission:reason-given"

    MAPPING_SAVED = "portal:mapping:saved"
    MAPPING_SET_ASIDE = "portal:mapping:set-aside"
    RULEBOOK_SAVED = "portal:rulebook:saved"
    DECISION_TRIED = "portal:decision:tried"

    WARNING_ACCEPTED = "portal:warning:accepted"
    RELEASE_ASKED = "portal:release:asked"
    RELEASE_GRANTED = "portal:release:granted"
    RELEASE_REFUSED = "portal:release:refused"
    ACCEPTANCE_ENDED = "portal:acceptance:ended"
    ACCEPTANCE_LAPSED = "pipeline:acceptance:lapsed"

    NOTICES_READ = "portal:notices:read"
    NOTICE_SETTINGS_SAVED = "portal:notices:settings-saved"
    WEBHOOK_ADDED = "portal:webhook:added"
    WEBHOOK_CHANGED = "portal:webhook:changed"
    WEBHOOK_SECRET_CHANGED = "portal:webhook:secret-changed"  # noqa: S105 - a tag, no secret
    WEBHOOK_REMOVED = "portal:webhook:removed"
    WEBHOOK_TESTED = "portal:webhook:tested"
    WEBHOOK_SENT_AGAIN = "portal:webhook:sent-again"

    EXPECTATION_SET = "portal:expectation:set"
    EXPECTATION_CHANGED = "portal:expectation:changed"
    EXPECTATION_REMOVED = "portal:expectation:removed"
    DEADLINE_ZONE_SET = "portal:deadline-zone:set"

    GRANT_DRAFTED = "portal:grant:drafted"
    GRANT_DISCARDED = "portal:grant:discarded"
    GRANT_OFFERED = "portal:grant:offered"
    GRANT_ACCEPTED = "portal:grant:accepted"
    GRANT_DECLINED = "portal:grant:declined"
    GRANT_SUSPENDED = "portal:grant:suspended"
    GRANT_RESUMED = "portal:grant:resumed"
    GRANT_REVOKED = "portal:grant:revoked"
    GRANT_EXPIRED = "worker:grant:expired"
    COPY_DELIVERED = "exchange:copy:delivered"
    COPY_DELETED = "exchange:copy:deleted"

    SUBMISSION_STARTED = "worker:submission:started"
    SUBMISSION_NEEDS_SIGN_IN = "worker:submission:needs-sign-in"
    CHECK_DELETED = "worker:submission:check-deleted"
    STAGE_FINISHED = "pipeline:stage:finished"
    SUBMISSION_COMPLETED = "pipeline:submission:completed"
    SUBMISSION_FAILED = "pipeline:submission:failed"
    EVENT_REFUSED = "pipeline:event:refused"
