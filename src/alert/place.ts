// Where a person finds what an alert speaks of. Pure.

/** The repository and the run that speaks; undefined parts are not known. */
export interface Place {
  /** `https://github.com`, or a GitHub Enterprise Server's address. */
  readonly serverUrl: string;
  /** `owner/name`; empty outside of GitHub: then there is nothing to link to. */
  readonly repository: string;
  readonly runId: string | undefined;
  readonly attempt: number;
  /** File name of the workflow that people steer with, such as `control.yml`. */
  readonly control: string;
}

const repositoryUrl = ({ serverUrl, repository }: Place): string => `${serverUrl}/${repository}`;

/** The run's page; the repository's runs where the run is not known. */
export function runUrl(place: Place): string {
  const runs = `${repositoryUrl(place)}/actions`;
  if (place.runId === undefined) return runs;
  return `${runs}/runs/${place.runId}/attempts/${place.attempt}`;
}

/** The page from which holds, lifts and the like are started. */
export const controlUrl = (place: Place): string =>
  `${repositoryUrl(place)}/actions/workflows/${place.control}`;

/** The command that runs the failed jobs again; undefined where the run is not known. */
export const rerunCommand = ({ runId, repository }: Place): string | undefined =>
  runId === undefined ? undefined : `gh run rerun ${runId} --failed --repo ${repository}`;
