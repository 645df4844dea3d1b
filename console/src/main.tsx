//! Where the console begins: what it looks like, what it asks for first, and then all that draws it, side by side. Scripts run once the empty
//! frame is seen: they are here at once and keep the browser busy for longer than painting it takes.

import "./styles/base.css";
import "./store/theme";
import { askEarly } from "./api/early";
import { ROOT } from "./api/root";

askEarly(ROOT, location);
void painted().then(() => {
  if (location.pathname.startsWith("/console/e/")) void import("./pages/execution/ExecutionPage");
  void import("./app/start");
});

/** Resolves after the next frame; at once where nothing is painted. */
function painted() {
  if (document.visibilityState === "hidden") return Promise.resolve();
  return new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}
