"""The last hour of a node: samples and their points, bounded; the oldest go first."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterator

from gateway.operations.sample import Layout, Sample
from gateway.operations.series import WINDOW_MS, point


class Ring:
    """Keeps at most `most` samples."""

    def __init__(self, layout: Layout, most: int) -> None:
        self.layout = layout
        self._samples: deque[Sample] = deque(maxlen=most)
        self._points: deque[array[float]] = deque(maxlen=most)

    def __len__(self) -> int:
        return len(self._samples)

    def add(self, sample: Sample) -> None:
        """Take the newest sample; one that is not newer than the last is left out."""
        if self._samples and sample.at <= self._samples[-1].at:
            return
        before = self.ago(WINDOW_MS, sample.at) or sample
        self._samples.append(sample)
        self._points.append(point(self.layout, sample, before))

    @property
    def newest(self) -> Sample | None:
        """The newest sample."""
        return self._samples[-1] if self._samples else None

    def ago(self, ms: int, now: int | None = None) -> Sample | None:
        """Give the sample of so long ago, or the oldest there is; None when there is none."""
        if not self._samples:
            return None
        newest = self._samples[-1].at if now is None else now
        for sample in reversed(self._samples):
            if newest - sample.at >= ms:
                return sample
        return self._samples[0]

    def last(self, ms: int) -> Iterator[Sample]:
        """Give the samples of the last so many milliseconds, the newest first."""
        for sample in reversed(self._samples):
            if self._samples[-1].at - sample.at > ms:
                return
            yield sample

    def since(self, at: int) -> list[tuple[int, array[float]]]:
        """Give the points of the samples after `at`, the oldest first."""
        found: list[tuple[int, array[float]]] = []
        for sample, drawn in zip(reversed(self._samples), reversed(self._points), strict=True):
            if sample.at <= at:
                break
            found.append((sample.at, drawn))
        return found[::-1]
