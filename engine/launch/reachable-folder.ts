/** Where an embedded PostgreSQL may keep its data: as root it runs as another user, who must be able to reach the folder. */
import { createHash } from "node:crypto";
import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * The wanted folder, or, as root below folders that others may not enter (such as root's home), one under `/var/lib/gatehouse`
 * that is named after it and found again by the next start.
 */
export async function reachableFolder(wanted: string): Promise<string> {
  if (process.getuid?.() !== 0 || (await isOpenToAll(dirname(wanted)))) return wanted;
  const folder = join("/var/lib/gatehouse", createHash("sha256").update(wanted).digest("hex").slice(0, 12));
  await mkdir(dirname(folder), { recursive: true });
  return folder;
}

async function isOpenToAll(folder: string): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  for (let path = folder; path !== dirname(path); path = dirname(path)) {
    if (((await stat(path)).mode & 0o001) === 0) return false;
  }
  return true;
}
