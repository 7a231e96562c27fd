/** What is said of the service ahead of it: held against it with `ORACLE_STRICT=on`, and always as soon as it is so. */
const ahead = process.env['ORACLE_STRICT'] === 'on';

export const HELD = {
  /** The reasons of a denial, its obligations, and that what is private and what is unknown answer alike. */
  reasons: ahead,
};
