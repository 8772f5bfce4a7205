import { useSearchParams } from 'react-router';

/** Filters that lie in the address, so that a page can be sent, kept and gone back to. An empty value takes one out. */
export function useAddress(): {
  readonly search: URLSearchParams;
  readonly put: (name: string, value: string) => void;
} {
  const [search, setSearch] = useSearchParams();
  const put = (name: string, value: string): void => {
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === '') next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  };
  return { search, put };
}
