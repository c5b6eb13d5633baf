"""What later deliveries are compared with: a delivery that was withdrawn no longer is."""

import json
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from ingestion.aws import layout, objects
from ingestion.aws.clients import client
from ingestion.aws.errors import NotFound
from ingestion.lambdas.work import SNAPSHOTS
from ingestion.web.models import Submission
from ingestion.web.pointers import results_bucket
from portal.accounts.actor import Actor

THREADS = 8  # a client keeps ten connections


def forget(actor: Actor, submission: Submission) -> int:
    """Empties the snapshots of every attempt, with the person's own credentials; how many there were.

    Nobody may delete there, and an empty one does not count. A mark comes first, so that a run under way
    empties what it still leaves. It may be done again.
    """
    s3 = client("s3", actor.credentials(), settings.FUNDGATE_REGION)
    results = results_bucket(submission)
    objects.put(s3, results, layout.result_key(submission.id, submission.attempt, layout.WITHDRAWN), b"{}")
    interim = layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, submission.institution.code, "interim")
    keys: set[str] = set()
    for attempt in range(1, submission.attempt + 1):
        try:
            name = layout.stage_key(submission.id, attempt, "quality", SNAPSHOTS)
            keys |= set(json.loads(objects.latest(s3, interim, name)))
        except NotFound:
            continue  # this attempt did not come so far
    own = [key for key in keys if (part := layout.ByFund.of(key)) and part.submission == str(submission.id)]
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda key: objects.put(s3, results, key, b""), own))
    return len(own)
