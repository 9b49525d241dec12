import { render } from "preact";

const app = document.getElementById("app");
if (app) render(<h1>Waiting room</h1>, app);
