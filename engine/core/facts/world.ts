/** What one pass of a step knows and changes: the instance as it stands at this point of the step, and what was asked so far. */
import type { Json, JsonObject } from "../../schema/json.ts";
import { formatDate, parseDateTime } from "../feel/temporal.ts";
import { type FeelDate, FeelDateTime, type FeelValue } from "../feel/values.ts";
import type { Configuration } from "../machine/chart.ts";
import type { CompiledMachine } from "../machine/compile.ts";
import type { Program } from "../program.ts";
import type { DecisionContext } from "../rules/decision.ts";
import type { Actor, CompactDecision, EngineEvent, FactBag, Instant, OrgContext, RecordState } from "../step-types.ts";
import { Requests } from "./requests.ts";
import { dayIn } from "./zone.ts";

export interface WorldInput {
  readonly machine: CompiledMachine | null;
  readonly record: RecordState | null;
  readonly context: JsonObject;
  readonly event: EngineEvent | null;
  readonly configuration: Configuration | null;
  readonly instance: { readonly id: string; readonly key: string; readonly seq: number } | null;
  readonly facts: FactBag;
  readonly actor: Actor;
  readonly org: OrgContext;
  readonly now: Instant;
  /** Names on top of the scope, as JSON. */
  readonly extra?: Readonly<Record<string, Json>>;
}

export class World {
  readonly program: Program;
  /** For gates bound to the release that the instance started with. */
  readonly pinned: Program;
  readonly machine: CompiledMachine | null;
  readonly instance: WorldInput["instance"];
  readonly actor: Actor;
  readonly org: OrgContext;
  readonly nowText: Instant;
  readonly requests: Requests;
  readonly extra: Readonly<Record<string, Json>>;
  readonly decisions: CompactDecision[] = [];
  /** By `as`: records and instances that earlier actions create. */
  created: Map<string, FeelValue> | null = null;
  private factValues: Map<string, FeelValue> | null = null;
  /** What the shell answered, as expressions read it, by the key of the request: read once in a pass. */
  readonly answers = new Map<string, FeelValue>();
  private readonly asRead = new Map<string, FeelValue>();

  private instant: FeelDateTime | null = null;
  private day: FeelDate | null = null;
  private currentRecord: RecordState | null;
  private currentContext: JsonObject;
  private currentEvent: EngineEvent | null;
  private currentConfiguration: Configuration | null;
  private nextConfiguration: (() => Configuration) | null = null;
  /** Counts changes of what expressions can see: cached values of an older generation are stale. */
  generation = 0;

  constructor(program: Program, input: WorldInput, pinned: Program = program) {
    this.program = program;
    this.pinned = pinned;
    this.machine = input.machine;
    this.instance = input.instance;
    this.actor = input.actor;
    this.org = input.org;
    this.nowText = input.now;
    this.requests = new Requests(input.facts);
    this.extra = input.extra ?? {};
    this.currentRecord = input.record;
    this.currentContext = input.context;
    this.currentEvent = input.event;
    this.currentConfiguration = input.configuration;
  }
  /** Worked out when it is asked for, as the day is: most steps are judged by neither. */
  get now(): FeelDateTime {
    this.instant ??= parseDateTime(this.nowText) ?? new FeelDateTime(0, 0);
    return this.instant;
  }
  /** The day in the org's time zone. */
  get today(): FeelDate {
    this.day ??= dayIn(this.org.timeZone, this.now.ms);
    return this.day;
  }
  /** Values of catalogue facts; they do not depend on what the step changes. */
  get facts(): Map<string, FeelValue> {
    this.factValues ??= new Map();
    return this.factValues;
  }
  /** The record or the event as expressions read it: built once until it changes, however many scopes ask (an action for each line has one a line). */
  read(name: "record" | "payload" | "event", build: (world: World) => FeelValue): FeelValue {
    let value = this.asRead.get(name);
    if (value === undefined) {
      value = build(this);
      this.asRead.set(name, value);
    }
    return value;
  }
  /** Names what an action creates, for later ones. */
  create(as: string, value: FeelValue): void {
    this.created ??= new Map();
    this.created.set(as, value);
    this.generation++;
  }
  get record(): RecordState | null {
    return this.currentRecord;
  }
  set record(value: RecordState | null) {
    this.currentRecord = value;
    this.asRead.delete("record");
    this.generation++;
  }
  get context(): JsonObject {
    return this.currentContext;
  }
  set context(value: JsonObject) {
    this.currentContext = value;
    this.generation++;
  }
  get event(): EngineEvent | null {
    return this.currentEvent;
  }
  set event(value: EngineEvent | null) {
    this.currentEvent = value;
    this.asRead.clear();
    this.generation++;
  }
  get configuration(): Configuration | null {
    if (this.nextConfiguration !== null) {
      this.currentConfiguration = this.nextConfiguration();
      this.nextConfiguration = null;
    }
    return this.currentConfiguration;
  }
  /** The states from here on; worked out only when an expression asks. */
  deferConfiguration(make: () => Configuration): void {
    this.nextConfiguration = make;
    this.generation++;
  }
  /** Record type that subjects and `from` are chosen by. */
  get recordType(): string {
    return this.currentRecord?.type ?? this.machine?.definition.record ?? "*";
  }
}

/** The moment of a world as rule sets and tables take it. */
export class Moment implements DecisionContext {
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }
  get now(): Instant {
    return this.world.nowText;
  }
  get today(): string {
    return formatDate(this.world.today);
  }
}
