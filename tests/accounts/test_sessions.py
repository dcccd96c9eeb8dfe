"""A sign-in ends by itself."""

from datetime import timedelta

from marketplace.foundation import clock


def test_an_operator_is_signed_out_after_half_an_hour_idle(client, make_operator, sign_in):
    sign_in(make_operator())
    with clock.set_to(clock.now() + timedelta(minutes=31)):
        assert client.get("/operator").status_code == 302


def test_an_operator_at_work_stays_for_twelve_hours_at_most(client, make_operator, sign_in):
    sign_in(make_operator())
    start = clock.now()
    for hours in range(1, 24):
        with clock.set_to(start + timedelta(minutes=25 * hours)):
            assert client.get("/operator").status_code == 200
    for minutes in (600, 625, 650, 675, 700, 719):
        with clock.set_to(start + timedelta(minutes=minutes)):
            client.get("/operator")
    with clock.set_to(start + timedelta(minutes=722)):
        assert client.get("/operator").status_code == 302


def test_an_operator_is_not_remembered_on_a_device(client, make_operator):
    from tests.factories import PASSWORD

    client.post("/account/login", data={"email": make_operator().email, "password": PASSWORD, "remember": "y"})
    assert client.get_cookie("remember_token") is None


def test_a_member_is(client, make_clinic, make_member):
    from tests.factories import PASSWORD

    member = make_member(make_clinic())
    client.post("/account/login", data={"email": member.email, "password": PASSWORD, "remember": "y"})
    assert client.get_cookie("remember_token") is not None
