import { BotError } from './errors.ts';
import type { ActionHandler, BotModule, CommandHandler, DialogHandler } from './module.ts';

/** The modules of a bot as one. */
export interface ModuleTable {
  readonly modules: readonly BotModule[];
  readonly commands: ReadonlyMap<string, CommandHandler>;
  readonly actions: ReadonlyMap<string, ActionHandler>;
  readonly dialogs: ReadonlyMap<string, DialogHandler>;
  /** By kind of dialog: the actions that do not end it. */
  readonly questions: ReadonlyMap<string, readonly string[]>;
}

/** @throws BotError BOT_MODULES_CLASH */
export function joinModules(modules: readonly BotModule[]): ModuleTable {
  return {
    modules,
    commands: join(modules, 'commands'),
    actions: join(modules, 'actions'),
    dialogs: join(modules, 'dialogs'),
    questions: join(modules, 'questions'),
  };
}

function join<Part extends 'commands' | 'actions' | 'dialogs' | 'questions'>(
  modules: readonly BotModule[],
  part: Part,
): ReadonlyMap<string, NonNullable<BotModule[Part]>[string]> {
  const joined = new Map<string, NonNullable<BotModule[Part]>[string]>();
  for (const module of modules) {
    for (const [name, handler] of Object.entries(module[part] ?? {})) {
      if (joined.has(name)) {
        throw new BotError('BOT_MODULES_CLASH', `${part} "${name}" of module ${module.name} is taken already`, {
          retry: 'never',
        });
      }
      joined.set(name, handler as NonNullable<BotModule[Part]>[string]);
    }
  }
  return joined;
}
