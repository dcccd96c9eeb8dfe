"""The yardsticks: what a person who writes one page by hand would write."""

from pathlib import Path

STATEMENT_FILE = Path(__file__).with_name("request.sql")
