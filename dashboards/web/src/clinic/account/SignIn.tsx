import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Banner, Button, Field } from "../../ui/index.ts";
import { Refused } from "../../wire/index.ts";
import { focusOnce } from "../focus.ts";
import { sentenceOf } from "../refused.ts";
import { words } from "../words.ts";
import { me, signedOut, signIn } from "./account.ts";
import { PasswordField } from "./PasswordField.tsx";

/** The whole page, when nobody is signed in. */
export function SignInPage({ onDone }: { onDone: () => void }) {
  useEffect(() => {
    document.title = words.signIn.title;
  }, [words.signIn.title]);
  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <p class="soft strong">{words.app.product}</p>
        <h1>{words.signIn.title}</h1>
        <SignInForm email="" onDone={onDone} />
      </div>
    </main>
  );
}

/** Over the page, when somebody was signed out: the page stays as it is below. */
export function SignInAgain() {
  const known = me.value;
  if (!signedOut.value || !known || known === "unknown") return null;
  return (
    <Over>
      <h2 id="sign-in-again">{words.signIn.again}</h2>
      <p>{words.signIn.againMore}</p>
      <SignInForm email={known.user.email} />
    </Over>
  );
}

/** A dialog without a way out: there is nothing to go back to before somebody is signed in. */
function Over({ children }: { children: ComponentChildren }) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    box.current?.showModal();
    return () => box.current?.close();
  }, []);
  return (
    <dialog ref={box} class="dialog" aria-labelledby="sign-in-again" onCancel={(event) => event.preventDefault()}>
      <div class="dialog-in">{children}</div>
    </dialog>
  );
}

function SignInForm({ email: known, onDone }: { email: string; onDone?: () => void }) {
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState("");
  const [missing, setMissing] = useState({ email: "", password: "" });
  const [refused, setRefused] = useState("");
  const [busy, setBusy] = useState(false);
  const { left, wait } = useWait();

  const submit = async (event: Event) => {
    event.preventDefault();
    const now = { email: email.trim() ? "" : words.signIn.emailMissing, password: password ? "" : words.signIn.passwordMissing };
    setMissing(now);
    if (now.email || now.password || busy || left) return;
    setBusy(true);
    try {
      await signIn(email.trim(), password);
      onDone?.();
    } catch (error) {
      setRefused(sentenceOf(error));
      if (error instanceof Refused && error.retryAfterMs) wait(error.retryAfterMs);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="form" onSubmit={submit} noValidate>
      {refused && (
        <Banner tone="lost" live>
          {refused}
        </Banner>
      )}
      <Field
        label={words.signIn.email}
        type="email"
        autocomplete="username"
        value={email}
        wrong={missing.email}
        {...(known ? {} : { inputRef: focusOnce })}
        onInput={(event) => setEmail(event.currentTarget.value)}
      />
      <PasswordField
        label={words.signIn.password}
        autocomplete="current-password"
        value={password}
        wrong={missing.password}
        autofocus={known !== ""}
        onType={setPassword}
      />
      <Button type="submit" kind="primary" wide busy={busy} disabled={left > 0}>
        {left > 0 ? words.signIn.wait(left) : words.signIn.act}
      </Button>
    </form>
  );
}

/** Counts down the seconds that somebody must wait after too many tries. */
function useWait(): { left: number; wait: (ms: number) => void } {
  const [left, setLeft] = useState(0);
  const until = useRef(0);
  useEffect(() => {
    if (!left) return;
    const timer = setTimeout(() => setLeft(Math.max(0, Math.ceil((until.current - Date.now()) / 1000))), 250);
    return () => clearTimeout(timer);
  });
  const wait = (ms: number) => {
    until.current = Date.now() + ms;
    setLeft(Math.ceil(ms / 1000));
  };
  return { left, wait };
}
