"""What a pipeline does with evidence is tested here, and not the evidence."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def _assessed_once(assessed_once: None) -> None:
    pass
