"""A training under way, as its caller holds it."""

from synth_handson.synthesis.run import CancelToken


def test_a_token_remembers_what_it_was_asked() -> None:
    token = CancelToken()
    assert not token.cancelled
    token.cancel(keep=True)
    assert (token.cancelled, token.keep) == (True, True)
