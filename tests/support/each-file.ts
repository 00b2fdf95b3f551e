/** Runs anew for every test file (`setupFiles`), though modules are loaded once for all files of a process. */
import { afterAll } from "vitest";
import { closeOpened } from "./after-file.ts";

afterAll(closeOpened, 60_000);
