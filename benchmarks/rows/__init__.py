"""The rows of the table of goals; importing this registers them."""

from benchmarks.rows import counts, inbox, mails, pages, posting, routing

ALL = (pages, counts, posting, mails, routing, inbox)
