"""For rules of the EET whose kind does not say how to break them: a row, and the cells that break it."""

from collections.abc import Iterable, Iterator

from ingestion.pipeline.pack import Pack
from ingestion.pipeline.rules.rule import rules_of
from tests.ingestion.pipeline.eet_share_mistakes import share_mistakes
from tests.ingestion.pipeline.mutations import Mutation
from tests.tools.eet_impacts import IMPACTS, PRINCIPAL, flags
from tests.tools.eet_rows import SWITCHES
from tests.tools.positions import Row

LATER, MIDDLE, LONG_AGO = "2999-01-01", "2026-03-01", "2020-01-01"
LINK = "https://example.com/EN.pdf"
CONSIDERED = [considered for _, considered, _, _ in IMPACTS]

HAND: dict[str, tuple[str, Row]] = {
    "EET-CODE-TYPE-20000": ("fund", {"20010": "99"}),
    "EET-UNIQUE-20020": ("fund", {}),
    "EET-SWITCHES-00060": ("fund", dict.fromkeys(SWITCHES, "N")),
    "EET-SWITCH-OFF-00060": ("Article 9", {"00060": "N"}),
    "EET-SWITCH-OFF-00070": ("Article 8 with gas", {"00070": "N"}),
    "EET-SWITCH-OFF-00080": ("beside MiFID", {}),
    "EET-COMMITMENT-11030": ("entity that has not signed", {"11000": "Y"}),
    "EET-COMMITMENT-11011": ("entity that has not signed", {"11011": "0.5"}),
    "EET-SAME-10000": ("fund", {"10000": "Another Manager S.A."}),
    "EET-SAME-11000": ("entity", {"11000": "N"}),
    "EET-SAME-11020": ("entity", {"11020": "N"}),
    "EET-SAME-11030": ("entity", {"11030": "Y"}),
    "EET-SAME-13000": ("fund", {"13000": LINK}),
    "EET-SAME-00020": ("fund", {"00020": "Another Producer GmbH"}),
    "EET-SAME-00050": ("fund", {"00050": "2026-01-04 06:30:00"}),
    "EET-FUTURE-00050": ("fund", {"00050": f"{LATER} 00:00:00"}),
    "EET-FORMAT-20110": ("Article 8", {"20110": "EN;fra"}),
    "EET-FORMAT-100000": ("entity", {"100000": "UK"}),
    "EET-FORMAT-20120": ("Article 8", {"20120": "no link;no link"}),
    "EET-FORMAT-20130": ("Article 8", {"20130": "30.06.2025;30.06.2025"}),
    "EET-FORMAT-20140": ("Article 8", {"20140": "no link;no link"}),
    "EET-FORMAT-20160": ("Article 8", {"20160": "no link;no link"}),
    "EET-FORMAT-100010": ("entity", {"100010": "DE;FR;MM;USA"}),
    "EET-LIST-60440": ("Article 8 in Germany", {"60440": "X"}),
    "EET-ONCE-20110": ("Article 8", {"20110": "EN;EN"}),
    "EET-ONCE-60440": ("Article 8 in Germany", {"60440": "S;S"}),
    "EET-ONCE-100000": ("entity", {"100000": "MM;MM", "31210": "2"}),
    "EET-ONCE-100010": ("entity", {"100010": "DE;FR;MM;US;US"}),
    "EET-NONE-60440": ("Article 8 in Germany", {"60440": "S;O"}),
    "EET-NONE-N-60440": ("Article 8 in Germany", {"60440": "S;N"}),
    "EET-ARTICLE-20050": ("Article 8", {"20050": "6"}),
    "EET-BENCHMARK-20380": ("Article 8", {"20370": "N"}),
    "EET-LANGUAGES-20120": ("Article 8", {"20120": LINK}),
    "EET-LANGUAGES-20130": ("Article 8", {"20130": "2025-06-30"}),
    "EET-LANGUAGES-20140": ("Article 8", {"20140": LINK}),
    "EET-LANGUAGES-20160": ("Article 8", {"20160": LINK}),
    "EET-PREFERENCES-20590": ("fund", {"20590": "Y"}),
    "EET-ISSUERS-20330": ("entity", {"20330": "0.99"}),
    "EET-ISSUERS-20340": ("entity", {"20340": "130"}),
    "EET-ISSUERS-20350": ("entity", {"20350": "0.99"}),
    "EET-ISSUERS-20360": ("entity", {"20360": "130"}),
    "EET-ISSUERS-NONE-20310": ("entity", dict.fromkeys(["20320", "20330", "20340", "20350", "20360"], "0")),
    "EET-ISSUERS-NONE-20330": ("entity", {"20340": "0"}),
    "EET-ISSUERS-NONE-20350": ("entity", {"20360": "0"}),
    "EET-THEMES-20260": (
        "Article 8 with themes",
        {"20270": "J", "20280": "H", "20290": "F", "20300": ""},
    ),
    "EET-PAI-SOME-20100": ("entity", flags("N")),
    "EET-PAI-DATE-30010": ("beside MiFID", {"30010": ""}),
    "EET-PAI-TOTAL-30140": ("entity", {"30140": "1600"}),
    "EET-PAI-TOTAL-30180": ("entity", {"30180": "7000"}),
    "EET-PAI-TOTAL-32200": ("entity", {"32200": "40"}),
    "EET-PAI-TOTAL-32240": ("entity", {"32240": "120"}),
    "EET-PAI-MORE-30180": ("entity", {"30100": "", "30120": "0", "30180": "1400"}),
    "EET-PAI-MORE-30260": ("entity", {"30260": "40"}),
    "EET-PAI-MORE-30340": ("entity", {"30340": "80"}),
    "EET-PAI-MORE-32240": ("entity", {"32160": "", "32180": "0", "32240": "20"}),
    "EET-PAI-MIX-31520": ("entity", {"31520": "0.9"}),
    "EET-COUNTRIES-100000": ("entity without countries", {"100000": "MM"}),
    "EET-COUNTRIES-31250": ("entity", {"31250": "0"}),
    "EET-COUNTRIES-31210": ("entity", {"31210": "0", "100000": ""}),
    "EET-COUNTRIES-COUNT-100000": ("entity", {"100000": "MM;US"}),
    "EET-COUNTRIES-AMONG-100000": ("entity", {"100000": "IQ"}),
    "EET-NUCLEAR-WEAPONS-53000": ("Article 8 with screening", {"53000": "N"}),
}
HAND |= {
    f"EET-NAME-CURRENCY-{currency}": ("fund", {"20020": f"Aldern Water ({currency})", "20030": "NOK"})
    for currency in ["EUR", "USD", "GBP", "CHF", "JPY", "SEK"]
}
DATES = {"10040": "fund", "20130": "fund", "20150": "fund", "20480": "fund", "30010": "entity"}
HAND |= {f"EET-FUTURE-{field}": (kind, {field: LATER}) for field, kind in DATES.items()}
HAND |= {f"EET-ORDER-{field}": (kind, {field: MIDDLE}) for field, kind in DATES.items()}
HAND |= {f"EET-OLD-{field}": (DATES[field], {field: LONG_AGO}) for field in ["10040", "20480", "30010"]}
LETTERS = {"20060": "A", "20270": "A;F", "20280": "B", "20290": "A", "20300": "G;M", "20410": "R;C"}
LETTERS |= {"60410": "A;C", "60420": "B", "60430": "A", "11040": "A", "12000": "B"}
NONE = {"20270": "J", "20280": "H", "20290": "F", "60410": "F", "60420": "D", "60430": "C"}


