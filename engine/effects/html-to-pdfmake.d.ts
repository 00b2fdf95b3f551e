/** What is used of html-to-pdfmake 2.5.34, which brings no types. */
declare module "html-to-pdfmake" {
  import type { Content } from "pdfmake/interfaces";

  export default function htmlToPdfmake(
    html: string,
    options: {
      readonly window: unknown;
      readonly defaultStyles?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
      readonly tableAutoSize?: boolean;
    },
  ): Content[];
}
