"""What a working group agreed: decisions, and plans of pilots."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.portable import TEXT, Moment


class Decision(Base):
    """A decision as it was recorded; ``document`` is never changed."""

    __tablename__ = "decisions"

    decision_id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    run_id: Mapped[str] = mapped_column(TEXT, sa.ForeignKey("runs.run_id"))
    recorded_at: Mapped[datetime] = mapped_column(Moment())
    document: Mapped[bytes] = mapped_column(sa.LargeBinary)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment())
    withdrawn_reason: Mapped[str | None] = mapped_column(TEXT)


class Plan(Base):
    """A pilot's plan; recorded again under the same name, it takes the place of the former."""

    __tablename__ = "plans"

    plan_id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    run_id: Mapped[str] = mapped_column(TEXT, sa.ForeignKey("runs.run_id"))
    recorded_at: Mapped[datetime] = mapped_column(Moment())
    document: Mapped[bytes] = mapped_column(sa.LargeBinary)
