"""What `f.dependencies()` returns: found and measured in the native module, shown here."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Dependencies(dict[str, "dict[str, Any]"]):
    """A mapping from the label of each dependency to what is known of it; prints as a tree.

    Each entry has `name`, `kind`, `place` (file and line), `digest`, `version` (of a library,
    which counts by it), `reads` (labels of what it leads to), and `bytes_per_call` and
    `seconds_per_call`: what hashing it anew on each call costs, zero for what is guarded instead.

    Attributes:
        not_followed: what could not be followed, a dict each: `name`, `reason`, `remedy`, `reader`
            (the function), `file` and `line`.
    """

    not_followed: list[dict[str, Any]]

    def __init__(
        self,
        entries: dict[str, dict[str, Any]],
        not_followed: list[dict[str, Any]],
        tree: list[tuple[str, str, str]] = (),  # type: ignore[assignment]
    ) -> None:
        super().__init__(entries)
        self.not_followed = not_followed
        self._tree = tree

    def _lines(self) -> list[tuple[str, str, str]]:
        """Each line as branches, what stands there, and what is said of it."""
        lines = list(self._tree)
        if self.not_followed:
            lines.append(("", "not followed:", ""))
        for item in self.not_followed:
            place = f"{item['file']}:{item['line']}"
            about = f"in {item['reader']}(), {place}: {item['reason']}; {item['remedy']}"
            lines.append(("    ", item["name"], about))
        return lines

    def __str__(self) -> str:
        return "\n".join(
            f"{branches}{what}{f'  ({about})' if about else ''}"
            for branches, what, about in self._lines()
        )

    # What a terminal shows when the map is all that was asked for.
    __repr__ = __str__

    def __rich__(self) -> Any:
        from rich.text import Text

        text = Text()
        for number, (branches, what, about) in enumerate(self._lines()):
            text.append("\n" if number else "")
            text.append(branches, "dim")
            text.append(what, "bold" if number == 0 else "")
            if about:
                style = "yellow" if "each call" in about or branches == "    " else "dim"
                text.append(f"  ({about})", style)
        return text

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"
