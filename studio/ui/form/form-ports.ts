/** How a form reaches outside: the caller searches records and stores files. */
export interface FormPorts {
  readonly pick?: (type: string, text: string) => Promise<readonly { readonly value: string; readonly label: string; readonly note?: string }[]>;
  /** Titles of what is chosen already, by id. */
  readonly titles?: Readonly<Record<string, string>>;
  readonly upload?: (file: File) => Promise<{ readonly id: string; readonly name: string }>;
}
