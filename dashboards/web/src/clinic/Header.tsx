import { CircleUser, Languages, LogOut } from "lucide-preact";
import { toast } from "../ui/index.ts";
import { language, LANGUAGES, ownName } from "../ui/language.ts";
import { Menu } from "../ui/Menu.tsx";
import { choose } from "../ui/staffLanguage.ts";
import { signOut } from "./account/account.ts";
import { addressOf, go, type Place, place, ROOM, SCHEDULE } from "./address.ts";
import { mayChangeSettings, maySeeVisits } from "./rights.ts";
import { sentenceOf } from "./refused.ts";
import { useStaff } from "./staff.ts";
import { words } from "./words.ts";

const SETTINGS: Place = { page: "settings", visit: "", day: "" };

/** The clinic, its pages, and whose account this is. */
export function Header() {
  const { me } = useStaff();
  const { user, clinic } = me;
  return (
    <header class="top">
      {maySeeVisits(user.role) ? (
        <span class="top-clinic">
          {clinic.logo && <img class="top-logo" src={clinic.logo} alt="" />}
          {clinic.name}
        </span>
      ) : (
        <span class="top-clinic">{words.app.product}</span>
      )}
      <nav class="top-pages" aria-label={words.app.pages}>
        {maySeeVisits(user.role) && <PageLink to={ROOM}>{words.app.room}</PageLink>}
        {maySeeVisits(user.role) && <PageLink to={SCHEDULE}>{words.app.schedule}</PageLink>}
        {mayChangeSettings(user.role) && <PageLink to={SETTINGS}>{words.app.settings}</PageLink>}
      </nav>
      <Menu
        size="dense"
        icon={CircleUser}
        label={words.app.account}
        items={[
          ...LANGUAGES.filter((one) => one !== language.value).map((one) => ({
            label: ownName(one),
            lang: one,
            icon: Languages,
            onPick: () => void choose(one),
          })),
          {
            label: words.app.signOut,
            icon: LogOut,
            onPick: () => {
              signOut().catch((error: unknown) => toast(sentenceOf(error)));
            },
          },
        ]}
      >
        <span class="top-who">
          {user.name} <span class="soft">{words.app.staff[user.role]}</span>
        </span>
      </Menu>
    </header>
  );
}

function PageLink({ to, children }: { to: Place; children: string }) {
  return (
    <a
      class="page-link"
      href={addressOf(to)}
      aria-current={place.value.page === to.page ? "page" : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
