"""What the fake camera sees: somebody before a wall, moving a little, so that pictures look like calls."""

from __future__ import annotations

from math import cos, pi, sin, sqrt
from pathlib import Path
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 360
FRAMES: Final = 5
RATE: Final = 5
"""A second, and few frames in it: one processor codes what everybody's camera sees."""

Colour = tuple[int, int, int]
"""Y, Cb, Cr (BT.601). Few of them: pictures are kept with a small palette."""
WALL: Final[Colour] = (196, 122, 134)
PANEL: Final[Colour] = (164, 121, 137)
PANEL_FROM: Final = 232
LAMP: Final[Colour] = (226, 106, 142)
SHIRT: Final[Colour] = (92, 142, 112)
SKIN: Final[Colour] = (148, 110, 152)
SHADE: Final[Colour] = (124, 112, 152)
HAIR: Final[Colour] = (44, 124, 134)


def film(path: Path) -> Path:
    """Write a second of it as YUV4MPEG2, which Chromium plays in a loop as its camera."""
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(FRAMES):
            file.write(b"FRAME\n")
            turn = 2 * pi * number / FRAMES
            for plane, scale in ((0, 1), (1, 2), (2, 2)):
                file.write(_plane(plane, scale, 5 * sin(turn), 2 * cos(turn)))
    return path


def _plane(plane: int, scale: int, dx: float, dy: float) -> bytes:
    """One plane of a frame; colour has half the size of brightness."""
    return b"".join(_line(plane, scale, y * scale, dx, dy) for y in range(HEIGHT // scale))


def _line(plane: int, scale: int, y: int, dx: float, dy: float) -> bytes:
    line = bytearray([(WALL if y < PANEL_FROM else PANEL)[plane]]) * (WIDTH // scale)
    for colour, (x, half) in _shapes(y, dx, dy):
        if half > 0:
            start, end = max(0, round((x - half) / scale)), min(len(line), round((x + half) / scale))
            line[start:end] = bytes([colour[plane]]) * (end - start)
    return bytes(line)


def _shapes(y: int, dx: float, dy: float) -> list[tuple[Colour, tuple[float, float]]]:
    """What lies over the wall on this line, from back to front: a middle and half a width, in pixels."""
    middle = WIDTH / 2 + dx
    return [
        (LAMP, (92, _oval(y, 78, 46, 46))),
        (HAIR, (middle, _oval(y, 128 + dy, 62, 80))),
        (SHADE, (middle, 26 if 190 < y - dy < 262 else 0)),
        (SHIRT, (middle, _oval(y, 384, 156, 138))),
        (SHADE, (middle, _oval(y, 246, 30, 18))),
        (SKIN, (middle, _oval(y, 142 + dy, 50, 66))),
        (HAIR, (middle, _oval(y, 84 + dy, 50, 26))),
    ]


def _oval(y: float, centre: float, half_width: float, half_height: float) -> float:
    """Half the width of an oval at this height, 0 beside it."""
    off = (y - centre) / half_height
    return half_width * sqrt(1 - off * off) if abs(off) < 1 else 0
