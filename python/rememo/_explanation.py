"""What `f.explain(…)` returns: decided and worded in the native module, shown here."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Explanation:
    """Whether a call would hit, and why: printed as text, true when it would.

    In a terminal with `rich` and in a notebook it shows itself in colour.

    Example:
        >>> import rememo
        >>> RATE = 0.20
        >>> @rememo.cache
        ... def tax(amount):
        ...     return amount * RATE
        >>> tax(100)
        20.0
        >>> bool(tax.explain(100))
        True
        >>> RATE = 0.25
        >>> tax.explain(100).reason
        'global RATE: 0.2 → 0.25'
    """

    __slots__ = ("_data", "_text")

    def __init__(self, data: dict[str, Any], text: str) -> None:
        self._data = data
        self._text = text

    @property
    def hit(self) -> bool:
        """Whether the call would be answered from the cache."""
        return bool(self._data["hit"])

    @property
    def reason(self) -> str:
        """The reason in a few words."""
        return str(self._data["reason"])

    @property
    def differences(self) -> list[dict[str, Any]]:
        """What is not as it was for the nearest earlier entry, a dict each; empty for a hit.

        With `kind` (``"argument"`` or a kind of dependency), `name`, `place` (file and line),
        `change` (``"changed"``, ``"added"``, ``"removed"``, ``"redirected"``), `old` and `new` (in
        a few words, where they are kept), `details`, `lines` (pairs of ``"-"`` or ``"+"`` and a
        line of source), `text`, and `follows`: whether it only follows from another difference.
        """
        nearest = self._data.get("nearest")
        return list(nearest["differences"]) if nearest else []

    def to_dict(self) -> dict[str, Any]:
        """All that is known, as plain data that `json` can write."""
        from copy import deepcopy

        return deepcopy(self._data)

    def __bool__(self) -> bool:
        return self.hit

    def __str__(self) -> str:
        return self._text

    # What a terminal shows when the explanation is all that was asked for.
    __repr__ = __str__

    def _lines(self) -> list[tuple[str, str]]:
        """Each line of the text with what it is: verdict, removed, added or plain."""
        lines = []
        for number, line in enumerate(self._text.splitlines()):
            mark = line.lstrip()[:2]
            if number == 0:
                kind = "hit" if self.hit else "miss"
            elif mark in ("- ", "+ "):
                kind = "removed" if mark == "- " else "added"
            else:
                kind = "plain"
            lines.append((line, kind))
        return lines

    def __rich__(self) -> Any:
        from rich.text import Text

        styles = {"hit": "bold green", "miss": "bold yellow", "removed": "red", "added": "green"}
        text = Text()
        for number, (line, kind) in enumerate(self._lines()):
            text.append("\n" if number else "")
            text.append(line, styles.get(kind, ""))
        return text

    def _repr_html_(self) -> str:
        from html import escape

        styles = {
            "hit": "color:#1a7f37;font-weight:600",
            "miss": "color:#9a6700;font-weight:600",
            "removed": "color:#cf222e",
            "added": "color:#1a7f37",
            "plain": "",
        }
        lines = [
            f'<span style="{styles[kind]}">{escape(line)}</span>' for line, kind in self._lines()
        ]
        return f'<pre style="line-height:1.4">{"<br>".join(lines)}</pre>'
