/** The operations page, fetched by those who look after the servers: nobody else needs its plots. */
import { caughtUp } from "../../ui/language.ts";
import { lazy } from "../lazy.tsx";
import { Old } from "../Old.tsx";
import { words } from "../words.ts";

export const Operations = lazy(
  async () => {
    const { Operations } = await import("./Operations.tsx");
    await caughtUp(); // its words came with it, in English
    return Operations;
  },
  <Coming />,
  <main class="operations" id="main" tabIndex={-1}>
    <Old />
  </main>,
);

function Coming() {
  return <main class="operations" id="main" tabIndex={-1} aria-busy="true" aria-label={words.app.operations} />;
}
