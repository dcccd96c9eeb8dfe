"""amounts that were taken a hundredfold are put before an operator; none is changed

Until now `150000.00` of a currency without cents was read as 15000000. A quote is a suspect where its price is twenty
times the clinic's own list or, without one, more than EUR 5,000 a session; a budget where it is more than EUR 20,000; a
possible rise where it is more than the whole total.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

WITHOUT_CENTS = "('CLP', 'ISK', 'JPY', 'KRW', 'PYG', 'UGX', 'VND', 'XAF', 'XOF', 'XPF')"
PER_EURO = "(SELECT per_euro FROM reference_rate WHERE currency = {table}.{column} ORDER BY day DESC LIMIT 1)"
ITEM = """
INSERT INTO review_item (id, kind, subject_id, clinic_id, request_id, detail, state, opened_at)
SELECT gen_random_uuid(), 'suspect_amount', {table}.id, {clinic}, {request},
       jsonb_build_object('field', {field}, 'amount', {amount}, 'currency', {table}.{column}), 'opened', now()
FROM {source} WHERE {table}.{column} IN {without_cents} AND {suspect}
ON CONFLICT (kind, subject_id) WHERE state <> 'decided' DO NOTHING
"""
LIST = (
    "(SELECT high FROM clinic_price WHERE clinic_price.clinic_id = lead.clinic_id"
    " AND clinic_price.procedure_id = quote.procedure_id AND clinic_price.currency = quote.currency)"
)


def upgrade() -> None:
    rate = PER_EURO.format(table="quote", column="currency")
    of_quote = {
        **{"table": "quote", "column": "currency", "clinic": "lead.clinic_id", "request": "quote.request_id"},
        **{"source": "quote JOIN lead ON lead.id = quote.lead_id", "without_cents": WITHOUT_CENTS},
    }
    dear = f"quote.price_per_session >= COALESCE({LIST} * 20, 5000 * {rate})"
    op.execute(ITEM.format(field="'price_per_session'", amount="quote.price_per_session", suspect=dear, **of_quote))
    risen = "quote.price_may_change_by > quote.total"
    op.execute(ITEM.format(field="'price_may_change_by'", amount="quote.price_may_change_by", suspect=risen, **of_quote))
    of_request = {
        **{"table": "quote_request", "column": "budget_currency", "clinic": "NULL::uuid", "request": "quote_request.id"},
        **{"source": "quote_request", "without_cents": WITHOUT_CENTS},
    }
    rate = PER_EURO.format(table="quote_request", column="budget_currency")
    suspect = f"quote_request.budget_amount >= 20000 * {rate}"
    op.execute(ITEM.format(field="'budget'", amount="quote_request.budget_amount", suspect=suspect, **of_request))


def downgrade() -> None:
    op.execute("DELETE FROM review_item WHERE kind = 'suspect_amount' AND state = 'opened'")
