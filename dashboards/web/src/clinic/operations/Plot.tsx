import { useEffect, useId, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { time } from "../../ui/index.ts";
import { exactTime, figure, ownZone, type Unit } from "./figures.ts";
import { byMinute } from "./past.ts";
import { words } from "./words.ts";

/** A colour of the style sheets, by its custom property. */
export type Colour = "--ok" | "--wait" | "--lost" | "--accent" | "--provider" | "--patient" | "--text-soft";

export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly colour: Colour;
  /** Lines are told apart without colour too. */
  readonly dash?: number[];
  /** Fill the ground below it. */
  readonly filled?: boolean;
}

interface Props {
  title: string;
  /** How much is shown, in words. */
  span: string;
  unit: Unit;
  /** ms since 1970 (UTC) */
  instants: readonly number[];
  lines: readonly Line[];
  /** Where the scale ends when all is below it. */
  atLeast: number;
}

const HEIGHT = 168;
const SYNC = "operations";
const SCHEME = "(prefers-color-scheme: dark)";

/** Lines over time, their newest values, and the same as a table. */
export function Plot(props: Props) {
  const { title, span, unit, instants, lines } = props;
  const heading = useId();
  const [pointed, setPointed] = useState<number | null>(null);
  const place = pointed !== null && pointed < instants.length ? pointed : instants.length - 1;
  const now = lines.map((line) => words.plot.line(line.name, figure(line.values.at(-1), unit)));
  return (
    <section class="plot" aria-labelledby={heading}>
      <div class="plot-head">
        <h3 id={heading}>{title}</h3>
        {pointed !== null && <span class="soft figures">{time.timeOf(instants[place] ?? 0, ownZone())}</span>}
      </div>
      <ul class="plot-legend">
        {lines.map((line) => (
          <li key={line.name}>
            <Swatch line={line} />
            <span class="soft">{line.name}</span>
            <span class="strong figures">{figure(line.values[place], unit)}</span>
          </li>
        ))}
      </ul>
      <div role="img" aria-label={words.plot.said(title, span, now)}>
        {instants.length > 1 ? <Canvas {...props} onPoint={setPointed} /> : <p class="plot-empty soft">{words.plot.empty}</p>}
      </div>
      <AsTable {...props} />
    </section>
  );
}

function Swatch({ line }: { line: Line }) {
  return (
    <svg class="plot-swatch" viewBox="0 0 16 4" aria-hidden="true">
      <line x1="0" y1="2" x2="16" y2="2" stroke={`var(${line.colour})`} stroke-width="3" {...(line.dash ? { "stroke-dasharray": "4 2" } : {})} />
    </svg>
  );
}

function Canvas({ unit, instants, lines, atLeast, onPoint }: Props & { onPoint: (place: number | null) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef<uPlot.AlignedData>([[]]);
  const scheme = useScheme();
  latest.current = [instants.map((at) => at / 1000), ...lines.map((line) => [...line.values])];
  const looks = lines.map((line) => `${line.name} ${line.colour}`).join();
  useEffect(() => {
    const here = box.current;
    if (!here) return;
    const drawn = new uPlot(optionsOf(here, lines, unit, atLeast, onPoint), latest.current, here);
    plot.current = drawn;
    const watch = new ResizeObserver(() => drawn.setSize({ width: here.clientWidth, height: HEIGHT }));
    watch.observe(here);
    return () => {
      watch.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [looks, unit, scheme]);
  useEffect(() => {
    plot.current?.setData(latest.current);
  }, [instants, lines]);
  return <div class="plot-canvas" ref={box} />;
}

function optionsOf(box: HTMLElement, lines: readonly Line[], unit: Unit, atLeast: number, onPoint: (place: number | null) => void): uPlot.Options {
  const style = getComputedStyle(box);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--text-soft"),
    font: `${style.fontSize} ${style.fontFamily}`,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: box.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    padding: [8, 28, 0, 0],
    cursor: { sync: { key: SYNC }, drag: { x: false, y: false }, points: { size: 7 } },
    scales: { x: { time: true }, y: { range: (_plot, _least, most) => [0, Math.max(atLeast, (most ?? 0) * 1.1)] } },
    axes: [
      { ...axis, grid: { show: false }, size: 28, space: 84, values: (_plot, splits) => splits.map(timeAt(splits)) },
      { ...axis, size: 60, space: 36, ...(unit === "bytes" ? { incrs: BYTE_STEPS } : {}), values: (_plot, splits) => splits.map((value) => figure(value, unit)) },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        label: line.name,
        stroke: colour(line.colour),
        width: 2,
        points: { show: false },
        spanGaps: false,
        ...(line.dash ? { dash: line.dash } : {}),
        ...(line.filled ? { fill: `${colour(line.colour)}${FAINT}` } : {}),
      })),
    ],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
  };
}

/** Steps of memory that people count in: from 16 MiB on, always twice as much. */
const BYTE_STEPS = Array.from({ length: 20 }, (_, power) => 2 ** (24 + power));
const MINUTE_S = 60;

/** How times are written at an axis: with seconds where its marks are nearer than a minute. */
function timeAt(splits: readonly number[]): (at: number) => string {
  const [first = 0, second = MINUTE_S] = splits;
  return second - first < MINUTE_S ? (at) => exactTime(at * 1000) : (at) => time.timeOf(at * 1000, ownZone());
}

/** A tenth of a colour, as the last two digits of its hexadecimal form. */
const FAINT = "1f";

/** Changes with the colours: a canvas does not follow style sheets by itself. */
function useScheme(): boolean {
  const [dark, setDark] = useState(() => matchMedia(SCHEME).matches);
  useEffect(() => {
    const query = matchMedia(SCHEME);
    const look = () => setDark(query.matches);
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, []);
  return dark;
}

function AsTable({ title, unit, instants, lines }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <details class="plot-details" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary aria-label={words.plot.tableName(title)}>{words.plot.asTable}</summary>
      {open && (
        <div class="plot-table" role="region" aria-label={words.plot.table(title)} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">{words.plot.time}</th>
                {lines.map((line) => (
                  <th key={line.name} scope="col">
                    {line.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {byMinute(instants).map((place) => (
                <tr key={instants[place]}>
                  <th scope="row">{time.timeOf(instants[place] ?? 0, ownZone())}</th>
                  {lines.map((line) => (
                    <td key={line.name}>{figure(line.values[place], unit)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
