/** One process at a time works with an embedded database: the data folder is claimed by a file with the process id. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EngineError } from "./core/errors.ts";

export interface ClaimedFolder {
  release(): Promise<void>;
}

/**
 * Makes the folder and claims it. A claim whose process is gone is taken over.
 *
 * - throws EngineError `unavailable` where a living process has it
 */
export async function claimFolder(folder: string): Promise<ClaimedFolder> {
  // The embedded server may run as another user, who must reach its folder.
  await mkdir(folder, { recursive: true, mode: 0o755 });
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
