/** REST calls under /api/v1. A refusal comes as a thrown `Refused`, an unreachable server as `Refused("unreachable")`. */

import { clock } from "./clock.ts";
import { Refused, UNREACHABLE } from "./refusal.ts";

type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** Call `path` (below /api/v1) and return the answer's JSON; `op` makes a change have one effect however often it is sent. */
export async function call<Answer>(method: Method, path: string, body?: unknown, op?: string): Promise<Answer> {
  const headers: Record<string, string> = {};
  if (method !== "GET") headers["X-Vestibule"] = "1"; // a form of another site cannot send it (CSRF)
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (op !== undefined) headers["Idempotency-Key"] = op;
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await fetch(`/api/v1${path}`, init).catch(() => {
    throw new Refused(UNREACHABLE);
  });
  clock.agree(Date.parse(response.headers.get("Date") ?? ""));
  if (!response.ok) throw await refusal(response);
  return (response.status === 204 ? undefined : await response.json()) as Answer;
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
