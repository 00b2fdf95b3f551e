/** How guards and actions become executable; the pointer says where in the config they stand. */
export interface ChartVocabulary<G, A> {
  guard(config: unknown, pointer: string): G;
  action(config: unknown, pointer: string): A;
}
