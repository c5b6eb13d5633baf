"""Shares of an EET that do not fit each other, by the rule that must say so."""

from tests.tools.eet_impacts import flags
from tests.tools.eet_rows import OBJECTIVES, PLANNED, REPORTED
from tests.tools.positions import Row

Mistakes = dict[str, tuple[str, Row]]
A8, A9, GAS, NOTE = "Article 8", "Article 9", "Article 8 with gas", "note like Article 8"
BLANK = dict.fromkeys([*PLANNED[1:], *REPORTED[1:]], "")
TOTALS = ["20660", "20670", "20680", "20690", "20700", "20710"]


def share_mistakes() -> Mistakes:
    """All of them: a kind of row, and the cells that break it."""
    return _allocation() | _minima() | _taxonomy() | _energy() | _notes() | _sustainable() | _articles()


def _allocation() -> Mistakes:
    parts = ["20420 20400", "20430 20400", "20440 20420", "20470 20420", "20450 20440", "20460 20440"]
    parts += ["20510 20490", "20520 20490", "20530 20510", "20560 20510", "20540 20530", "20550 20530"]
    sums = ["20400 20420 20430", "20420 20440 20470", "20440 20450 20460"]
    sums += ["20490 20510 20520", "20510 20530 20560", "20530 20540 20550"]
    made: Mistakes = {
        "EET-WHOLE-20490": (A8, BLANK | {"20490": "0.9", "20500": "0.3"}),
        "EET-WHOLE-20510": (A9, {"20500": "0.2"}),
    }
    for part, whole in map(str.split, parts):
        made[f"EET-PART-{part}-OF-{whole}"] = (A8, BLANK | {whole: "0.5", part: "0.6"})
    for whole, one, two in map(str.split, sums):
        made[f"EET-PARTS-{whole}-{one}"] = (A8, BLANK | {whole: "0.6", one: "0.5", two: "0.4"})
    return made


def _minima() -> Mistakes:
    made: Mistakes = {
        "EET-MINIMUM-20180-20510": (A8, BLANK | {"20510": "0.3"}),
        "EET-MINIMUM-20220-20530": (A9, BLANK | {"20530": "0.5"}),
        "EET-MINIMUM-20250-20560": (A9, BLANK | {"20560": "0.1"}),
        "EET-MINIMUM-20640-20780": (A8, {"20780": "0.005"}),
        "EET-MINIMUM-20650-20790": (A8, {"20790": "0.005"}),
    }
    pairs = ["20400 20490", "20420 20510", "20440 20530", "20450 20540", "20460 20550", "20470 20560"]
    for minimum, last in map(str.split, pairs):
        made[f"EET-MINIMUM-{minimum}-{last}"] = (A8, BLANK | {minimum: "0.5", last: "0.4"})
    gas = {"90010": "0.02", "90060": "0.01", "90020": "0.02", "90070": "0.02"}
    nuclear = {"90040": "0.03", "90060": "0.01", "90050": "0.03", "90070": "0.02"}
    for method, total, place in zip("RCO", TOTALS[:3], (90080, 90140, 90200), strict=True):
        without = TOTALS[TOTALS.index(total) + 3]
        by = {"20630": method}
        made[f"EET-MINIMUM-20600-{total}"] = (A8, by | {total: "0.04"})
        made[f"EET-MINIMUM-20610-{without}"] = (A8, by | {total: "0.05", without: "0.05"})
        made[f"EET-MINIMUM-90010-{place}"] = (GAS, by | gas)
        made[f"EET-MINIMUM-90040-{place + 20}"] = (GAS, by | nuclear)
    return made


def _taxonomy() -> Mistakes:
    made: Mistakes = {
        "EET-ACTIVITIES-20640": (A8, {"20640": "0.2", "20780": ""}),
        "EET-ACTIVITIES-20650": (A8, {"20640": "", "20650": "0.2", "20790": ""}),
        "EET-ACTIVITIES-20780": (A8, {"20780": "0.2"}),
        "EET-ACTIVITIES-20790": (A8, {"20780": "", "20790": "0.2"}),
        "EET-OBJECTIVES-20721": (A8, {"20721": "0.2"}),
        "EET-OBJECTIVES-20731": (A8, {"20721": "", "20731": "0.2"}),
        "EET-SOVEREIGN-20610": (A8, {"20610": "0.03"}),
        "EET-SOVEREIGN-20690": (A8, {"20690": "0.065"}),
        "EET-SOVEREIGN-20700": (A8, {"20700": "0.05"}),
        "EET-SOVEREIGN-20710": (A8, {"20710": "0.05"}),
    }
    shares = [*OBJECTIVES, "20780", "20790"]
    nothing = dict.fromkeys(TOTALS, "") | dict.fromkeys([*shares, "20640", "20650"], "0")
    return made | {f"EET-OBJECTIVE-TOTAL-{share}": (A8, nothing | {share: "0.01"}) for share in shares}


