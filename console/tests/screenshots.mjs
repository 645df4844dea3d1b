// Pictures of every page: light and dark, wide and small, empty and full. `npm run screenshots -- [folder] [words of names]`
//
// A server is started for them, with the tasks of examples/image-processing mocked.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import * as harness from "./harness.mjs";
import { settle } from "./accessibility.mjs";

const [given, ...words] = process.argv.slice(2);
const folder = given ?? new URL("../dist/screenshots", import.meta.url).pathname;
const server = await harness.ownServer(harness.PHOTO_MOCKS);
const { base } = server;
const aws = harness.awsOf(base);
const browser = await harness.launch();
mkdirSync(folder, { recursive: true });

// `twice` is a window of 1440 by 900 pixels in which the page is zoomed to 200 %.
const SIZES = {
  wide: { viewport: { width: 1440, height: 900 } },
  low: { viewport: { width: 1024, height: 640 } },
  phone: { viewport: { width: 390, height: 844 } },
  twice: { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 },
  forced: { viewport: { width: 1440, height: 900 }, forcedColors: "active" },
};

const pages = new Map();

/** The page of a look, kept from picture to picture: most of the time went into loading everything anew. */
async function pageOf(colorScheme, size, isAlone) {
  const key = `${colorScheme} ${size}`;
  const open = () => harness.openPage(browser, base, { colorScheme, ...SIZES[size], reducedMotion: "reduce" });
  if (isAlone) return open();
  if (!pages.has(key)) pages.set(key, await open());
  return pages.get(key);
}

