import type { Command } from 'commander';
import type { ConnectorClient } from '../api/connector-service.ts';
import type { AnswerBody } from '../api/read-api-answer.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { createChallengeAnswer, readAnswer } from '../api-command/api-answers.ts';
import {
  type ApiOptions,
  addApiOptions,
  parseTag,
  type TagMap,
} from '../api-command/api-options.ts';
import { CONNECTOR_ARGUMENT, completeArn } from '../api-command/complete-arn.ts';
import { printJson, runApiCommand } from '../api-command/run-api-command.ts';
import { printable } from '../terminal/print.ts';

interface CreateChallengeOptions extends ApiOptions {
  readonly tag?: TagMap;
  readonly clientToken?: string;
  readonly showPassword?: boolean;
}

/**
 * Registers `scep-connector challenge create`: prints the ARN, and with an option the password.
 */
export function registerChallengeCreate(parent: Command, world: AdminWorld): void {
  const command = parent
    .command('create')
    .description('create a challenge password for a connector; prints the ARN of the challenge')
    .argument('<connector>', CONNECTOR_ARGUMENT)
    .optionsGroup('Challenge:')
    .option('--tag <key=value>', 'tag of the challenge; repeatable', parseTag)
    .option(
      '--client-token <token>',
      'token of the request; within five minutes the same token returns the same challenge',
    )
    .option('--show-password', 'print the password too, on a second line or in the JSON');
  addApiOptions(command);
  command.action((connector: string, options: CreateChallengeOptions) =>
    runApiCommand(options, world, (api) => createChallenge(api, connector, options, world)),
  );
}

async function createChallenge(
  api: ConnectorClient,
  connector: string,
  { json, tag, clientToken, showPassword = false }: CreateChallengeOptions,
  world: AdminWorld,
): Promise<number> {
  const answer = await api.call('CreateChallenge', {
    ConnectorArn: await completeArn(api, connector),
    ClientToken: clientToken ?? world.randomUuid(),
    Tags: tag,
  });
  const { Arn, Password } = readAnswer(createChallengeAnswer, answer).Challenge;
  if (json) printJson(world, showPassword ? answer : withoutPassword(answer));
  else {
    const lines = showPassword ? [Arn, Password] : [Arn];
    world.print(lines.map((line) => `${printable(line)}\n`).join(''));
  }
  return 0;
}

function withoutPassword({ Challenge, ...rest }: AnswerBody): AnswerBody {
  const { Password: _, ...challenge } = Challenge as Readonly<Record<string, unknown>>;
  return { ...rest, Challenge: challenge };
}
