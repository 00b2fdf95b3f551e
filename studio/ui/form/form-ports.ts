/** How a form reaches outside: the caller searches records and stores files. */
export interface FormPorts {
  readonly pick?: (type: string, text: string) => Promise<readonly { readonly value: string; readonly label: string; readonly note?: string }[]>;
  readonly upload?: (file: File) => Promise<{ readonly id: string; readonly name: string }>;
}
