"""A batch of tensors in a dataclass; a data set of the user's."""

from dataclasses import dataclass

import rememo
import torch
from torch.utils.data import DataLoader, Dataset

REQUIRES = ["torch"]


@dataclass
class Batch:
    inputs: torch.Tensor
    mask: torch.Tensor


class Squares(Dataset):
    def __init__(self, n: int) -> None:
        self.values = torch.arange(n, dtype=torch.float32) ** 2

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: int) -> torch.Tensor:
        return self.values[index]


DATA = Squares(4)


@rememo.cache
def total(batch: Batch) -> float:
    masked = (batch.inputs * batch.mask).sum()
    return float(masked + sum(part.sum() for part in DataLoader(DATA, batch_size=2)))


def call(f):
    return f(Batch(torch.tensor([1.0, 2.0]), torch.tensor([True, False])))


def use():
    list(DataLoader(DATA, batch_size=3))


def change():
    DATA.values[0] = 10.0