def _themed(field: str) -> str:
    return "entity" if field < "20000" else "Article 8 with themes"


HAND |= {f"EET-ONCE-{field}": (_themed(field), {field: f"{text};{text}"}) for field, text in LETTERS.items()}
HAND |= {f"EET-LIST-{field}": (_themed(field), {field: "Z"}) for field in LETTERS}
HAND |= {f"EET-LETTERS-{field}": (_themed(field), {field: "LuxFLAG ESG"}) for field in LETTERS}
HAND |= {f"EET-NONE-{field}": ("Article 8 with themes", {field: f"A;{none}"}) for field, none in NONE.items()}
HAND |= {f"EET-THEMES-{field}": ("fund", {"20260": "N", field: "A"}) for field in ["20270", "20280", "20290"]}

COMPANIONS: dict[str, set[str]] = {
    "EET-FORMAT-100000": {"EET-COUNTRIES-AMONG-100000"},
    "EET-FORMAT-20320": {"EET-ISSUERS-20340", "EET-ISSUERS-20360"},
    "EET-FUTURE-00050": {"EET-OLD-10040", "EET-SAME-00050"},
    "EET-SAME-11030": {"EET-COMMITMENT-11030"},
    "EET-PAI-DATE-30010": {"EET-SWITCH-OFF-00080"},
    "EET-PART-90010-OF-20600": {"EET-SOVEREIGN-90020", "EET-MINIMUM-90010-90080"},
    "EET-PART-90040-OF-20600": {"EET-SOVEREIGN-90050", "EET-MINIMUM-90040-90100"},
    "EET-PART-90060-OF-20600": {"EET-SOVEREIGN-90070"},
}
"""What a mistake brings about besides the finding it is about."""
BESIDE = {"00080": "N", "00090": "Y", "20040": "6", "20590": "Y"}
"""Makes of an entity's row one that reports impacts nobody asks for."""
for _value, _, _coverage, _eligible in IMPACTS[:PRINCIPAL]:
    for _name in (f"VALUE-{_value}", f"COVERED-{_coverage}", f"ELIGIBLE-{_eligible}"):
        COMPANIONS[f"EET-PAI-{_name}"] = {"EET-SWITCH-OFF-00080"}


