"""How a request stands with all its clinics, in a few words: the same on its page and in the email."""

from collections import Counter
from collections.abc import Callable, Iterable

from flask_babel import ngettext

from marketplace.leads.models import Lead
from marketplace.leads.states import AWAITING, LeadState

# In the order in which they are said. A clinic that asked and let its time go by has sent no quote.
_WORDS: tuple[tuple[tuple[LeadState, ...], Callable[[int], str]], ...] = (
    (
        (LeadState.QUOTED,),
        lambda n: ngettext("%(num)s quote to choose from", "%(num)s quotes to choose from", n),
    ),
    (
        (LeadState.ASKED,),
        lambda n: ngettext("%(num)s clinic waits for your answer", "%(num)s clinics wait for your answer", n),
    ),
    (
        AWAITING,
        lambda n: ngettext("%(num)s clinic still has time to answer", "%(num)s clinics still have time to answer", n),
    ),
    (
        (LeadState.LAPSED,),
        lambda n: ngettext("%(num)s clinic sent no quote in time", "%(num)s clinics sent no quote in time", n),
    ),
    (
        (LeadState.DECLINED,),
        lambda n: ngettext(
            "%(num)s clinic cannot take your request on", "%(num)s clinics cannot take your request on", n
        ),
    ),
    (
        (LeadState.FROZEN,),
        lambda n: ngettext("%(num)s clinic cannot go on for now", "%(num)s clinics cannot go on for now", n),
    ),
)


def tally(leads: Iterable[Lead]) -> list[str]:
    """One text for each kind of standing that some clinic has; nothing for those whose part is over."""
    by_state = Counter(lead.state for lead in leads)
    counts = ((sum(by_state[state] for state in states), words) for states, words in _WORDS)
    return [words(n) for n, words in counts if n]
