"""A model as an argument, with its optimiser's settings in a global."""

import rememo
import torch
from torch import nn

REQUIRES = ["torch"]

SETTINGS = {"lr": 0.1, "dtype": torch.float64, "device": torch.device("cpu")}
GAIN = 1.0


def model() -> nn.Module:
    layer = nn.Linear(2, 1, bias=False, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.fill_(0.5)
    return nn.Sequential(layer, nn.ReLU())


@rememo.cache
def after_a_step(net: nn.Module, x: torch.Tensor) -> list[float]:
    copy = model()
    copy.load_state_dict(net.state_dict())
    optimiser = torch.optim.SGD(copy.parameters(), lr=SETTINGS["lr"])
    (copy(x).sum() * GAIN).backward()
    optimiser.step()
    return copy[0].weight.flatten().tolist()


def call(f):
    return f(model(), torch.ones(2, dtype=SETTINGS["dtype"], device=SETTINGS["device"]))


def use():
    net = model()
    net(torch.ones(2, dtype=torch.float64)).sum().backward()


def change():
    SETTINGS["lr"] = 0.2
