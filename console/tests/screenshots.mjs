// Pictures of every page: light and dark, wide and small, empty and full. `npm run screenshots -- [folder] [http://host:port]`
//
// Without an address a server is started, which the pictures of the empty pages need anyway.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import * as harness from "./harness.mjs";
import { settle } from "./accessibility.mjs";

const folder = process.argv[2] ?? new URL("../dist/screenshots", import.meta.url).pathname;
const server = process.argv[3] ? { base: process.argv[3], stop: () => undefined } : await harness.ownServer();
const { base } = server;
const aws = harness.awsOf(base);
const browser = await harness.launch();
mkdirSync(folder, { recursive: true });

const SIZES = { wide: { width: 1440, height: 900 }, low: { width: 1024, height: 640 }, phone: { width: 390, height: 844 } };

async function take(name, path, sizes = ["wide"], act = null) {
  for (const colorScheme of ["light", "dark"]) {
    for (const size of sizes) {
      const { context, page, wrongs } = await harness.openPage(browser, base, { colorScheme, viewport: SIZES[size], reducedMotion: "reduce" });
      await settle(page, `${base}/console${path}`);
      if (act) await act(page);
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${size}.png`) });
      if (wrongs.length > 0) console.error(`${name} ${colorScheme} ${size}: ${wrongs.join("\n")}`);
      await context.close();
    }
  }
  console.log(name);
}

const all = ["wide", "low", "phone"];
if (!process.argv[3]) {
  await take("machines-empty", "/machines", all);
  await take("executions-empty", "/executions", all);
  await take("tasks-empty", "/tasks");
}

const { ORDER, POLL, GOOD_ORDER, BAD_ORDER, createMachine, ended, start } = harness;
const machines = {
  order: await createMachine(aws, "order-flow", ORDER),
  report: await createMachine(aws, "nightly-report", POLL),
  approval: await createMachine(aws, "approval", harness.approval("scripted")),
  flaky: await createMachine(aws, "flaky-service", harness.flaky("scripted")),
  hundred: await createMachine(aws, "hundred-states", harness.hundredStates()),
};
const first = { good: await start(aws, machines.order, GOOD_ORDER, "order-1041"), bad: await start(aws, machines.order, BAD_ORDER, "order-1042") };
const flaky = await start(aws, machines.flaky, { customer: 17 }, "call-77");
const report = await start(aws, machines.report, {}, "report-friday");
const hundred = await start(aws, machines.hundred, { from: 20 }, "long-one");
for (let count = 0; count < 30; count++) await start(aws, machines.order, count % 7 === 3 ? BAD_ORDER : GOOD_ORDER);
for (const arn of [first.good, first.bad, flaky, report, hundred]) await ended(aws, arn);
const waiting = [await start(aws, machines.approval, { order: 17, total: 420.5 }, "approve-17"), await start(aws, machines.approval, { order: 18, total: 12 }, "approve-18")];
const running = await start(aws, machines.report, {}, "report-running");
await new Promise((done) => setTimeout(done, 300));

const path = (arn, query = "") => `/e/${encodeURIComponent(arn)}${query}`;
const state = (name) => encodeURIComponent(`/States/${name}`);
await take("running", path(running, `?state=${state("Ask")}`));
await take("machines", "/machines", all);
await take("executions", "/executions", all);
await take("executions-filtered", "/executions?status=FAILED");
await take("executions-selected", "/executions", ["wide"], async (page) => {
  for (const place of [1, 2]) await page.getByRole("row").nth(place).locator("label").click();
});
await take("machine", "/machines/order-flow", all);
await take("machine-state", `/machines/order-flow?state=${encodeURIComponent("/States/Check total")}&overlay=duration`);
await take("machine-definition", `/machines/order-flow?tab=definition&state=${encodeURIComponent("/States/Charge items")}`, ["wide", "low"]);
await take("machine-executions", "/machines/order-flow?tab=executions");
await take("machine-versions", "/machines/order-flow?tab=versions");
await take("machine-hundred", "/machines/hundred-states");
await take("start", "/machines/order-flow", ["wide", "phone"], (page) => page.getByRole("button", { name: "Start execution" }).click());
await take("palette", "/executions", ["wide"], (page) => page.keyboard.press("ControlOrMeta+k"));
await take("failed", path(first.bad), all);
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
await take("compare-graph", `/compare?view=graph&a=${encodeURIComponent(first.good)}&b=${encodeURIComponent(first.bad)}`);
await take("compare-empty", "/compare");
await take("import", "/import", ["wide", "phone"]);
await take("tasks", "/tasks", all);
await take("activities", "/tasks?tab=activities");
await take("settings", "/settings", all);
await take("not-found", path("arn:aws:states:us-east-1:123456789012:execution:order-flow:none"));
for (const arn of waiting) await aws("StopExecution", { executionArn: arn });
await browser.close();
server.stop();
