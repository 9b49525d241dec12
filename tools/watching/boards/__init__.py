"""What the dashboards show: boards of rows of panels, each with its queries and one sentence."""

from typing import Final

from tools.watching.boards.calls import CALLS
from tools.watching.boards.dialin import DIAL_IN
from tools.watching.boards.levels import LEVELS
from tools.watching.boards.node import NODE
from tools.watching.boards.nodes import NODES
from tools.watching.boards.panel import Board, Panel

__all__ = ["BOARDS", "Board", "Panel"]

BOARDS: Final = (LEVELS, CALLS, DIAL_IN, NODES, NODE)
