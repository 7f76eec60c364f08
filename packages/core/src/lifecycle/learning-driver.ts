import type { Driver } from '@nemoclaw/plugin-api';
import type { Redactor } from '../redaction/index.ts';

/**
 * The same driver; the redactor learns from what goes through it: the environment and command of every container that is
 * made, and of every inspect. Whatever of that comes back in a log, an error or a health output is hidden then.
 */
export const learningDriver = (driver: Driver, redactor: Pick<Redactor, 'learnEnv' | 'learnJson'>): Driver => {
  const own: Pick<Driver, 'create' | 'runHelper' | 'inspectRaw'> = {
    create(spec, options) {
      const { env, entrypoint, command, labels } = spec;
      redactor.learnEnv(env);
      redactor.learnJson({ entrypoint, command, labels });
      return driver.create(spec, options);
    },
    runHelper(spec, options) {
      redactor.learnEnv(spec.env ?? {});
      return driver.runHelper(spec, options);
    },
    async inspectRaw(id, options) {
      const document = await driver.inspectRaw(id, options);
      const { Config, Path, Args } = (document ?? {}) as Record<string, unknown>;
      redactor.learnJson({ Config, command: [Path, ...(Array.isArray(Args) ? Args : [])] });
      return document;
    },
  };
  return new Proxy(driver, {
    get: (target, name) => (Object.hasOwn(own, name) ? Reflect.get(own, name) : bound(target, name)),
  });
};

const bound = (driver: Driver, name: string | symbol): unknown => {
  const value: unknown = Reflect.get(driver, name);
  return typeof value === 'function' ? value.bind(driver) : value;
};
