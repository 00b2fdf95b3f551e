/** How each gate would have decided otherwise, and how many instances of each machine went elsewhere. */
import { words } from "../ui/describe-value.ts";
import { formatDecimal } from "../ui/money.tsx";

export interface GateLine {
  readonly key: string;
  readonly total: number;
  readonly opens: number;
  readonly shuts: number;
}
export interface MachineLine {
  readonly key: string;
  readonly same: number;
  readonly changed: number;
  readonly unknown: number;
}

const idOf = (key: string): string => key.slice(key.indexOf(".") + 1);
const Count = ({ value }: { value: number }) => <td className={value === 0 ? "n quiet" : "n"}>{value === 0 ? 0 : <b>{formatDecimal(value)}</b>}</td>;

export function GateTable({
  gates,
  machines,
  cause,
  onCause,
}: {
  gates: readonly GateLine[];
  machines: readonly MachineLine[];
  cause: string | null;
  onCause: (cause: string | null) => void;
}) {
  return (
    <div className="panel replay-table">
      <table>
        <thead>
          <tr>
            <th scope="col">By gate</th>
            <th scope="col" className="n">
              Shuts
            </th>
            <th scope="col" className="n">
              Opens
            </th>
            <th scope="col" className="n">
              Asked
            </th>
          </tr>
        </thead>
        <tbody>
          {gates.length === 0 ? (
            <tr>
              <td colSpan={4} className="quiet">
                No gate was asked.
              </td>
            </tr>
          ) : null}
          {gates.map((gate) => (
            <tr key={gate.key} className={cause === gate.key ? "is-at" : undefined}>
              <td className="clip">
                <button
                  type="button"
                  className="plain-button clip"
                  aria-pressed={cause === gate.key}
                  title={gate.key}
                  onClick={() => onCause(cause === gate.key ? null : gate.key)}
                >
                  {idOf(gate.key)}
                </button>
              </td>
              <Count value={gate.shuts} />
              <Count value={gate.opens} />
              <td className="n quiet">{formatDecimal(gate.total)}</td>
            </tr>
          ))}
        </tbody>
        <thead>
          <tr>
            <th scope="col">By machine</th>
            <th scope="col" className="n">
              Changed
            </th>
            <th scope="col" className="n">
              Unknown
            </th>
            <th scope="col" className="n">
              Same
            </th>
          </tr>
        </thead>
        <tbody>
          {machines.map((machine) => (
            <tr key={machine.key}>
              <td className="clip" title={machine.key}>
                {words(idOf(machine.key))}
              </td>
              <Count value={machine.changed} />
              <Count value={machine.unknown} />
              <td className="n quiet">{formatDecimal(machine.same)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
