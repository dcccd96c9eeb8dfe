"""The rows of the table of goals; importing this registers them."""

from benchmarks.rows import counts, inbox, pages, routing

ALL = (pages, counts, routing, inbox)
