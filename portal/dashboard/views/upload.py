"""The upload page: a plain form that takes many files, and the same address for one file of a script."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from ingestion.pipeline.expected import EXPECTABLE
from ingestion.web import services
from ingestion.web.uploads.reception import Reception, receives_files
from ingestion.web.uploads.refusals import MAX_BYTES, MAX_FILES
from ingestion.web.uploads.terms import MAX_REASON, Terms, only_checked
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.dashboard.outcomes import TOLD, OutcomeShown, summary


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.UPLOADER)
@receives_files
def upload(request: HttpRequest, *, reception: Reception | None) -> HttpResponse:
    """The form; after a post what became of each file, as a page or, for a script, as one list entry each.

    With `?check_only=1` the files are not handed in; `?expected_template=` is chosen in the form already.
    """
    outcomes = services.receive(reception) if reception is not None else []
    shown = [OutcomeShown.of(outcome) for outcome in outcomes]
    context = {
        "outcomes": shown,
        "summary": summary(shown),
        "told": [(kind, words(1), words(2)) for kind, words in TOLD.items()],
        "nothing_chosen": request.method == "POST" and not outcomes,
        "expectable": list(EXPECTABLE),
        "terms": reception.terms if reception is not None else _wished(request),
        "check_only": only_checked(request.GET),
        "most_files": MAX_FILES,
        "most_bytes": MAX_BYTES,
        "most_reason": MAX_REASON,
        "samples_dir": settings.FUNDGATE_SAMPLES_DIR,
    }
    by_script = request.headers.get("X-Requested-With") == "XMLHttpRequest"
    return render(
        request, "dashboard/upload/entries.html" if by_script else "dashboard/upload/page.html", context
    )


def _wished(request: HttpRequest) -> Terms:
    """What the address asks the form to say; no reason, which a person gives."""
    return Terms.of({"expected_template": request.GET.get("expected_template", "")})
