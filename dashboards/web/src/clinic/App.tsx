import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Banner, Button, Toasts } from "../ui/index.ts";
import { words as shared } from "../ui/words.ts";
import { me, whoAmI } from "./account/account.ts";
import { SignInAgain, SignInPage } from "./account/SignIn.tsx";
import { nextOf, place } from "./address.ts";
import { WaitingRoom } from "./board/WaitingRoom.tsx";
import type { Me } from "./clinic.ts";
import { ConnectionBanner } from "./ConnectionBanner.tsx";
import { Header } from "./Header.tsx";
import { Live } from "./live.ts";
import { Operations } from "./operations/index.tsx";
import { maySeeVisits } from "./rights.ts";
import { sentenceOf } from "./refused.ts";
import { Settings } from "./settings/Settings.tsx";
import { Schedule, VisitForms } from "./schedule/index.tsx";
import { StaffContext } from "./staff.ts";
import { words } from "./words.ts";

/** The staff app: who is signed in decides what there is. */
export function App() {
  const refused = useSignal("");
  const ask = () => {
    refused.value = "";
    whoAmI().then(goOn, (error: unknown) => {
      refused.value = sentenceOf(error);
    });
  };
  useEffect(ask, []);
  const known = me.value;
  return (
    <>
      {known === "unknown" ? (
        refused.value && <Unreachable why={refused.value} onRetry={ask} />
      ) : known ? (
        <SignedIn key={known.user.id} me={known} />
      ) : (
        <SignInPage onDone={goOn} />
      )}
      <SignInAgain />
      <Toasts />
    </>
  );
}

/** Somebody who was sent here to sign in goes back where they wanted to go. */
function goOn(): void {
  const next = nextOf(location.search);
  if (next && me.peek() && me.peek() !== "unknown") location.replace(next);
}

function Unreachable({ why, onRetry }: { why: string; onRetry: () => void }) {
  return (
    <main class="sign-in">
      <Banner tone="lost" live>
        <p>{why}</p>
        <Button size="dense" onClick={onRetry}>
          {shared.tryAgain}
        </Button>
      </Banner>
    </main>
  );
}

function SignedIn({ me: known }: { me: Me }) {
  const live = useMemo(() => new Live(), []);
  const sees = maySeeVisits(known.user.role);
  useEffect(() => {
    if (sees) live.start();
    return () => live.stop();
  }, [live, sees]);
  const page = useComputed(() => place.value.page).value;
  return (
    <StaffContext.Provider value={{ me: known, live }}>
      <a class="skip" href="#main">
        {sees ? words.app.skip : words.app.skipToFigures}
      </a>
      <Header />
      {sees && <ConnectionBanner />}
      {!sees ? <Operations /> : page === "settings" ? <Settings /> : page === "schedule" ? <Schedule /> : <WaitingRoom />}
      {sees && <VisitForms />}
    </StaffContext.Provider>
  );
}
