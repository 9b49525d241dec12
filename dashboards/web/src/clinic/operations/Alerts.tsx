import { BookOpen, CircleAlert, CircleCheck, Clock } from "lucide-preact";
import { Icon } from "../../ui/index.ts";
import { figure } from "./figures.ts";
import type { FiringAlert } from "./past.ts";
import { words } from "./words.ts";

/** What is wrong now, the loudest first, each with where it is written what to do. */
export function Alerts({ alerts }: { alerts: readonly FiringAlert[] }) {
  return (
    <section class="operations-part" aria-labelledby="alerts">
      <h2 id="alerts">{words.alerts.title}</h2>
      {alerts.length ? (
        <ul class="alerts">
          {alerts.map((alert) => (
            <OneAlert key={alert.name} alert={alert} />
          ))}
        </ul>
      ) : (
        <p class="alerts-none">
          <Icon of={CircleCheck} /> {words.alerts.none}
        </p>
      )}
    </section>
  );
}

function OneAlert({ alert }: { alert: FiringAlert }) {
  const urgent = alert.severity === "page";
  return (
    <li class={`alert alert-${urgent ? "lost" : "wait"}`}>
      <p class="alert-loud">
        <Icon of={urgent ? CircleAlert : Clock} />
        {words.alerts[alert.severity]}
      </p>
      <div class="alert-text">
        <p class="strong">{sentenceOf(alert)}</p>
        <p class="soft">{alert.nodes.length ? words.alerts.at(alert.nodes) : words.alerts.everywhere}</p>
      </div>
      <p class="alert-runbook">
        <Icon of={BookOpen} />
        <span>{words.alerts.runbook(alert.runbook)}</span>
      </p>
    </li>
  );
}

function sentenceOf(alert: FiringAlert): string {
  const known: Readonly<Record<string, string | ((value: string) => string) | undefined>> = words.alerts.of;
  const said = known[alert.name];
  const value = figure(alert.value, "rate");
  if (said === undefined) return words.alerts.unknown(alert.name, value);
  return typeof said === "string" ? said : said(value);
}
