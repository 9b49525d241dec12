import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Line } from "./order.ts";
import { edgesOf, Heights, lineAt, type Part, partsOf, type Span, spanOf } from "./window.ts";

/** What lines measure in the widest layout, until one of each kind was seen. */
const TYPICAL = { visit: 60, room: 38 };

/** What is drawn before the table's own height is known. */
const FIRST_SPAN: Span = { from: 0, to: 24 };

/** Where a line stood in the window, so that it can be put there again. */
interface Anchor {
  readonly key: string;
  readonly from: number;
}

interface Wanted {
  /** What scrolls. */
  readonly frame: RefObject<HTMLElement>;
  readonly lines: readonly Line[];
  /** Keys of lines to draw wherever one has scrolled to. */
  readonly kept: readonly string[];
  /** The line under the pointer, or else the keyboard's; null for none. */
  readonly under: () => string | null;
  /** Changes when one wants to see the first lines again: another filter, another search. */
  readonly fromTheTop: number;
}

/**
 * What to draw of the lines, as one scrolls.
 *
 * What one looks at keeps its place when lines above it come, go or change their height; the line under the pointer before others.
 */
export function useWindow({ frame, lines, kept, under, fromTheTop }: Wanted): readonly Part[] {
  const heights = useRef(new Heights(TYPICAL)).current;
  const [measured, setMeasured] = useState(0);
  const [span, setSpan] = useState(FIRST_SPAN);
  const anchors = useRef<readonly Anchor[]>([]);
  const edges = useMemo(() => edgesOf(lines, heights.of), [lines, measured]);
  const places = useMemo(() => new Map(lines.map((line, index) => [line.key, index])), [lines]);

  const look = useRef(() => {});
  look.current = () => {
    const box = frame.current;
    if (!box) return;
    const next = spanOf(edges, box.scrollTop, box.clientHeight);
    setSpan((last) => (last.from === next.from && last.to === next.to ? last : next));
    anchors.current = anchorsAt(lines, edges, box, places.get(under() ?? ""));
  };

  useLayoutEffect(() => {
    const box = frame.current;
    const anchor = anchors.current.find(({ key }) => places.has(key));
    if (box && anchor && box.scrollTop > 0) {
      const place = (edges[places.get(anchor.key) ?? 0] ?? 0) - anchor.from;
      if (Math.abs(place - box.scrollTop) >= 1) box.scrollTop = place;
    }
    look.current();
  }, [edges]);

  useLayoutEffect(() => {
    if (frame.current) frame.current.scrollTop = 0;
    anchors.current = [];
  }, [fromTheTop]);

  const isThere = lines.length > 0;
  useEffect(() => {
    const box = frame.current;
    if (!box) return;
    const onScroll = () => look.current();
    box.addEventListener("scroll", onScroll, { passive: true });
    return () => box.removeEventListener("scroll", onScroll);
  }, [isThere, frame.current]);
  useMeasure(frame, heights, isThere, () => setMeasured((times) => times + 1));

  return useMemo(() => partsOf(edges, span, kept.map((key) => places.get(key) ?? -1)), [edges, span, places, kept.join(" ")]);
}

/** The lines in sight and where they stand, those first that should stay where they are rather than others. */
function anchorsAt(lines: readonly Line[], edges: readonly number[], box: HTMLElement, under = -1): Anchor[] {
  const [first, last] = [lineAt(edges, box.scrollTop), lineAt(edges, box.scrollTop + box.clientHeight)];
  const inSight = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const order = inSight.includes(under) ? [under, ...inSight] : inSight;
  return order.flatMap((index) => {
    const line = lines[index];
    return line?.kind === "visit" ? [{ key: line.key, from: (edges[index] ?? 0) - box.scrollTop }] : [];
  });
}

/** Notes how high the drawn lines are, and forgets it when the table becomes wider or narrower. */
function useMeasure(frame: RefObject<HTMLElement>, heights: Heights, isThere: boolean, onNews: () => void): void {
  const watch = useRef<ResizeObserver>();
  useEffect(() => {
    const box = frame.current;
    if (!box) return;
    let width = box.clientWidth;
    const observer = new ResizeObserver((changes) => {
      const isOther = box.clientWidth !== width;
      width = box.clientWidth;
      if (isOther) heights.forget();
      const news = changes.map(({ target, borderBoxSize }) => note(target, borderBoxSize[0]?.blockSize ?? 0, heights, observer));
      if (isOther || news.includes(true) || changes.some(({ target }) => target === box)) onNews();
    });
    observer.observe(box);
    watch.current = observer;
    return () => observer.disconnect();
  }, [isThere, frame.current]);
  useEffect(() => {
    frame.current?.querySelectorAll("[data-line]").forEach((line) => watch.current?.observe(line)); // known ones stay observed
  });
}

function note(target: Element, height: number, heights: Heights, observer: ResizeObserver): boolean {
  if (!target.isConnected) observer.unobserve(target);
  const key = target instanceof HTMLElement && target.isConnected ? target.dataset["line"] : undefined;
  return key !== undefined && height > 0 && heights.measured(key, key.startsWith("room:") ? "room" : "visit", height);
}
