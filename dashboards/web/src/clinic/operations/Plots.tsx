import type { Past } from "./past.ts";
import { type Colour, type Line, Plot } from "./Plot.tsx";
import { words } from "./words.ts";

/** Nodes beyond these share colours; their dashes differ. */
const NODE_COLOURS: readonly Colour[] = ["--provider", "--wait", "--accent", "--lost", "--text-soft"];
const DASHES: readonly (number[] | undefined)[] = [undefined, [6, 4], [2, 3]];

interface Props {
  past: Past;
  spanMs: number;
  /** The same in words. */
  span: string;
}

/** How it goes: what all nodes do together, and what each has to do. */
export function Plots({ past, spanMs, span }: Props) {
  const instants = past.instants(spanMs);
  const common = { instants, span };
  const sum = (name: Parameters<Past["together"]>[0]) => past.together(name, "sum", instants);
  const worst = (name: Parameters<Past["together"]>[0]) => past.together(name, "worst", instants);
  const { lines } = words;
  return (
    <section class="operations-part" aria-labelledby="plots">
      <h2 id="plots">{words.plots.title}</h2>
      <div class="plots">
        <Plot
          {...common}
          title={words.plots.joins}
          unit="rate"
          atLeast={5}
          lines={[
            { name: lines.joined, values: sum("joined"), colour: "--ok", filled: true },
            { name: lines.declined, values: sum("declined"), colour: "--wait", dash: [6, 4] },
            { name: lines.failed, values: sum("failed"), colour: "--lost" },
          ]}
        />
        <Plot
          {...common}
          title={words.plots.people}
          unit="count"
          atLeast={5}
          lines={[
            { name: lines.connected, values: sum("connected"), colour: "--provider", filled: true },
            { name: lines.visits, values: sum("visits"), colour: "--accent", dash: [6, 4] },
            { name: lines.waiting, values: sum("waiting"), colour: "--wait" },
          ]}
        />
        <Plot
          {...common}
          title={words.plots.presence}
          unit="seconds"
          atLeast={0.01}
          lines={[
            { name: lines.presence_p99, values: worst("presence_p99"), colour: "--provider", filled: true },
            { name: lines.presence_p50, values: worst("presence_p50"), colour: "--accent", dash: [6, 4] },
          ]}
        />
        <Plot
          {...common}
          title={words.plots.times}
          unit="seconds"
          atLeast={0.01}
          lines={[
            { name: lines.join_p99, values: worst("join_p99"), colour: "--provider", filled: true },
            { name: lines.save_p99, values: worst("save_p99"), colour: "--accent", dash: [6, 4] },
          ]}
        />
        <Plot {...common} title={words.plots.cpu} unit="cores" atLeast={0.1} lines={byNode(past, "cpu", instants)} />
        <Plot {...common} title={words.plots.memory} unit="bytes" atLeast={1} lines={byNode(past, "memory_bytes", instants)} />
        <Plot {...common} title={words.plots.traffic} unit="rate" atLeast={5} lines={[{ name: lines.messages, values: sum("messages"), colour: "--provider", filled: true }]} />
        <Plot
          {...common}
          title={words.plots.pins}
          unit="rate"
          atLeast={5}
          lines={[
            { name: lines.wrong_pins, values: sum("wrong_pins"), colour: "--lost" },
            { name: lines.resumed, values: sum("resumed"), colour: "--accent", dash: [6, 4] },
          ]}
        />
      </div>
    </section>
  );
}

function byNode(past: Past, name: "cpu" | "memory_bytes", instants: readonly number[]): Line[] {
  const { nodes } = past;
  return nodes.map((node, place) => {
    const dash = DASHES[Math.floor(place / NODE_COLOURS.length) % DASHES.length];
    const colour = NODE_COLOURS[place % NODE_COLOURS.length] ?? "--provider";
    return { name: node, values: past.of(node, name, instants), colour, filled: nodes.length === 1, ...(dash ? { dash } : {}) };
  });
}
