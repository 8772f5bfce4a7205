/**
 * Plugin code as text, the same for the isolate and for bare Node: a function without arguments that gives a checksum.
 * Each makes its own data, from a generator with a fixed start, and takes some 50 to 200 ms.
 */
const GENERATOR = `let state = 12345; const draw = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 4294967296;`;

export const KERNELS: Readonly<Record<string, string>> = {
  /** A matrix product in doubles and a sieve in bytes. */
  numeric: `() => {
    ${GENERATOR}
    const n = 220;
    const a = new Float64Array(n * n).map(draw);
    const b = new Float64Array(n * n).map(draw);
    let trace = 0;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
        if (i === j) trace += sum;
      }
    const composite = new Uint8Array(6e6);
    let primes = 0;
    for (let p = 2; p < composite.length; p++) {
      if (composite[p]) continue;
      primes++;
      for (let multiple = p * p; multiple < composite.length; multiple += p) composite[multiple] = 1;
    }
    return trace.toFixed(6) + ' ' + primes;
  }`,
  /** Lines made, split, trimmed, grouped in a Map, joined again. */
  'strings and maps': `() => {
    ${GENERATOR}
    const lines = [];
    for (let i = 0; i < 60000; i++)
      lines.push('acct_' + Math.floor(draw() * 5000) + ', ' + Math.floor(draw() * 1e6) + ',eur, Invoice ' + i);
    const groups = new Map();
    for (const line of lines.join('\\n').split('\\n')) {
      const [account, amount, currency, text] = line.split(',').map((cell) => cell.trim());
      const key = account + '|' + currency.toUpperCase();
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { count: 1, sum: Number(amount), last: text });
      else {
        group.count++;
        group.sum += Number(amount);
        group.last = text.slice(0, 12);
      }
    }
    const out = [...groups].map(([key, { count, sum, last }]) => key + ';' + count + ';' + sum + ';' + last).join('\\n');
    let hash = 0;
    for (let i = 0; i < out.length; i++) hash = (Math.imul(hash, 31) + out.charCodeAt(i)) | 0;
    return groups.size + ' ' + hash;
  }`,
  /** Amounts parsed, summed by currency, shared out in proportion, as money is. */
  'bigint money': `() => {
    ${GENERATOR}
    const totals = [0n, 0n, 0n];
    let shared = 0n;
    for (let i = 0; i < 400000; i++) {
      const amount = BigInt(Math.floor(draw() * 1e12)) * 1000n + BigInt(String(i));
      totals[i % 3] += amount;
      const share = (amount * 1234n) / 10000n;
      const rest = (amount * 1234n) % 10000n;
      shared += rest * 2n >= 10000n ? share + 1n : share;
    }
    return totals.join(' ') + ' ' + shared.toString();
  }`,
  /** Records sorted by text, then by number. */
  sort: `() => {
    ${GENERATOR}
    const rows = [];
    for (let i = 0; i < 60000; i++) rows.push({ reference: 'inv-' + Math.floor(draw() * 1e7), amount: Math.floor(draw() * 1e5) });
    rows.sort((left, right) => (left.reference < right.reference ? -1 : left.reference > right.reference ? 1 : 0));
    const first = rows[0].reference;
    rows.sort((left, right) => left.amount - right.amount || (left.reference < right.reference ? -1 : 1));
    return first + ' ' + rows[1000].reference + ' ' + rows.at(-1).amount;
  }`,
};
