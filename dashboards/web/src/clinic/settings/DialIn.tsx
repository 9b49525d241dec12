import { CopyButton } from "../../ui/index.ts";
import { words } from "../words.ts";
import type { SectionProps } from "./Settings.tsx";

/** The dial-in numbers. They belong to the deployment's telephone lines, so only its operator changes them. */
export function DialIn({ clinic }: SectionProps) {
  const numbers = clinic.dial_in_as_read;
  return (
    <section aria-labelledby="set-numbers">
      <h3 id="set-numbers">{words.settings.dialIn}</h3>
      {numbers.length === 0 && <p>{words.settings.dialInNone}</p>}
      <ul class="list-lines">
        {numbers.map((number) => (
          <li key={number} class="list-line">
            <span class="list-text figures">{number}</span>
            <CopyButton size="dense" text={number}>
              {words.settings.copyNumber(number)}
            </CopyButton>
          </li>
        ))}
      </ul>
      <p class="soft">
        {numbers.length > 0 && words.settings.dialInMore} {words.settings.dialInOperator}
      </p>
    </section>
  );
}
