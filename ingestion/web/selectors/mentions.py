"""Which submissions are about a fund that a person looks for."""

import json

from django.db.models import Q, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.db.models.lookups import IContains


def mentions_fund(text: str, submission: str = "") -> Q:
    """Submissions on whose index card this is a piece of a fund's identifier or name.

    `submission` leads to it from the rows that are asked for, where they are none themselves.
    """
    way = f"{submission}__" if submission else ""
    funds = Cast(KeyTextTransform("portfolios", f"{way}index_card"), TextField())
    as_kept = json.dumps(text)[1:-1]  # SQLite keeps letters beyond ASCII escaped
    return Q(IContains(funds, text)) | Q(IContains(funds, as_kept))
