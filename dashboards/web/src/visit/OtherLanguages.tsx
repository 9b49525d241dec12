import { Languages } from "lucide-preact";
import { Button } from "../ui/index.ts";
import { language, LANGUAGES, ownName } from "../ui/language.ts";
import { choose } from "./speech.ts";

/** The page's other languages, each by its own name. */
export function OtherLanguages() {
  return (
    <p class="languages">
      {LANGUAGES.filter((one) => one !== language.value).map((one, place) => (
        // kept by its place: who pressed it stays on it
        <Button key={place} kind="plain" icon={Languages} lang={one} onClick={() => choose(one)}>
          {ownName(one)}
        </Button>
      ))}
    </p>
  );
}
