// What a person may write in a flow file. The schema is the truth: the editor's schema, the
// reference page and the messages are made from it. Values only; what sections have to say to one
// another is in rules.ts.
import { z } from "zod";
import { textBy } from "./fields.ts";
import { alerts } from "./schema-alerts.ts";
import { archive, batches, period, source } from "./schema-data.ts";
import { exportSection } from "./schema-export.ts";
import { purge, run } from "./schema-work.ts";

/** The flow file. */
export const flowSchema = z
  .strictObject({
    version: z.literal(1, { error: "1" }).describe("Version of this format."),
    flow: textBy(
      /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/,
      "a name of at most 64 lower-case letters, digits and hyphens, e.g. c2-monthly",
    )
      .meta({ title: "name" })
      .describe("The flow's name, and its archive's folder for ever."),
    description: z
      .string({ error: "a text of at most 1000 characters" })
      .max(1_000, { error: "a text of at most 1000 characters" })
      .default("")
      .describe("For people."),
    source,
    period,
    batches,
    export: exportSection,
    archive,
    run,
    purge,
    alerts,
  })
  .describe(
    "One flow of Cellarman: what is archived, from where, to where, and when it may be purged.",
  );

/** What a person writes. */
export type WrittenFlow = z.input<typeof flowSchema>;

/** What a person wrote, with the defaults filled in. */
export type FilledFlow = z.output<typeof flowSchema>;
