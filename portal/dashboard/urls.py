"""Addresses of the pages."""

from django.urls import path

from portal.dashboard.views import (
    actions,
    downloads,
    home,
    mappings,
    materials,
    own_rules,
    preferences,
    rows,
    rulebook,
    rules,
    submission,
    submissions,
    upload,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("submissions/", submissions.submissions, name="submissions"),
    path("submissions/upload/", upload.upload, name="upload"),
    path("submissions/<uuid:submission_id>/", submission.submission, name="submission"),
    path("submissions/<uuid:submission_id>/live/", submission.live, name="submission_live"),
    path("submissions/<uuid:submission_id>/findings/", submission.findings, name="findings"),
    path(
        "submissions/<uuid:submission_id>/findings/first/", submission.first_findings, name="first_findings"
    ),
    path("submissions/<uuid:submission_id>/rows/<int:number>/", rows.row, name="row"),
    path("submissions/<uuid:submission_id>/findings.xlsx", downloads.findings_xlsx, name="findings_xlsx"),
    path("submissions/<uuid:submission_id>/findings.csv", downloads.findings_csv, name="findings_csv"),
    path("submissions/<uuid:submission_id>/original", downloads.original, name="original"),
    path("submissions/<uuid:submission_id>/continue/", actions.go_on, name="continue_submission"),
    path("submissions/<uuid:submission_id>/run-again/", actions.run_again, name="run_again"),
    path("submissions/<uuid:submission_id>/withdraw/", actions.withdraw, name="withdraw"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("rules/", rules.rules, name="rules"),
    path("rules/<str:template>/<str:version>/<str:rule_id>/", rules.rule, name="rule"),
    path("templates/", materials.templates, name="templates"),
    path("templates/<str:template>/<str:version>/<str:kind>", materials.template_file, name="template_file"),
    path("submissions/<uuid:submission_id>/columns/", mappings.map_columns, name="map_columns"),
    path("mappings/", mappings.mappings, name="mappings"),
    path("mappings/<str:fingerprint>/set-aside/", mappings.set_aside, name="set_mapping_aside"),
    path("rulebook/", rulebook.rulebook, name="rulebook"),
    path("rulebook/own/", own_rules.new, name="new_own_rule"),
    path("rulebook/own/<str:rule_id>/", own_rules.edit, name="own_rule"),
    path("rulebook/<int:number>/", rulebook.version, name="rulebook_version"),
    path("rulebook/<int:number>/restore/", rulebook.restore, name="restore_rulebook"),
]
