import { useEffect, useState } from "preact/hooks";
import { Mail } from "lucide-preact";
import { Icon } from "../../ui/index.ts";
import { readVisit } from "../clinic.ts";
import { get } from "../rest.ts";
import { words } from "../words.ts";
import { type Invited, toldSentence } from "./told.ts";

/** Says who is told when this visit is moved, changed or cancelled. */
export function Told({ visit }: { visit: string }) {
  const [sentence, setSentence] = useState(words.told.asking);
  useEffect(() => {
    let isWanted = true;
    const show = (text: string) => isWanted && setSentence(text);
    Promise.all([readVisit(visit), get<Invited[]>(`/visits/${encodeURIComponent(visit)}/invitations`)]).then(
      ([{ patient }, invited]) => show(toldSentence(patient, invited)),
      () => show(words.told.unknown), // the question must not wait for what only explains it
    );
    return () => {
      isWanted = false;
    };
  }, [visit]);
  return (
    <p class="told" role="status">
      <Icon of={Mail} />
      {sentence}
    </p>
  );
}
