"""Addresses of the pages."""

from django.urls import path

from portal.dashboard.views import actions, downloads, home, materials, rules, submission, submissions, upload

urlpatterns = [
    path("", home.home, name="home"),
    path("submissions/", submissions.submissions, name="submissions"),
    path("submissions/upload/", upload.upload, name="upload"),
    path("submissions/<uuid:submission_id>/", submission.submission, name="submission"),
    path("submissions/<uuid:submission_id>/live/", submission.live, name="submission_live"),
    path("submissions/<uuid:submission_id>/findings/", submission.findings, name="findings"),
    path("submissions/<uuid:submission_id>/findings.xlsx", downloads.findings_xlsx, name="findings_xlsx"),
    path("submissions/<uuid:submission_id>/findings.csv", downloads.findings_csv, name="findings_csv"),
    path("submissions/<uuid:submission_id>/original", downloads.original, name="original"),
    path("submissions/<uuid:submission_id>/continue/", actions.go_on, name="continue_submission"),
    path("submissions/<uuid:submission_id>/run-again/", actions.run_again, name="run_again"),
    path("submissions/<uuid:submission_id>/withdraw/", actions.withdraw, name="withdraw"),
    path("rules/", rules.rules, name="rules"),
    path("rules/<str:template>/<str:version>/<str:rule_id>/", rules.rule, name="rule"),
    path("templates/", materials.templates, name="templates"),
    path("templates/<str:template>/<str:version>/<str:kind>", materials.template_file, name="template_file"),
]
