"""The rows of the table of goals; importing this registers them."""

from benchmarks.rows import capacity, counts, fairness, inbox, mails, pages, posting, routing, running, vitals

ALL = (pages, counts, posting, mails, routing, capacity, inbox, fairness, running, vitals)
