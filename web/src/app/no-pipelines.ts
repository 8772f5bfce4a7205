/**
 * Stands in for `re2js`, which Firestore brings for the regular expressions of its pipeline queries (40 kB compressed).
 * The app has no pipeline queries; one that gets in fails here, loudly.
 */
export const RE2JS = {
  compile(): never {
    throw new Error('Pipeline queries with regular expressions are left out of this build: see web/vite.config.ts');
  },
};
