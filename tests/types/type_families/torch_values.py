"""torch: tensors on the CPU."""

import torch

DISTINCT = {
    "tensors": [
        *(lambda: torch.tensor([1, 2]), lambda: torch.tensor([1, 3]), lambda: torch.tensor([1.0])),
        *(lambda: torch.tensor([[1, 2]]), lambda: torch.tensor([1, 2], dtype=torch.int32)),
        *(lambda: torch.tensor([1.0], requires_grad=True), lambda: torch.zeros(2, 0)),
        *(lambda: torch.tensor([1.0], dtype=torch.bfloat16), lambda: torch.float32),
    ],
}

ALIKE = {
    "layout": [
        lambda: torch.arange(6).reshape(2, 3),
        lambda: torch.arange(6).reshape(2, 3).T.contiguous().T,
    ],
}
