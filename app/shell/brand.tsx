export function Brand({ short = false }: { short?: boolean }) {
  return (
    <span className="brand">
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <path d="M3 18V8.500a7 7 0 0 1 14 0V18" fill="none" stroke="var(--ink)" strokeWidth="2" strokeLinecap="round" />
        <path d="M10 18V6" stroke="var(--accent)" strokeWidth="2" strokeLinecap="round" />
      </svg>
      {short ? <span className="visually-hidden">Gatehouse</span> : "Gatehouse"}
    </span>
  );
}
