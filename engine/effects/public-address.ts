/**
 * Tells whether an address may be called from here: only public unicast addresses, so that a webhook cannot reach our own
 * network (SSRF; reliability T18). Names are resolved once and the connection goes to that very address, so that a second
 * answer of the resolver (DNS rebinding) has no effect.
 */
import { lookup as resolve } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { EngineError } from "../core/errors.ts";

/** IANA special-purpose registries (RFC 6890 and successors). */
const RESERVED: readonly (readonly [string, number, "ipv4" | "ipv6"])[] = [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.0.2.0", 24, "ipv4"],
  ["192.88.99.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["198.51.100.0", 24, "ipv4"],
  ["203.0.113.0", 24, "ipv4"],
  ["224.0.0.0", 4, "ipv4"],
  ["240.0.0.0", 4, "ipv4"],
  ["::", 128, "ipv6"],
  ["::1", 128, "ipv6"],
  ["64:ff9b::", 96, "ipv6"],
  ["64:ff9b:1::", 48, "ipv6"],
  ["100::", 64, "ipv6"],
  ["2001::", 23, "ipv6"],
  ["2001:db8::", 32, "ipv6"],
  ["2002::", 16, "ipv6"],
  ["3fff::", 20, "ipv6"],
  ["5f00::", 16, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["fec0::", 10, "ipv6"],
  ["ff00::", 8, "ipv6"],
];

const reserved = new BlockList();
for (const [network, prefix, family] of RESERVED) reserved.addSubnet(network, prefix, family);

/** IPv4-mapped IPv6 counts as the IPv4 address inside it. */
export function isPublicAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  const family = isIP(plain);
  if (family === 0 || /^::ffff:/i.test(plain)) return false;
  return !reserved.check(plain, family === 4 ? "ipv4" : "ipv6");
}

/** A `lookup` for node:http that refuses names with any address that is not allowed. `allowed` holds exact host names that an operator lists. */
export function publicLookup(allowed: ReadonlySet<string>): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, "", 4);
      const first = addresses[0];
      if (first === undefined || (!allowed.has(hostname) && !addresses.every(({ address }) => isPublicAddress(address)))) {
        return done(new EngineError("permission_denied", `${hostname} is not a public address`), "", 4);
      }
      if (options.all === true) return done(null, [first]);
      done(null, first.address, first.family);
    });
  };
}
