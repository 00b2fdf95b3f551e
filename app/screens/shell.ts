/** The frame around every page: who is here, which orgs, which places. */
export interface ShellView {
  readonly person: { readonly id: string; readonly name: string; readonly initials: string; readonly role: string };
  readonly orgs: readonly { readonly code: string; readonly name: string }[];
  /** The chosen org's code, or "all". */
  readonly scope: string;
  readonly inbox: number;
  readonly views: readonly { readonly slug: string; readonly title: string; readonly icon: string | null }[];
  readonly may: { readonly studio: boolean; readonly replay: boolean; readonly operations: boolean; readonly settings: boolean };
  /** One of the account's permissions opens a view: views that are open to everyone are not what it works with. */
  readonly worksInViews: boolean;
  /** The engine's clock. */
  readonly now: string;
  /** IANA zone that times are shown in. */
  readonly zone: string;
}

/** A hit of the palette's search. */
export interface Hit {
  readonly id: string;
  readonly label: string;
  readonly note: string;
  readonly href: string;
  readonly kind: "instance" | "record" | "view" | "definition";
}
