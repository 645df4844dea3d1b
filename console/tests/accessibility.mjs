// axe over pages, in both themes, with all its rules.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { openPage } from "./harness.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Loads a page and waits until it shows what it has. */
export async function settle(page, url) {
  await page.goto(url);
  await page.getByRole("main").waitFor();
  await page.waitForFunction(() => document.querySelectorAll("[role=status][aria-label^=Loading], [role=status][aria-label^=Comparing]").length === 0);
  await page.evaluate(() => document.fonts.ready);
  await page.waitForFunction(() => document.querySelector("main")?.childElementCount);
  // Colours are on their way for a frame or two after what they belong to has come.
  await page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
    const ending = document.getAnimations().filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map((animation) => animation.finished));
  });
}

/** What axe finds wrong with a page as it is. */
export async function violations(page, where) {
  // Playwright puts it into the page from outside, which the page's policy does not forbid.
  await page.evaluate(AXE);
  const { violations: found } = await page.evaluate(() => globalThis.axe.run(document));
  return found.map(({ id, impact, help, nodes }) => `${where}: ${impact} ${id}, ${help}\n${nodes.slice(0, 3).map((node) => `    ${node.html.slice(0, 200)}\n    ${node.failureSummary?.split("\n").slice(1, 3).join(" ")}`).join("\n")}`);
}

export async function checkAccessibility(browser, base, paths) {
  const found = [];
  for (const colorScheme of ["light", "dark"]) {
    const { context, page, wrongs } = await openPage(browser, base, { colorScheme, reducedMotion: "reduce" });
    for (const path of paths) {
      await settle(page, `${base}/console${path}`);
      found.push(...(await violations(page, `${colorScheme} ${path}`)));
    }
    found.push(...wrongs);
    await context.close();
  }
  if (found.length > 0) throw new Error(found.join("\n"));
}
