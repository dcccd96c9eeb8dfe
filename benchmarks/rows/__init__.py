"""The rows of the table of goals; importing this registers them."""

from benchmarks.rows import pages, routing

ALL = (pages, routing)
