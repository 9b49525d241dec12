// A guest in Debian's Firefox, step by step: a line of JSON for each step on standard output, and on standard
// input a line for each to begin. Run in dashboards/web, where puppeteer-core is.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.cwd()}/package.json`));
const { default: puppeteer } = await import(pathToFileURL(require.resolve("puppeteer-core")).href);

const PATIENCE_MS = 60_000;
const [url, executablePath] = process.argv.slice(2);
const asked = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const tell = (step, more = {}) => console.log(JSON.stringify({ step, ...more }));

const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath,
  headless: true,
  extraPrefsFirefox: {
    "media.navigator.streams.fake": true, // a moving picture and a tone instead of devices
    "media.navigator.permission.disabled": true, // allowed, as somebody would
    "media.peerconnection.ice.loopback": true, // the relay is on this machine
    "media.autoplay.default": 0,
  },
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const heading = (text) => page.waitForFunction((wanted) => document.querySelector("h1")?.innerText === wanted, {}, text);
  const inCall = () => page.waitForSelector("[aria-label='Call controls']");
  const seat = () => page.evaluate(() => JSON.parse(sessionStorage.getItem("vestibule")).seat);
  const stats = () => page.evaluate(() => window.vestibule?.stats() ?? []);

  const STEPS = {
    async open() {
      await page.goto(url);
      await page.waitForSelector("input[name=name]");
      return { title: await page.evaluate(() => document.querySelector("h1").innerText), version: await browser.version() };
    },
    async join() {
      await page.type("input[name=name]", "Fiona Fox");
      await page.click("button[type=submit]");
      await heading("Your provider knows you're here");
      return { seat: await seat() };
    },
    async in() {
      await inCall();
      return { seat: await seat() };
    },
    async media() {
      return { stats: await stats() };
    },
    async reload() {
      await page.reload();
      await inCall();
      return { seat: await seat() };
    },
    async end() {
      await heading("This visit has ended");
      return {};
    },
  };
  for (;;) {
    const { value: step, done } = await asked.next();
    if (done) break;
    tell(step, await STEPS[step]());
  }
} finally {
  await browser.close();
}
