"""What the hands-on does with evidence is tested here, and not the evidence."""

import pytest


@pytest.fixture(autouse=True)
def _one_model(request: pytest.FixtureRequest) -> None:
    # Findings that were kept are measured again with all models.
    if request.node.get_closest_marker("seldom") is None:
        request.getfixturevalue("one_model")
