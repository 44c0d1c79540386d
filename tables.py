"""Every table, imported: for migrations, which must see them all."""

import channels.models
import staffing.models
import tickets.models

__all__ = ["channels", "staffing", "tickets"]
