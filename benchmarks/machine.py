"""The machine a benchmark ran on, in one line."""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path


def describe_machine(*packages: str) -> str:
    """Name the processor, its cores, the system, and the versions of Python and of the packages named."""
    cpuinfo = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.*)", cpuinfo.read_text()) if cpuinfo.exists() else []
    processor = names[0].strip() if names else platform.processor()
    versions = ", ".join([f"Python {platform.python_version()}", *(f"{p} {version(p)}" for p in packages)])
    return f"{processor}, {os.cpu_count()} cores, {platform.system()}; {versions}"
