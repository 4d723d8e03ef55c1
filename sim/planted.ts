// Every world's tokens and keys are planted secrets: whatever a command says and whatever lies in
// the bucket is searched for them, in every test that uses a world.

/** Variables whose values nobody may ever see. */
const SECRET_NAME = /TOKEN|SECRET|WEBHOOK|HEARTBEAT/;
/** Shorter values are words that may stand anywhere. */
const LEAST_LENGTH = 10;

/** A secret as it could slip out: raw, in an address, in JSON, in base64 wherever it begins. */
function dressesOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const inBase64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    // The first and the last characters depend on what stands beside the secret.
    return text.slice(shift === 0 ? 0 : 4, text.length - 4);
  });
  const all = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
  return [...all, ...inBase64.filter((text) => text.length >= LEAST_LENGTH)];
}

/** Throws where a text holds the value of a secret variable, naming the variable alone. */
export function assertKept(
  env: ReadonlyMap<string, string>,
  texts: Iterable<readonly [where: string, text: string]>,
): void {
  const wanted = [...env]
    .filter(([name, value]) => SECRET_NAME.test(name) && value.length >= LEAST_LENGTH)
    .flatMap(([name, value]) => dressesOf(value).map((dress) => ({ name, dress })));
  for (const [where, text] of texts) {
    const found = wanted.find(({ dress }) => text.includes(dress));
    if (found) throw new Error(`the value of ${found.name} slipped into ${where}`);
  }
}

/** Larger objects are points in columns; records are smaller. */
const SEARCHED_BYTES = 4_000_000;

/** Keys and contents of a bucket's objects, to be searched. */
export function* textsOf(
  objects: ReadonlyMap<string, { readonly bytes: Buffer }>,
): Generator<[where: string, text: string]> {
  for (const [key, { bytes }] of objects) {
    yield ["a key", key];
    if (bytes.length <= SEARCHED_BYTES) yield [key, bytes.toString("latin1")];
  }
}
