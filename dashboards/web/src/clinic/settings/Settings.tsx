import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Banner } from "../../ui/index.ts";
import { changeClinic, type Clinic, type ClinicChange, readClinic } from "../clinic.ts";
import { mayChangeSettings } from "../rights.ts";
import { sentenceOf } from "../refused.ts";
import { useStaff } from "../staff.ts";
import { words } from "../words.ts";
import { Choice, Choices, Switch, TextSetting } from "./controls.tsx";

/** The clinic's settings, for administrators: each is saved as soon as it is changed, and says so. */
export function Settings() {
  const { me } = useStaff();
  useEffect(() => {
    document.title = words.settings.title;
  }, []);
  return (
    <main class="settings" id="main" tabIndex={-1}>
      <h1>{words.settings.title}</h1>
      {mayChangeSettings(me.user.role) ? <Loaded /> : <p class="soft">{words.settings.notYours}</p>}
    </main>
  );
}

function Loaded() {
  const clinic = useSignal<Clinic | null>(null);
  const refused = useSignal("");
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
  const save = async (change: ClinicChange) => {
    clinic.value = await changeClinic(change);
  };
  if (refused.value) return <Banner tone="lost">{refused.value}</Banner>;
  if (!clinic.value) return <div class="bone bone-form" role="status" aria-label={words.settings.loading} />;
  return <Sections clinic={clinic.value} save={save} />;
}

interface Props {
  clinic: Clinic;
  save: (change: ClinicChange) => Promise<void>;
}

function Sections({ clinic, save }: Props) {
  return (
    <div class="settings-list">
      <section aria-labelledby="set-guests">
        <h2 id="set-guests">{words.settings.guests}</h2>
        <Switch
          label={words.settings.byProvider}
          why={words.settings.byProviderMore}
          on={clinic.guests_by_provider}
          save={(on) => save({ guests_by_provider: on })}
        />
        <Switch
          label={words.settings.byPatient}
          why={words.settings.byPatientMore}
          on={clinic.guests_by_patient}
          save={(on) => save({ guests_by_patient: on })}
        />
      </section>
      <section aria-labelledby="set-admission">
        <Choices
          id="set-admission"
          legend={words.settings.admission}
          value={clinic.admission}
          save={(admission) => save({ admission })}
        >
          <Choice value="direct" label={words.settings.direct} why={words.settings.directMore} />
          <Choice value="provider_admits" label={words.settings.admits} why={words.settings.admitsMore} />
        </Choices>
      </section>
      <section aria-labelledby="set-end">
        <h2 id="set-end">{words.settings.end}</h2>
        <TextSetting
          label={words.settings.grace}
          why={words.settings.graceMore}
          value={String(clinic.grace_minutes)}
          type="number"
          check={(text) => (isGrace(text) ? "" : words.settings.graceBad)}
          save={(text) => save({ grace_minutes: Number(text) })}
        />
      </section>
      <section aria-labelledby="set-contact">
        <h2 id="set-contact">{words.settings.contact}</h2>
        <TextSetting
          label={words.settings.phone}
          why={words.settings.phoneMore}
          value={clinic.phone}
          type="tel"
          check={() => ""}
          save={(phone) => save({ phone: phone.trim() })}
        />
      </section>
    </div>
  );
}

const LONGEST_GRACE = 120;

function isGrace(text: string): boolean {
  return /^\d{1,3}$/.test(text.trim()) && Number(text) <= LONGEST_GRACE;
}
