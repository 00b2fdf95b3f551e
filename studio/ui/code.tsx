/** A code, event name or id: mono, 12 px. */
export function Code({ children, title }: { children: React.ReactNode; title?: string }) {
  return (
    <span className="code" title={title}>
      {children}
    </span>
  );
}
