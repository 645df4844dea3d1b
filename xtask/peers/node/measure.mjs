// Measures versions of jsonata-js as src/measure.rs measures crates: the best of many short batches. Cases come as JSON on stdin.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const TOTAL_NS = 200e6;
const BATCH_NS = 500e3;
// V8 compiles what runs often: nothing is measured before it had the chance.
const RUNS_MIN = 50;

async function nanoseconds(work) {
  const time = async (count) => {
    const start = process.hrtime.bigint();
    for (let index = 0; index < count; index += 1) await work();
    return Number(process.hrtime.bigint() - start);
  };
  const start = process.hrtime.bigint();
  let best = await time(1);
  for (let runs = 0; runs < RUNS_MIN || Number(process.hrtime.bigint() - start) < TOTAL_NS; runs += 1) {
    const count = Math.min(Math.max(Math.floor(BATCH_NS / Math.max(best, 1)), 1), 1e5);
    best = Math.min(best, (await time(count)) / count);
  }
  return best;
}

const cases = JSON.parse(readFileSync(0, "utf8"));
const rows = [];
for (const name of ["jsonata-2.0.6", "jsonata-newest"]) {
  const jsonata = require(name);
  const { version } = require(`${name}/package.json`);
  const figures = [];
  for (const { expression, document } of cases) {
    const bindings = { states: document };
    const parsed = jsonata(expression);
    const result = await parsed.evaluate(undefined, bindings);
    figures.push({
      result,
      parse: await nanoseconds(() => jsonata(expression)),
      evaluate: await nanoseconds(() => parsed.evaluate(undefined, bindings)),
      both: await nanoseconds(() => jsonata(expression).evaluate(undefined, bindings)),
    });
  }
  rows.push({ name: `jsonata-js ${version}, Node ${process.version}`, figures });
}
console.log(JSON.stringify(rows));
