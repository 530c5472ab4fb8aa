"""Whether somebody was among the training people, told from the synthetic people alone: after MT-MIA.

J. Ward, C.-H. Wang, G. Cheng, "Finding Connections: Membership Inference Attacks for the Multi-Table
Synthetic Data Setting", 2026 (arXiv:2602.07126). A person and their events are a graph. A network that has
seen synthetic people only embeds each, so that the person's own columns and the sum of their events can be
told from it again; real people whose embedding is nearest to a synthetic person's are said to be training
people.

This is the method made small, not its code. A graph here is a star of one kind of events, so that messages
pass by a sum over events and back, where the paper has layers of attention; what is pooled and how it is
gated, the two decoders and their weights, and the score are the paper's. 64 hidden units and a rate of
learning of .001 stand for its 512 and .000005. Missing numbers are told by a column of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from scipy.spatial import cKDTree
from torch import Tensor, nn

HIDDEN, EPOCHS, BATCH, RATE = 64, 100, 32, 1e-3
OWN_WEIGHT = 0.01
"""Of the loss of people's own columns; the sum of their events has the rest."""


@dataclass(frozen=True)
class Graphs:
    """People, and their events in the order of people."""

    own: Tensor
    events: Tensor
    owner: Tensor

    def some(self, people: Tensor) -> Graphs:
        """Keep some people, numbered anew, with their events."""
        number = torch.full((len(self.own),), -1)
        number[people] = torch.arange(len(people))
        there = number[self.owner] >= 0
        return Graphs(self.own[people], self.events[there], number[self.owner[there]])

    def total(self, events: Tensor) -> Tensor:
        """Sum up what is said of each person's events."""
        return torch.zeros(len(self.own), events.shape[1]).index_add_(0, self.owner, events)


class Embedding(nn.Module):
    """Embeds people so that their columns, and the sum of their events, can be told again."""

    def __init__(self, own: int, events: int) -> None:
        super().__init__()
        self.person, self.event = nn.Linear(own, HIDDEN), nn.Linear(events, HIDDEN)
        self.to_event, self.to_person = (
            nn.ModuleList(nn.Linear(2 * HIDDEN, HIDDEN) for _ in range(2)) for _ in range(2)
        )
        self.weight = nn.Sequential(nn.Linear(HIDDEN, HIDDEN // 2), nn.ReLU(), nn.Linear(HIDDEN // 2, 1))
        self.norm_own, self.norm_events = nn.LayerNorm(HIDDEN), nn.LayerNorm(HIDDEN)
        self.gate = nn.Sequential(nn.Linear(2 * HIDDEN, HIDDEN), nn.Sigmoid())
        self.turn, self.own, self.sums = _two_layers(HIDDEN), _two_layers(own), _two_layers(events)

    def forward(self, graphs: Graphs) -> Tensor:
        """Embed people."""
        person, event = self.person(graphs.own).relu(), self.event(graphs.events).relu()
        for to_event, to_person in zip(self.to_event, self.to_person, strict=True):
            event = to_event(torch.cat([event, person[graphs.owner]], 1)).relu()
            person = to_person(torch.cat([person, graphs.total(event)], 1)).relu()
        weight = self.weight(event)
        weight = (weight - weight.max()).exp()
        pooled = graphs.total(weight * event) / graphs.total(weight).clamp(min=1e-9)
        person, pooled = self.norm_own(person), self.norm_events(pooled)
        embedded: Tensor = person + self.gate(torch.cat([person, pooled], 1)) * self.turn(pooled)
        return embedded

    def loss(self, graphs: Graphs) -> Tensor:
        """Return how much of people and their events cannot be told from the embedding."""
        embedded, error = self(graphs), nn.functional.mse_loss
        own = error(self.own(embedded), graphs.own)
        sums = error(self.sums(embedded), graphs.total(graphs.events))
        return OWN_WEIGHT * own + (1 - OWN_WEIGHT) * sums


def attack(
    drawn: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame, own: list[str], seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far each training and each holdout person is from the nearest synthetic one.

    Parameters
    ----------
    drawn, train, holdout
        Tables with a column "person".
    own
        The columns that belong to the people.
    """
    torch.manual_seed(seed)
    synthetic, members, others = _graphs([drawn, train, holdout], own)
    model = Embedding(synthetic.own.shape[1], synthetic.events.shape[1])
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    for _ in range(EPOCHS):
        for people in torch.randperm(len(synthetic.own)).split(BATCH):
            optimiser.zero_grad()
            model.loss(synthetic.some(people)).backward()
            optimiser.step()
    with torch.no_grad():
        near = cKDTree(model(synthetic).numpy())
        first, second = (near.query(model(graphs).numpy())[0] for graphs in (members, others))
    return first, second


def _two_layers(size: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, size))


def _graphs(tables: list[pd.DataFrame], own: list[str]) -> list[Graphs]:
    """Turn tables into numbers, on the scale of the first."""
    sizes = np.cumsum([len(table) for table in tables])[:-1]
    columns = pd.get_dummies(pd.concat(tables).drop(columns="person"), prefix_sep="=")
    missing = columns.isna().add_suffix(" is missing")
    codes = pd.concat([columns, missing.loc[:, missing.any()]], axis=1).astype(float)
    of_drawn = codes.iloc[: sizes[0]]
    codes = ((codes - of_drawn.mean()) / of_drawn.std().replace(0, 1)).fillna(0)
    belongs = [name.partition("=")[0].removesuffix(" is missing") in own for name in codes]
    graphs = []
    for table, part in zip(tables, np.split(codes.to_numpy(np.float32), sizes), strict=True):
        owner, _ = pd.factorize(table["person"])
        first = np.unique(owner, return_index=True)[1]
        told = part[first][:, belongs], part[:, np.logical_not(belongs)]
        graphs.append(Graphs(*map(torch.from_numpy, (*told, owner))))
    return graphs
