import { LogIn } from "lucide-preact";
import { Icon } from "../../ui/index.ts";
import type { Row } from "../../wire/index.ts";
import { isWaiting } from "../board/filter.ts";
import { mayEnter } from "../rights.ts";
import { useStaff } from "../staff.ts";
import { words } from "../words.ts";
import { callAddress } from "./acts.ts";

/** Opens the call window, one tab a visit; it stands out when somebody waits for it. Nothing for those who may not enter. */
export function EnterLink({ row, tabIndex }: { row: Row; tabIndex?: number }) {
  const { me } = useStaff();
  const { visit, status, patient = "" } = row.visit;
  if (!mayEnter(me.user.role) || (status !== "open" && status !== "in_progress")) return null;
  return (
    <a
      class={`button button-dense enter ${isWaiting(row) ? "button-primary" : "button-quiet"}`}
      href={callAddress(visit)}
      target={`call-${visit}`}
      aria-label={words.act.enterName(patient)}
      {...(tabIndex === undefined ? {} : { tabIndex })}
    >
      <Icon of={LogIn} />
      {words.act.enter}
    </a>
  );
}
