// Evaluates expressions with jsonata-js and prints what came out, one line of JSON for each line of input.
//
// usage: node oracle.mjs DOCUMENTS < CASES. DOCUMENTS is a JSON file of name to JSON text; a case is {"expression", "document"}, where
// no document is an undefined input. A line of output is [outcome in 2.0.6, outcome in the newest version].
//
// Where the reference implementation evaluates the elements of an array or the members of an object at the same time, which of several errors
// it reports is a race. Here it evaluates them one after the other, which changes nothing else.
//
// Which name an error gives to a built-in function is the one it was last called by, in this or any earlier evaluation. Here it is its own.
//
// What it lets through of the insides of its functions and tuples is closed in both versions (`closed`), so that what is around them is
// compared as well.
//
// The reference implementation has no budget: an expression that does not end within LIMIT_MS ends its worker, and a new one goes on after it.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const LIMIT_MS = 1500;
// What $now() tells, as on our side.
const NOW = 1_790_000_000_000;

if (isMainThread) {
  await supervise();
} else {
  await work();
}

async function supervise() {
  const cases = readFileSync(0, 'utf8').split('\n').filter(Boolean);
  const documents = readFileSync(process.argv[2], 'utf8');
  const results = cases.map(() => [null, null]);
  // Version by version: [version, case]
  let next = [0, 0];
  while (next !== null) {
    next = await runWorker(cases, documents, next, results);
  }
  process.stdout.write(results.map((result) => JSON.stringify(result) + '\n').join(''));
}

// Resolves with where to go on, or null at the end.
function runWorker(cases, documents, start, results) {
  return new Promise((resolve) => {
    const limits = { maxOldGenerationSizeMb: 512, stackSizeMb: 4 };
    const worker = new Worker(new URL(import.meta.url), { workerData: { cases, documents, start }, resourceLimits: limits });
    let at = start;
    let settled = false;
    let working = false;
    const finish = (outcome) => {
      if (settled) return;
      settled = true;
      clearInterval(watch);
      if (outcome !== null) results[at[1]][at[0]] = outcome;
      const [version, index] = at;
      const after = index + 1 < cases.length ? [version, index + 1] : version === 0 ? [1, 0] : null;
      worker.terminate().then(() => resolve(outcome === null ? null : after));
    };
    let seen = Date.now();
    const watch = setInterval(() => Date.now() - seen > LIMIT_MS && finish({ endless: true }), 200);
    worker.on('message', (message) => {
      seen = Date.now();
      working = true;
      if (message.at) at = message.at;
      for (const [[version, index], outcome] of message.outcomes ?? []) results[index][version] = outcome;
      if (message.done) finish(null);
    });
    worker.on('error', (error) => {
      if (!working) throw error;
      finish({ crash: String(error) });
    });
    worker.on('exit', () => finish({ crash: 'the worker ended' }));
  });
}

async function work() {
  const versions = [load('jsonata'), load('jsonata-newest')];
  const { cases, documents, start } = workerData;
  const texts = JSON.parse(documents);
  for (let version = start[0]; version < 2; version++) {
    for (let index = version === start[0] ? start[1] : 0; index < cases.length; index++) {
      const { expression, document } = JSON.parse(cases[index]);
      parentPort.postMessage({ at: [version, index] });
      const outcome = await evaluate(version, versions[version], expression, document === undefined ? undefined : JSON.parse(texts[document]));
      parentPort.postMessage({ outcomes: [[[version, index], outcome]] });
    }
  }
  parentPort.postMessage({ done: true });
}

