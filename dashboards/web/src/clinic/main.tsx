import { render } from "preact";
import "../ui/base.css";
import "../ui/controls.css";
import "./style/shell.css";
import "./style/room.css";
import "./style/table.css";
import "./style/details.css";
import "./style/forms.css";
import { followAddress } from "./address.ts";
import { App } from "./App.tsx";
import { runClock } from "./now.ts";

followAddress();
runClock();

const root = document.getElementById("app");
if (root) render(<App />, root);
