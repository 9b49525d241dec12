/** The wire, as pages use it. */

export { clock } from "./clock.ts";
export { connect } from "./connection.ts";
export { socketUrl } from "./home.ts";
export type { Connection } from "./connection.ts";
export { NOWHERE, TIMINGS } from "./terms.ts";
export type { ConnectionState, Hello, Options, Over, Position } from "./terms.ts";
export type * from "./messages.ts";
export * from "./merge.ts";
export { PAGE, randomText } from "./random.ts";
export { NO_ANSWER, Refused, UNREACHABLE } from "./refusal.ts";
export { call } from "./rest.ts";
export { watchBoard, watchVisit } from "./watch.ts";
