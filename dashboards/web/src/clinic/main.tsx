import { render } from "preact";
import "../ui/base.css";
import "../ui/controls.css";
import "./style/shell.css";
import "./style/room.css";
import "./style/table.css";
import "./style/details.css";
import "./style/forms.css";
import "./style/settings.css";
import { welcomeIn } from "./account/welcome.ts";
import { Welcome } from "./account/Welcome.tsx";
import { followAddress } from "./address.ts";
import { App } from "./App.tsx";
import { speakAsChosen } from "../ui/staffLanguage.ts";
import { runClock } from "./now.ts";

followAddress();
runClock();

const root = document.getElementById("app");
const welcome = welcomeIn(location);
// nobody reads a page that changes its language under their eyes
void speakAsChosen().then(() => {
  if (root) render(welcome === undefined ? <App /> : <Welcome token={welcome} />, root);
});
