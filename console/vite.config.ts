// How the console is built and, with `npm run dev`, served beside a running server (STEPWELL_CONSOLE names another one).

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { type Plugin, defineConfig } from "vite";

const server = process.env["STEPWELL_CONSOLE"] ?? "http://127.0.0.1:8083";

/** What main.tsx imports later is fetched with the page. */
function preloadStart(): Plugin {
  return {
    name: "preload-start",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).flatMap((chunk) => (chunk.type === "chunk" ? [chunk] : []));
        const start = chunks.find((chunk) => chunk.facadeModuleId?.endsWith("/src/app/start.tsx"));
        const files = start === undefined ? [] : [start.fileName, ...start.imports];
        return files.map((file) => ({ tag: "link", attrs: { rel: "modulepreload", crossorigin: true, href: `/console/${file}` }, injectTo: "head" }));
      },
    },
  };
}

export default defineConfig({
  base: "/console/",
  plugins: [react(), tailwindcss(), preloadStart()],
  build: {
    outDir: "dist/web",
    emptyOutDir: true,
    target: "es2023",
    // A data URL would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    chunkSizeWarningLimit: 300,
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      // The server compares Origin with Host: both are its own.
      "/console/api": { target: server, changeOrigin: true, ws: true, headers: { Origin: server } },
    },
  },
});