def by_hand(pack: Pack, kinds: dict[str, Row]) -> dict[str, Mutation]:
    """The mistakes of all rules that the version has."""
    rows = kinds | {"beside MiFID": kinds["entity"] | BESIDE}
    known = {rule.id for rule in rules_of(pack)}
    made = HAND | share_mistakes() | dict(_impacts()) | dict(_exclusions(pack))
    return {
        rule: Mutation([{key: text for key, text in (rows[kind] | cells).items() if key in pack.fields}])
        for rule, (kind, cells) in made.items()
        if rule in known
    }


def _impacts() -> Iterator[tuple[str, tuple[str, Row]]]:
    for place, (value, considered, coverage, eligible) in enumerate(IMPACTS):
        yield f"EET-PAI-COVERAGE-{coverage}", ("entity", {coverage: "0.95"})
        yield f"EET-PAI-NOTHING-{value}", ("entity", {coverage: "0"})
        yield f"EET-PAI-CONSIDERED-{considered}", ("entity, not considering", {considered: "Y"})
        if place < PRINCIPAL:
            yield f"EET-PAI-VALUE-{value}", ("beside MiFID", {value: ""})
            yield f"EET-PAI-COVERED-{coverage}", ("beside MiFID", {coverage: ""})
            yield f"EET-PAI-ELIGIBLE-{eligible}", ("beside MiFID", {eligible: ""})


def _exclusions(pack: Pack) -> Iterator[tuple[str, tuple[str, Row]]]:
    sections: dict[str, list[str]] = {}
    for key, field in pack.fields.items():
        if field.section.startswith("Exclusion"):
            sections.setdefault(field.section, []).append(key)
    screened = "Article 8 with screening"
    answers = [key for key in _all(sections.values()) if _answer(pack, key)]
    for section, (excluded, *terms) in sections.items():
        if not section.startswith("Exclusion: "):
            continue
        kind, threshold = terms[:2]
        off = {excluded: "N", **dict.fromkeys(terms, "")}
        yield f"EET-NOT-EXCLUDED-{threshold}", (screened, off | {threshold: "0.05", kind: "R"})
        on = {"40000": "N", excluded: "Y", threshold: "0", **dict.fromkeys(terms[2:3], "U")}
        yield f"EET-SCREENING-{excluded}", ("fund", on)
        for cap in terms[3:5]:
            yield f"EET-CAP-{cap}", (screened, off | {cap: "0.05"})
        if len(terms) > 3:
            yield f"EET-THRESHOLD-{threshold}", (screened, dict.fromkeys([threshold, *terms[3:5]], ""))
    for key in [*sections["Exclusion by norms"], *sections["Exclusion of sovereigns"]]:
        yield f"EET-SCREENING-{key}", ("fund", {"40000": "N", key: "A" if key == "53020" else "Y"})
    nothing = dict.fromkeys(answers, "N") | {"40000": "Y", "40010": LINK}
    yield "EET-EXCLUSIONS-40000", ("fund", nothing)


def _all(lists: Iterable[list[str]]) -> list[str]:
    return [key for keys in lists for key in keys]


def _answer(pack: Pack, key: str) -> bool:
    """Whether the field says that something is excluded."""
    field = pack.fields[key]
    return field.type == "enum" and "N" in field.codes and "Infrastructure" not in field.name
