"""What the hands-on does with evidence is tested here, and not the evidence."""

import pytest


@pytest.fixture(autouse=True)
def _one_model(one_model: None) -> None:
    pass
