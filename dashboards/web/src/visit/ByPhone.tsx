import { Phone } from "lucide-preact";
import { Icon, time, words } from "../ui/index.ts";
import { dialled } from "./dialled.ts";

/** A telephone's way into the visit: the number, and the PIN when it is known here. */
export interface Telephone {
  readonly number: string;
  readonly pin: string;
}

/** The number to call, one tap on a telephone, and the PIN in groups of 3-3-4. */
export function ByPhone({ number, pin }: Telephone) {
  return (
    <div class="by-phone">
      <p>{words.guest.byPhoneHow}</p>
      <a class="button button-quiet button-large button-wide" href={dialled(number, pin)}>
        <Icon of={Phone} />
        <span>
          {words.guest.call} <span class="whole">{number}</span>
        </span>
      </a>
      {pin ? (
        <p>
          {words.guest.pin} <strong class="by-phone-pin figures">{time.pinGroups(pin)}</strong>
        </p>
      ) : (
        <p>{words.guest.pinInMessage}</p>
      )}
    </div>
  );
}
