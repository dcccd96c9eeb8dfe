"""What the administrator changes by a command is in the audit log, under the administrator's name."""

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation.audit.log import AuditEntry

CSV = (
    "clinic,country,city,address,website,email,languages,procedure,low,high,currency,package_sessions,package_price\n"
    "Clinic Test,TR,Izmir,Road 1,,desk@clinic.example,en,facial,60,180,EUR,,\n"
)


@pytest.fixture
def clinics_file(tmp_path):
    path = tmp_path / "clinics.csv"
    path.write_text(CSV)
    return path


def test_commands_are_recorded(own_app: Flask, clinics_file) -> None:
    own_app.config["DATA_DIR"] = str(clinics_file.parent)
    run = own_app.test_cli_runner().invoke
    for args in (["content", "load"], ["sample", "load"]):
        answer = run(args=args)
        assert answer.exit_code == 0, answer.output
    assert run(args=["clinics", "import", str(clinics_file)]).exit_code == 0
    with own_app.app_context():
        entries = db.session.scalars(select(AuditEntry).where(AuditEntry.name == "CommandRun")).all()
        assert {(entry.actor, entry.reason) for entry in entries} == {
            ("keeper", "content load"),
            ("keeper", "sample load"),
            ("keeper", "clinics import"),
        }
    assert run(args=["audit", "verify"]).exit_code == 0
