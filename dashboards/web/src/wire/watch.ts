/** What a dashboard's socket watches; it goes on by itself after a reconnect. */

import type { Connection } from "./connection.ts";
import { NOWHERE } from "./terms.ts";

/** Watch a day's waiting room ("" is today). The whole `board` comes by `onMessage`, then numbered changes for `boardNext`. */
export function watchBoard(connection: Connection, day = ""): void {
  let first = true;
  connection.keep("board", (position) => {
    const { stream, seq } = first ? NOWHERE : position; // another day is another board
    first = false;
    return { t: "watch.board", day, stream, seq };
  });
}

/** Watch one visit's invitations: `details` comes by `onMessage`. Returns what stops it. */
export function watchVisit(connection: Connection, visit: string): () => void {
  connection.keep("visit", () => ({ t: "watch.visit", visit }));
  return () => {
    connection.drop("visit");
    void connection.request({ t: "unwatch.visit" }).catch(() => undefined);
  };
}