function load(name) {
  const path = createRequire(import.meta.url).resolve(name);
  let places = 0;
  let source = readFileSync(path, 'utf8').replace(/Promise\.all\(([\w.()]+)\s*\.map\(/g, (_, list) => {
    places++;
    return `(inOrder(${list}, `;
  });
  if (places !== 2) throw new Error(`${path} evaluates at the same time in ${places} places, not in 2`);
  source = replace(source, 'bindings[name] = value;', 'bindings[name] = value; own?.(name, value);');
  source = replace(source, 'proc.token = procName;', 'if (!builtins.has(proc)) proc.token = procName;');
  source = replace(source, 'next.token = result.body.procedure.value;', 'if (!builtins.has(next)) next.token = result.body.procedure.value;');
  source = replace(source, '                timestamp = new Date();', 'timestamp = new Date(NOW);');
  source = closed(source, name);
  const module = { exports: {} };
  const builtins = new Set();
  const own = (name, value) => {
    if (!value?._jsonata_function) return;
    value.token = name;
    builtins.add(value);
  };
  const run = new Function('module', 'exports', 'inOrder', 'builtins', 'NOW', 'own', `${source}; own = null;`);
  run(module, module.exports, inOrder, builtins, NOW, own);
  return module.exports;
}

// Each line is a difference that stays, with its reason; what happens here is what we do.
function closed(source, name) {
  if (name === 'jsonata') {
    // A function is true, but not as the argument of $boolean and $not; otherwise it is false wherever it was an argument before.
    source = replace(source, "        } else if (arg !== null && typeof arg === 'object') {\n            if (Object.keys(arg)", "} else if (arg !== null && (typeof arg === 'object' || 'arity' in Object(arg))) { if (Object.keys(arg)");
    source = replace(source, "defineFunction(fn.boolean, ", "defineFunction((arg) => !isFunction(arg) && fn.boolean(arg), ");
    source = replace(source, "defineFunction(fn.not, ", "defineFunction((arg) => isFunction(arg) || fn.not(arg), ");
    // A function has no members for wildcards, as in the newest version.
    source = replace(source, "        if (input !== null && typeof input === 'object') {", "if (typeof input === 'object' && input !== null && !isFunction(input)) {");
    source = replace(source, "} else if (input !== null && typeof input === 'object') {", "} else if (typeof input === 'object' && input !== null && !isFunction(input)) {");
  }
  // Nor has an array any but its elements: a wildcard at the start of a path would find the mark `outerWrapper`.
  const keys = name === 'jsonata' ? 'Object' : 'utils';
  const members = '.keys(input).forEach(function (key) {\n                var value';
  source = replace(source, keys + members, `(Array.isArray(input) ? [...input.keys()] : ${keys}.keys(input))` + members.slice('.keys(input)'.length));
  // Nor for $spread, whether it is a lambda or built in.
  source = replace(source, "typeof arg === 'object' && !isLambda(arg)", "typeof arg === 'object' && !isFunction(arg)");
  // A regular expression that is applied to a function does not match; otherwise it would read the source text.
  source = replace(source, 'var match = re.exec(str);', 'var match = holdsFunction(str) ? null : re.exec(str);');
  // An order of tuples gives tuples, of two and more as it does of one; otherwise what follows meets records with '@' in them.
  source = replace(source, 'result = await fn.sort.apply(focus, [lhs, comparator]);', 'result = await fn.sort.apply(focus, [lhs, comparator]); if (isTupleSort) result.tupleStream = true;');
  // A built-in function that is applied in part takes and checks its arguments as in any call; otherwise its source text says how many.
  source = replace(source, 'partialApplyNativeFunction(proc.implementation, evaluatedArgs', 'partialApplyNativeFunction(calling(proc, evaluatedArgs.length, environment), evaluatedArgs');
  return source.replace('    function partialApplyNativeFunction(', `
    function holdsFunction(item) {
      return isFunction(item) || (Array.isArray(item) && item.some(holdsFunction));
    }
    function calling(proc, count, environment) {
      const call = async (...args) => await apply(proc, args, null, environment);
      call.toString = () => '(' + Array.from({ length: count }, (_, index) => 'a' + index).join() + ')';
      return call;
    }
$&`);
}

function replace(source, before, after) {
  if (source.split(before).length !== 2) throw new Error(`${before} is not there once`);
  return source.replace(before, after);
}

async function inOrder(list, evaluate) {
  const results = [];
  for (let index = 0; index < list.length; index++) results.push(await evaluate(list[index], index));
  return results;
}

// JSON, with the numbers that JSON lacks as `null` or, as AWS has it, as text.
function toJson(value, version) {
  const text = (member) => (typeof member === 'number' && !Number.isFinite(member) ? String(member) : member);
  return JSON.stringify(value, version === 0 ? (_, member) => text(member) : undefined);
}

async function evaluate(version, jsonata, expression, input) {
  let value;
  try {
    value = await jsonata(expression).evaluate(input);
  } catch (error) {
    if (typeof error?.code !== 'string') return { crash: String(error?.stack ?? error).split('\n')[0] };
    return { code: error.code, message: String(error.message) };
  }
  if (value === undefined) return { undefined: true };
  try {
    if (hasFunction(value, 0)) return { function: true };
    return { value: toJson(value, version), spelled: toJson(value, 0) };
  } catch (error) {
    return { crash: String(error) };
  }
}

function hasFunction(value, depth) {
  if (typeof value === 'function') return true;
  if (value === null || typeof value !== 'object') return false;
  if (value._jsonata_lambda || value._jsonata_function) return true;
  if (depth > 2000) throw new RangeError('a value within itself');
  return Object.values(Array.isArray(value) ? [...value] : value).some((member) => hasFunction(member, depth + 1));
}
