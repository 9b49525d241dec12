import { AskFirst } from "../../ui/index.ts";
import type { Participant } from "../../wire/index.ts";
import { useRun, useStaff } from "../staff.ts";
import { words } from "../words.ts";

/** Turn somebody away who waits, or remove somebody who is in the call. */
export type PuttingOut = "deny" | "remove";

interface Props {
  visit: string;
  seat: Participant;
  how: PuttingOut;
  onClose: () => void;
}

/** Asks once before somebody is put out, and says what that means for them and for others (D11). */
export function PutOut({ visit, seat, how, onClose }: Props) {
  const { live } = useStaff();
  const { busy, run } = useRun();
  const act = async () => {
    if (await run(() => live.ask({ t: how, visit, seat: seat.seat }))) onClose();
  };
  return (
    <AskFirst title={words[how].title(seat.name)} act={words[how].act} busy={busy} onAct={act} onClose={onClose}>
      <p>{words[how].text(seat.name)}</p>
      {aftermath(seat, how).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </AskFirst>
  );
}

/** By the shared link or PIN nobody can be told from others, so all who come by it wait; a personal invitation dies with them. */
function aftermath({ role, invitation }: Participant, how: PuttingOut): string[] {
  if (invitation === "shared") return [words.barred.shared];
  if (role === "patient" || how === "deny") return [words.barred.again];
  return [words.barred.personal];
}
