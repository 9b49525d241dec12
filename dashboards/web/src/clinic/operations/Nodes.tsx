import { CircleAlert, CircleCheck, LogOut } from "lucide-preact";
import { Icon } from "../../ui/index.ts";
import { figure } from "./figures.ts";
import type { NodePast, Past } from "./past.ts";
import { words } from "./words.ts";

interface Props {
  nodes: readonly NodePast[];
  past: Past;
}

/** Every node and its load, just now. */
export function Nodes({ nodes, past }: Props) {
  const { nodes: said } = words;
  const heads = [said.shards, said.visits, said.people, said.sockets, said.messages, said.cpu, said.memory, said.late, said.letters, said.lease];
  return (
    <section class="operations-part" aria-labelledby="nodes">
      <h2 id="nodes">{said.title}</h2>
      <div class="nodes" role="region" aria-labelledby="nodes" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{said.node}</th>
              <th scope="col">{said.state}</th>
              {heads.map((head) => (
                <th key={head} scope="col" class="nodes-figure">
                  {head}
                </th>
              ))}
              <th scope="col">{said.version}</th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => (
              <OneNode key={node.node} node={node} past={past} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function OneNode({ node, past }: { node: NodePast; past: Past }) {
  const newest = (name: Parameters<Past["newest"]>[1]) => (node.answers ? past.newest(node.node, name) : null);
  const told = (value: number | null) => (node.answers ? value : null);
  const cpu = newest("cpu");
  return (
    <tr>
      <th scope="row">{node.node}</th>
      <td>
        <State node={node} />
      </td>
      <td class="nodes-figure">{figure(told(node.shards), "count")}</td>
      <td class="nodes-figure">{figure(newest("visits"), "count")}</td>
      <td class="nodes-figure">{figure(newest("connected"), "count")}</td>
      <td class="nodes-figure">{figure(newest("sockets"), "count")}</td>
      <td class="nodes-figure">{figure(newest("messages"), "rate")}</td>
      <td class="nodes-figure">
        <span class="load">
          <svg class="load-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect class={cpu !== null && cpu > BUSY ? "load-full" : "load-now"} width={100 * Math.min(1, cpu ?? 0)} height="8" />
          </svg>
          {figure(cpu, "cores")}
        </span>
      </td>
      <td class="nodes-figure">{figure(newest("memory_bytes"), "bytes")}</td>
      <td class="nodes-figure">{figure(newest("late"), "seconds")}</td>
      <td class="nodes-figure">{figure(told(node.letters), "count")}</td>
      <td class="nodes-figure">{figure(node.lease_age_ms === null ? null : node.lease_age_ms / 1000, "seconds")}</td>
      <td class="soft">{node.version || words.plot.none}</td>
    </tr>
  );
}

/** A share of a core from which on a node, which is one process, has little room left. */
const BUSY = 0.8;

function State({ node }: { node: NodePast }) {
  const [icon, word, tone] = !node.answers
    ? [CircleAlert, words.nodes.silent, "lost"]
    : node.draining
      ? [LogOut, words.nodes.draining, "wait"]
      : [CircleCheck, words.nodes.serves, "ok"];
  return (
    <span class={`node-state node-${tone}`}>
      <Icon of={icon} />
      {word}
    </span>
  );
}
