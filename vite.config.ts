import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
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

/** Writes scripts and styles for browsers compressed too, beside themselves: the server sends what is there, over a slow line in a fourth of the time. */
function compressed(): Plugin {
  const brotli = promisify(brotliCompress);
  const zip = promisify(gzip);
  return {
    name: "compressed",
    apply: "build",
    async writeBundle({ dir }, bundle) {
      if (this.environment.name !== "client" || dir === undefined) return;
      const files = Object.keys(bundle).filter((name) => /\.(?:js|css)$/u.test(name));
      await Promise.all(
        files.map(async (name) => {
          const path = join(dir, name);
          const bytes = await readFile(path);
          await writeFile(`${path}.br`, await brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
          await writeFile(`${path}.gz`, await zip(bytes, { level: 9 }));
        }),
      );
    },
  };
}

export default defineConfig({
  plugins: process.env["VITEST"] ? [] : [engineOutside(), reactRouter(), compressed()],
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
