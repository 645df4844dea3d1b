//! Puts the console into its page.

import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "../api/queries";
import { App, loadOtherPages, loadPage } from "./App";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has an element with the id root");
const drawn = createRoot(root);
// Scripts that cannot be had are told of by the page that misses them.
void loadPage(location.pathname)
  .catch(() => undefined)
  .then(() =>
    drawn.render(
      <StrictMode>
        <QueryClientProvider client={queryClient}>
          <App />
        </QueryClientProvider>
      </StrictMode>,
    ),
  );
// Safari has no idle time.
if ("requestIdleCallback" in globalThis) requestIdleCallback(loadOtherPages, { timeout: 5_000 });
else setTimeout(loadOtherPages, 2_000);
