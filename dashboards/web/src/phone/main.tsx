/** The entry of the demo's telephone, `/dev/phone`. */

import { render } from "preact";
import "../ui/base.css";
import "../ui/controls.css";
import "./phone.css";
import { App } from "./App.tsx";
import { Call } from "./call.ts";
import { speakAsChosen } from "../ui/staffLanguage.ts";

void speakAsChosen();
const root = document.getElementById("app");
if (root) render(<App call={new Call()} />, root);
