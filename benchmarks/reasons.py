"""Why a goal is missed, where it is, and what would be tried next: for the table and for docs/performance.md."""

from collections.abc import Mapping, Sequence

from benchmarks.figures import Figure, order, table
from benchmarks.progress import CONSOLE, say

# By row. What a row says here is shown only while one of its figures misses its goal.
REASONS: Mapping[str, str] = {
    "0": "R is the yardstick of rows 1 and 2: their ratios are off by as much.",
    "1": (
        "Cards and filters are kept once they were made; what is left is the version asked for by a statement of its "
        "own, the rows, and with a text the steps through the tiers of the order, each a look into the index. Next: "
        "the version in the list's own statement, and the tiers kept in the process."
    ),
    "2": (
        "A clinic's page has more parts than R's list: its checks, prices, people, a whole course with travel. Next: "
        "keep it by the clinic's version, as the cost page is kept."
    ),
    "3": ("The larger the page, the more the copy into the socket counts. Next: hand out what is compressed already."),
    "4": (
        "A statement for each kind of row that a page shows. Next: one statement a page, with the rows of each "
        "kind as JSON."
    ),
    "5": "Next: EXPLAIN of the dearest combination.",
    "6": (
        "Consents, decisions, the mail rendered and sealed, which is a quarter of the CPU of the write: W stores less "
        "and writes no words. Next: render the mail in the worker, from what was true kept beside it."
    ),
    "7": "The same as for the form, without the page.",
    "8": (
        "Mails are prepared together, but each is locked, sent and noted by a transaction of its own, so that none "
        "is lost or sent twice. Next: the lock of a mail and the note of the one before in one round trip."
    ),
    "9": (
        "The worker is told by a NOTIFY and then fetches, prepares and sends in three transactions. Next: prepare "
        "and fetch in one."
    ),
    "10": (
        "Two hundred clinics go to the function that scores them: to hand them over costs seven times SELECT 1, to "
        "read how full each is as much again. Next: what was taken beside the offer, the score in the statement."
    ),
    "11": (
        "The clinics of a request are locked from its first statement to its commit, so that none is suspended in "
        "between; its mails are rendered meanwhile. Next: render them outside of the lock."
    ),
    "12": "Counts beside the lists stop at a thousand, so they cost less where there are fewer. Next: stop sooner.",
    "13": "Next: EXPLAIN of the dearest filter.",
    "14": "Next: EXPLAIN of the statement that grows.",
    "15": "Connections are shared out by who is quicker. Next: fewer connections a worker.",
    "16": "Next: load what a worker needs before it is forked, so that it is shared.",
    "17": "Next: more rows a statement.",
    "18": "Next: fewer bytes before the first paint.",
    "19": "A place among equals is no longer anywhere in 64 bits. Next: how `shuffle` is spread.",
}


def show(figures: Sequence[Figure]) -> None:
    """Prints the table, how many goals are met, and the reason of each that is not."""
    CONSOLE.print("\n" + table(figures), markup=False, soft_wrap=True)
    met = sum(each.met for each in figures)
    say(f"\n{met} of {len(figures)} figures meet their goal.")
    for row, reason in of_missed(figures).items():
        say(f"Row {row} misses: {reason}")


def of_missed(found: Sequence[Figure]) -> dict[str, str]:
    """Returns the reason of each row that misses a goal, in the order of the rows."""
    rows = sorted({each.row for each in found if not each.met}, key=order)
    return {row: REASONS[row] for row in rows if row in REASONS}
