// How fast the console is, against the bars it is held to. `npm run bars -- [http://host:port]`
//
// Figures of one machine at one moment: a shared one is slower, and its load is told with them. Of each the 95th of 100 is held to the bar, the median and
// the best stand beside it. Nothing here fails; what is beyond its bar is marked.

import { cpus, loadavg } from "node:os";
import * as harness from "./harness.mjs";

const server = process.argv[2] ? { base: process.argv[2], stop: () => undefined } : await harness.ownServer();
const { base } = server;
const aws = harness.awsOf(base);
const browser = await harness.launch();
const LOADS = 20;
const STARTS_PER_SECOND = 20;
const SECONDS = 5;

const RUNS = 5;

/** Opens a page and waits until an element with these words is painted; when that was, in ms since the visit began. The page looks itself, at every frame:
 * what looks from outside looks twice a second at last, and keeps the page busy with it. */
async function openUntil(page, address, selector, words) {
  await page.addInitScript(
    ([selector, words]) => {
      const look = () => {
        const found = [...document.querySelectorAll(selector)].some((element) => words.every((word) => element.textContent.includes(word)));
        if (found) setTimeout(() => (globalThis.painted_ = performance.now()));
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    },
    [selector, words],
  );
  await page.goto(address);
  const painted = await page.waitForFunction(() => globalThis.painted_);
  return painted.jsonValue();
}

/** One figure, or several of which the 95th of 100 counts. */
function tell(what, values, unit, bar) {
  const all = [values].flat().sort((a, b) => a - b);
  const part = (share) => all[Math.min(all.length - 1, Math.floor(share * all.length))].toFixed(0);
  const rest = all.length > 1 ? `, median ${part(0.5)}, best ${part(0)}, of ${all.length}` : "";
  console.log(`${Number(part(0.95)) <= bar ? "   ok" : "above"}  ${what}: ${part(0.95)} ${unit} (bar ${bar})${rest}`);
}

const tellLoad = () => console.log(`load ${loadavg().map((load) => load.toFixed(1)).join(" ")} on ${cpus().length} CPUs`);
tellLoad();

const line = (states) => {
  const States = {};
  for (let place = 0; place < states; place++) {
    const next = { Next: `State ${place + 1}` };
    if (place === states - 1) States[`State ${place}`] = { Type: "Succeed" };
    else if (place % 5 === 2 && place + 3 < states) States[`State ${place}`] = { Type: "Choice", Choices: [{ Variable: "$.x", NumericEquals: place, Next: `State ${place + 3}` }], Default: next.Next };
    else States[`State ${place}`] = { Type: "Pass", ...next };
  }
  return { StartAt: "State 0", States };
};

/** Passes and choices around a counter: four events a turn. */
const LOOP = {
  StartAt: "Count",
  States: {
    Count: { Type: "Pass", Parameters: { "n.$": "States.MathAdd($.n, -1)" }, Next: "Again?" },
    "Again?": { Type: "Choice", Choices: [{ Variable: "$.n", NumericGreaterThan: 0, Next: "Count" }], Default: "Done" },
    Done: { Type: "Succeed" },
  },
};

const quick = await harness.createMachine(aws, "quick", line(4));
await harness.createMachine(aws, "five-hundred", line(500));
const long = await harness.start(aws, await harness.createMachine(aws, "long", LOOP), { n: 6_000 }, "25000-events");
await harness.ended(aws, long);

// A cold cache every time: each context is a browser of its own.
const paints = [];
const ready = [];
for (let load = 0; load < LOADS; load++) {
  const { context, page } = await harness.openPage(browser, base);
  ready.push(await openUntil(page, `${base}/console/machines`, "[role=row]", ["five-hundred"]));
  paints.push(await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0));
  await context.close();
}
tell("first contentful paint", paints, "ms", 400);
tell("the list is there", ready, "ms", 1_000);

{
  const { context, page } = await harness.openPage(browser, base);
  tell("500 states drawn after", await openUntil(page, `${base}/console/machines/five-hundred?overlay=none`, "[role=treeitem]", ["State 499,"]), "ms", 1_500);
  const box = await page.getByRole("tree").boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (const [what, wheel] of [
    ["pan", () => page.mouse.wheel(0, 40)],
    [
      "zoom",
      async () => {
        await page.keyboard.down("Control");
        await page.mouse.wheel(0, 12);
        await page.keyboard.up("Control");
      },
    ],
  ]) {
    await page.evaluate(() => {
      globalThis.frames_ = [];
      let before = performance.now();
      const frame = (now) => {
        globalThis.frames_.push(now - before);
        before = now;
        globalThis.frame_ = requestAnimationFrame(frame);
      };
      globalThis.frame_ = requestAnimationFrame(frame);
    });
    for (let step = 0; step < 60; step++) await wheel();
    const frames = await page.evaluate(() => {
      cancelAnimationFrame(globalThis.frame_);
      return globalThis.frames_.slice(2);
    });
    tell(`${what} over 500 states, a frame`, frames, "ms", 34);
  }
  await context.close();
}

const usable = [];
let asked = 0;
for (let run = 0; run < RUNS; run++) {
  const { context, page } = await harness.openPage(browser, base);
  const requests = [];
  page.on("request", (request) => request.url().includes(`/executions/${encodeURIComponent(long)}`) && requests.push(request.url()));
  usable.push(await openUntil(page, `${base}/console/e/${encodeURIComponent(long)}`, "[role=treeitem]", ["Count, ", "Succeeded"]));
  asked = Math.max(asked, requests.length);
  await context.close();
}
tell("24,000 events: usable after", usable, "ms", 1_000);
tell("24,000 events: requests", asked, "requests", 3);

{
  const { context, page } = await harness.openPage(browser, base);
  await page.goto(`${base}/console/executions?machine=quick`);
  await page.getByText("No execution matches these filters").waitFor();
  await page.evaluate(() => {
    globalThis.seen_ = {};
    const look = () => {
      for (const link of document.querySelectorAll("[role=grid] a")) globalThis.seen_[link.textContent] ??= Date.now();
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  });
  const began = [];
  for (let count = 0; count < STARTS_PER_SECOND * SECONDS; count++) {
    const name = `quick-${count}`;
    began.push([name, Date.now()]);
    void harness.start(aws, quick, { x: 0 }, name);
    await new Promise((done) => setTimeout(done, 1_000 / STARTS_PER_SECOND));
  }
  await page.getByText(began.at(-1)[0], { exact: true }).waitFor();
  const seen = await page.evaluate(() => globalThis.seen_);
  const delays = began.flatMap(([name, at]) => (seen[name] ? [seen[name] - at] : []));
  tell(`${STARTS_PER_SECOND * 10} events a second: from StartExecution to its row`, delays, "ms", 250);
  await context.close();
}
tellLoad();
await browser.close();
server.stop();
