"""Where everything recomputable and the crawl's state are kept; the one owner of SQLAlchemy and alembic.

Importing this costs 0.2 s: do it inside the command that needs it.
"""

from __future__ import annotations

from .look import Known, Look, Waiting
from .report import Parts
from .store import Store, open_store, open_to_read

__all__ = ["Known", "Look", "Parts", "Store", "Waiting", "open_store", "open_to_read"]
