/** What the HTTP surface needs to be told; engine/config.ts makes it from the environment. */
export interface ApiConfig {
  /** `https://gatehouse.example`: links, cookies and the origin check go by it, never by the Host header. */
  readonly publicOrigin: string;
  /** Requests a minute for one key or session. */
  readonly requestsPerMinute: number;
  /** Wrong keys or passwords a minute from one address. */
  readonly failedTriesPerMinute: number;
  /** Addresses (CIDR) of proxies whose X-Forwarded-For is believed; none by default. */
  readonly trustedProxies: readonly string[];
  readonly version: string;
}
