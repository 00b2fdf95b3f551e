import "./meaning.css";

/** "4200.5" -> "4,200.50": thousands separated, at least `scale` decimals, digits never rounded. Text that is no number comes back unchanged. */
export function formatDecimal(value: string | number, scale = 0): string {
  const text = String(value).trim();
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) return text;
  const [, sign = "", whole = "0", fraction = ""] = match;
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const digits = fraction.padEnd(scale, "0");
  return `${sign === "-" ? "−" : ""}${grouped}${digits === "" ? "" : `.${digits}`}`;
}

/** An amount with its currency in front; a missing amount is a dash. */
export function Money({ value, currency, scale = 2 }: { value: string | number | null | undefined; currency?: string | null | undefined; scale?: number }) {
  if (value === null || value === undefined || value === "") return <span className="quiet">–</span>;
  return (
    <span className="money">
      {currency ? <span className="currency">{currency}</span> : null}
      {formatDecimal(value, scale)}
    </span>
  );
}
