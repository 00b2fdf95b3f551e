import { Button } from "../ui/button.tsx";
import { type Action, keysText } from "./action.ts";

/** Actions as a row of icon buttons, groups apart by a line. */
export function ActionBar({ label, groups }: { label: string; groups: readonly (readonly Action[])[] }) {
  return (
    <div className="action-bar" role="toolbar" aria-label={label}>
      {groups
        .filter((group) => group.length > 0)
        .map((group, index) => (
          <span key={group[0]?.id} className="line" style={{ gap: 0 }}>
            {index === 0 ? null : <span className="divider" />}
            {group.map((action) => (
              <Button
                key={action.id}
                tone="plain"
                icon={action.icon}
                aria-label={action.title}
                aria-pressed={action.pressed}
                disabled={!action.enabled}
                title={action.keys === undefined ? action.title : `${action.title} (${keysText(action.keys)})`}
                onClick={action.run}
              />
            ))}
          </span>
        ))}
    </div>
  );
}
