"""Which rules a saved rulebook softened, in words: what its colleagues were told of."""

import json
from typing import Any

from ingestion.pipeline.errors import RuleError
from ingestion.pipeline.rulebook import FORMAT, read_rulebook
from ingestion.pipeline.softening import softened
from ingestion.web import selectors
from ingestion.web.models import RulebookVersion
from portal.accounts.actor import Actor
from portal.dashboard import rule_list


def softened_by(actor: Actor, saved: RulebookVersion, document: dict[str, Any]) -> list[tuple[str, str]]:
    """(id, title) of rules that ask for less than in the version before; of the first, than the standard.

    Nothing where one of the two names rules that are gone: they cannot be compared any more.
    """
    before = selectors.rulebook_history(actor).filter(number=saved.number - 1).first()
    earlier: dict[str, Any] = selectors.rulebook_document(actor, before) if before else {"format": FORMAT}
    try:
        names = softened(*(read_rulebook(json.dumps(one).encode()) for one in (earlier, document)))
    except RuleError:
        return []
    titles = {one["id"]: one["title"] for one in earlier.get("own", [])}
    templates = {name.partition("-")[0] for name in names}
    for template in templates & set(rule_list.templates()):
        titles |= {one.rule.id: one.rule.title for one in rule_list.listed(template, {})}
    return [(name, titles.get(name, name)) for name in names]
