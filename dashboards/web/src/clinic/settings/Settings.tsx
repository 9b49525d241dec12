import { useComputed, useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ChevronLeft, ChevronRight } from "lucide-preact";
import { Banner, Icon } from "../../ui/index.ts";
import { clinicChanged } from "../account/account.ts";
import { addressOf, go, type Place, place } from "../address.ts";
import { changeClinic, type Clinic, type ClinicChange, readClinic } from "../clinic.ts";
import { mayChangeSettings } from "../rights.ts";
import { sentenceOf } from "../refused.ts";
import { useStaff } from "../staff.ts";
import { words } from "../words.ts";
import { ClinicSection } from "./ClinicSection.tsx";
import { DialIn } from "./DialIn.tsx";
import { Guests } from "./Guests.tsx";
import { Keeping } from "./Keeping.tsx";
import { Keys } from "./Keys.tsx";
import { type Section, sectionOf, SECTIONS } from "./sections.ts";
import { StaffSection } from "./StaffSection.tsx";
import { Times } from "./Times.tsx";
import { useNarrow } from "./useNarrow.ts";
import { Visits } from "./Visits.tsx";

export interface SectionProps {
  readonly clinic: Clinic;
  /** Save these settings; what the server then says stands. Rejects with `Refused`. */
  readonly save: (change: ClinicChange) => Promise<boolean>;
}

const PAGES: Record<Section, ComponentType<SectionProps>> = {
  guests: Guests,
  times: Times,
  visits: Visits,
  "dial-in": DialIn,
  keeping: Keeping,
  clinic: ClinicSection,
  staff: StaffSection,
  keys: Keys,
};

/** The clinic's settings, for administrators: one subject a page, each setting saved as soon as it is changed. */
export function Settings() {
  const { me } = useStaff();
  return mayChangeSettings(me.user.role) ? <Sections /> : <NotYours />;
}

function NotYours() {
  useEffect(() => {
    document.title = words.settings.title;
  }, [words.settings.title]);
  return (
    <main class="settings" id="main" tabIndex={-1}>
      <h1>{words.settings.title}</h1>
      <p class="soft">{words.settings.notYours}</p>
    </main>
  );
}

/** Side by side where there is room, else the list or the section that was opened from it. */
function Sections() {
  const narrow = useNarrow();
  const named = useComputed(() => sectionOf(place.value.section ?? "")).value;
  const shown = named ?? (narrow ? undefined : SECTIONS[0]);
  const main = useRef<HTMLElement>(null);
  const before = useRef(named);
  useEffect(() => {
    // who went to another section reads on from its heading
    if (named !== before.current) main.current?.querySelector<HTMLElement>(shown ? "h2" : "h1")?.focus();
    before.current = named;
  }, [named]);
  useEffect(() => {
    document.title = shown ? words.settings.titleOf(words.settings.sections[shown]) : words.settings.title;
  }, [shown]);
  return (
    <main ref={main} class={narrow ? "settings" : "settings settings-wide"} id="main" tabIndex={-1}>
      {narrow && shown ? <BackToList /> : <h1 tabIndex={-1}>{words.settings.title}</h1>}
      {!(narrow && shown) && <List shown={shown} narrow={narrow} />}
      {shown && <Page key={shown} section={shown} />}
    </main>
  );
}

function BackToList() {
  return (
    <SectionLink class="settings-back">
      <Icon of={ChevronLeft} /> {words.settings.title}
    </SectionLink>
  );
}

function List({ shown, narrow }: { shown: Section | undefined; narrow: boolean }) {
  return (
    <nav class="settings-nav" aria-label={words.settings.title}>
      <ul>
        {SECTIONS.map((section) => (
          <li key={section}>
            <SectionLink class="settings-link" section={section} current={section === shown}>
              <span class="settings-link-name">{words.settings.sections[section]}</span>
              {narrow && <span class="soft">{words.settings.about[section]}</span>}
              {narrow && <Icon of={ChevronRight} />}
            </SectionLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}

interface LinkProps {
  class: string;
  section?: Section;
  current?: boolean;
  children: preact.ComponentChildren;
}

function SectionLink({ class: kind, section, current, children }: LinkProps) {
  const to: Place = { page: "settings", visit: "", day: "", section: section ?? "" };
  return (
    <a
      class={kind}
      href={addressOf(to)}
      aria-current={current ? "page" : undefined}
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

function Page({ section }: { section: Section }) {
  return (
    <div class="settings-page">
      <h2 tabIndex={-1}>{words.settings.sections[section]}</h2>
      <Loaded section={section} />
    </div>
  );
}

function Loaded({ section }: { section: Section }) {
  const clinic = useSignal<Clinic | null>(null);
  const refused = useSignal("");
  const queue = useRef(Promise.resolve(true));
  useEffect(() => {
    readClinic().then(
      (read) => {
        clinic.value = read;
      },
      (error: unknown) => {
        refused.value = sentenceOf(error);
      },
    );
  }, []);
  const save = (change: ClinicChange) => {
    // one after the other, so that what was changed last stands
    const saved = queue.current.then(async () => {
      clinic.value = await changeClinic(change);
      clinicChanged(clinic.value);
      return true;
    });
    queue.current = saved.catch(() => true);
    return saved;
  };
  const Shown = PAGES[section];
  if (refused.value) return <Banner tone="lost">{refused.value}</Banner>;
  if (!clinic.value) return <div class="bone bone-form" role="status" aria-label={words.settings.loading} />;
  return (
    <div class="settings-list">
      <Shown clinic={clinic.value} save={save} />
    </div>
  );
}
