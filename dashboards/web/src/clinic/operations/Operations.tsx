import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { CircleAlert, CircleCheck } from "lucide-preact";
import "uplot/dist/uPlot.min.css";
import { Banner, Icon } from "../../ui/index.ts";
import { Alerts } from "./Alerts.tsx";
import { exactTime } from "./figures.ts";
import { Levels } from "./Levels.tsx";
import { Nodes } from "./Nodes.tsx";
import "./operations.css";
import { Plots } from "./Plots.tsx";
import { Poll, type Seen } from "./poll.ts";
import { words } from "./words.ts";

const MINUTE_MS = 60_000;
const SPANS = { quarter: 15 * MINUTE_MS, hour: 60 * MINUTE_MS } as const;
type Span = keyof typeof SPANS;

/** How the servers do, live: for who looks after them. It knows no clinic, no visit and nobody. */
export function Operations() {
  const poll = useMemo(() => new Poll(), []);
  const span = useSignal<Span>("quarter");
  useEffect(() => {
    poll.start();
    return () => poll.stop();
  }, [poll]);
  const seen = poll.seen.value;
  const count = seen?.told.alerts.length ?? 0;
  useEffect(() => {
    document.title = count ? words.tab(count) : words.title;
  }, [count, words.title]);
  return (
    <main class="operations" id="main" tabIndex={-1}>
      <div class="operations-head">
        <h1>{words.title}</h1>
        {seen && <Health seen={seen} />}
        <SpanSwitch span={span.value} onSpan={(next) => (span.value = next)} />
      </div>
      {poll.refused.value && (
        <Banner tone="lost" live>
          {poll.refused.value} {seen && words.old(exactTime(seen.told.now))}
        </Banner>
      )}
      {seen ? <All seen={seen} span={span.value} /> : <div class="bone operations-bone" role="status" aria-label={words.loading} />}
    </main>
  );
}

function All({ seen: { told, past }, span }: { seen: Seen; span: Span }) {
  return (
    <>
      <Alerts alerts={told.alerts} />
      <Levels levels={told.levels} />
      <Plots past={past} spanMs={SPANS[span]} span={words.span[span]} />
      <Nodes nodes={told.nodes} past={past} />
    </>
  );
}

/** In a word, and said when it changes. */
function Health({ seen: { told } }: { seen: Seen }) {
  const { length } = told.alerts;
  return (
    <>
      <p class={`health health-${length ? "lost" : "ok"}`} role="status">
        <Icon of={length ? CircleAlert : CircleCheck} />
        {length ? words.firing(length) : words.well}
      </p>
      <p class="operations-live soft figures">{words.live(exactTime(told.now))}</p>
    </>
  );
}

function SpanSwitch({ span, onSpan }: { span: Span; onSpan: (span: Span) => void }) {
  return (
    <div class="spans" role="group" aria-label={words.span.label}>
      {(Object.keys(SPANS) as Span[]).map((one) => (
        <button key={one} type="button" class="span" aria-pressed={one === span} onClick={() => onSpan(one)}>
          {words.span[one]}
        </button>
      ))}
    </div>
  );
}
