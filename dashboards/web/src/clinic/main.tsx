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
import { runClock } from "./now.ts";

followAddress();
runClock();

const root = document.getElementById("app");
const welcome = welcomeIn(location);
if (root) render(welcome === undefined ? <App /> : <Welcome token={welcome} />, root);