def _energy() -> Mistakes:
    made: Mistakes = {
        "EET-PARTS-ENERGY-20600": (GAS, {"20600": "0.045"}),
        "EET-PARTS-ENERGY-20610": (GAS, {"20610": "0.055"}),
        "EET-SOVEREIGN-90020": (GAS, {"90020": "0.005"}),
        "EET-SOVEREIGN-90050": (GAS, {"90050": "0.01"}),
        "EET-SOVEREIGN-90070": (GAS, {"90070": "0.01"}),
    }
    made |= {f"EET-ENERGY-{total}": (GAS, {total: "0.075"}) for total in TOTALS[:3]}
    made |= {f"EET-ENERGY-{total}": (GAS, {total: "0.085"}) for total in TOTALS[3:]}
    for part in (90010, 90040, 90060):
        made[f"EET-PART-{part}-OF-20600"] = (GAS, {f"{part}": "0.2"})
        made[f"EET-PART-{part + 10}-OF-20610"] = (GAS, {f"{part + 10}": "0.2"})
    for field in ("90010", "90020", "90040", "90050"):
        made[f"EET-NO-ENERGY-{field}"] = (A8, {field: "0.01"})
    for total, without, first in zip(TOTALS[:3], TOTALS[3:], (90080, 90140, 90200), strict=True):
        for part in (first, first + 20, first + 40):
            made[f"EET-PART-{part}-OF-{total}"] = (A8, {f"{part}": "0.2"})
            made[f"EET-PART-{part + 10}-OF-{without}"] = (A8, {f"{part + 10}": "0.2"})
            made[f"EET-SOVEREIGN-{part + 10}"] = (A8, {f"{part}": "0.02", f"{part + 10}": "0.01"})
    return made


def _notes() -> Mistakes:
    all_investments = BLANK | {"80040": "", "80050": "", "20420": "0.6", "80020": "0.5", "80030": "0.4"}
    aligned = BLANK | {"80020": "", "80030": "", "20450": "0.6", "80040": "0.5", "80050": "0.4"}
    return {
        "EET-PARTS-20420-80020": (NOTE, all_investments),
        "EET-PARTS-20450-80040": (NOTE, aligned),
        "EET-PART-80020-OF-20420": (NOTE, {"80020": "0.5"}),
        "EET-PART-80030-OF-20420": (NOTE, {"80030": "0.5"}),
        "EET-PART-80040-OF-20450": (NOTE, {"80040": "0.2"}),
        "EET-PART-80050-OF-20450": (NOTE, {"80050": "0.07"}),
        "EET-PART-80040-OF-80020": (NOTE, {"80020": "0.02"}),
        "EET-PART-80050-OF-80030": (NOTE, {"80030": "0.005"}),
        "EET-NO-POOL-80030": (NOTE, {"80010": "N", "80050": "0"}),
        "EET-NO-POOL-80050": (NOTE, {"80010": "N", "80030": ""}),
    }


def _sustainable() -> Mistakes:
    unplanned = "Article 9 without planned shares"
    german, no_kind = "Article 8 in Germany", {"20190": "N", "20200": "N", "20210": "N"}
    return {
        "EET-SUSTAINABLE-20220": (unplanned, {"20220": "0.9", "20530": ""}),
        "EET-SUSTAINABLE-NOTHING-20220": (unplanned, {"20220": "0", "20250": "0"}),
        "EET-SUSTAINABLE-20180": (A8, {"20180": "0.45"}),
        "EET-SUSTAINABLE-PLANNED-20220": (A9, {"20220": "0.65"}),
        "EET-SUSTAINABLE-20250": (A9, {"20250": "0.25"}),
        "EET-KIND-OF-20180": (A8, BLANK | no_kind),
        "EET-KIND-OF-20220": (A9, BLANK | {"20230": "N", "20240": "N"}),
        "EET-ANSWER-20190": (A8, {"20190": "N"}),
        "EET-ANSWER-20200": (A8, {"20200": "N"}),
        "EET-ANSWER-20210": (A8, {"20210": "N"}),
        "EET-ANSWER-20230": (A9, {"20230": "N"}),
        "EET-ANSWER-20240": (A9, {"20240": "N"}),
        "EET-GERMANY-IMPACTS-60440": (german, flags("N") | {"20100": "N"}),
        "EET-GERMANY-TAXONOMY-60440": (german, {"20600": "0", "20450": "0"}),
        "EET-GERMANY-SUSTAINABLE-60440": (german, BLANK | {"20180": "0"}),
    }


def _articles() -> Mistakes:
    """Fields of an article that the product does not follow."""
    promises = {"20170": "Y", "20180": "0.1", "20190": "Y", "20200": "Y", "20210": "Y"}
    nothing = "Article 8 without sustainable investments"
    made: Mistakes = {f"EET-OTHER-ARTICLE-{key}": ("fund", {key: text}) for key, text in promises.items()}
    objectives = {"20220": "0.1", "20230": "Y", "20240": "Y", "20250": "0.1"}
    made |= {f"EET-OTHER-ARTICLE-{key}": (A8, {key: text}) for key, text in objectives.items()}
    promises = (promises | {"20420": "0.1"}).items()
    made |= {f"EET-NO-SUSTAINABLE-{key}": (nothing, {key: text}) for key, text in promises if key != "20170"}
    out = {"20070": "0", "20080": "0", "20170": "N", "20180": "0", "20190": "Y", "20200": "Y", "20210": "Y"}
    out |= {"20220": "0", "20230": "Y", "20240": "Y", "20250": "0"}
    return made | {f"EET-OUT-OF-SCOPE-{key}": ("note", {key: text}) for key, text in out.items()}
