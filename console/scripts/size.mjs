// Holds the build to its budget: what every visit loads, and everything together.

import { readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const WEB = new URL("../dist/web", import.meta.url).pathname;
const INITIAL_KB_MAX = 260;
const ALL_BROTLI_KB_MAX = 1_200;

const manifest = JSON.parse(readFileSync(join(WEB, ".vite/manifest.json"), "utf8"));
const initial = new Set();
const visit = (key) => {
  const chunk = manifest[key];
  if (chunk === undefined || initial.has(chunk.file)) return;
  initial.add(chunk.file);
  for (const css of chunk.css ?? []) initial.add(css);
  for (const imported of chunk.imports ?? []) visit(imported);
};
visit("index.html");
// The entry loads it in any case.
visit("src/app/start.tsx");

const gz = (file) => gzipSync(readFileSync(join(WEB, file)), { level: 9 }).length / 1_024;
const initialKb = [...initial].reduce((sum, file) => sum + gz(file), 0);
const files = readdirSync(WEB, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && /\.(js|css|html|svg)$/.test(entry.name));
const allKb = files.reduce((sum, entry) => {
  const bytes = readFileSync(join(entry.parentPath, entry.name));
  return sum + brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }).length / 1_024;
}, 0);
rmSync(join(WEB, ".vite"), { recursive: true });

console.log(`initial JS and CSS: ${initialKb.toFixed(1)} KB gz of ${INITIAL_KB_MAX}; all assets: ${allKb.toFixed(0)} KB br of ${ALL_BROTLI_KB_MAX}`);
if (initialKb > INITIAL_KB_MAX || allKb > ALL_BROTLI_KB_MAX) {
  console.error("The console is larger than its budget (scripts/size.mjs). Load what few pages need when they need it.");
  process.exit(1);
}
