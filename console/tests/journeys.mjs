// What people do with the console, done by Chromium against a real server. `node tests/journeys.mjs [http://host:port] [words of names]`
//
// The server must have a function `scripted` (the workspace's scripted-function); without an address one is started.
// Each journey has a page of its own on which nothing may go wrong: no error, nothing that the policy refuses, no request to another origin.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as harness from "./harness.mjs";
import { checkAccessibility, violations } from "./accessibility.mjs";

const { BAD_ORDER, GOOD_ORDER, createMachine, ended, start } = harness;
const args = process.argv.slice(2);
const given = args.find((word) => word.startsWith("http"));
const words = args.filter((word) => word !== given);
const server = given ? { base: given, stop: () => undefined } : await harness.ownServer();
const { base } = server;
const aws = harness.awsOf(base);
const at = (path) => `${base}/console${path}`;
const execution = (arn, query = "") => at(`/e/${encodeURIComponent(arn)}${query}`);

const { activityArn: sign } = await aws("CreateActivity", { name: "sign" });
const machines = {
  order: await createMachine(aws, "order", harness.ORDER),
  report: await createMachine(aws, "report", harness.POLL),
  approval: await createMachine(aws, "approval", harness.approval("scripted")),
  flaky: await createMachine(aws, "flaky", harness.flaky("scripted")),
  parcels: await createMachine(aws, "parcels", harness.parcels(sign)),
  hundred: await createMachine(aws, "hundred-states", harness.hundredStates()),
  express: await createMachine(aws, "quick", { StartAt: "Done", States: { Done: { Type: "Pass", End: true } } }, "EXPRESS"),
};

const badge = (page, word) => page.getByRole("main").getByText(word, { exact: true }).first();

