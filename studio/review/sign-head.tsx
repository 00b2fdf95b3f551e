/** Head of the column that says by a sign what became of a line. */
export const SignHead = () => (
  <th className="sign" scope="col">
    <span className="visually-hidden">Change</span>
  </th>
);
