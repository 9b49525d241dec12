import { CircleAlert, CircleCheck, CircleDashed, Clock } from "lucide-preact";
import { Icon } from "../../ui/index.ts";
import { figure, share } from "./figures.ts";
import type { ServiceLevel } from "./past.ts";
import { words } from "./words.ts";

/** As in gateway/operations/alerts.py: from here on somebody is called. */
const FAST_BURN = 14.4;

const STATES = {
  nothing: { icon: CircleDashed, tone: "none" },
  met: { icon: CircleCheck, tone: "ok" },
  missed: { icon: Clock, tone: "wait" },
  burning: { icon: CircleAlert, tone: "lost" },
} as const;

function stateOf({ good, total, target, burn_hour, burn_recent }: ServiceLevel): keyof typeof STATES {
  if (!total) return "nothing";
  if (good / total >= target) return "met";
  return Math.min(burn_hour, burn_recent) >= FAST_BURN ? "burning" : "missed";
}

/** Each service level: how much of the last hour was good, and how much should be. */
export function Levels({ levels }: { levels: readonly ServiceLevel[] }) {
  const names: Readonly<Record<string, string>> = words.levels.of;
  return (
    <section class="operations-part" aria-labelledby="levels">
      <h2 id="levels">{words.levels.title}</h2>
      <ul class="levels">
        {levels.map((level) => {
          const state = stateOf(level);
          const { icon, tone } = STATES[state];
          return (
            <li key={level.name} class={`level level-${tone}`}>
              <h3>{names[level.name] ?? level.name}</h3>
              <p class="level-share figures">{level.total ? share(level.good / level.total) : words.plot.none}</p>
              <p class="level-state">
                <Icon of={icon} />
                {words.levels[state]}
              </p>
              <p class="soft figures">
                {words.levels.target(share(level.target))}
                {level.total > 0 && <span class="level-count">{words.levels.count(figure(level.good, "count"), figure(level.total, "count"))}</span>}
              </p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
