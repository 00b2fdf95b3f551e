/**
 * What the environment says, read once. Every variable has a default that starts the whole product on one machine; a value
 * that does not fit is a sentence for the person who starts it, not a stack.
 */
export type Role = "all" | "api" | "worker";

export interface Config {
  readonly role: Role;
  readonly port: number;
  readonly host: string;
  /** As browsers see it, without a trailing slash. */
  readonly publicOrigin: string;
  /** null: an embedded PostgreSQL under `dataFolder`. */
  readonly databaseUrl: string | null;
  readonly poolSize: number;
  /** Milliseconds that one statement may take. */
  readonly statementTimeoutMs: number;
  readonly redisUrl: string | null;
  /** null: the built-in sink. */
  readonly smtpUrl: string | null;
  /** Address that a mail comes from when its org has none. */
  readonly mailFrom: string;
  /** Contract key or id -> where its outbound events go. */
  readonly contractEndpoints: Readonly<Record<string, ContractEndpoint>>;
  /** Hosts that outbound calls may reach although their address is private. */
  readonly allowedHosts: ReadonlySet<string>;
  readonly isTest: boolean;
  readonly dataFolder: string;
  /** 32 bytes that seal stored secrets; null: kept in a file of the data folder. */
  readonly sealingKey: Buffer | null;
  /** 32 bytes of the Ed25519 key that signs checkpoints; null: kept in a file of the data folder. */
  readonly checkpointKey: Buffer | null;
  readonly requestsPerMinute: number;
  readonly trustedProxies: readonly string[];
  readonly logLevel: string;
  /** Loads packs and demo orgs into an empty database. */
  readonly isSeeded: boolean;
}

export interface ContractEndpoint {
  readonly url: string;
  readonly clientId: string;
  readonly secret: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;
export type ConfigResult = { readonly config: Config } | { readonly problems: readonly string[] };

const ROLES: readonly string[] = ["all", "api", "worker"] satisfies Role[];
const LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];

export function readConfig(env: Environment): ConfigResult {
  const problems: string[] = [];
  const given = (name: string): string | null => {
    const value = env[name]?.trim();
    return value === undefined || value === "" ? null : value;
  };
  const whole = (name: string, otherwise: number, min: number, max: number): number => {
    const value = given(name);
    if (value === null) return otherwise;
    const number = Number(value);
    if (Number.isInteger(number) && number >= min && number <= max) return number;
    problems.push(`${name} must be a whole number from ${min} to ${max}; it is "${value}".`);
    return otherwise;
  };
  const url = (name: string, ...schemes: readonly string[]): string | null => {
    const value = given(name);
    if (value === null) return null;
    if (URL.canParse(value) && schemes.includes(new URL(value).protocol)) return value;
    problems.push(`${name} must be a URL that begins with ${schemes.map((scheme) => `${scheme}//`).join(" or ")}.`);
    return null;
  };
  const choice = (name: string, otherwise: string, values: readonly string[]): string => {
    const value = given(name);
    if (value === null || values.includes(value)) return value ?? otherwise;
    problems.push(`${name} must be one of ${values.join(", ")}; it is "${value}".`);
    return otherwise;
  };
  const flag = (name: string, otherwise: boolean): boolean => choice(name, otherwise ? "1" : "0", ["0", "1"]) === "1";

  const list = (name: string): string[] =>
    (given(name) ?? "")
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");

  const port = whole("PORT", 3000, 0, 65_535);
  const publicOrigin = url("PUBLIC_ORIGIN", "http:", "https:");
  const config: Config = {
    role: choice("GATEHOUSE_ROLE", "all", ROLES) as Role,
    port,
    host: given("HOST") ?? "127.0.0.1",
    publicOrigin: publicOrigin === null ? `http://localhost:${port}` : new URL(publicOrigin).origin,
    databaseUrl: url("DATABASE_URL", "postgres:", "postgresql:"),
    poolSize: whole("DATABASE_POOL", 10, 2, 200),
    statementTimeoutMs: whole("DATABASE_STATEMENT_MS", 5_000, 100, 600_000),
    redisUrl: url("REDIS_URL", "redis:", "rediss:"),
    smtpUrl: url("SMTP_URL", "smtp:", "smtps:"),
    mailFrom: given("MAIL_FROM") ?? "gatehouse@localhost.localdomain",
    contractEndpoints: readEndpoints(given("CONTRACT_ENDPOINTS"), problems),
    allowedHosts: new Set(list("ALLOWED_HOSTS")),
    isTest: flag("GATEHOUSE_TEST", false),
    dataFolder: given("GATEHOUSE_DATA") ?? ".data",
    sealingKey: readKey("GATEHOUSE_KEY", given("GATEHOUSE_KEY"), problems),
    checkpointKey: readKey("GATEHOUSE_CHECKPOINT_KEY", given("GATEHOUSE_CHECKPOINT_KEY"), problems),
    requestsPerMinute: whole("GATEHOUSE_RATE_LIMIT", 600, 1, 1_000_000),
    trustedProxies: list("TRUSTED_PROXIES"),
    logLevel: choice("LOG_LEVEL", "warn", LEVELS),
    isSeeded: flag("GATEHOUSE_DEMO", true),
  };
  if (config.role !== "all" && config.databaseUrl === null) {
    problems.push(`GATEHOUSE_ROLE=${config.role} needs DATABASE_URL: the embedded database belongs to one process.`);
  }
  return problems.length > 0 ? { problems } : { config };
}

/** 64 hex digits or base64 of 32 bytes; nothing that looks like a placeholder. */
function readKey(name: string, text: string | null, problems: string[]): Buffer | null {
  if (text === null) return null;
  const bytes = /^[0-9a-f]{64}$/iu.test(text) ? Buffer.from(text, "hex") : Buffer.from(text, "base64");
  if (bytes.length === 32 && new Set(bytes).size > 8) return bytes;
  problems.push(`${name} must be 32 random bytes as 64 hex digits or base64 (openssl rand -hex 32).`);
  return null;
}

/** JSON: `{"<contract>": {"url": ..., "clientId": ..., "secret": ...}}`. */
function readEndpoints(text: string | null, problems: string[]): Readonly<Record<string, ContractEndpoint>> {
  if (text === null) return {};
  try {
    const value = JSON.parse(text) as Record<string, ContractEndpoint>;
    const isRight = Object.values(value).every(({ url, clientId, secret }) => URL.canParse(url) && typeof clientId === "string" && typeof secret === "string");
    if (isRight) return value;
  } catch {
    // told below
  }
  problems.push('CONTRACT_ENDPOINTS must be JSON: {"<contract>": {"url": "https://...", "clientId": "...", "secret": "..."}}.');
  return {};
}
