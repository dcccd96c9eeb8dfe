"""the ground"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Both are trusted extensions: the database's owner may create them.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("current_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_login_ip", sa.Text(), nullable=True),
        sa.Column("current_login_ip", sa.Text(), nullable=True),
        sa.Column("login_count", sa.BigInteger(), nullable=True),
        sa.Column("tf_primary_method", sa.Text(), nullable=True),
        sa.Column("tf_totp_secret", sa.Text(), nullable=True),
        sa.Column("tf_last_counter", sa.BigInteger(), nullable=True),
        sa.Column("tf_phone_number", sa.Text(), nullable=True),
        sa.Column("mf_recovery_codes", sa.UnicodeText(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_fs_uniquifier")),
    )
    op.create_table(
        "clinic",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("founded_year", sa.BigInteger(), nullable=True),
        sa.Column("hours", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("products", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("accepts_countries", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("target_reply_hours", sa.BigInteger(), nullable=False),
        sa.Column("daily_capacity", sa.BigInteger(), nullable=False),
        sa.Column("weekly_capacity", sa.BigInteger(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("listing_state", sa.TEXT(), nullable=False),
        sa.Column("draft_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("in_review_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listing_reason", sa.Text(), nullable=True),
        sa.Column("listing_statement", sa.Text(), nullable=True),
        sa.Column("leads_sent", sa.BigInteger(), nullable=False),
        sa.Column("leads_answered", sa.BigInteger(), nullable=False),
        sa.Column("reply_minutes", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "listing_state <> 'closed' OR closed_at IS NOT NULL",
            name=op.f("ck_clinic_closed_has_moment"),
        ),
        sa.CheckConstraint(
            "listing_state <> 'draft' OR draft_at IS NOT NULL",
            name=op.f("ck_clinic_draft_has_moment"),
        ),
        sa.CheckConstraint(
            "listing_state <> 'in_review' OR in_review_at IS NOT NULL",
            name=op.f("ck_clinic_in_review_has_moment"),
        ),
        sa.CheckConstraint(
            "listing_state <> 'paused' OR paused_at IS NOT NULL",
            name=op.f("ck_clinic_paused_has_moment"),
        ),
        sa.CheckConstraint(
            "listing_state <> 'published' OR published_at IS NOT NULL",
            name=op.f("ck_clinic_published_has_moment"),
        ),
        sa.CheckConstraint(
            "listing_state <> 'sent_back' OR sent_back_at IS NOT NULL",
            name=op.f("ck_clinic_sent_back_has_moment"),
        ),
        sa.CheckConstraint(
            "listing_state <> 'suspended' OR listing_reason IS NOT NULL",
            name=op.f("ck_clinic_suspended_has_reason"),
        ),
        sa.CheckConstraint(
            "listing_state <> 'suspended' OR suspended_at IS NOT NULL",
            name=op.f("ck_clinic_suspended_has_moment"),
        ),
        sa.CheckConstraint(
            "listing_state IN ('draft', 'in_review', 'sent_back', 'published', 'paused', 'suspended', 'closed')",
            name=op.f("ck_clinic_listing_state_known"),
        ),
        sa.CheckConstraint(
            "daily_capacity >= 0 AND weekly_capacity >= 0",
            name=op.f("ck_clinic_capacity_not_negative"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic")),
        sa.UniqueConstraint("slug", name=op.f("uq_clinic_slug")),
    )
    with op.batch_alter_table("clinic", schema=None) as batch_op:
        batch_op.create_index(
            "ix_clinic_country_city", ["country", "city"], unique=False
        )
        batch_op.create_index(
            "ix_clinic_languages", ["languages"], unique=False, postgresql_using="gin"
        )
        batch_op.create_index(
            "ix_clinic_search_text",
            ["search_text"],
            unique=False,
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
        )

    op.create_table(
        "form_token",
        sa.Column("token", sa.Uuid(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_form_token")),
    )
    op.create_table(
        "listing_facet",
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("dimension", "value", name=op.f("pk_listing_facet")),
    )
    op.create_table(
        "reference_rate",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("per_euro", sa.Numeric(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("currency", "day", name=op.f("pk_reference_rate")),
    )
    op.create_table(
        "role",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("permissions", sa.UnicodeText(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
    )
    op.create_table(
        "signed_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_link")),
    )
    with op.batch_alter_table("signed_link", schema=None) as batch_op:
        batch_op.create_index(
            "ix_signed_link_subject_id_purpose", ["subject_id", "purpose"], unique=False
        )

    op.create_table(
        "timeline_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("clinic_id", sa.Uuid(), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("quote_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline_entry")),
    )
    with op.batch_alter_table("timeline_entry", schema=None) as batch_op:
        batch_op.create_index(
            "ix_timeline_entry_clinic_id_at", ["clinic_id", "at"], unique=False
        )
        batch_op.create_index(
            "ix_timeline_entry_request_id_at", ["request_id", "at"], unique=False
        )

    op.create_table(
        "treatment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("concerns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sources", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("next_review", sa.Date(), nullable=False),
        sa.Column("signed_off_by", sa.Text(), nullable=True),
        sa.Column("loaded_digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treatment")),
        sa.UniqueConstraint("slug", name=op.f("uq_treatment_slug")),
    )
    op.create_table(
        "account_role",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_role_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["role.id"], name=op.f("fk_account_role_role_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "role_id", name=op.f("pk_account_role")),
    )
    op.create_table(
        "clinic_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.TEXT(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.TEXT(), nullable=False),
        sa.Column("missing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lapsed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("checked_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('company', 'licence', 'people', 'products', 'insurance', 'prices')",
            name=op.f("ck_clinic_check_kind_known"),
        ),
        sa.CheckConstraint(
            "state <> 'lapsed' OR lapsed_at IS NOT NULL",
            name=op.f("ck_clinic_check_lapsed_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'missing' OR missing_at IS NOT NULL",
            name=op.f("ck_clinic_check_missing_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'passed' OR (expires_on IS NOT NULL AND checked_by IS NOT NULL)",
            name=op.f("ck_clinic_check_passed_is_dated"),
        ),
        sa.CheckConstraint(
            "state <> 'passed' OR passed_at IS NOT NULL",
            name=op.f("ck_clinic_check_passed_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR refused_at IS NOT NULL",
            name=op.f("ck_clinic_check_refused_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'revoked' OR revoked_at IS NOT NULL",
            name=op.f("ck_clinic_check_revoked_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'submitted' OR submitted_at IS NOT NULL",
            name=op.f("ck_clinic_check_submitted_has_moment"),
        ),
        sa.CheckConstraint(
            "state IN ('missing', 'submitted', 'passed', 'lapsed', 'refused', 'revoked')",
            name=op.f("ck_clinic_check_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_clinic_check_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic_check")),
        sa.UniqueConstraint(
            "clinic_id", "kind", name=op.f("uq_clinic_check_clinic_id_kind")
        ),
    )
    with op.batch_alter_table("clinic_check", schema=None) as batch_op:
        batch_op.create_index(
            "ix_clinic_check_expires_on", ["expires_on"], unique=False
        )

    op.create_table(
        "clinic_load",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("day_taken", sa.BigInteger(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("week_taken", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_clinic_load_clinic_id")
        ),
        sa.PrimaryKeyConstraint("clinic_id", name=op.f("pk_clinic_load")),
    )
    op.create_table(
        "clinic_person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("register_number", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "role IN ('dermatologist', 'doctor', 'nurse', 'other')",
            name=op.f("ck_clinic_person_role_known"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_clinic_person_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic_person")),
    )
    with op.batch_alter_table("clinic_person", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_clinic_person_clinic_id"), ["clinic_id"], unique=False
        )

    op.create_table(
        "guide",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("treatment_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("next_review", sa.Date(), nullable=False),
        sa.Column("loaded_digest", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('guide', 'questions', 'aftercare')",
            name=op.f("ck_guide_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["treatment_id"], ["treatment.id"], name=op.f("fk_guide_treatment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide")),
        sa.UniqueConstraint(
            "treatment_id", "kind", name=op.f("uq_guide_treatment_id_kind")
        ),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.TEXT(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role IN ('owner', 'member')", name=op.f("ck_membership_role_known")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_membership_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["account.id"], name=op.f("fk_membership_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "clinic_id", "user_id", name=op.f("uq_membership_clinic_id_user_id")
        ),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_membership_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "procedure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("treatment_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("loaded_digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["treatment_id"], ["treatment.id"], name=op.f("fk_procedure_treatment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedure")),
        sa.UniqueConstraint("slug", name=op.f("uq_procedure_slug")),
    )
    with op.batch_alter_table("procedure", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_procedure_treatment_id"), ["treatment_id"], unique=False
        )

    op.create_table(
        "clinic_price",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("package_sessions", sa.BigInteger(), nullable=True),
        sa.Column("package_price", sa.BigInteger(), nullable=True),
        sa.Column("low_eur", sa.BigInteger(), nullable=False),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "(package_sessions IS NULL) = (package_price IS NULL)",
            name=op.f("ck_clinic_price_package_whole"),
        ),
        sa.CheckConstraint(
            "0 < low AND low <= high", name=op.f("ck_clinic_price_low_to_high")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_clinic_price_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["procedure_id"],
            ["procedure.id"],
            name=op.f("fk_clinic_price_procedure_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic_price")),
        sa.UniqueConstraint(
            "clinic_id",
            "procedure_id",
            name=op.f("uq_clinic_price_clinic_id_procedure_id"),
        ),
    )
    with op.batch_alter_table("clinic_price", schema=None) as batch_op:
        batch_op.create_index(
            "ix_clinic_price_procedure_id_low_eur",
            ["procedure_id", "low_eur"],
            unique=False,
        )

    op.create_table(
        "price_range",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("next_review", sa.Date(), nullable=False),
        sa.Column("loaded_digest", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "basis IN ('guide', 'clinic lists', 'real quotes')",
            name=op.f("ck_price_range_basis_known"),
        ),
        sa.CheckConstraint(
            "0 < low AND low <= high", name=op.f("ck_price_range_low_to_high")
        ),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedure.id"], name=op.f("fk_price_range_procedure_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_range")),
        sa.UniqueConstraint(
            "procedure_id",
            "country",
            "basis",
            name=op.f("uq_price_range_procedure_id_country_basis"),
        ),
    )
    with op.batch_alter_table("price_range", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_price_range_procedure_id"), ["procedure_id"], unique=False
        )

    op.create_table(
        "quote_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("state", sa.TEXT(), nullable=False),
        sa.Column("draft_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unconfirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("open_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quotes_mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("procedure_id", sa.Uuid(), nullable=True),
        sa.Column("concern", sa.Text(), nullable=True),
        sa.Column("procedure_answered", sa.Boolean(), nullable=False),
        sa.Column("home_country", sa.Text(), nullable=True),
        sa.Column("destinations", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("where_answered", sa.Boolean(), nullable=False),
        sa.Column("timing", sa.Text(), nullable=True),
        sa.Column("month_from", sa.Date(), nullable=True),
        sa.Column("month_to", sa.Date(), nullable=True),
        sa.Column("trips", sa.Text(), nullable=True),
        sa.Column("budget_amount", sa.BigInteger(), nullable=True),
        sa.Column("budget_currency", sa.Text(), nullable=True),
        sa.Column("budget_scope", sa.Text(), nullable=True),
        sa.Column("share_budget", sa.Boolean(), nullable=False),
        sa.Column("budget_answered", sa.Boolean(), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("wait_without_clinic", sa.Boolean(), nullable=False),
        sa.Column("share_health", sa.Boolean(), nullable=False),
        sa.Column("aftercare", sa.Boolean(), nullable=False),
        sa.Column("started_from_id", sa.Uuid(), nullable=True),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.Column("health_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("questions_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("email_hash", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "budget_scope IN ('treatment', 'everything')",
            name=op.f("ck_quote_request_budget_scope_known"),
        ),
        sa.CheckConstraint(
            "state <> 'chosen' OR chosen_at IS NOT NULL",
            name=op.f("ck_quote_request_chosen_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'closed' OR closed_at IS NOT NULL",
            name=op.f("ck_quote_request_closed_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'draft' OR draft_at IS NOT NULL",
            name=op.f("ck_quote_request_draft_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'erased' OR data_key IS NULL",
            name=op.f("ck_quote_request_erased_without_key"),
        ),
        sa.CheckConstraint(
            "state <> 'erased' OR erased_at IS NOT NULL",
            name=op.f("ck_quote_request_erased_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'expired' OR expired_at IS NOT NULL",
            name=op.f("ck_quote_request_expired_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'open' OR open_at IS NOT NULL",
            name=op.f("ck_quote_request_open_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'paused' OR paused_at IS NOT NULL",
            name=op.f("ck_quote_request_paused_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'settled' OR settled_at IS NOT NULL",
            name=op.f("ck_quote_request_settled_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'unconfirmed' OR unconfirmed_at IS NOT NULL",
            name=op.f("ck_quote_request_unconfirmed_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR withdrawn_at IS NOT NULL",
            name=op.f("ck_quote_request_withdrawn_has_moment"),
        ),
        sa.CheckConstraint(
            "state = 'erased' OR data_key IS NOT NULL",
            name=op.f("ck_quote_request_key_until_erased"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'erased') OR (home_country IS NOT NULL AND timing IS NOT NULL AND trips IS NOT NULL AND contact_sealed IS NOT NULL AND name_sealed IS NOT NULL AND email_hash IS NOT NULL)",
            name=op.f("ck_quote_request_sent_is_complete"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'unconfirmed', 'open', 'paused', 'chosen', 'settled', 'expired', 'withdrawn', 'closed', 'erased')",
            name=op.f("ck_quote_request_state_known"),
        ),
        sa.CheckConstraint(
            "timing IN ('month', 'quarter', 'later', 'unknown')",
            name=op.f("ck_quote_request_timing_known"),
        ),
        sa.CheckConstraint(
            "trips IN ('1', '2', '3', 'unknown')",
            name=op.f("ck_quote_request_trips_known"),
        ),
        sa.CheckConstraint(
            "(budget_amount IS NULL) = (budget_currency IS NULL)",
            name=op.f("ck_quote_request_budget_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["procedure_id"],
            ["procedure.id"],
            name=op.f("fk_quote_request_procedure_id"),
        ),
        sa.ForeignKeyConstraint(
            ["started_from_id"],
            ["clinic.id"],
            name=op.f("fk_quote_request_started_from_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_request")),
        sa.UniqueConstraint("ref", name=op.f("uq_quote_request_ref")),
    )
    with op.batch_alter_table("quote_request", schema=None) as batch_op:
        batch_op.create_index(
            "ix_quote_request_email_hash", ["email_hash"], unique=False
        )
        batch_op.create_index(
            "ix_quote_request_state_created_at", ["state", "created_at"], unique=False
        )

    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("with_health", sa.Boolean(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_consent_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["quote_request.id"], name=op.f("fk_consent_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint(
            "request_id", "clinic_id", name=op.f("uq_consent_request_id_clinic_id")
        ),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consent_clinic_id"), ["clinic_id"], unique=False
        )

    op.create_table(
        "draft_clinic",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_draft_clinic_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["quote_request.id"],
            name=op.f("fk_draft_clinic_request_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "request_id", "clinic_id", name=op.f("pk_draft_clinic")
        ),
    )
    op.create_table(
        "email",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("state", sa.TEXT(), nullable=False),
        sa.Column("waiting_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suppressed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("last_problem", sa.Text(), nullable=True),
        sa.Column("ambiguous", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("clinic_id", sa.Uuid(), nullable=True),
        sa.Column("link_purpose", sa.Text(), nullable=True),
        sa.Column("link_subject_id", sa.Uuid(), nullable=True),
        sa.Column("link_path", sa.Text(), nullable=True),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.Column("recipient_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("html_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "audience IN ('patient', 'clinic', 'operator', 'account')",
            name=op.f("ck_email_audience_known"),
        ),
        sa.CheckConstraint(
            "state <> 'bounced' OR bounced_at IS NOT NULL",
            name=op.f("ck_email_bounced_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'failed' OR failed_at IS NOT NULL",
            name=op.f("ck_email_failed_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'sent' OR sent_at IS NOT NULL",
            name=op.f("ck_email_sent_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'suppressed' OR suppressed_at IS NOT NULL",
            name=op.f("ck_email_suppressed_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'waiting' OR waiting_at IS NOT NULL",
            name=op.f("ck_email_waiting_has_moment"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'failed', 'bounced', 'suppressed')",
            name=op.f("ck_email_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_email_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["quote_request.id"], name=op.f("fk_email_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email")),
    )
    with op.batch_alter_table("email", schema=None) as batch_op:
        batch_op.create_index("ix_email_request_id", ["request_id"], unique=False)
        batch_op.create_index(
            "ix_email_state_created_at", ["state", "created_at"], unique=False
        )

    op.create_table(
        "look",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_look_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["quote_request.id"], name=op.f("fk_look_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
    )
    with op.batch_alter_table("look", schema=None) as batch_op:
        batch_op.create_index(
            "ix_look_request_id_at", ["request_id", "at"], unique=False
        )

    op.create_table(
        "routing_count",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["quote_request.id"],
            name=op.f("fk_routing_count_request_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_count")),
        sa.UniqueConstraint(
            "request_id", "reason", name=op.f("uq_routing_count_request_id_reason")
        ),
    )
    op.create_table(
        "routing_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("score", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('proposed', 'passed_over', 'ineligible')",
            name=op.f("ck_routing_decision_outcome_known"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_routing_decision_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["quote_request.id"],
            name=op.f("fk_routing_decision_request_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_decision")),
    )
    with op.batch_alter_table("routing_decision", schema=None) as batch_op:
        batch_op.create_index(
            "ix_routing_decision_clinic_id_decided_at",
            ["clinic_id", "decided_at"],
            unique=False,
        )
        batch_op.create_index(
            "ix_routing_decision_request_id_rank", ["request_id", "rank"], unique=False
        )

    op.create_table(
        "lead",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.TEXT(), nullable=False),
        sa.Column("new_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quoted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lapsed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("won_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_left", sa.BigInteger(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("state_before_loss", sa.TEXT(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "decline_reason IN ('health', 'no_dates', 'not_our_treatment', 'language')",
            name=op.f("ck_lead_decline_reason_known"),
        ),
        sa.CheckConstraint(
            "state <> 'asked' OR asked_at IS NOT NULL",
            name=op.f("ck_lead_asked_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'declined' OR decline_reason IS NOT NULL",
            name=op.f("ck_lead_declined_has_reason"),
        ),
        sa.CheckConstraint(
            "state <> 'declined' OR declined_at IS NOT NULL",
            name=op.f("ck_lead_declined_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'lapsed' OR lapsed_at IS NOT NULL",
            name=op.f("ck_lead_lapsed_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'lost' OR lost_at IS NOT NULL",
            name=op.f("ck_lead_lost_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'new' OR new_at IS NOT NULL", name=op.f("ck_lead_new_has_moment")
        ),
        sa.CheckConstraint(
            "state <> 'opened' OR opened_at IS NOT NULL",
            name=op.f("ck_lead_opened_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'quoted' OR quoted_at IS NOT NULL",
            name=op.f("ck_lead_quoted_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'revoked' OR revoked_at IS NOT NULL",
            name=op.f("ck_lead_revoked_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'won' OR won_at IS NOT NULL", name=op.f("ck_lead_won_has_moment")
        ),
        sa.CheckConstraint(
            "state IN ('new', 'opened', 'asked', 'quoted', 'declined', 'lapsed', 'won', 'lost', 'revoked')",
            name=op.f("ck_lead_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_lead_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id", "clinic_id"],
            ["consent.request_id", "consent.clinic_id"],
            name=op.f("fk_lead_request_id_clinic_id"),
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["quote_request.id"], name=op.f("fk_lead_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
        sa.UniqueConstraint(
            "request_id", "clinic_id", name=op.f("uq_lead_request_id_clinic_id")
        ),
    )
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.create_index(
            "ix_lead_clinic_id_state_due_at",
            ["clinic_id", "state", "due_at"],
            unique=False,
        )
        batch_op.create_index(
            "ix_lead_due_at_waiting",
            ["due_at"],
            unique=False,
            postgresql_where="state IN ('new', 'opened')",
        )

    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "author IN ('clinic', 'patient')", name=op.f("ck_message_author_known")
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_message_lead_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_message_lead_id"), ["lead_id"], unique=False
        )

    op.create_table(
        "quote",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.TEXT(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_chosen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("sessions", sa.BigInteger(), nullable=False),
        sa.Column("price_per_session", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("product_sealed", sa.Boolean(), nullable=True),
        sa.Column("practitioner_role", sa.Text(), nullable=False),
        sa.Column("practitioner_name", sa.Text(), nullable=True),
        sa.Column("practitioner_register", sa.Text(), nullable=True),
        sa.Column("trips", sa.BigInteger(), nullable=False),
        sa.Column("nights_per_trip", sa.BigInteger(), nullable=False),
        sa.Column("session_gap_weeks", sa.BigInteger(), nullable=True),
        sa.Column("deposit", sa.BigInteger(), nullable=False),
        sa.Column("deposit_refundable_until", sa.Date(), nullable=True),
        sa.Column("refund_if_refused", sa.Boolean(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("included", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("excluded", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("price_may_change_by", sa.BigInteger(), nullable=True),
        sa.Column("if_something_goes_wrong", sa.Text(), nullable=True),
        sa.Column("taxes_included", sa.Boolean(), nullable=True),
        sa.Column("earliest_date", sa.Date(), nullable=True),
        sa.Column("message_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "practitioner_role IN ('dermatologist', 'doctor', 'nurse', 'other')",
            name=op.f("ck_quote_practitioner_role_known"),
        ),
        sa.CheckConstraint(
            "state <> 'chosen' OR chosen_at IS NOT NULL",
            name=op.f("ck_quote_chosen_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'expired' OR expired_at IS NOT NULL",
            name=op.f("ck_quote_expired_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'held' OR held_at IS NOT NULL",
            name=op.f("ck_quote_held_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'not_chosen' OR not_chosen_at IS NOT NULL",
            name=op.f("ck_quote_not_chosen_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'sent' OR sent_at IS NOT NULL",
            name=op.f("ck_quote_sent_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'superseded' OR superseded_at IS NOT NULL",
            name=op.f("ck_quote_superseded_has_moment"),
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR withdrawn_at IS NOT NULL",
            name=op.f("ck_quote_withdrawn_has_moment"),
        ),
        sa.CheckConstraint(
            "state IN ('held', 'sent', 'superseded', 'withdrawn', 'expired', 'chosen', 'not_chosen')",
            name=op.f("ck_quote_state_known"),
        ),
        sa.CheckConstraint(
            "deposit BETWEEN 0 AND total AND discount >= 0",
            name=op.f("ck_quote_parts_of_total"),
        ),
        sa.CheckConstraint(
            "nights_per_trip BETWEEN 0 AND 60", name=op.f("ck_quote_nights_in_range")
        ),
        sa.CheckConstraint(
            "sessions BETWEEN 1 AND 12 AND trips BETWEEN 1 AND 12",
            name=op.f("ck_quote_sessions_in_range"),
        ),
        sa.CheckConstraint(
            "total = sessions * price_per_session - discount",
            name=op.f("ck_quote_total_agrees"),
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_quote_lead_id")
        ),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedure.id"], name=op.f("fk_quote_procedure_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["quote_request.id"], name=op.f("fk_quote_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint(
            "request_id", "number", name=op.f("uq_quote_request_id_number")
        ),
    )
    with op.batch_alter_table("quote", schema=None) as batch_op:
        batch_op.create_index(
            "ix_quote_state_held_until",
            ["held_until"],
            unique=False,
            postgresql_where="state = 'held'",
        )
        batch_op.create_index(
            "ix_quote_valid_until",
            ["valid_until"],
            unique=False,
            postgresql_where="state = 'sent'",
        )
        batch_op.create_index(
            "uq_quote_one_chosen_per_request",
            ["request_id"],
            unique=True,
            postgresql_where="state = 'chosen'",
        )
        batch_op.create_index(
            "uq_quote_one_held_per_lead", ["lead_id"], unique=True, postgresql_where="state = 'held'"
        )
        batch_op.create_index(
            "uq_quote_one_live_per_lead",
            ["lead_id"],
            unique=True,
            postgresql_where="state IN ('sent', 'chosen', 'not_chosen')",
        )


def downgrade() -> None:
    with op.batch_alter_table("quote", schema=None) as batch_op:
        batch_op.drop_index("uq_quote_one_held_per_lead", postgresql_where="state = 'held'")
        batch_op.drop_index(
            "uq_quote_one_live_per_lead",
            postgresql_where="state IN ('sent', 'chosen', 'not_chosen')",
        )
        batch_op.drop_index(
            "uq_quote_one_chosen_per_request", postgresql_where="state = 'chosen'"
        )
        batch_op.drop_index("ix_quote_valid_until", postgresql_where="state = 'sent'")
        batch_op.drop_index(
            "ix_quote_state_held_until", postgresql_where="state = 'held'"
        )

    op.drop_table("quote")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_lead_id"))

    op.drop_table("message")
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_lead_due_at_waiting", postgresql_where="state IN ('new', 'opened')"
        )
        batch_op.drop_index("ix_lead_clinic_id_state_due_at")

    op.drop_table("lead")
    with op.batch_alter_table("routing_decision", schema=None) as batch_op:
        batch_op.drop_index("ix_routing_decision_request_id_rank")
        batch_op.drop_index("ix_routing_decision_clinic_id_decided_at")

    op.drop_table("routing_decision")
    op.drop_table("routing_count")
    with op.batch_alter_table("look", schema=None) as batch_op:
        batch_op.drop_index("ix_look_request_id_at")

    op.drop_table("look")
    with op.batch_alter_table("email", schema=None) as batch_op:
        batch_op.drop_index("ix_email_state_created_at")
        batch_op.drop_index("ix_email_request_id")

    op.drop_table("email")
    op.drop_table("draft_clinic")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_clinic_id"))

    op.drop_table("consent")
    with op.batch_alter_table("quote_request", schema=None) as batch_op:
        batch_op.drop_index("ix_quote_request_state_created_at")
        batch_op.drop_index("ix_quote_request_email_hash")

    op.drop_table("quote_request")
    with op.batch_alter_table("price_range", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_price_range_procedure_id"))

    op.drop_table("price_range")
    with op.batch_alter_table("clinic_price", schema=None) as batch_op:
        batch_op.drop_index("ix_clinic_price_procedure_id_low_eur")

    op.drop_table("clinic_price")
    with op.batch_alter_table("procedure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_procedure_treatment_id"))

    op.drop_table("procedure")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_user_id"))

    op.drop_table("membership")
    op.drop_table("guide")
    with op.batch_alter_table("clinic_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_clinic_person_clinic_id"))

    op.drop_table("clinic_person")
    op.drop_table("clinic_load")
    with op.batch_alter_table("clinic_check", schema=None) as batch_op:
        batch_op.drop_index("ix_clinic_check_expires_on")

    op.drop_table("clinic_check")
    op.drop_table("account_role")
    op.drop_table("treatment")
    with op.batch_alter_table("timeline_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_timeline_entry_request_id_at")
        batch_op.drop_index("ix_timeline_entry_clinic_id_at")

    op.drop_table("timeline_entry")
    with op.batch_alter_table("signed_link", schema=None) as batch_op:
        batch_op.drop_index("ix_signed_link_subject_id_purpose")

    op.drop_table("signed_link")
    op.drop_table("role")
    op.drop_table("reference_rate")
    op.drop_table("listing_facet")
    op.drop_table("form_token")
    with op.batch_alter_table("clinic", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_clinic_search_text",
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
        )
        batch_op.drop_index("ix_clinic_languages", postgresql_using="gin")
        batch_op.drop_index("ix_clinic_country_city")

    op.drop_table("clinic")
    op.drop_table("account")
