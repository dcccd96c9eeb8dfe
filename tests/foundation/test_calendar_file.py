"""The calendar file: its lines, folding, escaping, whole days and moments."""

from datetime import UTC, date, datetime, timedelta, timezone

from marketplace.foundation.values.calendar_file import Entry, calendar_file

WRITTEN = datetime(2026, 11, 28, 12, tzinfo=UTC)


def lines_of(*entries: Entry) -> list[str]:
    return calendar_file(entries, product="Meridian", written_at=WRITTEN).split("\r\n")


def test_a_moment_is_written_in_utc_whatever_its_zone() -> None:
    istanbul = timezone(timedelta(hours=3))
    lines = lines_of(Entry("due.MQ-1@x", "Answer due", datetime(2026, 11, 29, 14, 20, tzinfo=istanbul)))
    assert "DTSTART:20261129T112000Z" in lines


def test_days_end_with_the_day_after_the_last() -> None:
    lines = lines_of(
        Entry("a@x", "One day", date(2026, 12, 31)), Entry("b@x", "Trip", date(2026, 12, 1), date(2026, 12, 3))
    )
    assert lines[7:9] == ["DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270101"]
    assert "DTEND;VALUE=DATE:20261204" in lines


def test_what_would_end_a_line_or_a_value_is_escaped() -> None:
    lines = lines_of(Entry("a@x", "One, two; three\\four\nBEGIN:VEVENT", date(2026, 12, 1)))
    assert "SUMMARY:One\\, two\\; three\\\\four\\nBEGIN:VEVENT" in lines
    assert lines.count("BEGIN:VEVENT") == 1


def test_no_line_is_longer_than_75_octets_and_folding_loses_nothing() -> None:
    summary = "Şişli kliniğinde randevu, çok uzun bir açıklama " * 5
    text = calendar_file([Entry("a@x", summary, date(2026, 12, 1))], product="Meridian", written_at=WRITTEN)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert summary.replace(",", "\\,") in text.replace("\r\n ", "")


def test_the_file_begins_and_ends_as_it_must() -> None:
    lines = lines_of()
    assert (lines[0], lines[1], lines[-2:]) == ("BEGIN:VCALENDAR", "VERSION:2.0", ["END:VCALENDAR", ""])
