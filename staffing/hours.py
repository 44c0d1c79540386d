"""The window of this installation."""

import settings
from staffing.windows import Window


def window() -> Window:
    """The service hours as the settings have them."""
    return Window(*settings.current().service_window)
