import { useEffect, useState } from "preact/hooks";
import { Phone, PhoneOff } from "lucide-preact";
import { Button, Select } from "../ui/index.ts";
import type { Call } from "./call.ts";
import { LANGUAGES, type Language, preferred, type Words } from "./words.ts";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;

/** A telephone: a number, a green button, twelve keys. */
export function App({ call }: { call: Call }) {
  const [language, setLanguage] = useState<Language>(() => preferred(navigator.languages));
  const { words } = LANGUAGES[language];
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = `${words.title} – Vestibule`;
  }, [language]);
  useEffect(() => void call.look(), [call]);
  useKeyboard(call);
  const running = call.running;
  return (
    <main class="phone">
      <div class="card">
        <div class="phone-head">
          <h1>{words.title}</h1>
          <Languages language={language} label={words.language} onChange={setLanguage} />
        </div>
        <p class="phone-about">{words.about}</p>
        <dl class="phone-number">
          <dt>{words.number}</dt>
          <dd>{call.number.value || "…"}</dd>
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
          {words[call.stand.value]}
        </p>
        <Keys call={call} words={words} />
        <p class="phone-about">{words.muted}</p>
      </div>
    </main>
  );
}

function Keys({ call, words }: { call: Call; words: Words }) {
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
            {...(words.key[key] ? { "aria-label": words.key[key] } : {})}
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

const CHOICES = Object.entries(LANGUAGES).map(([value, { name }]) => ({ value, label: name }));

interface LanguagesProps {
  language: Language;
  label: string;
  onChange: (language: Language) => void;
}

function Languages({ language, label, onChange }: LanguagesProps) {
  return (
    <Select label={label} value={language} options={CHOICES} onPick={(chosen) => onChange(chosen as Language)} />
  );
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
