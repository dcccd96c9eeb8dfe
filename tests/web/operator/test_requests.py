"""Following a request without learning whose it is."""


def test_where_it_went_and_why(desk, make_clinic, make_request):
    ada = make_clinic("Clinic Ada")
    make_clinic("Clinic Bor", languages=["tr"])
    request = make_request(ada)
    text = desk.get(f"/operator/requests/{request.ref}").page.text
    assert "Clinic Ada" in text
    assert "Proposed" in text
    assert "Clinic Bor" in text
    assert "Speaks none of the languages given" in text
    assert "Address confirmed, request open" in text


def test_no_name_no_contact_no_health(desk, make_request):
    request = make_request(name="Zebulon", email="zebulon@patient.example", conditions=["pregnancy"], details="asthma")
    for path in (f"/operator/requests/{request.ref}", "/operator/requests", "/operator/emails"):
        html = desk.get(path).text.lower()
        assert not [word for word in ("zebulon", "pregnan", "asthma") if word in html], path


def test_the_list_keeps_its_filters(desk, make_clinic, make_request, make_draft):
    from marketplace.leads.submission import confirm, submit

    with_clinic = make_request(make_clinic())
    waiting = make_draft(email="b@patient.example")
    submit(waiting, share_health=False, aftercare=False)
    confirm(waiting)
    text = desk.get("/operator/requests?without_clinic=yes").page.text
    assert waiting.ref in text
    assert with_clinic.ref not in text
    assert waiting.ref not in desk.get("/operator/requests?state=settled").page.text
    assert "Türkiye" in desk.get("/operator/routing").page.text or "Anywhere" in desk.get("/operator/routing").page.text


def test_a_draft_is_not_found(desk, make_draft, make_clinic):
    draft = make_draft(make_clinic())
    assert desk.get(f"/operator/requests/{draft.ref}").status_code == 404
    assert draft.ref not in desk.get("/operator/requests").page.text
