/**
 * Password hashing by argon2id, in a bounded queue: hashing is the dearest thing that a stranger can ask for, so two run
 * at a time and a short line waits; beyond it the answer is `unavailable` at once.
 */
import { hash, type Options, verify } from "@node-rs/argon2";
import { EngineError } from "../../core/errors.ts";

/** OWASP's minimum for argon2id (the package's default algorithm): 19 MiB, two passes, one lane. */
const COST: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const RUNNING_LIMIT = 2;
const WAITING_LIMIT = 64;
export const MIN_PASSWORD_LENGTH = 8;
export const MAX_PASSWORD_LENGTH = 256;

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= RUNNING_LIMIT) {
    if (waiting.length >= WAITING_LIMIT) throw new EngineError("unavailable", "Too many people are signing in at once.", { retryAfter: 2 });
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** PHC string of the password. Throws `payload_invalid` for one shorter than 8 or longer than 256 characters. */
export async function hashPassword(password: string): Promise<string> {
  if (password.length < MIN_PASSWORD_LENGTH || password.length > MAX_PASSWORD_LENGTH) {
    throw new EngineError("payload_invalid", `A password has ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters, this one ${password.length}.`, {
      errors: [{ path: "/password", message: `must have ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters` }],
    });
  }
  return await inTurn(() => hash(password, COST));
}

/** A hash of no one's password: verifying against it costs as much as against a real one. */
let decoy: Promise<string> | null = null;

/**
 * Tells whether the password fits the hash. `null` for the hash (no such person, no password set) takes as long and says
 * false, so that the answer's time does not tell who exists.
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  if (password.length > MAX_PASSWORD_LENGTH) return false;
  decoy ??= hashPassword("nobody has this password");
  const against = passwordHash ?? (await decoy);
  try {
    const fits = await inTurn(() => verify(against, password));
    return fits && passwordHash !== null;
  } catch (error) {
    if (error instanceof EngineError) throw error;
    return false;
  }
}
