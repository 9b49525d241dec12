import { render } from "preact";

const app = document.getElementById("app");
if (app) render(<h1>Your visit</h1>, app);
