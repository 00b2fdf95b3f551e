import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["tests/{unit,property,scenario,golden,integration,chaos,types}/**/*.test.{ts,tsx}", "tests/*.test.ts"],
    setupFiles: ["tests/support/each-file.ts"],
    globalSetup: ["tests/support/global-setup.ts"],
    pool: "forks",
    // The product is loaded, and made fast by the compiler, once for each process and not once for each file.
    isolate: false,
    // One more than there are cores: the tests wait for PostgreSQL about a third of their time.
    maxWorkers: Number(process.env["TEST_WORKERS"] ?? availableParallelism() + 1),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
  },
});
