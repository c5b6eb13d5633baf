"""Who may do what: one line for every address and method."""

from dataclasses import dataclass
from typing import Any

from ingestion.web.states import State
from portal.accounts.programs.scopes import Scope
from portal.accounts.roles import Role

ROLES = {"A-viewer": Role.VIEWER, "A-uploader": Role.UPLOADER, "A-reviewer": Role.REVIEWER,
         "A-admin": Role.ADMIN, "B-admin": Role.ADMIN}  # fmt: skip
CALLERS = ("anonymous", *ROLES, "no-institution")
TOKENS = ("A-token", "A-token-without", "B-token")
"""Programs of two institutions: with every scope, and with every one but what is needed."""
NEEDS_SIGN_IN, NOT_ALLOWED, NOT_FOUND = "sign-in", 403, 404
Answer = int | str


@dataclass(frozen=True)
class Policy:
    """Who passes: `role` in the own institution (None: everybody, also nobody in particular).

    `of_a`: it belongs to institution A. `signed`: to the holder of the callback key. `operators`: to those
    who run the platform, none of whom calls here (tests/portal/operators). `subject`: the state that its
    submission needs. `scope`: what a program's token must reach; without it no program passes.
    """

    ok: int
    role: Role | None = None
    of_a: bool = False
    signed: bool = False
    operators: bool = False
    subject: State = State.COMPLETED
    scope: Scope | None = None

    def answer(self, who: str) -> Answer:
        """What this caller must get."""
        if self.signed:
            return NOT_ALLOWED
        if self.operators:
            return NEEDS_SIGN_IN if who == "anonymous" else NOT_ALLOWED
        if self.role is None:
            return self.ok
        if who in TOKENS:
            return self._answer_to_program(who)
        if who == "anonymous":
            return NEEDS_SIGN_IN
        if who == "no-institution" or not ROLES[who].includes(self.role):
            return NOT_ALLOWED
        if self.of_a and who == "B-admin":
            return NOT_FOUND
        return self.ok

    def _answer_to_program(self, who: str) -> Answer:
        if self.scope is None or who == "A-token-without":
            return NOT_ALLOWED
        return NOT_FOUND if self.of_a and who == "B-token" else self.ok


def of_a(ok: int = 200, role: Role = Role.VIEWER, **more: Any) -> Policy:
    return Policy(ok, role, of_a=True, **more)


