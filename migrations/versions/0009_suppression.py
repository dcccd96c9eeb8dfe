"""mail waits as long as it must, forms are answered once"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("email", sa.Column("again_at", sa.DateTime(timezone=True), nullable=True))
    # Tokens given out before are nobody's: used again, they answer 409 instead of creating a second thing.
    op.add_column("form_token", sa.Column("holder", sa.LargeBinary(), nullable=False, server_default=""))
    op.alter_column("form_token", "holder", server_default=None)
    op.add_column("form_token", sa.Column("ref", sa.Text(), nullable=True))
    op.add_column("form_token", sa.Column("data_key", sa.LargeBinary(), nullable=True))
    op.add_column("form_token", sa.Column("body_sealed", sa.LargeBinary(), nullable=True))
    op.create_index("ix_form_token_ref", "form_token", ["ref"])


def downgrade() -> None:
    op.drop_index("ix_form_token_ref", "form_token")
    for name in ("body_sealed", "data_key", "ref", "holder"):
        op.drop_column("form_token", name)
    op.drop_column("email", "again_at")
