// The same suite on a real gateway: eval "$(scripts/radosgw.sh env)" after scripts/radosgw.sh up.
import { cellarConformance } from "../conformance/cellar/suite.ts";

function given(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    throw new Error(`${name} is not set: run 'scripts/radosgw.sh up', then eval its 'env'`);
  }
  return value;
}

cellarConformance(() =>
  Promise.resolve({
    url: given("CELLARMAN_REAL_S3"),
    accessKeyId: given("CELLARMAN_REAL_S3_KEY_ID"),
    secretAccessKey: given("CELLARMAN_REAL_S3_SECRET"),
    reader: {
      accessKeyId: given("CELLARMAN_REAL_S3_READER_KEY_ID"),
      secretAccessKey: given("CELLARMAN_REAL_S3_READER_SECRET"),
    },
    close: () => Promise.resolve(),
  }),
);
