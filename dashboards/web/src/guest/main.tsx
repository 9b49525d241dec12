/** The entry of the pages that take part in a visit: `/j` for guests, `/v` for the patient, `/call` for the provider. */

import { render } from "preact";
import "../ui/base.css";
import "../ui/controls.css";
import "./guest.css";
import { Attendance } from "../visit/attendance.ts";
import { Devices } from "../visit/devices.ts";
import { kept } from "../visit/kept.ts";
import { App, NoLink } from "./App.tsx";
import { loadCall } from "./callWindow.ts";
import { arrive, type Arrival } from "./link.ts";
import { beginToSpeak } from "../visit/speech.ts";
import { askPatientsTelephone, askTelephone, lookAt, seen, unseen } from "../visit/look.ts";
import { tellOpened } from "../visit/opened.ts";

/** Go on where this tab was, or begin. */
function begin({ entry, spelled }: Arrival, attendance: Attendance, devices: Devices): void {
  const back = attendance.resume();
  if (entry.by === "staff") {
    if (kept.get().left) attendance.stayAway();
    else if (!back) attendance.join("");
    void loadCall().catch(() => undefined);
    return;
  }
  tellOpened(entry.token);
  if (spelled) unseen();
  else void lookAt(entry.token).then(() => prepare(entry.token, entry.patient, devices));
}

/** The link is good: have ready what the page offers. */
function prepare(token: string, patient: boolean, devices: Devices): void {
  if (seen.value.at !== "seen") return;
  void devices.startIfAllowed();
  void (patient ? askPatientsTelephone(token) : askTelephone(token));
}

const root = document.getElementById("app");
const arrival = arrive();
beginToSpeak(arrival?.entry.by ?? "link");
// a second link opened in this tab is another visit: begin anew
window.addEventListener("hashchange", () => location.hash && location.reload());
if (root && arrival) {
  const attendance = new Attendance(arrival.entry);
  const devices = new Devices();
  begin(arrival, attendance, devices);
  render(<App attendance={attendance} devices={devices} />, root);
} else if (root) {
  render(<NoLink />, root);
}
