/** A refusal of the server's: a stable code and one sentence for a person, shown as it is (D10). */

import type { Error as ErrorMessage } from "./messages.ts";

export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: string;
  readonly at: number;
  readonly retryAfterMs: number;
  /** A telephone number to use instead, "" when there is none. */
  readonly number: string;
  /** What is wrong with which field of a form. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(code: string, message = "", more: Partial<Pick<Refused, "at" | "retryAfterMs" | "number" | "fields">> = {}) {
    super(message);
    this.code = code;
    this.at = more.at ?? 0;
    this.retryAfterMs = more.retryAfterMs ?? 0;
    this.number = more.number ?? "";
    this.fields = more.fields ?? {};
  }

  static from(error: ErrorMessage): Refused {
    const { code, message, at = 0, retry_after_ms: retryAfterMs = 0, number = "" } = error;
    return new Refused(code, message, { at, retryAfterMs, number });
  }
}

/** Codes that come from this page and not from the server; their sentences stand in the catalogue of words. */
export const UNREACHABLE = "unreachable";
export const NO_ANSWER = "no_answer";
