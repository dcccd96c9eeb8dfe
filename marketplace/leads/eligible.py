"""The statements that find a request's eligible clinics among the offers of a market, however many there are.

Each offer has its part of the score that stays (`answer_weight`) and its place among equals (`shuffle`) stored. The
best are read from an index weight by weight; within a weight from a place drawn from the request's id to the end, then
from the beginning: so each of many equal clinics gets its turn. Whom they leave out is whom `routing.refusal` refuses.
"""

import hashlib
from datetime import timedelta
from functools import cache

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    TableValuedAlias,
    and_,
    any_,
    bindparam,
    case,
    column,
    func,
    not_,
    select,
    true,
)

from marketplace.clinics.summaries import ClinicCard
from marketplace.foundation import clock
from marketplace.leads.eligibility import (
    OFFER,
    Statement,
    countries,
    fill_of,
    first_of,
    fixed,
    languages,
    most_eur,
    none_of,
    procedure,
    rules_of_clinic,
    rules_of_load,
    rules_of_offer,
    treatment,
    unseen,
    with_load,
)
from marketplace.leads.routing import FULL, RequestFacts

CONSIDERED = 200  # the best by the stored part of the score: the whole of it is reckoned for each of them
READ_AT_MOST = 500  # offers of a weight and country, from the request's place on, and again from the beginning
EXPLAINED = 500  # clinics of the wanted countries that are read to say why others were not considered
WEIGHTS = 20  # `answer_weight` is a number of twentieths
LOWEST, HIGHEST = -(2**63), 2**63 - 1  # places among equals

_CARD = ClinicCard.__table__
_start = bindparam("start", type_=BigInteger)


def values(facts: RequestFacts, *, most_eur: int | None, below: float = FULL) -> dict[str, object]:
    """Returns what the statements ask for, but for what is wanted; `most_eur` is the budget of a session in euro cents.

    Clinics that are `below` or fuller are left out.
    """
    today = clock.today()
    return {
        "today": today,
        "week": today - timedelta(days=today.weekday()),
        "countries": sorted(facts.destinations),
        "languages": sorted(facts.languages),
        "home": facts.home_country,
        "most_eur": HIGHEST if most_eur is None else most_eur,
        "asked": sorted(facts.already_asked),
        "start": max(place_of(facts), LOWEST + 1),
        "below": below,
    }


def place_of(facts: RequestFacts) -> int:
    """Returns the place among equals at which this request begins."""
    return int.from_bytes(hashlib.sha256(facts.request_id.bytes).digest()[:8], "big", signed=True)


@cache
def best(*, unsure: bool, anywhere: bool, most: int = CONSIDERED) -> Statement:
    """Selects the best eligible offers by weight, one a clinic, with how full each clinic is, at most `most`.

    It reads no more than that in each wanted country, and what is not eligible on the way there, up to READ_AT_MOST
    offers of a weight: where few are eligible it may miss some, which `all_fitting` finds.
    """
    steps = func.generate_series(fixed(0), fixed(2 * WEIGHTS + 1)).table_valued(column("number", Integer))
    series = steps.render_derived(name="series")
    # Two steps a weight: from the request's place to the end, then from the beginning to its place.
    step = select(series.c.number).order_by(series.c.number).subquery("step")
    country, limit, is_second = _named_countries(), fixed(most), step.c.number % 2 == 1
    offer = (
        select(OFFER)
        .where(
            _wanted(unsure=unsure, hidden=True),
            *(() if anywhere else (OFFER.c.country == country.c.code,)),
            OFFER.c.answer_weight == WEIGHTS - step.c.number // 2,
            OFFER.c.shuffle >= case((is_second, LOWEST), else_=_start),
            OFFER.c.shuffle <= case((is_second, _start - 1), else_=HIGHEST),
        )
        .order_by(OFFER.c.shuffle)
        .limit(fixed(READ_AT_MOST))
        .correlate(step, country)
        .subquery("offer")
    )
    allowed = (none_of(rules_of_clinic(offer.c) | rules_of_offer(offer.c)), none_of(rules_of_load(offer.c)))
    read = select(offer.c.clinic_id, offer.c.leads_sent, offer.c.leads_answered, fill_of(offer.c), offer.c.shuffle)
    found = read.select_from(with_load(offer)).where(*allowed).order_by(offer.c.shuffle).limit(limit).lateral("found")
    places = step if anywhere else step.join(country, true())
    chosen = select(*found.c[:-1]).select_from(places.join(found, true()))
    return chosen.order_by(step.c.number, found.c.shuffle).limit(limit)


