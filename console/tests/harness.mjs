// What the journeys and the screenshots share: a browser, AWS's API of the server, and machines that do something.

import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The browser's program: CHROMIUM, or the first that is found. */
export function browserProgram() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const directory of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of BROWSERS) {
      const file = join(directory, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not there.
      }
    }
  }
  throw new Error("No Chromium is installed (Debian: apt-get install chromium). CHROMIUM may name its program.");
}

export async function launch() {
  return chromium.launch({ executablePath: browserProgram(), args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-features=LocalNetworkAccessChecks"] });
}

/** Gives the files of a folder for the program's own pages, so that what was just built can be looked at before the program is. */
async function servePages(context, base, folder) {
  await context.route(`${base}/console/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname.startsWith("/console/api/")) return route.fallback();
    const file = join(folder, pathname.slice("/console/".length));
    return route.fulfill({ path: /\.\w+$/.test(pathname) && existsSync(file) ? file : join(folder, "index.html") });
  });
}

/** A page that notes whatever must not happen: errors, what the policy refuses, requests to others. */
export async function openPage(browser, base, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true, ...options });
  if (process.env.STEPWELL_PAGES) await servePages(context, base, process.env.STEPWELL_PAGES);
  const page = await context.newPage();
  const wrongs = [];
  page.on("pageerror", (error) => wrongs.push(`an error in the page: ${error.stack ?? error}`));
  page.on("console", (message) => {
    // What a page asks for may be gone: it says so itself.
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) wrongs.push(`the browser says: ${message.text()}`);
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== base && protocol !== "data:" && protocol !== "blob:") wrongs.push(`a request to another origin: ${request.url()}`);
  });
  page.setDefaultTimeout(15_000);
  return { context, page, wrongs };
}

/** An operation of AWS's API. */
export function awsOf(base) {
  return async (operation, body = {}) => {
    const headers = { "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": `AWSStepFunctions.${operation}` };
    const response = await fetch(base, { method: "POST", headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${operation}: ${text}`);
    return text === "" ? {} : JSON.parse(text);
  };
}

const ROLE = "arn:aws:iam::123456789012:role/console";

export async function createMachine(aws, name, definition, type = "STANDARD") {
  const text = typeof definition === "string" ? definition : JSON.stringify(definition, null, 2);
  const { stateMachineArn } = await aws("CreateStateMachine", { name, type, roleArn: ROLE, definition: text });
  return stateMachineArn;
}

export async function start(aws, stateMachineArn, input, name) {
  const { executionArn } = await aws("StartExecution", { stateMachineArn, input: JSON.stringify(input), ...(name ? { name } : {}) });
  return executionArn;
}

/** Asks until an execution has ended. */
export async function ended(aws, executionArn) {
  for (;;) {
    const execution = await aws("DescribeExecution", { executionArn });
    if (execution.status !== "RUNNING") return execution;
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** An order: variables, a choice, branches, items of which one may be out of stock. */
export const ORDER = {
  Comment: "An order: checked, charged item by item, summed up.",
  QueryLanguage: "JSONata",
  StartAt: "Validate",
  States: {
    Validate: {
      Type: "Pass",
      Assign: { total: "{% $sum($states.input.items.price) %}", customer: "{% $states.input.customer %}" },
      Next: "Check total",
    },
    "Check total": {
      Type: "Choice",
      Choices: [
        { Condition: "{% $total > 100 %}", Next: "Large order" },
        { Condition: "{% $total <= 0 %}", Next: "Reject" },
      ],
      Default: "Charge items",
    },
    "Large order": {
      Type: "Parallel",
      Branches: [
        { StartAt: "Fraud check", States: { "Fraud check": { Type: "Wait", Seconds: 1, End: true } } },
        {
          StartAt: "Reserve stock",
          States: { "Reserve stock": { Type: "Pass", Next: "Tell warehouse" }, "Tell warehouse": { Type: "Pass", End: true } },
        },
      ],
      Output: "{% $states.context.Execution.Input %}",
      Next: "Charge items",
    },
    "Charge items": {
      Type: "Map",
      Items: "{% $states.context.Execution.Input.items %}",
      MaxConcurrency: 3,
      ItemProcessor: {
        StartAt: "Is in stock",
        States: {
          "Is in stock": {
            Type: "Choice",
            Choices: [{ Condition: "{% $states.input.left = 0 %}", Next: "Out of stock" }],
            Default: "Charge card",
          },
          "Charge card": { Type: "Pass", Output: { sku: "{% $states.input.sku %}", charged: "{% $states.input.price %}" }, End: true },
          "Out of stock": { Type: "Fail", Error: "OutOfStock", Cause: '{"warehouse": "north", "left": 0, "expected": "2026-12-04"}' },
        },
      },
      Next: "Summarise",
    },
    Summarise: { Type: "Pass", Output: { customer: "{% $customer %}", total: "{% $total %}", lines: "{% $states.input %}" }, End: true },
    Reject: { Type: "Fail", Error: "OrderRejected", Cause: "The total must be positive." },
  },
};

export const GOOD_ORDER = {
  customer: { name: "Ada", isMember: true },
  items: [
    { sku: "cup", price: 9.5, left: 12 },
    { sku: "lamp", price: 40, left: 3 },
  ],
};

export const BAD_ORDER = {
  customer: { name: "Bob", isMember: false },
  items: [
    { sku: "cup", price: 9.5, left: 11 },
    { sku: "desk", price: 140, left: 2 },
    { sku: "chair", price: 45, left: 0 },
  ],
};

/** Asks again until something is there. */
export const POLL = {
  Comment: "Asks again until the report is there.",
  StartAt: "Begin",
  States: {
    Begin: { Type: "Pass", Result: { asked: 0 }, Next: "Ask" },
    Ask: { Type: "Pass", Parameters: { "asked.$": "States.MathAdd($.asked, 1)" }, Next: "Is it ready?" },
    "Is it ready?": { Type: "Choice", Choices: [{ Variable: "$.asked", NumericGreaterThan: 3, Next: "Publish" }], Default: "Pause" },
    Pause: { Type: "Wait", Seconds: 1, Next: "Ask" },
    Publish: { Type: "Succeed" },
  },
};

/** Waits for an answer; the function that is told the token does nothing with it. */
export function approval(functionName) {
  return {
    Comment: "Somebody must say yes.",
    StartAt: "Ask for approval",
    States: {
      "Ask for approval": {
        Type: "Task",
        Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
        Parameters: { FunctionName: functionName, Payload: { do: "work", "key.$": "$$.Execution.Name", "token.$": "$$.Task.Token", "order.$": "$" } },
        TimeoutSeconds: 3_600,
        HeartbeatSeconds: 600,
        ResultPath: "$.decision",
        Next: "Ship",
      },
      Ship: { Type: "Succeed" },
    },
  };
}

/** A task that fails three times. */
export function flaky(functionName) {
  return {
    Comment: "Tries again and gives up.",
    StartAt: "Prepare",
    States: {
      Prepare: { Type: "Pass", ResultPath: "$.prepared", Result: true, Next: "Call the service" },
      "Call the service": {
        Type: "Task",
        Resource: "arn:aws:states:::lambda:invoke",
        Parameters: { FunctionName: functionName, Payload: { do: "fail", "key.$": "$$.Execution.Name" } },
        Retry: [{ ErrorEquals: ["Flaky"], IntervalSeconds: 1, MaxAttempts: 2, BackoffRate: 1 }],
        End: true,
      },
    },
  };
}

/** Parcels, each carried by an execution of its own. What is broken is not carried, and none may be at first; for some a worker of an activity must sign. */
export const parcels = (activityArn) => ({
  Comment: "Every parcel is carried by an execution of its own.",
  StartAt: "Carry all",
  States: {
    "Carry all": {
      Type: "Map",
      Label: "Carry",
      ItemsPath: "$.parcels",
      MaxConcurrency: 1,
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "Is it whole?",
        States: {
          "Is it whole?": {
            Type: "Choice",
            Choices: [
              { Variable: "$.broken", BooleanEquals: true, Next: "Send back" },
              { Variable: "$.toSign", IsPresent: true, Next: "Have it signed" },
            ],
            Default: "Carry",
          },
          "Have it signed": { Type: "Task", Resource: activityArn, Next: "Carry" },
          Carry: { Type: "Wait", SecondsPath: "$.seconds", End: true },
          "Send back": { Type: "Fail", Error: "Broken", Cause: "The parcel rattles." },
        },
      },
      ResultPath: null,
      End: true,
    },
  },
});

/** A hundred states, so that a picture is larger than any window. */
export function hundredStates() {
  const States = {};
  for (let place = 0; place < 84; place++) {
    const next = `Step ${place + 1}`;
    if (place % 9 === 4) {
      States[`Step ${place}`] = { Type: "Choice", Choices: [{ Variable: "$.from", NumericGreaterThan: place, Next: `Step ${Math.min(place + 3, 84)}` }], Default: next };
    } else if (place % 12 === 7) {
      const branch = (letter) => ({ StartAt: `${letter}${place}`, States: { [`${letter}${place}`]: { Type: "Pass", End: true } } });
      States[`Step ${place}`] = { Type: "Parallel", Branches: ["A", "B"].map(branch), ResultPath: "$.both", Next: next };
    } else States[`Step ${place}`] = { Type: "Pass", Next: next };
  }
  States["Step 84"] = { Type: "Succeed" };
  return { Comment: "Large on purpose.", StartAt: "Step 0", States };
}

/** Names as long as AWS takes them, and in scripts of several directions. */
export const LONG_NAMES = {
  Comment: "Names as long as they may be, and in other scripts.",
  StartAt: "A state whose name has eighty letters, which is as many as the language lets be",
  States: {
    "A state whose name has eighty letters, which is as many as the language lets be": { Type: "Pass", Next: "تحقق من الطلب" },
    "تحقق من الطلب": { Type: "Choice", Choices: [{ Variable: "$.鍵", IsPresent: true, Next: "ご注文を確認し倉庫へ発送を依頼する" }], Default: "Ende" },
    "ご注文を確認し倉庫へ発送を依頼する": { Type: "Pass", Next: "Ende" },
    Ende: { Type: "Fail", Error: "Com.Example.Orders.Fulfilment.WarehouseHasNoRoomForParcelsOfThisSizeException", Cause: "Die Donaudampfschifffahrtsgesellschaft hat keine Kapazität: https://example.com/status/donaudampfschifffahrtsgesellschaft/kapazitaet/heute?region=eu-central-1" },
  },
};

/** The workflow of examples/image-processing. */
export const PHOTO_PIPELINE = readFileSync(new URL("../../examples/image-processing/photo-pipeline.asl.json", import.meta.url), "utf8");

/** What its functions give: as they would, slowly, and once they cannot. */
export const PHOTO_MOCKS = {
  StateMachines: {
    "photo-pipeline": {
      Default: "Happy",
      TestCases: {
        Happy: {
          "Make thumbnail": { Return: { StatusCode: 200, Payload: { path: "output/thumbnails/coffee-320.jpg", width: 320, height: 213, bytes: 18_204 } }, DelaySeconds: 0.4 },
          "Identify features": {
            Return: { StatusCode: 200, Payload: { format: "jpeg", width: 1_600, height: 1_067, orientation: "landscape", colours: ["walnut", "cream", "espresso"], camera: { maker: "Fujifilm", model: "X-T4" } } },
            DelaySeconds: 0.7,
          },
          "Store image metadata": { Return: { StatusCode: 200, Payload: { path: "output/metadata/coffee.json" } }, DelaySeconds: 0.2 },
        },
        Full: {
          "Make thumbnail": [{ When: { Attempt: "0-1" }, Throw: { Error: "StorageUnavailable", Cause: "output/thumbnails: no space left on device" }, DelaySeconds: 0.2 }, { Return: { StatusCode: 200, Payload: { path: "output/thumbnails/beach-320.jpg", width: 320, height: 240, bytes: 22_981 } } }],
          "Identify features": { Return: { StatusCode: 200, Payload: { format: "png", width: 4_000, height: 3_000 } }, DelaySeconds: 0.3 },
          "Store image metadata": { Throw: { Error: "MetadataRejected", Cause: '{"errorMessage": "the record has no place", "field": "features.location", "requestId": "c0ffee"}' } },
        },
      },
    },
  },
};

/** A server of the built program, for commands that are not given one. */
export async function ownServer(mocks = null) {
  const target = process.env.STEPWELL_TARGET ?? new URL("../../target/debug", import.meta.url).pathname;
  const program = join(target, "stepwell");
  const scripted = join(target, "scripted-function");
  if (!existsSync(program) || !existsSync(scripted)) throw new Error(`Build the program and its tests first: ${program} or ${scripted} is missing.`);
  const directory = mkdtempSync(join(tmpdir(), "stepwell-console-"));
  const functions = join(directory, "functions.yaml");
  const environment = { LEDGER: join(directory, "ledger"), GENERATION: "1" };
  writeFileSync(functions, JSON.stringify({ functions: { scripted: { command: [scripted], timeout: 20, concurrency: 4, environment } } }));
  const mocked = mocks === null ? [] : ["--mocks", join(directory, "mocks.json")];
  if (mocks !== null) writeFileSync(mocked[1], JSON.stringify(mocks));
  const child = spawn(program, ["serve", "--listen", "127.0.0.1:0", "--memory", "--functions", functions, ...mocked], { cwd: directory, stdio: ["ignore", "pipe", "inherit"] });
  const base = await new Promise((resolve, reject) => {
    let printed = "";
    child.stdout.on("data", (data) => {
      printed += data;
      const found = /serves (http:\/\/[^\s]+)/.exec(printed);
      if (found) resolve(found[1]);
    });
    child.on("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { base, stop: () => child.kill() };
}
