import { useEffect, useState } from "preact/hooks";
import { Banner, Button } from "../../ui/index.ts";
import { Refused } from "../../wire/index.ts";
import { sentenceOf } from "../refused.ts";
import { words } from "../words.ts";
import { setPassword } from "./account.ts";
import { PasswordField } from "./PasswordField.tsx";
import { lettersOf, SHORTEST_PASSWORD, welcomeIn } from "./welcome.ts";

/** The code of a link that was used, is too old, or was never given out. */
const OVER = "welcome_refused";

/** The page behind a welcome link: somebody new chooses a password, and is signed in. */
export function Welcome({ token }: { token: string }) {
  useEffect(() => {
    document.title = words.welcome.title;
  }, [words.welcome.title]);
  useEffect(() => {
    const anew = () => welcomeIn(location) !== token && location.reload();
    addEventListener("hashchange", anew); // another link was opened in this tab
    return () => removeEventListener("hashchange", anew);
  }, []);
  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <p class="soft strong">{words.app.product}</p>
        <h1>{words.welcome.title}</h1>
        {token ? <ChoosePassword token={token} /> : <Trouble why={words.welcome.noLink} />}
      </div>
    </main>
  );
}

function ChoosePassword({ token }: { token: string }) {
  const [password, setTyped] = useState("");
  const [wrong, setWrong] = useState("");
  const [refused, setRefused] = useState("");
  const [busy, setBusy] = useState(false);
  const [over, setOver] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    const fault = faultOf(password);
    setWrong(fault);
    if (fault || busy) return;
    setBusy(true);
    setRefused("");
    try {
      await setPassword(token, password);
      location.replace("/"); // anew: somebody else may have been signed in here
    } catch (error) {
      setRefused(sentenceOf(error));
      setOver(error instanceof Refused && error.code === OVER);
      setBusy(false);
    }
  };
  if (over) return <Trouble why={refused} />;
  return (
    <form class="form" onSubmit={submit} noValidate>
      {refused ? <Trouble why={refused} /> : <p>{words.welcome.text}</p>}
      <PasswordField
        label={words.welcome.password}
        hint={words.welcome.rule(SHORTEST_PASSWORD)}
        autocomplete="new-password"
        value={password}
        wrong={wrong}
        onType={setTyped}
      />
      <Button type="submit" kind="primary" wide busy={busy}>
        {words.welcome.act}
      </Button>
    </form>
  );
}

function Trouble({ why }: { why: string }) {
  return (
    <Banner tone="lost" live>
      <p>{why}</p>
      <p>
        <a href="/">{words.welcome.signIn}</a>
      </p>
    </Banner>
  );
}

function faultOf(password: string): string {
  const typed = lettersOf(password);
  if (!typed) return words.welcome.missing;
  return typed < SHORTEST_PASSWORD ? words.welcome.short(SHORTEST_PASSWORD, typed) : "";
}
