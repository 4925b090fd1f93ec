/** The name under which Salvor's own state is kept in the repository. */
export const STATE_STORE = ".salvor";
