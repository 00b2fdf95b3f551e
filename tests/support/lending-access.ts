export const ACCEPTANCE_ROWS: readonly (readonly [string, string, string, string, string])[] = [
  ["signature", "signature_ok", "false", "401", "SIGNATURE_INVALID"],
  ["key", "key_wellformed", "false", "400", "IDEMPOTENCY_KEY_MALFORMED"],
  ["event", "known_event", "false", "400", "EVENT_UNKNOWN"],
  ["match", "key_matches_event", "false", "400", "IDEMPOTENCY_KEY_MISMATCH"],
  ["org", "org_granted", "false", "404", "NOT_FOUND"],
  ["schema", "schema_ok", "false", "422", "PAYLOAD_INVALID"],
  ["reused", "seen", '"different"', "409", "IDEMPOTENCY_KEY_REUSED"],
];

export const acceptance = {
  kind: "table",
  key: "lending.acceptance",
  title: "Acceptance",
  inputs: {
    signature_ok: { type: "boolean" },
    key_wellformed: { type: "boolean" },
    known_event: { type: "boolean" },
    key_matches_event: { type: "boolean" },
    org_granted: { type: "boolean" },
    schema_ok: { type: "boolean" },
    seen: { type: "string", enum: ["none", "same", "different"] },
    sequence: { type: "integer", nullable: true },
    last_sequence: { type: "integer", nullable: true },
  },
  derive: { is_old: "if sequence = null or last_sequence = null then false else sequence <= last_sequence" },
  hitPolicy: "FIRST",
  columns: [...ACCEPTANCE_ROWS.map(([, name]) => ({ name })), { name: "is_old" }],
  outputs: [
    { name: "http", type: "integer", default: 202 },
    { name: "result", type: "string", default: "accepted" },
    { name: "code", type: "string", default: "OK" },
  ],
  rows: [
    ...ACCEPTANCE_ROWS.map(([id, column, cell, http, code]) => ({ id, when: { [column]: cell }, then: { http, result: '"rejected"', code: `"${code}"` } })),
    { id: "same", when: { seen: '"same"' }, then: { http: "200", result: '"duplicate"', code: '"DUPLICATE"' } },
    { id: "old", when: { is_old: "true" }, then: { http: "200", result: '"stale_ignored"', code: '"OUT_OF_ORDER"' } },
  ],
};

export const accessDecision = {
  kind: "table",
  key: "lending.access-decision",
  title: "Access",
  inputs: {
    principal: { type: "string" },
    ui_session: { type: "boolean" },
    has_org_grant: { type: "boolean" },
    org_scope_includes: { type: "boolean" },
    has_permission: { type: "boolean" },
    verb: { type: "string" },
    is_requester: { type: "boolean" },
    rank: { type: "integer" },
    min_rank: { type: "integer" },
  },
  hitPolicy: "FIRST",
  columns: ["principal", "ui_session", "has_org_grant", "org_scope_includes", "has_permission", "verb", "is_requester", "rank"].map((name) => ({ name })),
  outputs: [
    { name: "allow", type: "boolean" },
    { name: "http", type: "integer" },
    { name: "code", type: "string" },
  ],
  rows: [
    { id: "1", when: { principal: '"api_client"', ui_session: "true" }, then: { allow: "false", http: "401", code: '"NO_UI_FOR_API_CLIENT"' } },
    { id: "2", when: { has_org_grant: "false" }, then: { allow: "false", http: "404", code: '"NOT_FOUND"' } },
    { id: "3", when: { org_scope_includes: "false" }, then: { allow: "false", http: "404", code: '"NOT_FOUND"' } },
    { id: "5", when: { has_permission: "false", verb: '"view"' }, then: { allow: "false", http: "404", code: '"NOT_FOUND"' } },
    { id: "6", when: { has_permission: "false" }, then: { allow: "false", http: "403", code: '"FORBIDDEN"' } },
    { id: "7", when: { verb: '"approve"', is_requester: "true" }, then: { allow: "false", http: "403", code: '"OWN_REQUEST"' } },
    { id: "8", when: { rank: "< min_rank" }, then: { allow: "false", http: "403", code: '"SECURITY_LEVEL_TOO_LOW"' } },
    { id: "else", when: {}, then: { allow: "true", http: "200", code: '"OK"' } },
  ],
};

export const access = {
  kind: "access",
  key: "lending.access",
  title: "Access",
  permissions: {
    "loan.view": "See loans",
    "loan.edit": "Write loans",
    "loan.approve": "Approve",
    "loan.override": "Pass the gate",
    "settings.org": "Settings",
    "audit.view": "Audit",
    "integration.admin": "Integrations",
  },
  roles: {
    clerk: { title: "Clerk", permissions: ["loan.view", "loan.edit"], sales: true },
    chief: { title: "Chief", permissions: ["loan.view", "loan.edit", "loan.approve", "loan.override", "settings.org", "audit.view", "integration.admin"] },
  },
  levels: { standard: { title: "Standard", rank: 10, default: true }, high: { title: "High", rank: 80 } },
  decision: "access-decision",
  traits: { is_clerk: { noneOf: ["loan.approve"] } },
};
