"""What is to happen at a moment happens then, unless it was put off or called off."""

from threading import Event

from marketplace.mail import alarms
from marketplace.mail.alarms import Alarm

SOON, LATE = 0.02, 60.0  # seconds


def test_it_goes_off_in_another_thread_and_once() -> None:
    gone_off = Event()
    alarm = Alarm(gone_off.set)
    alarm.set(SOON)
    assert gone_off.wait(5)
    gone_off.clear()
    after = Event()
    Alarm(after.set).set(SOON)
    assert after.wait(5)
    assert not gone_off.is_set()


def test_what_was_put_off_or_called_off_does_not_happen_at_the_first_moment() -> None:
    too_soon, after = Event(), Event()
    put_off, called_off = Alarm(too_soon.set), Alarm(too_soon.set)
    put_off.set(SOON)
    put_off.set(LATE)
    called_off.set(SOON)
    called_off.cancel()
    Alarm(after.set).set(2 * SOON)
    assert after.wait(5)
    assert not too_soon.is_set()
    put_off.cancel()


def test_it_can_be_set_to_an_earlier_moment() -> None:
    gone_off = Event()
    alarm = Alarm(gone_off.set)
    alarm.set(LATE)
    alarm.set(SOON)
    assert gone_off.wait(5)


def test_however_often_it_is_put_off_it_waits_in_one_place() -> None:
    alarm = Alarm(Event().set)
    for _ in range(100):
        alarm.set(LATE)
    assert sum(each is alarm for _moment, _number, each in alarms._queued) == 1
    alarm.cancel()


def test_one_that_fails_stops_no_other() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    after = Event()
    Alarm(fail).set(0)
    Alarm(after.set).set(SOON)
    assert after.wait(5)
