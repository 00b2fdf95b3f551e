import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { reactRouter } from "@react-router/dev/vite";
import mantine from "postcss-preset-mantine";
import { defineConfig, type Plugin } from "vite";

/**
 * Keeps the engine out of the server bundle, so that the process has one live copy of it: the built server imports the same
 * `#engine/*` files as the API beside it. Browser bundles do get engine/core, which is pure.
 */
function engineOutside(): Plugin {
  let root = "";
  let building = false;
  return {
    name: "engine-outside",
    enforce: "pre",
    configResolved(config) {
      root = config.root;
      building = config.command === "build";
    },
    resolveId(source, _importer, options) {
      if (!options?.ssr || !source.startsWith("#engine/")) return null;
      const id = building ? source : pathToFileURL(resolve(root, "engine", source.slice("#engine/".length))).href;
      return { id, external: true };
    },
  };
}

export default defineConfig({
  plugins: process.env["VITEST"] ? [] : [engineOutside(), reactRouter()],
  css: { postcss: { plugins: [mantine()] } },
  resolve: { dedupe: ["react", "react-dom", "react-router"] },
  build: { chunkSizeWarningLimit: 1600 },
  // The server bundle holds what screens are made of, tree-shaken: reading its thousand modules one by one would be a second of every start.
  ssr: { noExternal: true, external: ["react", "react-dom", "react-router", "@react-router/node"] },
  optimizeDeps: {
    entries: ["app/**/*.tsx", "studio/**/*.tsx"],
    include: ["react", "react-dom", "react-dom/client", "react/jsx-runtime", "react/jsx-dev-runtime", "react-router"],
  },
});
