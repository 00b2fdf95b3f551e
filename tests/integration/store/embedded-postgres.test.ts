import { chmod, mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { startEmbeddedPostgres } from "#engine/launch/embedded-postgres.ts";

async function freshDir(): Promise<string> {
  const base = join(tmpdir(), "gatehouse-test");
  await mkdir(base, { recursive: true });
  const parent = await mkdtemp(join(base, "embedded-"));
  // The server runs as another user when started as root.
  await chmod(parent, 0o755);
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  return join(parent, "data");
}

test("a server is started beside a taken port, adopted when it is already running, and stopped", async () => {
  const dataDir = await freshDir();
  const port = 17000 + (process.pid % 2000);
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(port, "127.0.0.1", resolve));
  const first = await startEmbeddedPostgres({ dataDir, port });
  blocker.close();
  expect(first).toMatchObject({ port: port + 1, adopted: false });
  await first.ensureDatabase("one");
  await first.ensureDatabase("one");

  const second = await startEmbeddedPostgres({ dataDir, port });
  expect(second).toMatchObject({ port: first.port, adopted: true });
  const client = new pg.Client({ connectionString: second.url("one") });
  await client.connect();
  const { rows } = await client.query(
    "select name, setting from pg_settings where name in ('listen_addresses', 'data_checksums', 'password_encryption', 'fsync', 'full_page_writes', 'synchronous_commit') order by name",
  );
  await client.end();
  expect(Object.fromEntries(rows.map((row) => [row.name, row.setting]))).toEqual({
    data_checksums: "on",
    fsync: "on",
    full_page_writes: "on",
    listen_addresses: "127.0.0.1",
    password_encryption: "scram-sha-256",
    synchronous_commit: "on",
  });
  expect((await stat(`${dataDir}.password`)).mode & 0o777).toBe(0o600);
  expect((await stat(dataDir)).mode & 0o077).toBe(0);
  expect(await readFile(join(dataDir, "pg_hba.conf"), "utf8")).not.toMatch(/^host.*trust/m);

  // Both keep the one server running: who is not told to stop would start it again.
  await Promise.all([first.stop(), second.stop()]);
  await expect(new pg.Client({ connectionString: first.url() }).connect()).rejects.toThrow();
  const again = await startEmbeddedPostgres({ dataDir, port });
  expect(again.adopted).toBe(false);
  await again.stop();
});

test("a server that cannot start says why", async () => {
  const dataDir = await freshDir();
  await expect(startEmbeddedPostgres({ dataDir, port: 19000 + (process.pid % 900), settings: { shared_buffers: "nonsense" } })).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("shared_buffers"),
  });
});

test("a server that is killed is started again at its port, with what it had", async () => {
  const dataDir = await freshDir();
  const said: string[] = [];
  const log = { warn: (_: object, message: string) => void said.push(message), error: (_: object, message: string) => void said.push(message) };
  const server = await startEmbeddedPostgres({ dataDir, port: 21000 + (process.pid % 900), log });
  await server.ensureDatabase("kept");
  const pid = Number((await readFile(join(dataDir, "postmaster.pid"), "utf8")).split("\n")[0]);
  process.kill(pid, "SIGKILL");
  const names = async (): Promise<readonly string[]> => {
    const client = new pg.Client({ connectionString: server.url() });
    client.on("error", () => undefined);
    try {
      await client.connect();
      return (await client.query<{ datname: string }>("select datname from pg_database")).rows.map((row) => row.datname);
    } finally {
      await client.end();
    }
  };
  await expect.poll(() => names().catch(() => []), { timeout: 15_000, interval: 100 }).toContain("kept");
  await expect.poll(() => said).toEqual(["PostgreSQL ended by itself and is started again", "PostgreSQL runs again"]);
  await server.stop();
  await expect(names()).rejects.toThrow();
  // Stopped is stopped: nobody starts it again.
  await new Promise((wake) => setTimeout(wake, 1_200));
  await expect(names()).rejects.toThrow();
});