/** `act` is done on the page before the picture is taken, `before` before it is loaded. */
async function take(name, path, sizes = ["wide"], act = null, before = null) {
  if (words.length > 0 && !words.some((word) => name.startsWith(word))) return;
  for (const colorScheme of ["light", "dark"]) {
    for (const size of sizes) {
      const opened = await pageOf(colorScheme, size, before !== null);
      const { page, wrongs } = opened;
      const known = wrongs.length;
      if (before) await before(page);
      await settle(page, `${base}/console${path}`);
      if (act) await act(page);
      else await page.mouse.move(0, 0);
      await page.waitForTimeout(250);
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${size}.png`) });
      const beyond = await page.evaluate(() => {
        const main = document.querySelector("main");
        return Math.max(document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth);
      });
      if (beyond > 0) wrongs.push(`the page is ${beyond} px wider than its window`);
      if (wrongs.length > known) console.error(`${name} ${colorScheme} ${size}: ${wrongs.slice(known).join("\n")}`);
      if (before) await opened.context.close();
    }
  }
  console.log(name);
}

const all = ["wide", "low", "phone"];
await take("machines-empty", "/machines", all);
await take("executions-empty", "/executions", all);
await take("tasks-empty", "/tasks");
await take("activities-empty", "/tasks?tab=activities");

const { ORDER, POLL, GOOD_ORDER, BAD_ORDER, createMachine, ended, start } = harness;
const machines = {
  order: await createMachine(aws, "order-flow", ORDER),
  report: await createMachine(aws, "nightly-report", POLL),
  approval: await createMachine(aws, "approval", harness.approval("scripted")),
  flaky: await createMachine(aws, "flaky-service", harness.flaky("scripted")),
  photo: await createMachine(aws, "photo-pipeline", harness.PHOTO_PIPELINE),
  hundred: await createMachine(aws, "hundred-states", harness.hundredStates()),
};
const { activityArn } = await aws("CreateActivity", { name: "translate" });
machines.parcels = await createMachine(aws, "parcels", harness.parcels(activityArn));
const translation = await createMachine(aws, "translation", {
  StartAt: "Translate",
  States: { Translate: { Type: "Task", Resource: activityArn, TimeoutSeconds: 600, HeartbeatSeconds: 300, End: true } },
});
const first = { good: await start(aws, machines.order, GOOD_ORDER, "order-1041"), bad: await start(aws, machines.order, BAD_ORDER, "order-1042") };
const flaky = await start(aws, machines.flaky, { customer: 17 }, "call-77");
const report = await start(aws, machines.report, {}, "report-friday");
const hundred = await start(aws, machines.hundred, { from: 20 }, "long-one");
for (let count = 0; count < 30; count++) await start(aws, machines.order, count % 7 === 3 ? BAD_ORDER : GOOD_ORDER);
for (const arn of [first.good, first.bad, flaky, report, hundred]) await ended(aws, arn);
const photo = await start(aws, machines.photo, { image: "photos/coffee.jpg" }, "coffee");
const photoBad = await start(aws, `${machines.photo}#Full`, { image: "photos/beach.png" }, "beach");
const parcels = await start(aws, machines.parcels, { parcels: Array.from({ length: 60 }, (_, place) => ({ seconds: place % 3 === 0 ? 2 : 0, broken: place % 23 === 7 })) }, "christmas");
const { mapRuns } = await aws("ListMapRuns", { executionArn: parcels });
await aws("UpdateMapRun", { mapRunArn: mapRuns[0].mapRunArn, toleratedFailureCount: 20 });
for (const arn of [photo, photoBad]) await ended(aws, arn);
const translating = await start(aws, translation, { text: "Bonjour", to: "en" }, "greeting");
const waiting = [await start(aws, machines.approval, { order: 17, total: 420.5 }, "approve-17"), await start(aws, machines.approval, { order: 18, total: 12 }, "approve-18")];
const hourly = { ...POLL, States: { ...POLL.States, Pause: { ...POLL.States.Pause, Seconds: 3_600 } } };
const running = await start(aws, await createMachine(aws, "hourly-report", hourly), {}, "report-running");
await new Promise((done) => setTimeout(done, 300));

const path = (arn, query = "") => `/e/${encodeURIComponent(arn)}${query}`;
const state = (name) => encodeURIComponent(`/States/${name}`);
const run = `/mapruns/${encodeURIComponent(mapRuns[0].mapRunArn)}`;
await take("map-run-running", run);
await take("map-run-graph", path(parcels));
await aws("UpdateMapRun", { mapRunArn: mapRuns[0].mapRunArn, maxConcurrency: 40 });
await ended(aws, parcels);
await take("map-run", run, all);
const parcelsBad = await start(aws, machines.parcels, { parcels: Array.from({ length: 40 }, (_, place) => ({ seconds: 0, broken: place % 9 === 4 })) }, "easter");
await ended(aws, parcelsBad);
await take("map-run-failed", `/mapruns/${encodeURIComponent((await aws("ListMapRuns", { executionArn: parcelsBad })).mapRuns[0].mapRunArn)}`, ["wide", "phone"]);
await take("photo", path(photo, `?state=${state("Process photo")}`), all);
await take("photo-failed", path(photoBad), all);
await take("photo-timeline", path(photoBad, "?view=timeline"), all);
await take("photo-machine", "/machines/photo-pipeline", all);
await take("running", path(running, `?state=${state("Ask")}`));
await take("machines", "/machines", all);
await take("executions", "/executions", all);
await take("executions-none", "/executions?status=TIMED_OUT", ["wide", "phone"]);
await take("executions-error", "/executions", ["wide", "phone"], null, (page) => page.route(/\/api\/v1\/executions\?/, (route) => route.fulfill({ status: 500, json: { error: { code: "InternalError", message: "The index cannot be read." } } })));
await take("executions-polling", "/executions", ["wide"], (page) => page.getByRole("button", { name: /^Connection/ }).focus(), (page) => page.routeWebSocket(/live/, (socket) => socket.close()));
await take("executions-filtered", "/executions?status=FAILED");
await take("executions-selected", "/executions", ["wide"], async (page) => {
  for (const place of [1, 2]) await page.getByRole("row").nth(place).locator("label").click();
});
const choose = (action) => async (page) => {
  await page.getByRole("checkbox", { name: "Select all" }).locator("xpath=..").click();
  await page.getByRole("button", { name: action }).click();
};
await take("redrive-several", "/executions?since=24", ["wide", "phone"], choose("Redrive…"));
await take("stop-several", "/executions?status=RUNNING", ["wide", "low"], choose("Stop…"));
await take("machine", "/machines/order-flow", all);
await take("machine-state", `/machines/order-flow?state=${encodeURIComponent("/States/Check total")}&overlay=duration`);
await take("machine-definition", `/machines/order-flow?tab=definition&state=${encodeURIComponent("/States/Charge items")}`, ["wide", "low"]);
await take("machine-executions", "/machines/order-flow?tab=executions");
await take("machine-metrics", "/machines/order-flow?tab=metrics", all);
await take("machine-versions", "/machines/order-flow?tab=versions");
await take("machine-hundred", "/machines/hundred-states");
await take("start", "/machines/order-flow", ["wide", "phone"], (page) => page.getByRole("button", { name: "Start execution" }).click());
const begin = (text, name) => async (page) => {
  await page.getByRole("button", { name: "Start execution" }).click();
  await page.getByRole("textbox", { name: "Input" }).fill(text);
  if (name) {
    await page.getByRole("textbox", { name: "Name" }).fill(name);
    await page.getByRole("dialog").getByRole("button", { name: "Start execution" }).click();
    await page.getByRole("alert").waitFor();
  }
};
await take("start-not-json", "/machines/order-flow", ["wide", "phone"], begin('{"customer": "Ada", "items": [}'));
await take("start-refused", "/machines/order-flow", ["wide", "low", "twice"], begin('{"customer": "Ada"}', "order-1041"));
await take("palette", "/executions", ["wide", "phone"], (page) => page.keyboard.press("ControlOrMeta+k"));
await take("failed", path(first.bad), all);
await take("failed-menu", path(first.bad), ["wide"], (page) => page.getByRole("button", { name: "More" }).click());
await take("fork", path(first.bad, `?state=${encodeURIComponent("/States/Charge items")}`), ["wide", "low", "phone"], (page) => page.getByRole("button", { name: "Fork from here" }).first().click());
await take("failed-timeline", path(first.bad, "?view=timeline"), ["wide", "low"]);
await take("failed-events", path(first.bad, "?view=events"), ["wide", "phone"]);
await take("failed-io", path(first.bad, "?view=io"));
await take("failed-past", path(first.bad, `?t=12&state=${encodeURIComponent("/States/Check total")}`));
await take("map", path(first.bad, `?state=${encodeURIComponent("/States/Charge items")}&tab=iterations`));
await take("retried", path(flaky, "?tab=attempts"));
await take("retried-timeline", path(flaky, "?view=timeline"));
await take("succeeded", path(first.good, "?state=-"), ["wide"]);
await take("data", path(first.good, `?state=${state("Summarise")}`));
await take("loop", path(report, `?state=${state("Ask")}`));
await take("loop-timeline", path(report, `?view=timeline&state=${state("Ask")}`));
await take("hundred", path(hundred, "?state=-"));
await take("waiting", path(waiting[0], `?state=${encodeURIComponent("/States/Ask for approval")}`));
await take("compare", `/compare?a=${encodeURIComponent(first.good)}&b=${encodeURIComponent(first.bad)}`, ["wide", "phone"]);
await take("compare-data", `/compare?a=${encodeURIComponent(first.good)}&b=${encodeURIComponent(first.bad)}`, ["wide", "phone"], (page) => page.getByRole("listitem").filter({ hasText: "Check total" }).getByRole("button").first().click());
await take("compare-graph", `/compare?view=graph&a=${encodeURIComponent(first.good)}&b=${encodeURIComponent(first.bad)}`);
await take("compare-empty", "/compare");
await take("import", "/import", ["wide", "phone"]);
const { events } = await aws("GetExecutionHistory", { executionArn: first.bad, includeExecutionData: true, maxResults: 1_000 });
const imports = await fetch(`${base}/console/api/v1/import`, {
  method: "POST",
  headers: { "Content-Type": "application/json", "X-Stepwell-Console": "1" },
  body: JSON.stringify({ history: { events }, definition: harness.ORDER, describe: { executionArn: first.bad } }),
});
await take("imported", path((await imports.json()).id));
// Once more, as if the second attempt had come 47 minutes later and the metadata hours after that.
const slow = (await aws("GetExecutionHistory", { executionArn: photoBad, includeExecutionData: true, maxResults: 1_000 })).events;
const tries = slow.filter((event) => event.type === "TaskScheduled").map((event) => event.id);
const stored = slow.find((event) => event.stateEnteredEventDetails?.name === "Store image metadata").id;
const later = (event) => ({ ...event, timestamp: event.timestamp + (event.id >= tries[2] ? 47 * 60 : 0) + (event.id >= stored ? 5 * 3_600 : 0) });
const folded = await fetch(`${base}/console/api/v1/import`, {
  method: "POST",
  headers: { "Content-Type": "application/json", "X-Stepwell-Console": "1" },
  body: JSON.stringify({ history: { events: slow.map(later) }, definition: JSON.parse(harness.PHOTO_PIPELINE), describe: { executionArn: `${photoBad}-late` } }),
});
await take("folded-timeline", path((await folded.json()).id, "?view=timeline"), ["wide", "low", "phone"]);
const long = await createMachine(aws, "the-name-of-a-state-machine-that-somebody-has-made-as-long-as-aws-lets-them-be-0", harness.LONG_NAMES);
const longest = await start(aws, long, { "مفتاح": "قيمة", "鍵": "値".repeat(90), url: `https://example.com/${"path/".repeat(60)}` }, "an-execution-whose-name-is-exactly-as-long-as-it-may-be-which-is-eighty-letters0");
await ended(aws, longest);
await take("long-machine", `/machines/${encodeURIComponent("the-name-of-a-state-machine-that-somebody-has-made-as-long-as-aws-lets-them-be-0")}`, ["wide", "phone"]);
await take("long-names", path(longest), ["wide", "low", "phone"]);
await take("long-timeline", path(longest, "?view=timeline"), ["wide", "phone"]);
await take("long-executions", "/executions", ["low", "phone"]);
await take("stop", path(waiting[0]), ["wide", "phone"], (page) => page.getByRole("button", { name: "Stop", exact: true }).click());
for (const [name, button] of [["task-succeed", "Succeed…"], ["task-fail", "Fail…"]]) await take(name, "/tasks", ["wide", "twice"], (page) => page.getByRole("button", { name: button }).first().click());
for (const size of ["twice", "forced"]) {
  await take(`machines-${size}`, "/machines", [size]);
  await take(`machine-${size}`, "/machines/order-flow", [size]);
  await take(`executions-${size}`, "/executions", [size]);
  await take(`failed-${size}`, path(first.bad), [size]);
  await take(`timeline-${size}`, path(photoBad, "?view=timeline"), [size]);
  await take(`settings-${size}`, "/settings", [size]);
}
await take("tasks", "/tasks", all);
await take("activities", "/tasks?tab=activities");
await take("settings", "/settings", all);
await take("not-found", path("arn:aws:states:us-east-1:123456789012:execution:order-flow:none"));
for (const arn of [...waiting, translating, running]) await aws("StopExecution", { executionArn: arn });
await browser.close();
server.stop();
