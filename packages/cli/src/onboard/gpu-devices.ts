/** From a flag that may stand several times, each a list; from its variable oclif gives the text as it is. */
export const gpuDevices = (given: string | readonly string[] | undefined): string[] | undefined =>
  given === undefined
    ? undefined
    : [given]
        .flat()
        .flatMap((list) => list.split(','))
        .map((device) => device.trim())
        .filter((device) => device !== '');
