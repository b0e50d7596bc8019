"""PIL: images by mode, size and pixels."""

from PIL import Image

DISTINCT = {
    "images": [
        *(lambda: Image.new("L", (2, 2)), lambda: Image.new("L", (2, 2), 1)),
        *(
            lambda: Image.new("RGB", (2, 2)),
            lambda: Image.new("L", (4, 1)),
            lambda: Image.new("1", (2, 2)),
        ),
        *(lambda: Image.new("P", (2, 2)), lambda: Image.new("RGBA", (2, 2))),
        lambda: _palette(),
    ],
}

ALIKE = {
    "images however they were made": [
        lambda: Image.new("L", (3, 1), 5),
        lambda: Image.frombytes("L", (3, 1), bytes([5, 5, 5])),
        lambda: Image.new("L", (6, 1), 5).crop((0, 0, 3, 1)),
    ],
}


def _palette() -> Image.Image:
    made = Image.new("P", (2, 2))
    made.putpalette([9, 9, 9] * 4)
    return made
