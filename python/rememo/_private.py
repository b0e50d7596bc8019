"""Buffers of outputs under `output="private"`: kept once, copied for each caller."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pickle import PickleBuffer


def keeper(buffers: list[bytes]) -> Callable[[PickleBuffer], bool]:
    """A `buffer_callback` for pickle that keeps a copy of each buffer out of band.

    The copy matters: the caller goes on with the object that owns the buffer, and may change it.
    """

    def keep(buffer: PickleBuffer) -> bool:
        try:
            buffers.append(bytes(buffer.raw()))
        except BufferError:
            # Not contiguous: pickle takes it in band.
            return True
        return False

    return keep


def copies(buffers: list[bytes]) -> list[bytearray]:
    """Writable copies of the buffers, for one caller."""
    return [bytearray(buffer) for buffer in buffers]
