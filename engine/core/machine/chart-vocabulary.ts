/** How guards and actions become executable; the pointer says where in the config they stand. */
export interface ChartVocabulary<G, A> {
  guard(config: unknown, pointer: string): G;
  /** Of one place: a list, or one that stands in place of a list; none where `config` is undefined. */
  actions(config: unknown, pointer: string): readonly A[];
}
