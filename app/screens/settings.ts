/** What the settings pages show. */
import type { JsonObject, JsonSchema } from "#engine/schema/json.ts";
import type { Field } from "./guided.ts";
import type { VersionLine } from "./version-list.tsx";

export interface SettingsLink {
  readonly key: string;
  readonly title: string;
  readonly group: string;
  /** How many of the org's own values stand in place of a default. */
  readonly own: number;
}

export interface SettingsPage {
  readonly org: string;
  readonly links: readonly SettingsLink[];
  readonly key: string;
  readonly title: string;
  readonly etag: string;
  readonly mayEdit: boolean;
  readonly schema: JsonSchema;
  readonly values: JsonObject;
  /** Values that differ from the default, with what the default is. */
  readonly changed: readonly { readonly name: string; readonly title: string; readonly fallback: Field["cell"] }[];
  readonly fields: readonly Field[];
  readonly versions: readonly VersionLine[];
  /** Where the values are one row for each mail. */
  readonly mails: readonly RoutedMail[] | null;
  readonly mail: RoutedMailPage | null;
}

/** A mail of the release as the org has routed it. */
export interface RoutedMail {
  readonly name: string;
  readonly title: string;
  /** What holds, with the policy of the mail in it: "On by default". */
  readonly sent: Field["cell"];
  /** To whom, in words. */
  readonly to: string;
  readonly changed: boolean;
  readonly last: MailVerdict | null;
}

export interface MailVerdict {
  readonly id: string;
  readonly at: string;
  readonly state: Field["cell"];
  /** Why it was sent or not, as the policy says it. */
  readonly why: string;
  readonly to: string;
  readonly about: string | null;
  readonly subject: string;
  readonly href: string | null;
}

export interface RoutedMailPage {
  readonly name: string;
  readonly title: string;
  readonly note: string;
  readonly schema: JsonSchema;
  readonly value: JsonObject;
  /** Titles of the people who are chosen, by id. */
  readonly titles: Readonly<Record<string, string>>;
  readonly content: JsonObject;
  readonly branding: JsonObject;
  readonly verdicts: readonly MailVerdict[];
}
