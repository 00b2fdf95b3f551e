/**
 * One PostgreSQL cluster for all test files of a run, with a migrated template database. Unit tests alone never wait for it: it starts on
 * the first `testDatabase()`, through the request file that this process answers.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { startTestCluster, type TestCluster } from "./test-cluster.ts";

const NEEDS_DATABASE = /integration|scenario|golden|chaos|e2e|property\/store/;

export default async function setup(project: {
  readonly config: { readonly root: string };
  provide(key: string, value: unknown): void;
  readonly globTestFiles?: (filters?: string[]) => Promise<unknown>;
}): Promise<() => Promise<void>> {
  const filters = process.argv.slice(2).filter((argument) => argument.includes("tests/") && !argument.includes("vitest.config"));
  if (filters.length > 0 && !filters.some((filter) => NEEDS_DATABASE.test(filter))) {
    project.provide("testDatabaseUrl", "");
    return async () => {};
  }
  const dataDir = join(project.config.root, ".test", `pg-${process.pid}`);
  const cluster: TestCluster = await startTestCluster(dataDir);
  project.provide("testDatabaseUrl", cluster.url);
  return async () => {
    await cluster.stop();
    await rm(dataDir, { recursive: true, force: true });
    await rm(`${dataDir}.password`, { force: true });
  };
}

declare module "vitest" {
  interface ProvidedContext {
    testDatabaseUrl: string;
  }
}
