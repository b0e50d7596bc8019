"""A model of the user's: its weights and its code count, not its gradients."""

import rememo
import torch
from torch import nn

REQUIRES = ["torch"]


class Classifier(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(3, 4)
        self.out = nn.Linear(4, 2)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(self.dropout(torch.relu(self.hidden(x))))


torch.manual_seed(0)
MODEL = Classifier().eval()


@rememo.cache
def scores(x: torch.Tensor) -> list[float]:
    with torch.no_grad():
        return [round(v, 4) for v in MODEL(x).tolist()]


def call(f):
    return f(torch.ones(3))


def use():
    MODEL(torch.zeros(3)).sum().backward()
    MODEL.zero_grad()


def change():
    with torch.no_grad():
        MODEL.out.bias.add_(1.0)
