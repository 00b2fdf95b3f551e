/** What the environment says, and what is told to a person when it says something else. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Config, type Environment, readConfig } from "#engine/config.ts";
import { EngineError } from "#engine/core/errors.ts";
import { openFolder } from "#engine/data-folder.ts";
import { explainStart } from "#engine/explain-start.ts";

const configOf = (env: Environment): Config => {
  const result = readConfig(env);
  if ("problems" in result) expect.unreachable(result.problems.join("\n"));
  return (result as { config: Config }).config;
};
const problemsOf = (env: Environment): readonly string[] => (readConfig(env) as { problems?: readonly string[] }).problems ?? [];

describe("readConfig", () => {
  it("starts the whole product on one machine without any variable", () => {
    expect(configOf({})).toMatchObject({
      role: "all",
      port: 3000,
      host: "127.0.0.1",
      publicOrigin: "http://localhost:3000",
      databaseUrl: null,
      statementTimeoutMs: 5000,
      redisUrl: null,
      isTest: false,
    });
  });

  it("takes the origin from its variable, without path", () => {
    expect(configOf({ PUBLIC_ORIGIN: "https://gatehouse.example/x" }).publicOrigin).toBe("https://gatehouse.example");
    expect(configOf({ PORT: "8080" }).publicOrigin).toBe("http://localhost:8080");
  });

  it.each([
    [{ PORT: "http" }, "PORT"],
    [{ PORT: "70000" }, "PORT"],
    [{ DATABASE_STATEMENT_MS: "0" }, "DATABASE_STATEMENT_MS"],
    [{ DATABASE_URL: "mysql://x" }, "DATABASE_URL"],
    [{ DATABASE_URL: "not a url" }, "DATABASE_URL"],
    [{ REDIS_URL: "localhost:6379" }, "REDIS_URL"],
    [{ GATEHOUSE_ROLE: "boss" }, "GATEHOUSE_ROLE"],
    [{ GATEHOUSE_ROLE: "worker" }, "DATABASE_URL"],
    [{ GATEHOUSE_TEST: "yes" }, "GATEHOUSE_TEST"],
    [{ GATEHOUSE_KEY: "changeme" }, "GATEHOUSE_KEY"],
    [{ GATEHOUSE_KEY: "00".repeat(32) }, "GATEHOUSE_KEY"],
    [{ CONTRACT_ENDPOINTS: "{" }, "CONTRACT_ENDPOINTS"],
    [{ CONTRACT_ENDPOINTS: '{"a":{"url":"x"}}' }, "CONTRACT_ENDPOINTS"],
  ])("says what is wrong with %j", (env, variable) => {
    const problems = problemsOf(env as Environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(variable);
  });

  it("tells all problems at once", () => {
    expect(problemsOf({ PORT: "x", REDIS_URL: "y", LOG_LEVEL: "loud" })).toHaveLength(3);
  });
});

describe("explainStart", () => {
  const config = configOf({ DATABASE_URL: "postgres://me:secret@db.example:5433/gate" });
  const fault = (code: string) => Object.assign(new Error("low-level text"), { code });

  it.each([
    [fault("EADDRINUSE"), "Port 3000 is taken"],
    [Object.assign(fault("EACCES"), { syscall: "listen" }), "Port 3000 may not be opened"],
    [fault("EACCES"), "low-level text"],
    [fault("ENOSPC"), "The disk is full"],
    [fault("53100"), "The disk is full"],
    [fault("ECONNREFUSED"), "No PostgreSQL answers at db.example:5433/gate"],
    [new AggregateError([fault("ECONNREFUSED")]), "No PostgreSQL answers"],
    [new EngineError("unavailable", "x", {}, { cause: fault("28P01") }), "refuses this user or password"],
    [fault("3D000"), "There is no database at db.example:5433/gate"],
    [new EngineError("unavailable", "Redis has maxmemory-policy allkeys-lru; set it to noeviction"), "Redis has maxmemory-policy"],
  ])("is one sentence for %s", (error, sentence) => {
    const line = explainStart(error, config);
    expect(line).toContain(sentence);
    expect(line).not.toContain("secret");
    expect(line.split("\n")).toHaveLength(1);
  });
});

it("a data folder that cannot be one is told with its name, what is in the way and the next act", async () => {
  const file = import.meta.filename;
  const because = async (folder: string) =>
    await openFolder(folder).then(
      () => "opened",
      (error: unknown) => explainStart(error, configOf({})),
    );
  expect(await because(file)).toBe(`The data folder ${file} cannot be used: it is a file. Choose another: GATEHOUSE_DATA=<folder> npm start`);
  expect(await because(`${file}/below`)).toContain("cannot be used: a part of its path is a file");
  const kernels = await because("/proc/self/gatehouse/data");
  expect(kernels).toMatch(/^The data folder \/proc\/self\/gatehouse\/data cannot be used: (no folder can be made there|this user may not write there)\. /u);
});

it("a data folder is made with all that leads to it, by two at a time as well", async () => {
  const root = await mkdtemp(join(tmpdir(), "gatehouse-folder-"));
  try {
    const folder = join(root, "a", "b", "c");
    await Promise.all([openFolder(folder), openFolder(folder)]);
    expect(await readdir(folder)).toEqual([]);
    await openFolder(folder);
  } finally {
    await rm(root, { recursive: true });
  }
});
