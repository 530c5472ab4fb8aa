"""What is logged: ids, sizes and times; never a name of a file or a column, or a value."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

from synth_service.settings import Settings


def start_log(settings: Settings) -> None:
    """Log what the service does, and nothing else: other libraries' messages may quote what they work on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("synth_service")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.DEBUG if settings.debug else logging.INFO)
    logger.propagate = False


def where(error: BaseException) -> str:
    """Say of an error what it is and where it came from, and nothing of its words: they may quote a table."""
    steps = traceback.extract_tb(error.__traceback__)
    return " ".join([type(error).__name__, *(f"{Path(step.filename).name}:{step.lineno}" for step in steps)])
