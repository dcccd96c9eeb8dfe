"""The packages of the clinics of a list, read by the list's own statement."""

from typing import Any

from sqlalchemy import FromClause, Label, func, select
from sqlalchemy.dialects.postgresql import JSONB

from marketplace.catalogue.models import Procedure
from marketplace.clinics.models import ClinicPrice

PRICE, PROCEDURE = ClinicPrice.metadata.tables["clinic_price"], Procedure.metadata.tables["procedure"]


def packages_of(keys: FromClause) -> Label[dict[str, Any]]:
    """Returns the column of sessions and price of a clinic's packages, by the procedure's slug; NULL without any."""
    package = func.jsonb_build_array(PRICE.c.package_sessions, PRICE.c.package_price)
    packages = select(func.jsonb_object_agg(PROCEDURE.c.slug, package, type_=JSONB()))
    packages = packages.select_from(PRICE.join(PROCEDURE, PROCEDURE.c.id == PRICE.c.procedure_id))
    packages = packages.where(PRICE.c.clinic_id == keys.c.clinic_id, PRICE.c.package_price.is_not(None))
    return packages.correlate(keys).scalar_subquery().label("packages")