PUBLIC, LEADS_ON = Policy(200), Policy(302)
POLICIES: dict[tuple[str, str], Policy] = {
    ("sign_in", "GET"): PUBLIC,
    ("signed_out", "GET"): PUBLIC,
    ("sign_out", "POST"): LEADS_ON,
    ("oidc_authentication_init", "GET"): LEADS_ON,
    ("oidc_authentication_callback", "GET"): LEADS_ON,  # without a state of this session: to the sign-in
    ("submissions", "GET"): Policy(200, Role.VIEWER),
    ("calendar", "GET"): Policy(200, Role.VIEWER),
    ("expectations", "GET"): Policy(200, Role.VIEWER),
    ("new_expectation", "GET"): Policy(200, Role.REVIEWER),
    ("new_expectation", "POST"): Policy(302, Role.REVIEWER),
    ("expectation", "GET"): of_a(200, Role.REVIEWER),
    ("expectation", "POST"): of_a(302, Role.REVIEWER),
    ("remove_expectation", "POST"): of_a(302, Role.REVIEWER),
    ("deadline_zone", "POST"): Policy(302, Role.ADMIN),
    ("upload", "GET"): Policy(200, Role.UPLOADER),
    ("upload", "POST"): Policy(200, Role.UPLOADER),
    ("submission", "GET"): of_a(),
    ("submission_live", "GET"): of_a(),
    ("findings", "GET"): of_a(),
    ("first_findings", "GET"): of_a(),
    ("row", "GET"): of_a(),
    ("submission_changes", "GET"): of_a(),
    ("changes_summary", "GET"): of_a(),
    ("findings_xlsx", "GET"): of_a(),
    ("findings_csv", "GET"): of_a(),
    ("findings_json", "GET"): of_a(),
    ("annotated", "GET"): of_a(),
    ("table", "GET"): of_a(),
    ("downloads", "GET"): of_a(),
    ("receipt", "GET"): of_a(),
    ("receipt_key", "GET"): PUBLIC,
    ("original", "GET"): of_a(),
    ("continue_submission", "POST"): of_a(302, Role.UPLOADER, subject=State.NEEDS_SIGN_IN),
    ("run_again", "POST"): of_a(302, Role.UPLOADER, subject=State.FAILED),
    ("preferences", "GET"): Policy(200, Role.VIEWER),
    ("preferences", "POST"): Policy(302, Role.VIEWER),
    ("submission_pipeline", "GET"): of_a(),
    ("operations", "GET"): Policy(200, Role.VIEWER),
    ("trends", "GET"): Policy(200, Role.VIEWER),
    ("rules", "GET"): Policy(200, Role.VIEWER),
    ("rule", "GET"): Policy(200, Role.VIEWER),
    ("templates", "GET"): Policy(200, Role.VIEWER),
    ("template_file", "GET"): Policy(200, Role.VIEWER),
    ("withdraw", "GET"): of_a(200, Role.UPLOADER, subject=State.RUNNING),
    ("withdraw", "POST"): of_a(302, Role.UPLOADER, subject=State.RUNNING),
    ("correct", "GET"): of_a(200, Role.UPLOADER),
    ("correct", "POST"): of_a(200, Role.UPLOADER),
    ("give_reason", "POST"): of_a(302, Role.UPLOADER),
    ("map_columns", "GET"): of_a(200, Role.REVIEWER),
    ("map_columns", "POST"): of_a(302, Role.REVIEWER),
    ("accept_rule", "GET"): of_a(200, Role.REVIEWER),
    ("accept_rule", "POST"): of_a(302, Role.REVIEWER),
    ("approvals", "GET"): Policy(200, Role.VIEWER),
    ("acceptances", "GET"): Policy(200, Role.VIEWER),
    ("acceptance", "GET"): of_a(),
    ("acceptance", "POST"): of_a(302, Role.REVIEWER),
    ("end_acceptance", "POST"): of_a(302, Role.REVIEWER),
    ("mappings", "GET"): Policy(200, Role.VIEWER),
    ("mapping", "GET"): of_a(),
    ("mapping_version", "GET"): of_a(),
    ("restore_mapping", "POST"): of_a(302, Role.REVIEWER),
    ("set_mapping_aside", "POST"): of_a(302, Role.REVIEWER),
    ("rulebook", "GET"): Policy(200, Role.VIEWER),
    ("rulebook", "POST"): Policy(302, Role.REVIEWER),
    ("new_own_rule", "GET"): Policy(200, Role.REVIEWER),
    ("new_own_rule", "POST"): Policy(302, Role.REVIEWER),
    ("own_rule", "GET"): of_a(200, Role.REVIEWER),
    ("own_rule", "POST"): of_a(302, Role.REVIEWER),
    ("rulebook_version", "GET"): of_a(),
    ("restore_rulebook", "POST"): of_a(302, Role.REVIEWER),
    ("publish_rulebook", "POST"): of_a(302, Role.ADMIN),
    ("withdraw_rulebook", "POST"): of_a(302, Role.ADMIN),
    ("disclose_rulebook", "POST"): Policy(302, Role.ADMIN),
    ("acceptance_outcome", "GET"): of_a(),
    ("received", "GET"): Policy(200, Role.VIEWER),
    ("received_delivery", "GET"): of_a(),
    ("received_file", "GET"): of_a(),
    ("check_received", "POST"): Policy(302, Role.VIEWER),
    ("check_received_delivery", "POST"): of_a(302),
    ("received_findings", "GET"): of_a(),
    ("look_through", "GET"): Policy(200, Role.VIEWER),
    ("look_through_csv", "GET"): Policy(200, Role.VIEWER),
    ("access", "GET"): Policy(200, Role.VIEWER),
    ("access_csv", "GET"): Policy(200, Role.VIEWER),
    ("access_log", "GET"): Policy(200, Role.ADMIN),
    ("access_log_export", "GET"): Policy(200, Role.ADMIN),
    ("grants", "GET"): Policy(200, Role.VIEWER),
    ("new_grant", "GET"): Policy(200, Role.ADMIN),
    ("new_grant", "POST"): Policy(302, Role.ADMIN),
    ("grant", "GET"): of_a(),
    ("edit_grant", "GET"): of_a(200, Role.ADMIN),
    ("edit_grant", "POST"): of_a(302, Role.ADMIN),
    ("act_on_grant", "POST"): of_a(302, Role.ADMIN),
    ("revoke_grant", "GET"): of_a(200, Role.ADMIN),
    ("revoke_grant", "POST"): of_a(302, Role.ADMIN),
    ("grant_rulebook", "GET"): of_a(),
    ("fill_grant", "POST"): of_a(302, Role.UPLOADER),
    ("fill_grants", "POST"): Policy(302, Role.UPLOADER),
    ("expect_under_grant", "GET"): of_a(200, Role.REVIEWER),
    ("expect_under_grant", "POST"): of_a(302, Role.REVIEWER),
    ("remove_grant_expectation", "POST"): of_a(302, Role.REVIEWER),
    ("directory", "GET"): Policy(200, Role.VIEWER),
    ("directory", "POST"): Policy(302, Role.ADMIN),
    ("ask_for_access", "GET"): Policy(200, Role.ADMIN),
    ("ask_for_access", "POST"): Policy(302, Role.ADMIN),
    ("new_invitation", "GET"): Policy(200, Role.ADMIN),
    ("new_invitation", "POST"): Policy(302, Role.ADMIN),
    ("withdraw_invitation", "POST"): of_a(302, Role.ADMIN),
    ("decline_access", "POST"): of_a(302, Role.ADMIN),
    ("withdraw_access", "POST"): of_a(302, Role.ADMIN),
    ("notices", "GET"): Policy(200, Role.VIEWER),
    ("read_notices", "POST"): Policy(302, Role.VIEWER),
    ("open_notice", "GET"): of_a(302),
    ("notice_settings", "GET"): Policy(200, Role.VIEWER),
    ("notice_settings", "POST"): Policy(302, Role.VIEWER),
    ("webhooks", "GET"): Policy(200, Role.ADMIN),
    ("webhooks", "POST"): Policy(200, Role.ADMIN),
    ("webhook", "GET"): of_a(200, Role.ADMIN),
    ("webhook", "POST"): of_a(302, Role.ADMIN),
    ("webhook_secret", "POST"): of_a(200, Role.ADMIN),
    ("test_webhook", "POST"): of_a(302, Role.ADMIN),
    ("remove_webhook", "POST"): of_a(302, Role.ADMIN),
    ("deliver_again", "POST"): of_a(302, Role.ADMIN),
    ("security", "GET"): Policy(200, Role.ADMIN),
    ("key_uses", "GET"): Policy(200, Role.ADMIN),
    ("audit", "GET"): Policy(200, Role.ADMIN),
    ("audit_export", "GET"): Policy(200, Role.ADMIN),
    ("audit_chain", "GET"): Policy(200, Role.ADMIN),
    ("members", "GET"): Policy(200, Role.ADMIN),
    ("members", "POST"): Policy(302, Role.ADMIN),
    ("member", "GET"): of_a(200, Role.ADMIN),
    ("member", "POST"): of_a(302, Role.ADMIN),
    ("invite_again", "POST"): of_a(302, Role.ADMIN),
    ("limit_member", "GET"): of_a(200, Role.ADMIN),
    ("limit_member", "POST"): of_a(302, Role.ADMIN),
    ("remove_member", "POST"): of_a(302, Role.ADMIN),
    ("notice_defaults", "GET"): Policy(200, Role.ADMIN),
    ("notice_defaults", "POST"): Policy(302, Role.ADMIN),
    ("service_accounts", "GET"): Policy(200, Role.ADMIN),
    ("service_accounts", "POST"): Policy(302, Role.ADMIN),
    ("service_account", "GET"): of_a(200, Role.ADMIN),
    ("service_account", "POST"): of_a(302, Role.ADMIN),
    ("new_api_token", "POST"): of_a(200, Role.ADMIN),
    ("revoke_api_token", "POST"): of_a(302, Role.ADMIN),
    ("end_service_account", "POST"): of_a(302, Role.ADMIN),
    ("recovery", "GET"): of_a(),
    ("recovery", "POST"): of_a(302),
    ("first_steps", "GET"): Policy(200, Role.ADMIN),
    ("first_steps", "POST"): Policy(302, Role.ADMIN),
    ("sftp_keys", "GET"): Policy(200, Role.ADMIN),
    ("sftp_keys", "POST"): Policy(302, Role.ADMIN),
    ("revoke_sftp_key", "POST"): of_a(302, Role.ADMIN),
    ("operators", "GET"): Policy(200, operators=True),
    ("platform_health", "GET"): Policy(200, operators=True),
    ("recoveries", "GET"): Policy(200, operators=True),
    ("recoveries", "POST"): Policy(302, operators=True),
    ("operator_recovery", "GET"): Policy(200, operators=True),
    ("operator_recovery", "POST"): Policy(302, operators=True),
    ("retention", "GET"): Policy(200, Role.ADMIN),
    ("retention", "POST"): Policy(302, Role.ADMIN),
    ("set_wish_aside", "POST"): of_a(302, Role.ADMIN),
    ("holds", "GET"): Policy(200, Role.ADMIN),
    ("holds", "POST"): Policy(302, Role.ADMIN),
    ("lock_held", "POST"): Policy(302, Role.ADMIN),
    ("hold", "GET"): of_a(200, Role.ADMIN),
    ("hold", "POST"): of_a(302, Role.ADMIN),
    ("takeouts", "GET"): Policy(200, Role.ADMIN),
    ("takeouts", "POST"): Policy(302, Role.ADMIN),
    ("takeout", "GET"): of_a(200, Role.ADMIN),
    ("count_takeout", "POST"): of_a(302, Role.ADMIN),
    ("takeout_part", "GET"): of_a(200, Role.ADMIN),
    ("mailbox", "GET"): Policy(200, Role.VIEWER),
    ("letter", "GET"): of_a(),
    ("events", "POST"): Policy(200, signed=True),
    ("exchange", "POST"): Policy(200, signed=True),
    ("api_sign_in", "GET"): PUBLIC,
    ("api_schema", "GET"): PUBLIC,
    ("api_submissions", "GET"): Policy(200, Role.VIEWER, scope=Scope.SUBMISSIONS),
    ("api_submissions", "POST"): Policy(201, Role.UPLOADER),
    ("api_submission", "GET"): of_a(scope=Scope.SUBMISSIONS),
    ("api_findings", "GET"): of_a(),
    ("api_changes", "GET"): of_a(),
    ("api_run", "GET"): of_a(scope=Scope.SUBMISSIONS),
    ("api_files", "GET"): of_a(scope=Scope.SUBMISSIONS),
    ("api_file", "GET"): of_a(),
    ("api_receipt", "GET"): of_a(),
    ("api_withdraw", "POST"): of_a(200, Role.UPLOADER, subject=State.RUNNING),
    ("api_submission_acceptances", "GET"): of_a(scope=Scope.SUBMISSIONS),
    ("api_submission_acceptances", "POST"): of_a(201, Role.REVIEWER),
    ("api_acceptances", "GET"): Policy(200, Role.VIEWER, scope=Scope.SUBMISSIONS),
    ("api_decision", "POST"): of_a(200, Role.REVIEWER),
    ("api_end_acceptance", "POST"): of_a(200, Role.REVIEWER),
    ("api_calendar", "GET"): Policy(200, Role.VIEWER, scope=Scope.CALENDAR),
    ("api_expectations", "GET"): Policy(200, Role.VIEWER, scope=Scope.CALENDAR),
    ("api_operations", "GET"): Policy(200, Role.VIEWER, scope=Scope.OPERATIONS),
    ("api_webhooks", "GET"): Policy(200, Role.ADMIN),
    ("api_webhook_deliveries", "GET"): of_a(200, Role.ADMIN),
    ("api_mappings", "GET"): Policy(200, Role.VIEWER),
    ("api_mapping", "GET"): of_a(),
    ("api_mapping_versions", "GET"): of_a(),
    ("api_mapping_version", "GET"): of_a(),
    ("api_mapping", "PUT"): Policy(200, Role.REVIEWER),  # for the same headers each has a mapping of its own
    ("api_received", "GET"): Policy(200, Role.VIEWER, scope=Scope.DELIVERIES),
    ("api_received_delivery", "GET"): of_a(),
    ("api_received_file", "GET"): of_a(),
    ("api_check_received", "POST"): Policy(200, Role.VIEWER),
    ("api_received_check", "GET"): of_a(),
    ("api_received_findings", "GET"): of_a(),
    ("api_look_through", "GET"): Policy(200, Role.VIEWER),
    ("api_access", "GET"): Policy(200, Role.VIEWER),
    ("api_access_log", "GET"): Policy(200, Role.ADMIN),
    ("api_grants", "GET"): Policy(200, Role.VIEWER, scope=Scope.GRANTS),
    ("api_fill_grants", "POST"): Policy(200, Role.UPLOADER),
    ("api_grant", "GET"): of_a(scope=Scope.GRANTS),
    ("api_accept_grant", "POST"): of_a(200, Role.ADMIN),
    ("api_revoke_grant", "POST"): of_a(200, Role.ADMIN),
    ("api_takeouts", "GET"): Policy(200, Role.ADMIN),
    ("api_takeouts", "POST"): Policy(201, Role.ADMIN),
    ("api_takeout", "GET"): of_a(200, Role.ADMIN),
    ("api_count_takeout", "POST"): of_a(200, Role.ADMIN),
    ("api_takeout_part", "GET"): of_a(200, Role.ADMIN),
    ("api_key_uses", "GET"): Policy(200, Role.ADMIN),
    ("api_retention", "GET"): Policy(200, Role.ADMIN),
    ("api_holds", "GET"): Policy(200, Role.ADMIN),
    ("api_hold", "GET"): of_a(200, Role.ADMIN),
    ("api_notices", "GET"): Policy(200, Role.VIEWER, scope=Scope.NOTICES),
    ("api_rulebook", "GET"): Policy(200, Role.VIEWER),
    ("api_rulebook", "PUT"): Policy(200, Role.REVIEWER),
}
