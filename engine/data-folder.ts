/** The data folder: made and written to before anything is started; with an embedded database, claimed by one process at a time. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EngineError } from "./core/errors.ts";

export interface ClaimedFolder {
  release(): Promise<void>;
}

/**
 * Makes the folder, and a file in it, where this user may.
 *
 * - throws EngineError `unavailable` where not, with what is in the way; a full disk is told as that
 */
export async function openFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    const probe = join(folder, `.probe-${randomUUID()}`);
    await writeFile(probe, "");
    await rm(probe, { force: true });
  } catch (error) {
    const { code = "" } = error as { code?: string };
    if (code === "ENOSPC") throw error;
    const why = WHY[code] ?? (error instanceof Error ? error.message : code);
    throw new EngineError("unavailable", `The data folder ${folder} cannot be used: ${why}. Choose another: GATEHOUSE_DATA=<folder> npm start`);
  }
}

/** Step by step: Node's recursive `mkdir` never ends where a file system answers that nothing is there for a folder that it will not make, as /proc does. */
async function makeFolder(folder: string): Promise<void> {
  const missing: string[] = [];
  for (let path = folder; !(await isThere(path)); path = dirname(path)) missing.unshift(path);
  for (const path of missing) {
    // The embedded server may run as another user, who must reach its folder.
    await mkdir(path, { mode: 0o755 }).catch(async (error: unknown) => {
      if ((error as { code?: string }).code !== "EEXIST" || !(await isThere(path))) throw error;
    });
  }
  if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error("it is a file"), { code: "EEXIST" });
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return false;
    throw error;
  }
}

const WHY: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "the disk is read-only",
  ENOENT: "no folder can be made there",
  EEXIST: "it is a file",
  ENOTDIR: "a part of its path is a file",
};

/**
 * Claims an opened folder. A claim whose process is gone is taken over.
 *
 * - throws EngineError `unavailable` where a living process has it
 */
export async function claimFolder(folder: string): Promise<ClaimedFolder> {
  const path = join(folder, "gatehouse.pid");
  const release = async () => await rm(path, { force: true });
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      await writeFile(path, `${process.pid}\n`, { flag: "wx" });
      return { release };
    } catch (error) {
      if ((error as { code?: string }).code !== "EEXIST") throw error;
    }
    const holder = Number((await readFile(path, "utf8").catch(() => "")).trim());
    if (isAlive(holder)) {
      throw new EngineError(
        "unavailable",
        `Gatehouse is already running on ${folder} (process ${holder}). Stop it first, or choose another folder: GATEHOUSE_DATA=.data-2 npm start`,
      );
    }
    await release();
  }
  throw new EngineError("unavailable", `The data folder ${folder} cannot be claimed.`);
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
}
