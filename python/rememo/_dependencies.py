"""What `f.dependencies()` returns."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Dependencies(dict[str, "dict[str, Any]"]):
    """A mapping from the label of each dependency to its name, kind, place and digest.

    Attributes:
        not_followed: what could not be followed, a dict each: `name`, `reason`, `remedy`, `reader`
            (the function), `file` and `line`.
    """

    not_followed: list[dict[str, Any]]

    def __init__(
        self, entries: dict[str, dict[str, Any]], not_followed: list[dict[str, Any]]
    ) -> None:
        super().__init__(entries)
        self.not_followed = not_followed

    def __str__(self) -> str:
        lines = []
        for label, entry in self.items():
            place = f"  ({entry['place']})" if entry["place"] else ""
            lines.append(f"{label}{place}  {entry['digest'][:12]}")
        for item in self.not_followed:
            place = f"{item['file']}:{item['line']}"
            lines.append(
                f"not followed: {item['name']} in {item['reader']}() ({place}): "
                f"{item['reason']}; {item['remedy']}"
            )
        return "\n".join(lines)
