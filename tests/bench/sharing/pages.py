"""The owner's pages once a delivery went to many: seconds as a browser waits, questions to the database."""

from uuid import UUID

from infra.local import demo
from tests.bench.pages.figures import FIRST_PAINT, answered, told
from tests.bench.sharing.population import OWNER, code, inside
from tests.bench.sharing.rows import asked
from tests.fixtures.plain_browser import PlainBrowser
from tests.fixtures.system import System


def opened(system: System, delivery: str) -> bool:
    """Opens each of them several times; whether half of the times took at most a second."""
    person = PlainBrowser(system.url, demo.PASSWORD)
    person.sign_in(system.email(OWNER, "admin"))
    addresses = _addresses(system, delivery)
    cookies = person.session.cookies.get_dict()
    questions = inside(system, "portal", "questions", cookies=cookies, addresses=addresses)
    figures = [
        told(answered(person, f"{name}, {questions[name]} queries", address, FIRST_PAINT))
        for name, address in addresses.items()
    ]
    return all(figure.reached for figure in figures)


def _addresses(system: System, delivery: str) -> dict[str, str]:
    ((grant,),) = asked(system, "SELECT id FROM sharing_grant LIMIT 1")
    return {
        "home": "/",
        "grants": "/exchange/grants/",
        "grants, last page": "/exchange/grants/?page=9999",
        "a grant": f"/exchange/grants/{UUID(grant)}/",
        "a new grant": "/exchange/grants/new/",
        "who has access": "/exchange/access/",
        "who has access, by grant": "/exchange/access/?view=grants",
        "who has access, one": f"/exchange/access/?institution={code(0)}",
        "who has access, csv": "/exchange/access.csv",
        "access log": "/exchange/access/log/",
        "audit trail": "/audit/",
        "the delivery": f"/submissions/{delivery}/",
    }
