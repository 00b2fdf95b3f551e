/** Rule set and table pages share their frame: the grid or list left, trying right, problems below. */
export function DecisionFrame({ side, bar, children }: { side: React.ReactNode; bar: React.ReactNode; children: React.ReactNode }) {
  return (
    <div className="workspace decision-workspace">
      <div className="workspace-canvas">{children}</div>
      {side}
      {bar}
    </div>
  );
}
