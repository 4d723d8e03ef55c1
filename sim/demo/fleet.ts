// What the demo's company monitors: hosts, services, buildings, containers that live for hours,
// vehicles, and a few series with names that nobody should have given.
import type { BulkPoints } from "../warp10/store/bulk.ts";
import type { Noise } from "./noise.ts";

/** The values of one series' points. */
export type Values = Omit<BulkPoints, "timestamps" | "base" | "offsets">;

/** Series of one class that are alike. */
export interface Family {
  readonly className: string;
  readonly series: number;
  readonly stepS: number;
  /** Each point may come up to this many seconds after its time. */
  readonly jitterS?: number;
  /** Points of one series, somewhere in the four months; left out: all through them. */
  readonly life?: number;
  labels(index: number): Readonly<Record<string, string>>;
  values(noise: Noise, rows: number): Values;
}

/** Values of the label that the flow cuts its batches by. */
const SITES = ["gra", "lim", "par", "rbx", "são paulo", "zürich"] as const;

const siteOf = (index: number): string => SITES[index % SITES.length] ?? SITES[0];
const host = (index: number): string => `web-${String(index + 1).padStart(3, "0")}`;

const tenths = (noise: Noise, rows: number, low: number, high: number): Values => ({
  decimals: { mantissas: noise.walk(rows, low * 10, high * 10), scale: 1 },
});

const HOSTS = 62;
const MOUNTS = ["/", "/var", "/home"] as const;
const CODES = ["200", "301", "404", "500", "503"] as const;
const STATES = ["ok", "degraded: queue 93 %", "restarting, please wait", "überlastet"] as const;

const MACHINES: readonly Family[] = [
  {
    className: "cpu.busy",
    series: HOSTS,
    stepS: 300,
    labels: (i) => ({ site: siteOf(i), host: host(i) }),
    values: (noise, rows) => ({ longs: noise.walk(rows, 0, 100) }),
  },
  {
    className: "mem.used.percent",
    series: HOSTS,
    stepS: 900,
    labels: (i) => ({ site: siteOf(i), host: host(i) }),
    values: (noise, rows) => tenths(noise, rows, 20, 98),
  },
  {
    className: "disk.free.percent",
    series: HOSTS * MOUNTS.length,
    stepS: 3600,
    labels: (i) => {
      const at = Math.floor(i / MOUNTS.length);
      return { site: siteOf(at), host: host(at), mount: MOUNTS[i % MOUNTS.length] ?? "/" };
    },
    values: (noise, rows) => tenths(noise, rows, 5, 90),
  },
  {
    className: "net.errors",
    series: HOSTS * 2,
    stepS: 1800,
    labels: (i) => ({
      site: siteOf(i >> 1),
      host: host(i >> 1),
      direction: i % 2 === 0 ? "in" : "out",
    }),
    values: (noise, rows) => ({ longs: noise.counter(rows, 0.03) }),
  },
  {
    className: "container.cpu.percent",
    series: 1100,
    stepS: 60,
    life: 360,
    labels: (i) => ({
      site: siteOf(i),
      container: (0x5eed0000 + i * 7919).toString(16),
      image: `shop/api:v${1 + (i % 9)}`,
    }),
    values: (noise, rows) => ({ longs: noise.walk(rows, 0, 60) }),
  },
];

const SERVICES: readonly Family[] = [
  {
    className: "http.requests",
    series: 40 * CODES.length,
    stepS: 3600,
    labels: (i) => {
      const service = Math.floor(i / CODES.length);
      const code = CODES[i % CODES.length] ?? "200";
      return { site: siteOf(service), service: `svc-${service}`, code };
    },
    values: (noise, rows) => ({ longs: noise.walk(rows, 0, 400) }),
  },
  {
    className: "service.state",
    series: 200,
    stepS: 14_400,
    labels: (i) => ({ site: siteOf(i), service: `svc-${i}` }),
    values: (noise, rows) => ({ values: noise.states<string>(rows, STATES, 0.97) }),
  },
];

const BUILDINGS: readonly Family[] = [
  {
    className: "room.temperature",
    series: 160,
    stepS: 3600,
    jitterS: 45,
    labels: (i) => ({ site: siteOf(i), room: `${1 + (i % 4)}.${String(i).padStart(2, "0")}` }),
    values: (noise, rows) => tenths(noise, rows, 16, 28),
  },
  {
    className: "room.occupied",
    series: 120,
    stepS: 7200,
    labels: (i) => ({ site: siteOf(i), room: `${1 + (i % 4)}.${String(i).padStart(2, "0")}` }),
    values: (noise, rows) => ({ values: noise.states<boolean>(rows, [false, true], 0.8) }),
  },
  {
    className: "camera.thumbnail",
    series: 8,
    stepS: 86_400,
    labels: (i) => ({ camera: `gate ${i + 1}` }),
    values: (noise, rows) => ({
      values: Array.from({ length: rows }, () =>
        Uint8Array.from({ length: 16 + noise.below(17) }, () => noise.below(256)),
      ),
    }),
  },
];

/** A drive through the country at street level: a place for each point, and the height in mm. */
function drive(noise: Noise, rows: number): Values {
  const latitude = new Float64Array(rows);
  const longitude = new Float64Array(rows);
  const elevation = new BigInt64Array(rows);
  let [lat, lon, height] = [44 + noise.next() * 5, noise.next() * 6, 80_000 + noise.below(300_000)];
  for (let row = 0; row < rows; row++) {
    lat += (noise.next() - 0.5) * 0.01;
    lon += (noise.next() - 0.5) * 0.01;
    height += noise.below(2001) - 1000;
    latitude[row] = lat;
    longitude[row] = lon;
    elevation[row] = BigInt(height);
  }
  return { longs: noise.walk(rows, 0, 130), latitude, longitude, elevation };
}

/** Names as found in the wild: spaces, quotes, commas, braces, nothing at all, all of Unicode. */
const ODD_NAMES = [
  "rack 7, row 2",
  'the "big" one',
  "{curly}=true",
  "",
  "50 % ±2",
  "東京",
  "🚚 depot",
  "tab\there",
] as const;

const ODDITIES: readonly Family[] = [
  {
    className: "vehicle.speed",
    series: 16,
    stepS: 10_800,
    jitterS: 600,
    labels: (i) => ({ site: siteOf(i), vehicle: `van ${i + 1}` }),
    values: drive,
  },
  {
    className: "température ambiante",
    series: 3 * ODD_NAMES.length,
    stepS: 3600,
    labels: (i) => ({ name: ODD_NAMES[i % ODD_NAMES.length] ?? "", "sensor id": String(i) }),
    values: (noise, rows) => ({
      doubles: Float64Array.from(noise.walk(rows, 180, 240), (tenth) => tenth / 10),
    }),
  },
];

/** Everything that is monitored. */
export const FLEET: readonly Family[] = [...MACHINES, ...SERVICES, ...BUILDINGS, ...ODDITIES];
