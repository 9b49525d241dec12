import { useEffect } from "preact/hooks";
import { Phone, PhoneOff } from "lucide-preact";
import { Button, Select } from "../ui/index.ts";
import type { Call } from "./call.ts";
import { LANGUAGES, type Language, language, ownName } from "../ui/language.ts";
import { choose } from "../ui/staffLanguage.ts";
import { words } from "./words.ts";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;

/** A telephone: a number, a green button, twelve keys. */
export function App({ call }: { call: Call }) {
  useEffect(() => {
    document.title = words.title;
  }, [language.value]);
  useEffect(() => void call.look(), [call]);
  useKeyboard(call);
  const running = call.running;
  return (
    <main class="phone">
      <div class="card">
        <div class="phone-head">
          <h1>{words.title}</h1>
          <Select
            label={words.language}
            value={language.value}
            options={LANGUAGES.map((value) => ({ value, label: ownName(value) }))}
            onPick={(chosen) => void choose(chosen as Language)}
          />
        </div>
        <p class="phone-about">{words.about}</p>
        <dl class="phone-number">
          <dt>{words.number}</dt>
          <dd>{call.shown.value || "…"}</dd>
        </dl>
        {running ? (
          <Button kind="danger" size="large" wide icon={PhoneOff} onClick={() => call.hangUp()}>
            {words.hangUp}
          </Button>
        ) : (
          <Button kind="primary" size="large" wide icon={Phone} onClick={() => void call.dial()}>
            {words.call}
          </Button>
        )}
        <p class="phone-stand" role="status">
          {words.stand[call.stand.value]}
        </p>
        <Keys call={call} />
        <p class="phone-about">{words.help}</p>
      </div>
    </main>
  );
}

function Keys({ call }: { call: Call }) {
  const typed = call.typed.value;
  return (
    <div role="group" aria-label={words.keys}>
      <p class="phone-typed">
        <span class="unseen">{typed ? words.typed : words.nothingTyped}</span> {typed.slice(-14)}
      </p>
      <div class="phone-keys">
        {KEYS.map((key) => (
          <button
            key={key}
            type="button"
            class="phone-key"
            {...nameOf(key)}
            aria-disabled={!call.running || undefined}
            onClick={() => call.press(key)}
          >
            {key}
          </button>
        ))}
      </div>
    </div>
  );
}

/** What a key is called that is no digit. */
function nameOf(key: string) {
  if (key === "*") return { "aria-label": words.star };
  return key === "#" ? { "aria-label": words.pound } : {};
}

/** The keyboard's digits are the telephone's, unless somebody is choosing from a list. */
function useKeyboard(call: Call): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
      if (plain && (KEYS as readonly string[]).includes(event.key) && !(event.target instanceof HTMLSelectElement)) {
        event.preventDefault();
        call.press(event.key);
      }
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [call]);
}
