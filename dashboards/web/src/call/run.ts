/** What a provider asks of the visit: sent once, however often the connection breaks; a refusal is shown as it is said. */

import { toast } from "../ui/index.ts";
import { said } from "../visit/said.ts";
import type { Connection } from "../wire/connection.ts";

type Question = Parameters<Connection["request"]>[0];

/** Ask, and show why when it is refused. Resolves to whether it was done. */
export async function run(connection: Connection, question: Question): Promise<boolean> {
  try {
    await connection.request(question);
    return true;
  } catch (error) {
    toast(said(error));
    return false;
  }
}
