"""The log: ids, sizes and times; never a name of a file or a column, or a value."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

from synth_service.settings import Settings


def start_log(settings: Settings) -> None:
    """Log only the service's own messages: other libraries may quote the data they work on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("synth_service")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.DEBUG if settings.debug else logging.INFO)
    logger.propagate = False


def where(error: BaseException) -> str:
    """Describe an error by its type and place, without its message, which may quote a table."""
    steps = traceback.extract_tb(error.__traceback__)
    return " ".join([type(error).__name__, *(f"{Path(step.filename).name}:{step.lineno}" for step in steps)])
