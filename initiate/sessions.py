"""Sessions in the database that know when they end, so that a page view need not write to lengthen them."""

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    ends_at: datetime | None = None  # None: not loaded, or new

    def load(self) -> dict[str, Any]:
        row = self._get_session_from_db()  # type: ignore[attr-defined]  # missing from the stubs
        if row is None:
            return {}
        self.ends_at = row.expire_date
        return self.decode(row.session_data)
