"""Weights in a global, applied to a tensor that comes as an argument."""

import rememo
import torch

REQUIRES = ["torch"]

WEIGHTS = torch.tensor([[1.0, 2.0], [3.0, 4.0]])


@rememo.cache
def applied(x: torch.Tensor) -> list[float]:
    return (x @ WEIGHTS).tolist()


def call(f):
    return f(torch.tensor([1.0, 1.0]))


def use():
    (torch.ones(2, 2) @ WEIGHTS).sum()
    WEIGHTS.T.contiguous()


def change():
    WEIGHTS[0, 0] = 5.0
