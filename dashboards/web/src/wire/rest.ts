/** REST calls under /api/v1. A refusal comes as a thrown `Refused`, an unreachable server as `Refused("unreachable")`. */

import { clock } from "./clock.ts";
import { Refused, UNREACHABLE } from "./refusal.ts";

type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** The longest that a call waits by itself before it is sent once more. */
const LONGEST_WAIT_MS = 3_000;
/** Questions that are asked by POST because they are no one else's business: they change nothing, and may be repeated. */
const QUESTIONS = new Set(["/links/look", "/links/phone", "/links/panel", "/visits/check"]);
/** Over how long those who were told the same come again. */
const SPREAD_MS = 500;

/**
 * Call `path` (below /api/v1) and return the answer's JSON; `op` makes a change have one effect however often it is sent.
 *
 * What may be repeated is sent once more when the server says that it cannot do it just now: a clinic that moves to another
 * node is away for a moment.
 */
export async function call<Answer>(method: Method, path: string, body?: unknown, op?: string): Promise<Answer> {
  const headers: Record<string, string> = {};
  if (method !== "GET") headers["X-Vestibule"] = "1"; // a form of another site cannot send it (CSRF)
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (op !== undefined) headers["Idempotency-Key"] = op;
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (body !== undefined) init.body = JSON.stringify(body);
  const repeatable = method === "GET" || op !== undefined || QUESTIONS.has(path);
  for (let tries = 1; ; tries += 1) {
    const response = await ask(path, init);
    if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Answer;
    const refused = await refusal(response);
    const inMs = refused.retryAfterMs;
    if (tries > 1 || !repeatable || response.status !== 503 || inMs === 0 || inMs > LONGEST_WAIT_MS) throw refused;
    await new Promise((resolve) => setTimeout(resolve, inMs + Math.random() * SPREAD_MS));
  }
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(`/api/v1${path}`, init).catch(() => {
    throw new Refused(UNREACHABLE);
  });
  clock.agree(Date.parse(response.headers.get("Date") ?? ""));
  return response;
}

async function refusal(response: Response): Promise<Refused> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const text = (name: string) => (typeof body[name] === "string" ? body[name] : "");
  const count = (name: string) => (typeof body[name] === "number" ? body[name] : 0);
  const waits = count("retry_after_ms") || 1000 * Number(response.headers.get("Retry-After") ?? 0) || 0;
  return new Refused(text("code") || (response.status >= 500 ? UNREACHABLE : `http_${response.status}`), text("message"), {
    at: count("at"),
    number: text("number"),
    retryAfterMs: waits,
    fields: (body["fields"] ?? {}) as Record<string, string>,
  });
}
