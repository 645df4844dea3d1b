// How the console is built and, with `npm run dev`, served beside a running server (STEPWELL_CONSOLE names another one).

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env["STEPWELL_CONSOLE"] ?? "http://127.0.0.1:8083";

export default defineConfig({
  base: "/console/",
  plugins: [react(), tailwindcss()],
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