const journeys = {
  async "an execution is started and watched to its end"({ page }) {
    await page.goto(at("/machines"));
    await page.getByRole("button", { name: "Start an execution of report" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Input" }).click();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type('{"for": "Friday"}');
    await dialog.getByLabel("Name", { exact: true }).fill("watched");
    await dialog.getByRole("button", { name: "Start execution" }).click();
    await page.waitForURL(/\/e\/.*watched/);
    await badge(page, "Running").waitFor();
    // Nothing is reloaded: the states change while one looks.
    const state = (name) => page.getByRole("treeitem", { name: new RegExp(`^${name.replace("?", "\\?")},`) });
    await state("Pause").and(page.getByRole("treeitem", { name: /Running|Waiting/ })).waitFor();
    await badge(page, "Succeeded").waitFor();
    await state("Publish").and(page.getByRole("treeitem", { name: /Succeeded/ })).waitFor();
    await state("Ask").and(page.getByRole("treeitem", { name: /4 visits/ })).waitFor();
    // The input is offered again next time.
    await page.getByRole("button", { name: "New execution" }).click();
    await page.getByRole("dialog").getByRole("textbox", { name: "Input" }).getByText("Friday").waitFor();
  },

  async "the cause of a failure is found in two clicks"({ page }) {
    const arn = await start(aws, machines.order, BAD_ORDER, "bad-order");
    await ended(aws, arn);
    await page.goto(at("/machines"));
    await page.goto(at("/executions?status=FAILED"));
    await page.getByRole("link", { name: "bad-order" }).click();
    const cause = page.getByRole("region", { name: "Root cause" });
    await cause.getByText("Out of stock", { exact: true }).waitFor();
    await cause.getByText("OutOfStock", { exact: true }).waitFor();
    await cause.getByText('"north"').waitFor();
    await cause.getByText("item 2").waitFor();
    // The visit at fault is selected without another click.
    const details = page.getByRole("complementary", { name: "Details" });
    await details.getByRole("heading", { name: "Out of stock" }).waitFor();
    await details.getByText('"chair"').first().waitFor();
  },

  async "attempts, the timeline, events and the past of an execution"({ page }) {
    const arn = await start(aws, machines.flaky, {}, "tries-again");
    await ended(aws, arn);
    await page.goto(execution(arn));
    const details = page.getByRole("complementary", { name: "Details" });
    await details.getByRole("tab", { name: /Attempts 3/ }).click();
    await details.getByRole("heading", { name: "Attempt 3" }).waitFor();
    await details.getByText("Flaky").first().waitFor();
    await page.getByRole("tab", { name: "Timeline" }).click();
    await page.getByRole("treeitem", { name: /^Call the service, Failed/ }).waitFor();
    await page.getByRole("tab", { name: /^Events \d/ }).click();
    await page.getByRole("button", { name: "Events of Call the service" }).click();
    await page.getByText("LambdaFunctionFailed").or(page.getByText("TaskFailed")).first().waitFor();
    // The world at event 2: the first state is running, the second has not been entered.
    await page.getByRole("tab", { name: "Graph" }).click();
    await page.getByRole("button", { name: "First event" }).click();
    await page.getByRole("button", { name: "Next event" }).click();
    await page.waitForURL(/t=2\b/);
    await page.getByRole("treeitem", { name: /^Prepare, .*Running/ }).waitFor();
    await page.getByRole("treeitem", { name: /^Call the service, .*Not started/ }).waitFor();
    // The address is the state of the page.
    await page.reload();
    await page.getByRole("treeitem", { name: /^Prepare, .*Running/ }).waitFor();
    await page.getByRole("button", { name: "Latest" }).click();
    await page.getByRole("treeitem", { name: /^Call the service, .*Failed/ }).waitFor();
  },

  async "a failed execution is redriven"({ page }) {
    const arn = await start(aws, machines.flaky, {}, "once-more");
    await ended(aws, arn);
    await page.goto(execution(arn));
    await badge(page, "Failed").waitFor();
    await page.getByRole("button", { name: "Redrive" }).click();
    await page.getByText("1 ×").waitFor();
    await badge(page, "Failed").waitFor();
    await page.getByRole("treeitem", { name: /^Call the service, .*Failed/ }).waitFor();
  },

  async "a failed execution is forked at the Map around a state, with other variables"({ page }) {
    const arn = await start(aws, machines.order, BAD_ORDER, "to-fork");
    await ended(aws, arn);
    await page.goto(execution(arn));
    const details = page.getByRole("complementary", { name: "Details" });
    await details.getByRole("heading", { name: "Out of stock" }).waitFor();
    await details.getByRole("button", { name: "Fork from here" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Out of stock is inside Charge items").waitFor();
    // The variables of that moment are offered, and what is no object is refused.
    const edit = async (label, text) => {
      await dialog.getByRole("textbox", { name: label }).click();
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.insertText(text);
    };
    await dialog.getByRole("textbox", { name: "Variables" }).getByText("total").waitFor();
    await edit("Variables", "[1]");
    await dialog.getByText("The variables must be an object").waitFor();
    assert.equal(await dialog.getByRole("button", { name: "Fork execution" }).isDisabled(), true);
    await edit("Variables", '{"total": 1, "customer": {"name": "Eve"}}');
    await dialog.getByLabel("Name", { exact: true }).fill("forked");
    await dialog.getByRole("button", { name: "Fork execution" }).click();
    await page.waitForURL(/\/e\/.*forked/);
    await page.getByRole("link", { name: /to-fork at Charge items, visit 1/ }).waitFor();
    await badge(page, "Failed").waitFor();
    // It did not come from the machine's beginning, and its story begins with the variables given.
    await page.getByRole("treeitem", { name: /^Validate,/ }).and(page.getByRole("treeitem", { name: /Not started/ })).waitFor();
    await page.getByRole("link", { name: /to-fork at/ }).click();
    await page.waitForURL(/to-fork/);
    await details.getByRole("heading", { name: "Charge items" }).waitFor();
    // The palette has it as well.
    await page.keyboard.press("ControlOrMeta+k");
    await page.keyboard.type("fork from");
    await page.getByText("Fork from Charge items", { exact: true }).waitFor();
    await page.keyboard.press("Enter");
    await dialog.getByText("Everything before it counts as done").waitFor();
  },

  async "a task token is answered by hand, once with a failure and after a redrive with success"({ page }) {
    const arn = await start(aws, machines.approval, { order: 17 }, "needs-approval");
    await page.goto(at("/tasks"));
    const card = page.getByRole("article", { name: /needs-approval/ });
    await card.getByText("17").first().waitFor();
    await card.getByRole("button", { name: "Heartbeat" }).click();
    await page.getByText(/^Heartbeat sent/).waitFor();
    await card.getByRole("button", { name: "Fail…" }).click();
    await page.getByRole("dialog").getByLabel("Error").fill("NobodyThere");
    await page.getByRole("dialog").getByLabel("Cause").fill("Gone for lunch.");
    await page.getByRole("dialog").getByRole("button", { name: "Send failure" }).click();
    assert.equal((await ended(aws, arn)).error, "NobodyThere");
    // Nothing is reloaded: what waits no more goes.
    await card.waitFor({ state: "detached" });
    await page.goto(execution(arn));
    await page.getByRole("region", { name: "Root cause" }).getByText("Gone for lunch.").waitFor();
    await page.getByRole("button", { name: "Redrive" }).click();
    await badge(page, "Running").waitFor();
    await page.goto(at("/tasks?machine=approval"));
    await card.getByRole("button", { name: "Succeed…" }).click();
    await page.getByRole("dialog").getByRole("textbox", { name: "Output" }).click();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type('{"approvedBy": "Eve"}');
    await page.getByRole("dialog").getByRole("button", { name: "Send success" }).click();
    const { status, output } = await ended(aws, arn);
    assert.equal(status, "SUCCEEDED");
    assert.match(output, /"approvedBy":"Eve"/);
    await card.waitFor({ state: "detached" });
  },

  async "a task of an activity is taken and answered"({ page }) {
    const { activityArn } = await aws("CreateActivity", { name: "translate" });
    const translation = await createMachine(aws, "translation", { StartAt: "Translate", States: { Translate: { Type: "Task", Resource: activityArn, End: true } } });
    await page.goto(at("/tasks"));
    await page.getByRole("tab", { name: /^Waiting/ }).waitFor();
    const arn = await start(aws, translation, { text: "Bonjour" }, "greeting");
    const card = page.getByRole("article", { name: /greeting/ });
    await card.getByText("no worker has taken it yet").waitFor();
    await page.getByRole("tab", { name: /^Activities/ }).click();
    await page.getByRole("row", { name: /translate/ }).getByRole("button", { name: "Take a task" }).click();
    await page.getByText(/^Taken/).waitFor();
    await page.getByRole("tab", { name: /^Waiting/ }).click();
    await card.getByRole("button", { name: "Succeed…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Send success" }).click();
    assert.equal((await ended(aws, arn)).status, "SUCCEEDED");
    // The execution is found from where it waited.
    await page.goto(execution(arn, "?state=Translate"));
    await page.getByRole("treeitem", { name: /^Translate, .*Succeeded/, selected: true }).waitFor();
  },

  async "two executions are compared from the list"({ page }) {
    const good = await start(aws, machines.order, GOOD_ORDER, "compare-good");
    const bad = await start(aws, machines.order, BAD_ORDER, "compare-bad");
    await ended(aws, good);
    await ended(aws, bad);
    await page.goto(at("/executions?q=compare-"));
    for (const name of ["compare-good", "compare-bad"]) await page.getByRole("row", { name: new RegExp(name) }).locator("label").click();
    await page.getByRole("region", { name: "Selected executions" }).getByRole("button", { name: "Compare" }).click();
    await page.waitForURL(/compare\?a=.*&b=/);
    await page.getByText(/^First difference/).waitFor();
    const large = page.getByRole("button", { name: /Large order/ });
    await large.getByText(/only in [AB]/).waitFor();
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.getByRole("heading", { name: /State (in|out)put/ }).first().waitFor();
    await page.getByRole("tab", { name: "Graph" }).click();
    await page.getByRole("treeitem", { name: /^Large order, .*only [AB]/ }).waitFor();
  },

  async "an exported history is imported, and compared with one from here"({ page }) {
    const arn = await start(aws, machines.order, BAD_ORDER, "to-export");
    const good = await start(aws, machines.order, GOOD_ORDER, "stays-here");
    await Promise.all([ended(aws, arn), ended(aws, good)]);
    await page.goto(execution(arn));
    await page.getByRole("button", { name: "More" }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: "Export history" }).click();
    const file = await (await download).path();
    await page.goto(at("/import"));
    await page.getByLabel("Files of the history and the definition").setInputFiles(file);
    await page.getByText(/^\d+ events/).waitFor();
    await page.getByRole("button", { name: "Show the execution" }).click();
    await page.getByText("Imported, read-only").waitFor();
    await page.getByRole("region", { name: "Root cause" }).getByText("OutOfStock", { exact: true }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Redrive" }).count(), 0);
    await page.getByRole("treeitem", { name: /^Charge items, .*Failed/ }).waitFor();
    await page.getByRole("tab", { name: "Timeline" }).click();
    await page.getByRole("treeitem", { name: /^Charge items, Failed/ }).waitFor();
    const imported = decodeURIComponent(new URL(page.url()).pathname.split("/e/")[1]);
    await page.goto(at(`/compare?a=${encodeURIComponent(good)}&b=${encodeURIComponent(imported)}`));
    await page.getByText(/^First difference/).waitFor();
  },

  async "a history that the AWS CLI printed is imported; what is wrong with one is told with its place"({ page }) {
    const arn = await start(aws, machines.order, GOOD_ORDER, "from-the-cli");
    await ended(aws, arn);
    const { events } = await aws("GetExecutionHistory", { executionArn: arn, includeExecutionData: true, maxResults: 1_000 });
    // The CLI writes times as texts.
    const printed = events.map((event) => ({ ...event, timestamp: new Date(1_000 * event.timestamp).toISOString() }));
    const file = (name, value) => {
      const path = join(tmpdir(), `${name}-${process.pid}.json`);
      writeFileSync(path, JSON.stringify(value));
      return path;
    };
    await page.goto(at("/import"));
    const files = page.getByLabel("Files of the history and the definition");
    await files.setInputFiles(file("history", { events: printed.filter((event) => event.id !== 3) }));
    await page.getByRole("button", { name: "Show the execution" }).click();
    await page.getByRole("alert").getByText("'history.events[2].id' is 4, and there is no event 3").waitFor();
    await files.setInputFiles([file("history", { events: printed }), file("definition", harness.ORDER)]);
    await page.getByRole("button", { name: "Show the execution" }).click();
    await page.getByText("Imported, read-only").waitFor();
    await badge(page, "Succeeded").waitFor();
    await page.getByRole("treeitem", { name: /^Summarise, .*Succeeded/ }).waitFor();
  },

  async "a Map Run is watched, its limits are changed, and the items that failed are found"({ page }) {
    // Nothing goes on before the first is signed.
    const parcels = Array.from({ length: 8 }, (_, place) => ({ seconds: 0, broken: place > 5, ...(place === 0 ? { toSign: true } : {}) }));
    const arn = await start(aws, machines.parcels, { parcels }, "christmas");
    await page.goto(execution(arn, `?state=${encodeURIComponent("/States/Carry all")}`));
    await page.getByRole("tab", { name: "Map Run" }).click();
    await page.getByRole("link", { name: "Child executions and limits" }).click();
    await page.getByRole("button", { name: "Change limits…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Concurrency").fill("4");
    await dialog.getByLabel("Tolerated failures", { exact: true }).fill("2");
    await dialog.getByRole("button", { name: "Change" }).click();
    await dialog.waitFor({ state: "detached" });
    const { taskToken } = await aws("GetActivityTask", { activityArn: sign });
    await aws("SendTaskSuccess", { taskToken, output: '{"seconds": 0}' });
    // Nothing is reloaded: items end while one looks, and those that failed stand in front.
    await badge(page, "Succeeded").waitFor();
    await page.getByRole("img", { name: /^Of 8: Succeeded 6, Failed 2/ }).waitFor();
    await page.getByRole("region", { name: "Failures by error" }).getByText("Broken", { exact: true }).waitFor();
    await page.getByRole("row").nth(1).getByText("Failed").waitFor();
    await page.getByRole("row").nth(8).waitFor();
    assert.equal((await ended(aws, arn)).status, "SUCCEEDED");
    await page.getByRole("row").nth(1).getByRole("link").first().click();
    await page.getByRole("region", { name: "Root cause" }).getByText("The parcel rattles.").waitFor();
    await page.getByRole("link", { name: "Map Run" }).click();
    await page.waitForURL(/\/mapruns\//);
  },

  async "several are stopped after a look at which"({ page }) {
    const arns = [];
    for (const name of ["stop-1", "stop-2"]) arns.push(await start(aws, machines.approval, {}, name));
    await page.goto(at("/executions?q=stop-"));
    await page.getByRole("row", { name: /stop-1/ }).locator("label").click();
    await page.getByRole("row", { name: /stop-2/ }).locator("label").click();
    await page.getByRole("button", { name: "Stop…" }).click();
    const dialog = page.getByRole("dialog");
    assert.equal(await dialog.getByRole("listitem").count(), 2);
    await dialog.getByRole("button", { name: "Stop 2" }).click();
    await dialog.getByLabel("done").nth(1).waitFor();
    for (const arn of arns) assert.equal((await ended(aws, arn)).status, "ABORTED");
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await page.getByRole("row", { name: /stop-1/ }).getByText("Aborted").waitFor();
  },

  async "rows come and change while the list is open"({ page }) {
    await page.goto(at("/executions?q=live-"));
    await page.getByText("No execution matches these filters").waitFor();
    const arn = await start(aws, machines.approval, {}, "live-1");
    await page.getByRole("row", { name: /live-1/ }).getByText("Running").waitFor();
    await aws("StopExecution", { executionArn: arn });
    await page.getByRole("row", { name: /live-1/ }).getByText("Aborted").waitFor();
  },

  async "everything by keyboard: palette, list, graph"({ page }) {
    const arn = await start(aws, machines.order, GOOD_ORDER, "by-keyboard");
    await ended(aws, arn);
    await page.goto(at("/machines"));
    await page.getByRole("heading", { name: "State machines" }).waitFor();
    await page.keyboard.press("ControlOrMeta+k");
    await page.keyboard.type("executions");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/executions$/);
    await page.keyboard.press("/");
    await page.keyboard.type("by-keyboard");
    await page.waitForURL(/q=by-keyboard/);
    // The row was there before the filter, too: only when it is alone the list is the one that was asked for.
    await page.getByRole("row").nth(2).waitFor({ state: "detached" });
    const row = page.getByRole("row", { name: /by-keyboard/ });
    await row.waitFor();
    await page.getByRole("grid", { name: "Executions" }).focus();
    await row.and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/e\/.*by-keyboard/);
    await page.getByRole("tree", { name: /^Graph of/ }).focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.getByRole("treeitem", { name: /^Check total,/, selected: true }).waitFor();
    await page.keyboard.type("charge items");
    await page.getByRole("treeitem", { name: /^Charge items,/, selected: true }).waitFor();
    await page.keyboard.press("Shift+Enter");
    await page.getByRole("treeitem", { name: /^Is in stock,/, selected: true }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("treeitem", { name: /^Charge items,/, selected: true }).waitFor();
  },

  async "rows are chosen by keyboard, and the outline walked"({ page }) {
    for (const name of ["keys-1", "keys-2", "keys-3"]) await ended(aws, await start(aws, machines.order, GOOD_ORDER, name));
    await page.goto(at("/executions?q=keys-"));
    await page.getByRole("row", { name: /keys-1/ }).waitFor();
    await page.getByRole("grid", { name: "Executions" }).focus();
    await page.getByRole("row", { name: /keys-3/ }).and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Space");
    await page.keyboard.press("Shift+ArrowDown");
    await page.getByText("2 selected").waitFor();
    await page.keyboard.press("Control+a");
    await page.getByText("3 selected").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("3 selected").waitFor({ state: "detached" });
    await page.keyboard.press("End");
    await page.getByRole("row", { name: /keys-1/ }).and(page.locator(":focus")).waitFor();
    // The table is one stop of Tab with its head another.
    await page.keyboard.press("Shift+Tab");
    await page.getByRole("checkbox", { name: "Select all" }).and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Tab");
    await page.getByRole("row", { name: /keys-1/ }).and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/e\/.*keys-1/);
    await page.getByRole("button", { name: "Outline" }).click();
    const tree = page.getByRole("tree", { name: /^States of/ });
    await tree.focus();
    await page.keyboard.press("End");
    await tree.getByRole("treeitem", { name: /^Reject\b/, selected: true }).waitFor();
    await page.getByRole("complementary", { name: "Details" }).getByRole("heading", { name: "Reject" }).waitFor();
    await tree.getByRole("treeitem", { name: /^Large order\b/ }).click();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await tree.getByRole("treeitem", { name: /^Fraud check\b/, selected: true }).waitFor();
    assert.deepEqual(await violations(page, "with the outline"), []);
  },

  async "what a function wrote is shown with the task that called it"({ page }) {
    const machine = await createMachine(aws, "prints", {
      StartAt: "Call",
      States: { Call: { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", Parameters: { FunctionName: "scripted", Payload: { do: "print", "key.$": "$$.Execution.Name" } }, End: true } },
    });
    const arn = await start(aws, machine, {}, "prints-1");
    await ended(aws, await start(aws, machine, {}, "prints-2"));
    await ended(aws, arn);
    await page.goto(execution(arn, `?state=${encodeURIComponent("/States/Call")}`));
    const details = page.getByRole("complementary", { name: "Details" });
    await details.getByRole("button", { name: /^Log of the function/ }).click();
    await details.getByText(/not JSON/).waitFor();
    await details.getByText("1 line", { exact: true }).waitFor();
  },

  async "a version is published and an alias leads to it"({ page }) {
    await page.goto(at("/machines/report?tab=versions"));
    await page.getByRole("button", { name: "Publish a version" }).click();
    await page.getByLabel("Description").fill("The first");
    await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
    await page.getByRole("listitem").getByText("The first").or(page.getByText("Published version 1")).first().waitFor();
    await page.getByRole("button", { name: "New alias" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("live");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByText("v1 100 %").waitFor();
  },

  async "every page is accessible, light and dark"({ browser }) {
    const arn = await start(aws, machines.order, BAD_ORDER, "accessible-bad");
    const good = await start(aws, machines.order, GOOD_ORDER, "accessible-good");
    const waiting = await start(aws, machines.approval, {}, "accessible-waiting");
    await ended(aws, arn);
    const parcels = await start(aws, machines.parcels, { parcels: [{ seconds: 0, broken: false }, { broken: true }] }, "accessible-parcels");
    await ended(aws, parcels);
    const { mapRuns } = await aws("ListMapRuns", { executionArn: parcels });
    const path = `/e/${encodeURIComponent(arn)}`;
    await checkAccessibility(browser, base, [
      "/machines",
      "/machines?q=nothing-has-this-name",
      "/machines/order",
      "/machines/order?tab=definition",
      "/machines/order?tab=executions",
      "/machines/order?tab=metrics",
      "/machines/report?tab=versions",
      "/executions",
      "/executions?q=nothing-has-this-name",
      path,
      `${path}?view=timeline&tab=definition`,
      `${path}?view=events&tab=events`,
      `${path}?view=io&state=-`,
      `${path}?t=4`,
      `/compare?a=${encodeURIComponent(good)}&b=${encodeURIComponent(arn)}`,
      "/compare",
      `/mapruns/${encodeURIComponent(mapRuns[0].mapRunArn)}`,
      "/import",
      "/tasks",
      "/tasks?tab=activities",
      "/settings",
      "/nowhere",
      "/e/arn%3Aaws%3Astates%3Aus-east-1%3A123456789012%3Aexecution%3Aorder%3Anone",
    ]);
    await aws("StopExecution", { executionArn: waiting });
  },
};

const browser = await harness.launch();
let failed = 0;
for (const [name, journey] of Object.entries(journeys)) {
  if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
  const began = performance.now();
  const { context, page, wrongs } = await harness.openPage(browser, base);
  let problem = null;
  try {
    await journey({ page, browser });
    assert.deepEqual(wrongs, []);
  } catch (error) {
    problem = error;
    failed += 1;
    await page.screenshot({ path: join(tmpdir(), `journey-${failed}.png`) }).catch(() => undefined);
  }
  await context.close();
  console.log(`${problem === null ? "    ok" : "FAILED"}  ${name}  ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  if (problem !== null) console.log(`${problem.stack ?? problem}\n${wrongs.join("\n")}\nthe page is in ${join(tmpdir(), `journey-${failed}.png`)}`);
}
await browser.close();
server.stop();
process.exit(failed === 0 ? 0 : 1);
