/** A key that nobody else has: 128 random bits as hex. `crypto.randomUUID` is missing where a page did not come over HTTPS. */
export function freshKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
