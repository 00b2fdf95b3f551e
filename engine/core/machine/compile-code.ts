/** Compiles guards and actions of a machine. Unknown types and members are refused: XState would pass them silently. */
import type { Feel, FeelMap, Json } from "../../schema/json.ts";
import type { ActionConfig, GateParams, GuardConfig } from "../../schema/statechart.ts";
import { EngineError } from "../errors.ts";
import { compileFeel, type Expression } from "../feel/compile.ts";
import { pointer as jsonPointer } from "../problem.ts";
import type { ActionBody, ActionCode, ExpressionMap, GateCode, GuardCode, TextCode } from "./code.ts";

const MAX_GUARDS = 50;

/** Compiles FEEL; an error names the place. */
export function compileAt(text: Feel, pointer: string): Expression {
  if (typeof text !== "string") throw refusal(pointer, "must be a FEEL text");
  try {
    return compileFeel(text);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new EngineError(error.code, `${pointer}: ${error.message}`, { ...error.data, path: pointer }, { cause: error });
  }
}

const optional = (text: Feel | undefined, pointer: string): Expression | null => (text === undefined ? null : compileAt(text, pointer));

export function compileMap(map: FeelMap | undefined, pointer: string): ExpressionMap {
  return Object.keys(map ?? {})
    .sort()
    .map((name) => [name, compileAt(map![name]!, pointer + jsonPointer(name))] as const);
}

/** Text with FEEL in braces: "Check {record.code}". */
export function compileText(text: string, pointer: string): TextCode {
  if (typeof text !== "string") throw refusal(pointer, "must be a text");
  return text
    .split(/\{([^{}]+)\}/)
    .map((part, i) => (i % 2 === 1 ? compileAt(part, pointer) : part))
    .filter((part) => part !== "");
}

function refusal(pointer: string, message: string): EngineError {
  return new EngineError("definition_invalid", `${pointer || "/"}: ${message}`, { path: pointer });
}

/* ---------------------------------------------------------------- guards */

export function compileGuard(config: unknown, pointer: string): GuardCode {
  const whens: Expression[] = [];
  const gates: GateCode[] = [];
  const visit = (guard: GuardConfig, at: string): void => {
    if (whens.length + gates.length >= MAX_GUARDS) throw refusal(at, `A transition has at most ${MAX_GUARDS} guards`);
    const type: unknown = (guard as { type?: unknown } | null)?.type;
    if (type === "when") whens.push(compileAt((guard as Extract<GuardConfig, { type: "when" }>).params?.expr, `${at}/params/expr`));
    else if (type === "gate") gates.push(compileGate((guard as Extract<GuardConfig, { type: "gate" }>).params, `${at}/params`));
    else if (type === "all") {
      const { guards } = (guard as Extract<GuardConfig, { type: "all" }>).params ?? {};
      if (!Array.isArray(guards) || guards.length === 0) throw refusal(at, "`all` needs at least one guard");
      guards.forEach((each: GuardConfig, i: number) => void visit(each, `${at}/params/guards/${i}`));
    } else throw refusal(at, `There is no guard "${String(type)}"; guards are gate, when and all`);
  };
  visit(config as GuardConfig, pointer);
  return { whens, gates };
}

export function compileGate(params: GateParams, pointer: string): GateCode {
  const ref = params?.ruleset ?? params?.table;
  if (typeof ref !== "string" || (params.ruleset !== undefined && params.table !== undefined)) throw refusal(pointer, "A gate names one rule set or one table");
  const { override } = params;
  return {
    ref,
    bind: new Map(compileMap(params.bind, `${pointer}/bind`)),
    expect: params.expect,
    override: override === undefined ? null : { permission: override.permission, reasons: optional(override.reasons, `${pointer}/override/reasons`) },
    pinned: params.binding === "pinned",
    pointer,
  };
}

/* ---------------------------------------------------------------- actions */

const COMMON = ["when", "each"];
const MEMBERS: Readonly<Record<ActionConfig["type"], readonly string[]>> = {
  set: ["record", "context"],
  record: ["op", "record", "id", "by", "set", "as", "org"],
  mail: ["mail", "ref", "to", "vars", "subject", "text"],
  document: ["document", "field", "vars"],
  task: ["title", "kind", "assignee", "permission", "role", "due", "ref", "outcomes"],
  approval: ["title", "kind", "permission", "minRank", "requester", "due", "ref", "relies", "outcomes"],
  cancelTask: ["kind", "ref"],
  emit: ["contract", "event", "subject", "n", "data"],
  start: ["machine", "event", "payload", "org", "unique", "as"],
  send: ["machine", "to", "event", "payload", "org"],
  deliver: ["channel"],
  note: ["text"],
};