@cache
def all_fitting(*, unsure: bool, anywhere: bool, most: int = CONSIDERED) -> Statement:
    """Selects the same where hardly any offer is eligible: by whatever is rarest, the language, the price or the place.

    With `most` 1 it is any of them.
    """
    speaking = select(_CARD.c.clinic_id).where(_CARD.c.languages.overlap(languages))
    rules = rules_of_clinic(OFFER.c) | rules_of_offer(OFFER.c) | rules_of_load(OFFER.c)
    read = select(OFFER.c.clinic_id, OFFER.c.leads_sent, OFFER.c.leads_answered, fill_of(OFFER.c).label("fill"))
    read = read.select_from(with_load(OFFER)).where(
        _wanted(unsure=unsure, hidden=False),
        *(() if anywhere else (OFFER.c.country == any_(countries),)),
        OFFER.c.clinic_id.in_(speaking),
        OFFER.c.price_rank <= most_eur,
        *(not_(rule) for rule in rules.values()),
    )
    order = (OFFER.c.answer_weight.desc(), OFFER.c.shuffle < _start, OFFER.c.shuffle)
    return (read.order_by(*order) if most > 1 else read).limit(fixed(most))


@cache
def explained(*, unsure: bool, anywhere: bool) -> Statement:
    """Selects published clinics of the wanted countries with the reason why each is not eligible, NULL where it is.

    They are the first of the list of clinics, at most EXPLAINED.
    """
    limit, country, card = fixed(EXPLAINED), _named_countries(), _CARD.c
    cards = select(card.clinic_id, card.required_until, card.checks_rank, card.shuffle)
    cards = cards.order_by(card.checks_rank, card.shuffle).limit(limit)
    if not anywhere:
        of_country = cards.where(card.country == country.c.code).lateral("of_country")
        cards = select(*of_country.c).select_from(country.join(of_country, true()))
        cards = cards.order_by(of_country.c.checks_rank, of_country.c.shuffle).limit(limit)
    clinic = cards.subquery("clinic")
    reason = first_of(rules_of_offer(OFFER.c) | rules_of_load(OFFER.c)).label("reason")
    offered = select(OFFER.c.clinic_id, reason).select_from(with_load(OFFER))
    offered = offered.where(_wanted(unsure=unsure, hidden=True), OFFER.c.clinic_id == clinic.c.clinic_id)
    # One at a time: none of the great tables is read whole for the sake of these few clinics.
    offer = offered.limit(fixed(1)).lateral("offer")
    rules = rules_of_clinic(clinic.c) | {"procedure_not_offered": offer.c.clinic_id.is_(None)}
    read = select(clinic.c.clinic_id, func.coalesce(first_of(rules), offer.c.reason))
    return read.select_from(clinic.outerjoin(offer, true()))


def _named_countries() -> TableValuedAlias:
    return func.unnest(unseen(countries)).table_valued("code").render_derived(name="country")


def _wanted(*, unsure: bool, hidden: bool) -> ColumnElement[bool]:
    """The offer of the procedure; where the person is unsure, the clinic's lowest of the treatment."""
    if unsure:
        return and_(OFFER.c.treatment_id == (unseen(treatment) if hidden else treatment), OFFER.c.is_lowest)
    return OFFER.c.procedure_id == (unseen(procedure) if hidden else procedure)
