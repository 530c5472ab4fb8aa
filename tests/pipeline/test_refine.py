"""Synthetic texts are corrected by a language model, where it answers as it should."""

import json
from typing import Any

import pandas as pd
import pytest
from language_models import MODEL, running

from synth_handson.errors import TrainingCancelled
from synth_handson.pipeline.refine import BATCH, refine
from synth_handson.synthesis.llm import OpenAiCompatible
from synth_handson.synthesis.run import CancelToken, Progress

TEXTS = pd.Series([f"the fees went u cp {i}" for i in range(23)], dtype="str")
TEXTS[4] = None


def sent(body: dict[str, Any]) -> list[str]:
    texts: list[str] = json.loads(body["messages"][-1]["content"])["texts"]
    return texts


def test_texts_are_corrected_and_gaps_stay() -> None:
    reports: list[Progress] = []
    with running(lambda body: {"texts": [text.replace("u cp", "up") for text in sent(body)]}) as server:
        model = OpenAiCompatible(f"{server.url}/v1", MODEL)
        refined = refine(TEXTS, model, on_progress=reports.append)
    assert refined.isna().tolist() == TEXTS.isna().tolist()
    assert refined[0] == "the fees went up 0"
    assert not refined.dropna().str.contains("u cp").any()
    assert [len(sent(body)) for body in server.asked] == [BATCH, BATCH, 2]
    assert reports[-1].fraction == 1


@pytest.mark.parametrize(
    "answer",
    [
        "no JSON",
        {"texts": ["one"]},
        {"texts": [""] * BATCH},
        {"texts": ["x" * 999] * BATCH},
        [1],
        {"texts": 3},
    ],
)
def test_what_is_answered_otherwise_is_left_as_it_was(answer: object) -> None:
    with running(lambda _: answer) as server:
        refined = refine(TEXTS.head(BATCH + 1), OpenAiCompatible(f"{server.url}/v1", MODEL))
    pd.testing.assert_series_equal(refined, TEXTS.head(BATCH + 1))


def test_it_can_be_cancelled() -> None:
    cancel = CancelToken()
    cancel.cancel()
    with running(lambda _: "") as server, pytest.raises(TrainingCancelled):
        refine(TEXTS, OpenAiCompatible(f"{server.url}/v1", MODEL), cancel=cancel)
    assert server.asked == []