export function compileAction(config: unknown, pointer: string): ActionCode {
  const action = config as ActionConfig;
  const type: unknown = (action as { type?: unknown } | null)?.type;
  if (typeof type !== "string" || !Object.hasOwn(MEMBERS, type))
    throw refusal(pointer, `There is no action "${String(type)}"; actions are ${Object.keys(MEMBERS).join(", ")}`);
  const at = `${pointer}/params`;
  const params = action.params as Record<string, Json> & ActionConfig["params"];
  if (typeof params !== "object" || params === null || Array.isArray(params)) throw refusal(pointer, "An action has `params`");
  const allowed = MEMBERS[action.type];
  for (const name of Object.keys(params))
    if (!allowed.includes(name) && !COMMON.includes(name)) throw refusal(at, `"${name}" is not part of the action "${type}"`);
  return { body: bodyOf(action, at), when: optional(params.when, `${at}/when`), each: optional(params.each, `${at}/each`), pointer };
}

function bodyOf(action: ActionConfig, at: string): ActionBody {
  switch (action.type) {
    case "set":
      return { type: "set", record: compileMap(action.params.record, `${at}/record`), context: compileMap(action.params.context, `${at}/context`) };
    case "record": {
      const { op, record, id, by, set, as, org } = action.params;
      if (!["create", "update", "upsert", "delete"].includes(op)) throw refusal(`${at}/op`, `There is no operation "${String(op)}"`);
      if (op !== "create" && id === undefined && by === undefined) throw refusal(at, `"${op}" needs \`id\` or \`by\``);
      if (op === "upsert" && by === undefined) throw refusal(at, '"upsert" needs `by`');
      return {
        ...{ type: "record", op, record, id: optional(id, `${at}/id`), by: compileMap(by, `${at}/by`), set: compileMap(set, `${at}/set`) },
        ...{ as: as ?? null, org: optional(org, `${at}/org`) },
      };
    }
    case "mail": {
      const { mail, ref, to, vars, subject, text } = action.params;
      return {
        ...{ type: "mail", mail, ref: optional(ref, `${at}/ref`), to: optional(to, `${at}/to`), vars: compileMap(vars, `${at}/vars`) },
        ...{ subject: optional(subject, `${at}/subject`), text: optional(text, `${at}/text`) },
      };
    }
    case "document": {
      const { document, field, vars } = action.params;
      return { type: "document", document, field: field ?? null, vars: compileMap(vars, `${at}/vars`) };
    }
    case "task": {
      const { title, kind, assignee, permission, role, due, ref, outcomes } = action.params;
      return {
        ...{ type: "task", form: "task", title: compileText(title, `${at}/title`), kind, assignee: optional(assignee, `${at}/assignee`) },
        ...{ permission: permission ?? null, role: role ?? null, minRank: null, requester: null, due: optional(due, `${at}/due`) },
        ...{ ref: optional(ref, `${at}/ref`), relies: [], outcomes: outcomes ?? {} },
      };
    }
    case "approval": {
      const { title, kind, permission, minRank, requester, due, ref, relies, outcomes } = action.params;
      return {
        ...{ type: "task", form: "approval", title: compileText(title, `${at}/title`), kind, assignee: null, role: null },
        ...{ permission: compileAt(permission, `${at}/permission`), minRank: optional(minRank, `${at}/minRank`) },
        ...{ requester: optional(requester, `${at}/requester`), due: optional(due, `${at}/due`), ref: optional(ref, `${at}/ref`) },
        ...{ relies: compileMap(relies, `${at}/relies`), outcomes },
      };
    }
    case "cancelTask":
      return { type: "cancelTask", kind: action.params.kind, ref: optional(action.params.ref, `${at}/ref`) };
    case "emit": {
      const { contract, event, subject, n, data } = action.params;
      return {
        ...{ type: "emit", contract: contract ?? null, event, subject: optional(subject, `${at}/subject`), n: optional(n, `${at}/n`) },
        data: compileMap(data, `${at}/data`),
      };
    }
    case "start": {
      const { machine, event, payload, org, unique, as } = action.params;
      return {
        ...{ type: "start", machine, event, payload: compileMap(payload, `${at}/payload`), org: optional(org, `${at}/org`) },
        ...{ unique: optional(unique, `${at}/unique`), as: as ?? null },
      };
    }
    case "send": {
      const { machine, to, event, payload, org } = action.params;
      return {
        ...{ type: "send", machine: machine ?? null, to: to === "self" ? null : compileAt(to, `${at}/to`), event },
        ...{ payload: compileMap(payload, `${at}/payload`), org: optional(org, `${at}/org`) },
      };
    }
    case "deliver":
      return { type: "deliver", channel: action.params.channel };
    case "note":
      return { type: "note", text: compileText(action.params.text, `${at}/text`) };
  }
}
